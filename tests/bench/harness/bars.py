"""What the module should reach, each as one row: what, measured, bar, met."""

import dataclasses
import operator

AT_ONCE = "at_once/module/"


@dataclasses.dataclass
class Bar:
    what: str
    measured: float | None
    limit: float
    unit: str = ""
    strict: bool = False  # below, not at

    @property
    def met(self):
        """None: it was not measured."""
        if self.measured is None:
            return None
        return (operator.lt if self.strict else operator.le)(self.measured, self.limit)


def _largest(values):
    values = [value for value in values if value is not None]
    return max(values, default=None)


def _sum(*values):
    return None if None in values else sum(values)


def _sequence_bars(results):
    module = "sequence/module/plain"
    best = results.best_sdk("sequence")
    yield Bar("CPU per run in sequence, beside libcurl",
              results.ratio(module, "sequence/libcurl/plain", "cpu_ms_per_run"), 1.0, "×")
    yield Bar("CPU per run in sequence, beside the best SDK",
              results.ratio(module, best, "cpu_ms_per_run") if best else None, 0.1, "×")
    yield Bar("`execute`, one run at a time, median", results.get(module, "execute_median_us"), 20, "µs", strict=True)


def _at_once_bars(results):
    variants = [AT_ONCE + variant for variant in ("cold", "durable", "warm", "eta")]
    for variant, words in (("warm", "after warm-up"), ("cold", "cold")):
        yield Bar(f"CPU at once, {words}, beside libcurl every 2 s",
                  results.ratio(AT_ONCE + variant, "at_once/libcurl/plain", "cpu_s"), 1.0, "×")
    yield Bar("peak memory at once", _largest(results.get(name, "peak_mib") for name in variants), 24, "MiB")
    yield Bar("sockets", _largest(results.get(name, "sockets", "max") for name in variants), 64)
    for variant, words, delay, requests in (("warm", "after warm-up", 0.5, 7), ("cold", "cold", 1.0, 10),
                                            ("durable", "cold, run keys and an API binding", 1.0, 10),
                                            ("eta", "end announced", 0.1, 3)):
        yield Bar(f"mean delay until noticed, {words}", results.get(AT_ONCE + variant, "delay_mean_s"), delay, "s")
        yield Bar(f"requests per job, {words}", results.get(AT_ONCE + variant, "requests_per_job"), requests)
    yield Bar("`execute`, all at once, median",
              _largest(results.get(name, "execute_median_us") for name in variants), 20, "µs", strict=True)
    tls = AT_ONCE + "tls"
    handshakes = _sum(results.get(tls, "handshakes_full", "max"), results.get(tls, "handshakes_resumed", "max"))
    connections = results.get(tls, "connections", "max")
    yield Bar("TLS handshakes per connection opened",
              handshakes / connections if handshakes is not None and connections else None, 1.0)


def _growth_bars(results):
    grown = results.growth_per_run_bytes()
    yield Bar("memory of one more waiting run", None if grown is None else grown / 1024, 1.2, "KiB")
    yield Bar("CPU per run with more at once, beside the fewest", results.dearer_with_more(), 1.2, "×")


def _start_bars(results):
    yield Bar("`dlopen` and `open`", results.get("start/module/start", "start_ms"), 5, "ms")
    yield Bar("wake-ups a minute while idle", results.get("start/module/idle", "wakeups_per_minute", "max"), 0)


def bars_of(results):
    makers = {"sequence": _sequence_bars, "at_once": _at_once_bars, "growth": _growth_bars, "start": _start_bars}
    return [bar for scenario, maker in makers.items() if results.of_scenario(scenario) for bar in maker(results)]

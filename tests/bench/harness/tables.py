"""Markdown tables of medians, with the smallest and largest of the repetitions behind each."""

from .bars import bars_of
from .figures import problem_of

MISSING = "missing"
NOT_HERE = "–"  # there is no such thing to measure


def number(value):
    """Three significant digits, and no exponent."""
    if value is None:
        return MISSING
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}".replace(",", " ")
    digits = 1 if size >= 10 else 2 if size >= 1 else 3 if size >= 0.1 else 4
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spread(case, figure):
    """"median (min–max)", or the one value."""
    found = case["summary"].get(figure)
    if found is None:
        return NOT_HERE if figure.startswith("execute") and case["contender"] != "module" else MISSING
    low, middle, high = (number(found[which]) for which in ("min", "median", "max"))
    return middle if low == high else f"{middle} ({low}–{high})"


def _percent(case, figure):
    found = case["summary"].get(figure)
    return MISSING if found is None else f"{found['median'] * 100:.0f} %"


def table(heads, rows):
    aligned = [" --- ", *[" ---: "] * (len(heads) - 1)]
    lines = ["| " + " | ".join(heads) + " |", "|" + "|".join(aligned) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _times(results, name, other, figure):
    ratio = results.ratio(name, other, figure) if other else None
    return MISSING if ratio is None else number(ratio) + "×"


def _cost_table(results, scenario, figures, cost):
    """figures: (head, figure)…; beside them the cost as a ratio, what was lost, and the server's load."""
    best = results.best_sdk(scenario)
    heads = ["", "times", *(head for head, _ in figures), "beside libcurl", "beside the best SDK", "trouble", "server's CPU"]
    rows = []
    for case in results.of_scenario(scenario):
        libcurl = f"{scenario}/libcurl/{'tls' if case['tls'] else 'plain'}"
        rows.append([case["label"], str(len(case["samples"])), *(spread(case, figure) for _, figure in figures),
                     _times(results, case["name"], libcurl, cost),
                     NOT_HERE if case["tls"] else _times(results, case["name"], best, cost),
                     problem_of(case) or "none", _percent(case, "server_share")])
    return table(heads, rows)


def _sequence(results):
    return "\n\n".join((
        "### One run after the other, job done at once",
        "The ratios are of the CPU per run; with TLS, beside libcurl with TLS. A client that sleeps before it looks makes fewer runs in its time.",
        _cost_table(results, "sequence", [("runs", "runs"), ("CPU ms per run", "cpu_ms_per_run"),
                                          ("requests per run", "requests_per_job"),
                                          ("`execute` µs", "execute_median_us")], "cpu_ms_per_run")))


def _tls(results, scenario):
    rows = [[case["label"], spread(case, "connections"), spread(case, "handshakes_full"),
             spread(case, "handshakes_resumed"), spread(case, "handshakes_failed")]
            for case in results.of_scenario(scenario) if case["tls"]]
    return table(["", "connections", "full handshakes", "resumed", "failed"], rows)


def _at_once(results):
    seconds = results.document["options"]["durations"].replace(":", " to ")
    return "\n\n".join((
        f"### All at once, jobs of {seconds} s",
        "The ratios are of the CPU per job; with TLS, beside libcurl with TLS.",
        _cost_table(results, "at_once",
                    [("jobs", "runs"), ("CPU s", "cpu_s"), ("peak MiB", "peak_mib"), ("sockets", "sockets"),
                     ("requests per job", "requests_per_job"), ("delay mean s", "delay_mean_s"),
                     ("p50", "delay_p50_s"), ("p99", "delay_p99_s")], "cpu_ms_per_run"),
        _tls(results, "at_once")))


def _growth(results):
    rows = [[case["variant"], str(len(case["samples"])), spread(case, "cpu_ms_per_run"), spread(case, "peak_mib"),
             spread(case, "execute_median_us"), spread(case, "execute_p99_us"), problem_of(case) or "none",
             _percent(case, "server_share")] for case in results.of_scenario("growth")]
    grown = results.growth_per_run_bytes()
    return "\n\n".join((
        "### More runs at once",
        table(["runs at once", "times", "CPU ms per run", "peak MiB", "`execute` µs, median", "p99", "trouble",
               "server's CPU"], rows),
        f"One more waiting run takes {number(grown)} bytes, without what the measuring host keeps of it."))


def _start(results):
    rows = [[what, spread(case, figure)] for case in results.of_scenario("start") for what, figure in (
        (("`dlopen`, ms", "load_ms"), ("`open`, ms", "open_ms"), ("both, ms", "start_ms"))
        if case["variant"] == "start" else (("wake-ups a minute while idle", "wakeups_per_minute"),))]
    return "### Starting, and doing nothing\n\n" + table(["what", "measured"], rows)


def _instructions(results):
    rows = [[case["label"], spread(case, "instructions_per_run"), problem_of(case) or "none"]
            for case in results.of_scenario("instructions")]
    return "### Instructions per run, in sequence\n\n" + table(["", "instructions", "trouble"], rows)


def bar_table(results):
    words = {True: "yes", False: "**no**", None: MISSING}
    rows = [[bar.what, MISSING if bar.measured is None else f"{number(bar.measured)} {bar.unit}".strip(),
             f"{'<' if bar.strict else '≤'} {number(bar.limit)} {bar.unit}".strip(), words[bar.met]]
            for bar in bars_of(results)]
    return table(["what", "measured", "bar", "met"], rows)


def document_of(results):
    """The whole table.md."""
    makers = {"sequence": _sequence, "at_once": _at_once, "growth": _growth, "start": _start,
              "instructions": _instructions}
    machine = results.document["machine"]
    parts = ["## Benchmarks",
             f"Medians (smallest–largest) of the times that the tables name, on {machine['cores']} cores of "
             f"{machine['cpu']}, Linux {machine['kernel']}, commit {results.document['commit']}. "
             "The server's CPU is its share of one core while it was used."]
    parts += [maker(results) for scenario, maker in makers.items() if results.of_scenario(scenario)]
    if any(results.of_scenario(scenario) for scenario in ("sequence", "at_once", "growth", "start")):
        parts += ["### Bars", bar_table(results)]
    return "\n\n".join(parts) + "\n"

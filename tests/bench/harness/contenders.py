"""What is measured: the clients, and the cases of each scenario."""

import dataclasses
import json
import pathlib

SDKS = {  # contender: (npm package, how its name is printed)
    "replicate": ("replicate", "replicate"),
    "fal": ("@fal-ai/client", "fal"),
    "runway": ("@runwayml/sdk", "runway"),
    "ai-sdk": ("ai", "AI SDK"),
}
CONTENDERS = ["module", "libcurl", *SDKS]
SCENARIOS = ["sequence", "at_once", "growth", "start", "instructions"]

BINDING = pathlib.Path(__file__).resolve().parents[3] / "schemas" / "pixelml_api.json"

ALL_DONE_AT_ONCE = ["--duration", "0:0"]


@dataclasses.dataclass
class Sizes:
    """How much of each; the ones of --short only show that everything works."""

    sequence_runs: int = 3000
    sequence_limit_s: float = 60
    sequence_warm_up: int = 20
    sdk_warm_up: int = 300
    jobs: int = 10_000
    sdk_jobs: int = 10_000
    durations: str = "15:25"
    warm_up: int = 100
    growth: tuple = (1_000, 10_000, 50_000)
    starts: int = 20
    idle_s: float = 60
    instruction_runs: tuple = (20, 120)
    patience_s: float = 3600  # the most for any one client, whatever its case grants


SHORT = Sizes(sequence_runs=10, sequence_warm_up=2, jobs=200, durations="0.3:0.6", warm_up=20,
              growth=(100, 200, 400), starts=3, idle_s=2, instruction_runs=(2, 6), patience_s=20)


@dataclasses.dataclass
class Case:
    """One contender in one scenario, in one variant."""

    scenario: str
    contender: str
    variant: str  # e.g. "cold", "tls"
    label: str
    kind: str = "runs"  # or "start", "idle", "instructions"
    client: list = dataclasses.field(default_factory=list)  # arguments
    server: list = dataclasses.field(default_factory=list)
    tls: bool = False
    runs: int = 0
    counts: tuple = ()  # numbers of runs, for "instructions"; number of starts, for "start"
    timeout_s: float = 300

    @property
    def name(self):
        return "/".join((self.scenario, self.contender, self.variant))


def sdk_labels(package_json):
    versions = json.loads(package_json.read_text())["dependencies"]
    return {contender: f"{printed} {versions[package]}" for contender, (package, printed) in SDKS.items()}


def _sequence(sizes, labels):
    def case(contender, variant, label, warm_up=sizes.sequence_warm_up, mode="sequence", tls=False):
        return Case("sequence", contender, variant, label, tls=tls, runs=sizes.sequence_runs,
                    client=["--mode", mode, "--runs", str(sizes.sequence_runs),
                            "--time-limit", str(sizes.sequence_limit_s), "--warm-up", str(warm_up)],
                    server=[*ALL_DONE_AT_ONCE, "--warm-up", str(warm_up)])

    module, libcurl = labels["module"], labels["libcurl"]
    yield case("module", "plain", module)
    yield case("libcurl", "plain", libcurl)
    # Two hand-overs between threads more, each run: what a host without an event loop pays.
    yield case("module", "waiting", f"{module}, a thread of the host waits", mode="waiting")
    yield case("module", "tls", f"{module}, TLS", tls=True)
    yield case("libcurl", "tls", f"{libcurl}, TLS", tls=True)
    for contender in SDKS:
        yield case(contender, "plain", labels[contender], warm_up=sizes.sdk_warm_up)


def _at_once(sizes, labels):
    def case(contender, variant, label, runs=sizes.jobs, warm_up=0, eta="none", tls=False, timeout_s=300.0):
        return Case("at_once", contender, variant, label, tls=tls, runs=runs, timeout_s=timeout_s,
                    client=["--mode", "at-once", "--runs", str(runs), "--warm-up", str(warm_up)],
                    server=["--duration", sizes.durations, "--eta", eta, "--warm-up", str(warm_up)])

    module, libcurl = labels["module"], labels["libcurl"] + ", every 2 s"
    yield case("module", "cold", f"{module}, cold")
    yield case("module", "warm", f"{module}, after {sizes.warm_up} runs", warm_up=sizes.warm_up)
    yield case("module", "eta", f"{module}, end announced", eta="exact")
    # As durable hosts do: each run has a key, and the connection carries the API's description.
    durable = case("module", "durable", f"{module}, cold, run keys and an API binding")
    durable.client += ["--run-keys", "1", "--api-binding", str(BINDING)]
    yield durable
    yield case("libcurl", "plain", libcurl)
    yield case("module", "tls", f"{module}, cold, TLS", tls=True)
    yield case("libcurl", "tls", f"{libcurl}, TLS", tls=True)
    for contender in SDKS:
        yield case(contender, "plain", labels[contender], runs=sizes.sdk_jobs)


def _growth(sizes, labels):
    for runs in sizes.growth:
        yield Case("growth", "module", str(runs), labels["module"], runs=runs, timeout_s=600,
                   client=["--mode", "at-once", "--runs", str(runs)], server=["--duration", sizes.durations])


def _start(sizes, labels):
    yield Case("start", "module", "start", labels["module"], kind="start", counts=(sizes.starts,))
    yield Case("start", "module", "idle", labels["module"], kind="idle", server=ALL_DONE_AT_ONCE,
               client=["--mode", "idle", "--seconds", str(sizes.idle_s)], timeout_s=sizes.idle_s + 60)


def _instructions(sizes, labels):
    for contender in ("module", "libcurl"):
        yield Case("instructions", contender, "plain", labels[contender], kind="instructions",
                   client=["--mode", "sequence"], server=ALL_DONE_AT_ONCE, counts=sizes.instruction_runs)


def cases_of(scenarios, contenders, sizes, labels):
    """In the order in which one repetition runs them."""
    makers = {"sequence": _sequence, "at_once": _at_once, "growth": _growth, "start": _start,
              "instructions": _instructions}
    cases = [case for scenario in scenarios for case in makers[scenario](sizes, labels)
             if case.contender in contenders]
    for case in cases:
        case.timeout_s = min(case.timeout_s, sizes.patience_s)
    return cases

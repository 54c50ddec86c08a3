"""From what the programs printed to figures, and from repetitions to medians. What is not there stays None."""

import statistics

MIB = 1024  # of KiB


def _ratio(numerator, denominator):
    return None if numerator is None or not denominator else numerator / denominator


def figures_of(sample):
    """The figures of one measurement."""
    client, server = sample["client"], sample["server"]
    if client is None:
        return {}
    figures = {name: value for name, value in client.items() if isinstance(value, (int, float))}
    if "runs" in client and "cpu_s" in client:
        figures["cpu_ms_per_run"] = _ratio(client["cpu_s"] * 1000, client["runs"])
        figures["lost"] = client["runs"] - client["succeeded"]
        figures["peak_mib"] = client["peak_rss_kib"] / MIB
    if "switches" in client:
        figures["wakeups_per_minute"] = client["switches"] * 60 / client["seconds"]
    if server is not None:
        figures["requests_per_job"] = _ratio(server["measured_requests"], server["measured_jobs"])
        figures["server_share"] = _ratio(server["cpu_s"], server["busy_s"])
        figures["sockets"] = server["peak_connections"]
        figures["connections"] = server["connections"]
        figures["handshakes_full"] = server["handshakes_full"]
        figures["handshakes_resumed"] = server["handshakes_resumed"]
        figures["handshakes_failed"] = server["handshakes_failed"]
        if "runs" in client:
            figures["further_jobs"] = max(server["measured_jobs"] - client["runs"], 0)
    return {name: value for name, value in figures.items() if value is not None}


def summary_of(samples):
    """{figure: {median, min, max}} over the repetitions, {} when there is none."""
    all_figures = [figures_of(sample) for sample in samples]
    names = {name for figures in all_figures for name in figures}
    summary = {}
    for name in sorted(names):
        values = [figures[name] for figures in all_figures if name in figures]
        summary[name] = {"median": statistics.median(values), "min": min(values), "max": max(values)}
    return summary


class Results:
    """What a results.json holds, by scenario, contender and variant."""

    def __init__(self, document):
        self.document = document
        self.cases = document["cases"]
        self._by_name = {case["name"]: case for case in self.cases}

    def of_scenario(self, scenario):
        return [case for case in self.cases if case["scenario"] == scenario]

    def get(self, name, figure, which="median"):
        """None where it was not measured."""
        case = self._by_name.get(name)
        found = case["summary"].get(figure) if case else None
        return found[which] if found else None

    def ratio(self, name, other, figure):
        return _ratio(self.get(name, figure), self.get(other, figure))

    def best_sdk(self, scenario, figure="cpu_ms_per_run"):
        """The name of the SDK's case with the smallest figure; one that lost jobs may not win by that."""
        candidates = [(case["summary"][figure]["median"], case["name"]) for case in self.of_scenario(scenario)
                      if case["is_sdk"] and figure in case["summary"] and not problem_of(case)]
        return min(candidates)[1] if candidates else None

    def growth_per_run_bytes(self):
        """Memory of one more waiting run, without what the measuring host keeps for it."""
        counts = sorted(int(case["variant"]) for case in self.of_scenario("growth"))
        if len(counts) < 2:
            return None
        fewer, more = counts[-2:]
        peaks = [self.get(f"growth/module/{count}", "peak_rss_kib") for count in (fewer, more)]
        own = self.get(f"growth/module/{more}", "own_bytes_per_run")
        return None if None in peaks or own is None else (peaks[1] - peaks[0]) * 1024 / (more - fewer) - own

    def dearer_with_more(self):
        """What a run costs with more runs at once, at the dearest, as a ratio of what it costs with the fewest."""
        costs = [self.get(case["name"], "cpu_ms_per_run")
                 for case in sorted(self.of_scenario("growth"), key=lambda case: int(case["variant"]))]
        return None if len(costs) < 2 or None in costs else max(costs[1:]) / costs[0]


def problem_of(case):
    """What went wrong in any repetition, as one text; empty: nothing."""
    problems = sorted({sample["problem"] for sample in case["samples"] if sample["problem"]})
    lost = sum(figures_of(sample).get("lost", 0) for sample in case["samples"])
    further = sum(figures_of(sample).get("further_jobs", 0) for sample in case["samples"])
    if lost:
        problems.append(f"{lost} jobs lost")
    if further and not lost:
        problems.append(f"{further} jobs more than runs")
    return "; ".join(problems)


# Without these a case of the kind says nothing.
NEEDED = {
    "runs": ["cpu_s", "wall_s", "peak_mib", "delay_mean_s", "delay_p99_s", "requests_per_job", "sockets",
             "server_share"],
    "start": ["start_ms"],
    "idle": ["wakeups_per_minute"],
    "instructions": ["instructions_per_run"],
}


def missing_figures(case):
    return [name for name in NEEDED[case["kind"]] if name not in case["summary"]]

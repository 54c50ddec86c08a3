#!/usr/bin/env python3
"""Measures the module beside libcurl and beside the published clients of comparable services.

Every contender runs against a local service (127.0.0.1 only), a fresh one per measurement, one at a time. One
repetition runs all of them before the next begins, so that what the machine does meanwhile meets each alike.
Writes results.json, table.md, and with python3-matplotlib plot.svg and plot.png.

Exit status: 0, or 1 when the module or libcurl lost a job, crashed, or left a figure missing. That a bar is
not met is only printed.
"""

import argparse
import datetime
import json
import os
import pathlib
import resource
import subprocess
import sys
import time

from harness import plot
from harness.contenders import CONTENDERS, SCENARIOS, SDKS, SHORT, Sizes, cases_of, sdk_labels
from harness.figures import Results, figures_of, missing_figures, problem_of, summary_of
from harness.programs import Programs
from harness.tables import bar_table, document_of, number

SOURCES = pathlib.Path(__file__).resolve().parent
ROOT = SOURCES.parents[1]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scenario", nargs="+", choices=SCENARIOS, default=SCENARIOS, metavar="NAME",
                        help=f"which to run, of: {', '.join(SCENARIOS)} (default: all)")
    parser.add_argument("--contender", nargs="+", choices=CONTENDERS, default=CONTENDERS, metavar="NAME",
                        help=f"whom to run, of: {', '.join(CONTENDERS)} (default: all)")
    parser.add_argument("--repetitions", type=int, default=5, metavar="N", help="default: 5; with --short 1")
    parser.add_argument("--sdk-jobs", type=int, default=Sizes.sdk_jobs, metavar="N",
                        help="jobs at once for the SDKs (default: as many as for the others)")
    parser.add_argument("--short", action="store_true",
                        help="small numbers, no SDKs: seconds, to see that everything works; its figures say nothing")
    parser.add_argument("--build-dir", type=pathlib.Path, default=ROOT / "build", metavar="DIR",
                        help="where the programs are built (default: build)")
    parser.add_argument("--output", type=pathlib.Path, metavar="DIR", help="default: bench in the build directory")
    parser.add_argument("--add", action="store_true",
                        help="keep what results.json has of cases that are not measured now")
    parser.add_argument("--report-only", action="store_true",
                        help="measure nothing, make the tables and the plot again from results.json")
    chosen = parser.parse_args()
    if chosen.repetitions < 1 or chosen.sdk_jobs < 1:
        parser.error("--repetitions and --sdk-jobs are at least 1")
    return chosen


def machine():
    cpu = "an unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            cpu = line.split(":", 1)[1].strip()
            break
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": os.uname().release,
            "open_files": resource.getrlimit(resource.RLIMIT_NOFILE)[1]}


def commit():
    try:
        return subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"],
                              capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def raise_descriptor_limit():
    """An SDK opens a connection per job; its process and the service's inherit this."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def progress_line(sample):
    figures = figures_of(sample)
    shown = [("cpu_ms_per_run", "ms CPU per run"), ("peak_mib", "MiB"), ("delay_mean_s", "s delay"),
             ("requests_per_job", "requests per job"), ("start_ms", "ms"), ("wakeups_per_minute", "wake-ups a minute"),
             ("instructions_per_run", "instructions per run")]
    words = [f"{number(figures[name])} {unit}" for name, unit in shown if name in figures]
    if figures.get("lost"):
        words.append(f"{figures['lost']} JOBS LOST")
    if sample["problem"]:
        words.append(sample["problem"])
    return ", ".join(words)


def measure(cases, programs, repetitions):
    samples = {case.name: [] for case in cases}
    started = time.monotonic()
    for repetition in range(1, repetitions + 1):
        for case in cases:
            if case.kind == "instructions" and repetition > 1:
                continue  # counted, not timed: once says it
            print(f"[{time.monotonic() - started:5.0f} s] {repetition}/{repetitions} {case.scenario}: "
                  f"{case.label} ({case.variant}) ", end="", flush=True)
            sample = programs.run(case)
            samples[case.name].append(sample)
            print("– " + progress_line(sample), flush=True)
            for complaint in sample["complaints"]:
                print(f"          {complaint[:300]}", flush=True)
    return samples


def document(cases, samples, options):
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "options": options,
        "cases": [{"name": case.name, "scenario": case.scenario, "contender": case.contender,
                   "variant": case.variant, "label": case.label, "kind": case.kind, "tls": case.tls,
                   "is_sdk": case.contender in SDKS, "summary": summary_of(samples[case.name]),
                   "samples": samples[case.name]} for case in cases],
    }


def with_earlier(new, stored):
    """The new results, and the stored ones of other cases, in the order of the scenarios and contenders."""
    if not stored.exists():
        return new
    measured = {case["name"] for case in new["cases"]}
    earlier = json.loads(stored.read_text())["cases"]
    cases = new["cases"] + [case for case in earlier if case["name"] not in measured]
    cases.sort(key=lambda case: (SCENARIOS.index(case["scenario"]), CONTENDERS.index(case["contender"])))
    return {**new, "cases": cases}


def write_report(results, output, draws):
    (output / "table.md").write_text(document_of(results))
    if not draws:
        return
    try:
        plot.draw(results, [output / "plot.svg", output / "plot.png"])
    except ImportError:
        print("No plot: this Python has no matplotlib (python3-matplotlib for /usr/bin/python3).", file=sys.stderr)


def verdict(results):
    """What must not be, in the contenders that this project answers for."""
    complaints = []
    for case in results.cases:
        trouble = [problem_of(case)] if problem_of(case) else []
        if missing_figures(case):
            trouble.append("missing: " + ", ".join(missing_figures(case)))
        if trouble:
            complaints.append((case["is_sdk"], f"{case['name']}: {'; '.join(trouble)}"))
    for is_sdk, text in complaints:
        print(("reported: " if is_sdk else "FAILED: ") + text)
    return 1 if any(not is_sdk for is_sdk, _ in complaints) else 0


def main():
    chosen = arguments()
    output = chosen.output or chosen.build_dir / "bench"
    output.mkdir(parents=True, exist_ok=True)
    stored = output / "results.json"
    if chosen.report_only:
        results = Results(json.loads(stored.read_text()))
    else:
        sizes = SHORT if chosen.short else Sizes(sdk_jobs=chosen.sdk_jobs)
        repetitions = 1 if chosen.short else chosen.repetitions
        programs = Programs(chosen.build_dir, SOURCES)
        contenders = [name for name in chosen.contender if not (chosen.short and name in SDKS)]
        if not programs.has_sdks() and any(name in SDKS for name in contenders):
            print("No SDKs: node, or what npm ci installs, is missing; scripts/bench does that.", file=sys.stderr)
            contenders = [name for name in contenders if name not in SDKS]
        labels = {"module": "module", "libcurl": "libcurl", **sdk_labels(SOURCES / "sdk/package.json")}
        raise_descriptor_limit()
        cases = cases_of(chosen.scenario, contenders, sizes, labels)
        samples = measure(cases, programs, repetitions)
        measured = document(cases, samples, {"repetitions": repetitions, "short": chosen.short,
                                             "durations": sizes.durations})
        results = Results(with_earlier(measured, stored) if chosen.add else measured)
        stored.write_text(json.dumps(results.document, indent=1, ensure_ascii=False) + "\n")
    write_report(results, output, draws=not results.document["options"]["short"])
    print()
    print(bar_table(results))
    print(f"\nThe tables are in {output / 'table.md'}.")
    return verdict(results)


if __name__ == "__main__":
    sys.exit(main())

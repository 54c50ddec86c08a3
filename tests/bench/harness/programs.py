"""Starts the service and one client at a time, and brings home what they print."""

import json
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile


class Failed(Exception):
    """A program did not do what it should; the text is for people."""


def _last_json(text):
    for line in reversed(text.splitlines()):
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict):
            return value
    return None


class JobServer:
    """A fresh service per measured run. It ends with its standard input, so also when this process dies."""

    def __init__(self, program, arguments, ca_file):
        command = [program, *arguments]
        if ca_file:
            command += ["--tls", "--ca-out", str(ca_file)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        line = self._process.stdout.readline()
        if not line:
            raise Failed(f"the job server ended with status {self._process.wait()} before it was ready")
        self.base_url = f"{'https' if ca_file else 'http'}://127.0.0.1:{json.loads(line)['port']}"

    def finish(self):
        """Ends it and returns its statistics, or None when there are none."""
        try:
            text, _ = self._process.communicate(timeout=30)  # closes its standard input
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return None
        return _last_json(text)


class Programs:
    def __init__(self, build, sources):
        self._server = build / "tests/bench/bench_job_server"
        self._module_client = build / "tests/bench/bench_module_client"
        self._curl_client = build / "tests/bench/bench_curl_client"
        self._module = build / "plugin/pixelml_nodes.so"
        self._sdk = sources / "sdk"
        missing = [str(path) for path in (self._server, self._module_client, self._curl_client, self._module)
                   if not path.exists()]
        if missing:
            raise SystemExit("Not built: " + ", ".join(missing) + "\nscripts/bench builds and runs everything.")

    def has_sdks(self):
        return shutil.which("node") is not None and (self._sdk / "node_modules").is_dir()

    def _command(self, contender):
        if contender == "module":
            return [str(self._module_client), "--module", str(self._module)]
        if contender == "libcurl":
            return [str(self._curl_client)]
        return ["node", str(self._sdk / (contender.replace("-", "_") + ".mjs"))]

    @staticmethod
    def _run(command, timeout_s):
        """What the client printed, and what went wrong or None."""
        with tempfile.TemporaryFile("w+") as errors:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                                       text=True)
            problem = None
            try:
                text, _ = process.communicate(timeout=timeout_s)
            except subprocess.TimeoutExpired:
                problem = f"not done after {timeout_s:.0f} s"
                process.terminate()  # an SDK's client then says what it has
                try:
                    text, _ = process.communicate(timeout=20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    text, _ = process.communicate()
            errors.seek(0)
            complaints = [line for line in errors.read().splitlines() if line.strip()]
        if problem is None and process.returncode != 0:
            problem = f"crashed with status {process.returncode}"
        if problem and complaints:
            problem += ": " + next((line for line in complaints if "Error" in line), complaints[-1]).strip()[:200]
        result = _last_json(text)
        if result is None and problem is None:
            problem = "printed no figures"
        return result, problem, complaints[:5]

    def _against_server(self, case, command):
        with tempfile.TemporaryDirectory() as folder:
            ca_file = pathlib.Path(folder) / "ca.pem" if case.tls else None
            server = JobServer(self._server, case.server, ca_file)
            try:
                command = [*command, "--base-url", server.base_url]
                if ca_file:
                    command += ["--ca-file", str(ca_file)]
                client, problem, complaints = self._run(command, case.timeout_s)
            finally:
                statistics_of_server = server.finish()
        return {"client": client, "server": statistics_of_server, "problem": problem, "complaints": complaints}

    def run(self, case):
        """One measurement of a case: {client, server, problem, complaints}."""
        try:
            if case.kind == "start":
                return self._starts(case)
            if case.kind == "instructions":
                return self._instructions(case)
            return self._against_server(case, [*self._command(case.contender), *case.client])
        except (Failed, OSError) as error:
            return {"client": None, "server": None, "problem": str(error), "complaints": []}

    def _starts(self, case):
        """Processes of their own, so that each finds the module not yet loaded."""
        samples = []
        for _ in range(case.counts[0]):
            result, problem, _ = self._run([*self._command("module"), "--mode", "start"], 30)
            if problem:
                raise Failed(problem)
            samples.append(result)
        return {"client": {name: statistics.median(sample[name] for sample in samples) for name in samples[0]},
                "server": None, "problem": None, "complaints": []}

    def _instructions(self, case):
        """Two numbers of runs: what starting costs falls out of their difference."""
        if shutil.which("valgrind") is None:
            raise Failed("valgrind is not installed")
        fewer, more = case.counts
        counted = [self._instructions_of(case, runs) for runs in (fewer, more)]
        return {"client": {"instructions_per_run": (counted[1] - counted[0]) / (more - fewer), "runs": more - fewer},
                "server": None, "problem": None, "complaints": []}

    def _instructions_of(self, case, runs):
        with tempfile.TemporaryDirectory() as folder:
            profile = pathlib.Path(folder) / "callgrind"
            command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={profile}",
                       *self._command(case.contender), *case.client, "--runs", str(runs)]
            sample = self._against_server(case, command)
            if sample["problem"] or sample["client"]["succeeded"] != runs:
                raise Failed(sample["problem"] or "runs failed under callgrind")
            total = re.search(r"^(?:summary|totals): (\d+)", profile.read_text(errors="replace"), re.MULTILINE)
        if total is None:
            raise Failed("callgrind's file holds no total")
        return int(total.group(1))

"""The package as it is built and installed: a wheel, in an environment of its own, whatever else is there.

Exit status 77: it was skipped, because there is nothing to build it with.
"""

import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SOURCE = ROOT / "hosts" / "python"
EXAMPLE = sys.argv[1]
MISSING = [name for name in ("pip", "setuptools", "wheel", "mypy") if importlib.util.find_spec(name) is None]

USE = """
import sys, workflow_node as wfn
assert wfn.__file__.startswith(sys.prefix), wfn.__file__
with wfn.Session(wfn.Module.load(sys.argv[1])) as session:
    print(session.run_sync("echo", {"text": "x"}).output)
"""
TYPED = """
import workflow_node as wfn
async def main(session: wfn.Session) -> str:
    result = await session.run("echo", {"text": "x"}, connection={"api_key": "k"}, timeout=1.5)
    reveal_type(result.warnings)
    await session.run("echo", {"text": "x"}, timeout="soon")
    return result
"""


def output_of(*command, **options):
    ended = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                           check=False, timeout=100, **options)
    return ended.returncode, ended.stdout


class PackageTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def test_a_wheel_is_installed_and_used_without_the_source(self):
        copy = self.folder / "source"  # setuptools writes beside what it builds
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
        code, out = output_of(sys.executable, "-m", "pip", "wheel", "--no-index", "--no-deps", "--no-build-isolation",
                              "--quiet", "-w", self.folder, copy)
        self.assertEqual(0, code, out)
        wheel, = self.folder.glob("*.whl")
        environment = self.folder / "venv"
        code, out = output_of(sys.executable, "-m", "venv", "--without-pip", environment)
        self.assertEqual(0, code, out)
        python = environment / "bin" / "python"
        code, out = output_of(sys.executable, "-m", "pip", "--python", python, "install", "--no-index", "--quiet",
                              wheel)
        self.assertEqual(0, code, out)
        self.assertEqual((0, "{'echo': {'text': 'x'}}\n"),
                         output_of(python, "-I", "-c", USE, EXAMPLE, cwd=self.folder))
        self.assertEqual(1, len(list(environment.rglob("workflow_node/py.typed"))))

    def test_its_version_is_the_project_s(self):
        project = re.search(r"project\(workflow_node VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text()).group(1)
        self.assertIn(f'version = "{project}"', (SOURCE / "pyproject.toml").read_text())

    def test_its_types_are_right_for_itself_and_for_others(self):
        cache = f"--cache-dir={self.folder}"
        code, out = output_of(sys.executable, "-m", "mypy", cache, "--python-version", "3.9", "workflow_node",
                              cwd=SOURCE)
        self.assertEqual(0, code, out)
        (self.folder / "typed.py").write_text(TYPED)
        code, out = output_of(sys.executable, "-m", "mypy", cache, "--config-file", SOURCE / "pyproject.toml",
                              self.folder / "typed.py", cwd=SOURCE)
        self.assertEqual(1, code, out)
        self.assertIn('typed.py:5: note: Revealed type is "builtins.tuple[workflow_node._values.RunWarning', out)
        self.assertIn('typed.py:6: error: Argument "timeout"', out)
        self.assertIn("typed.py:7: error: Incompatible return value", out)
        self.assertEqual(2, out.count(": error:"), out)


if __name__ == "__main__":
    if MISSING:
        print(f"skipped: {', '.join(MISSING)} of {sys.executable} is missing; scripts/install-dependencies test")
        sys.exit(77)
    unittest.main(argv=sys.argv[:1])

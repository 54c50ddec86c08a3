"""docs/module-authors.md: what it shows is what the compiler and the command line take. REPOSITORY, BUILD,
WORKFLOW_NODE and CMAKE in the environment."""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import textwrap
import unittest

REPOSITORY = pathlib.Path(os.environ["REPOSITORY"])
PAGE = (REPOSITORY / "docs" / "module-authors.md").read_text(encoding="utf-8")
EXAMPLES = [file.read_text(encoding="utf-8") for file in (REPOSITORY / "examples" / "module_cpp").glob("*")]


def blocks():
    """(language, text) of each block of code."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def of(language, part=""):
    return [text for one, text in blocks() if one == language and part in text]


class PageTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "shout.cpp").write_text(of("cpp", "WFN_MODULE")[0], encoding="utf-8")
        (self.folder / "input.json").write_text('{"text": "Good morning"}', encoding="utf-8")

    def run_here(self, command, **variables):
        done = subprocess.run(["bash", "-e", "-c", command], cwd=self.folder, capture_output=True, text=True, check=False,
                              env={**os.environ, **variables})
        self.assertEqual(0, done.returncode, command + done.stdout + done.stderr)
        return done.stdout

    def test_the_ten_minutes_lead_to_the_output_that_the_page_shows(self):
        (self.folder / "sdk_headers").symlink_to(REPOSITORY / "sdk_headers")
        (self.folder / "build/hosts/cli").mkdir(parents=True)
        (self.folder / "build/hosts/cli/workflow-node").symlink_to(os.environ["WORKFLOW_NODE"])
        shown, = of("json")
        self.assertEqual(shown, self.run_here(of("sh")[0]))
        checked = self.run_here("build/hosts/cli/workflow-node check ./shout.so --input input.json --json")
        self.assertIn('"it can be unloaded', checked)

    def test_an_installed_sdk_builds_it_too(self):
        prefix = self.folder / "prefix"
        self.run_here(f"'{os.environ['CMAKE']}' --install '{os.environ['BUILD']}' --component dev --prefix first")
        (self.folder / "first").rename(prefix)
        (self.folder / "CMakeLists.txt").write_text(of("cmake")[0], encoding="utf-8")
        for command, module in [(of("sh", "cmake -S")[0], "build/shout.so"), (of("sh", "pkg-config")[0], "shout.so")]:
            self.run_here(command.replace("=PREFIX", f"={prefix}"), PKG_CONFIG_PATH=str(prefix / "share/pkgconfig"))
            output = self.run_here(f"'{os.environ['WORKFLOW_NODE']}' run ./{module} --input input.json")
            self.assertEqual(of("json")[0], output)
            symbols = self.run_here(f"nm --dynamic --defined-only --format=just-symbols {module}")
            self.assertEqual("wfn_module_entry\n", symbols)

    def test_every_other_block_stands_in_an_example_or_is_whole(self):
        for text in of("cpp"):
            if "WFN_MODULE" in text:
                continue
            with self.subTest(text):
                if "#include" in text:
                    (self.folder / "block.cpp").write_text(text, encoding="utf-8")
                    self.run_here(f"g++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -I '{REPOSITORY}/sdk_headers' block.cpp")
                    continue
                dedented = "".join(textwrap.dedent(line) for line in text.splitlines(keepends=True))
                found = any(dedented in "".join(line.lstrip(" ") for line in example.splitlines(keepends=True))
                            for example in EXAMPLES)
                self.assertTrue(found, "it is in no file of examples/module_cpp")

    def test_no_line_is_too_long(self):
        self.assertEqual([], [line for line in PAGE.splitlines() if len(line) > 120])


if __name__ == "__main__":
    unittest.main()

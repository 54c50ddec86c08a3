"""docs/module-authors.md: what it shows is what the compiler and the command line take. REPOSITORY and WORKFLOW_NODE
in the environment."""

import os
import pathlib
import re
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


class PageTest(unittest.TestCase):
    def test_the_ten_minutes_lead_to_the_output_that_the_page_shows(self):
        whole = [text for language, text in blocks() if language == "cpp" and "WFN_MODULE" in text]
        commands = [text for language, text in blocks() if language == "sh"]
        shown = [text for language, text in blocks() if language == "json"]
        self.assertEqual((1, 1, 1), (len(whole), len(commands), len(shown)))
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "sdk_headers").symlink_to(REPOSITORY / "sdk_headers")
            (folder / "build/hosts/cli").mkdir(parents=True)
            (folder / "build/hosts/cli/workflow-node").symlink_to(os.environ["WORKFLOW_NODE"])
            (folder / "shout.cpp").write_text(whole[0], encoding="utf-8")
            done = subprocess.run(["bash", "-e", "-c", commands[0]], cwd=folder, capture_output=True, text=True, check=False)
        self.assertEqual((0, shown[0]), (done.returncode, done.stdout), done.stderr)

    def test_every_other_block_stands_in_an_example(self):
        for language, text in blocks():
            if language in ("sh", "json") or "WFN_MODULE" in text:
                continue
            with self.subTest(text):
                self.assertIn(language, ("cpp", "cmake"))
                dedented = "".join(textwrap.dedent(line) for line in text.splitlines(keepends=True))
                found = any(dedented in "".join(line.lstrip(" ") for line in example.splitlines(keepends=True))
                            for example in EXAMPLES)
                self.assertTrue(found, "it is in no file of examples/module_cpp")

    def test_no_line_is_too_long(self):
        self.assertEqual([], [line for line in PAGE.splitlines() if len(line) > 120])


if __name__ == "__main__":
    unittest.main()

"""The blocks of C++ in the pages are what a compiler takes. REPOSITORY in the environment; CXX: the compiler."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

REPOSITORY = pathlib.Path(os.environ["REPOSITORY"])
# What a block that is no whole program is put into.
IN_MAIN = """#include <workflow_node/host.hpp>
int main() {{
    wfn::Request request;
{block}
    return result.succeeded() ? 0 : 1;
}}
"""
IN_A_FUNCTION = """#include "journal/journaled_run.hpp"
#include <iostream>
std::string run_once(wfn::Session& session, const wfn::Node& node, const std::string& input, const std::string& connection);
std::string run_once(wfn::Session& session, const wfn::Node& node, const std::string& input, const std::string& connection) {{
{block}
    return {{}};
}}
"""
PAGES = {"README.md": IN_MAIN, "docs/host-authors.md": IN_MAIN, "hosts/journal/README.md": IN_A_FUNCTION}


def blocks(page):
    text = (REPOSITORY / page).read_text(encoding="utf-8")
    return re.findall(r"^```cpp\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


class SnippetsTest(unittest.TestCase):
    def test_each_block_compiles(self):
        for page, fragment in PAGES.items():
            found = blocks(page)
            self.assertTrue(found, f"{page} has no block of C++ any more")
            for block in found:
                with self.subTest(page), tempfile.TemporaryDirectory() as folder:
                    source = pathlib.Path(folder) / "snippet.cpp"
                    whole = "#include" in block
                    source.write_text(block if whole else fragment.format(block=block), encoding="utf-8")
                    done = subprocess.run(
                        [os.environ["CXX"], "-std=c++20", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsyntax-only",
                         f"-I{REPOSITORY / 'sdk_headers'}", f"-I{REPOSITORY / 'hosts'}", source],
                        capture_output=True, text=True, check=False)
                    self.assertEqual((0, ""), (done.returncode, done.stderr), block)


if __name__ == "__main__":
    unittest.main()

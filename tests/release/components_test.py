"""third_party.py names every package of Debian whose headers the module and the command are compiled with.

In the environment: SOURCE, this project; BUILD, a build of it by ninja; NINJA.
"""

import os
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(os.environ["SOURCE"]) / "scripts/release.d"))
import third_party  # noqa: E402

SYSTEM = re.compile(r"(libc6|linux-libc|libstdc\+\+-\d+|libgcc-\d+)-dev")
# What the command links as shared libraries, on which the Debian package depends.
SHARED = {"libcurl4-openssl-dev", "libsqlite3-dev", "libssl-dev", "libutf8proc-dev"}


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


class ComponentsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.headers = {}
        deps = output_of(os.environ["NINJA"], "-C", os.environ["BUILD"], "-t", "deps")
        for entry in deps.strip().split("\n\n"):
            first, *files = entry.splitlines()
            cls.headers[first.partition(":")[0]] = {file.strip() for file in files if file.startswith("    /usr/")}

    def packages_of(self, *folders):
        used = set().union(*(files for target, files in self.headers.items() if target.startswith(folders)))
        self.assertTrue(used, folders)
        owners = output_of("dpkg-query", "--search", *sorted({os.path.realpath(file) for file in used}))
        return {package for package in re.findall(r"^([^:,\s]+)", owners, re.MULTILINE) if not SYSTEM.fullmatch(package)}

    def named(self, file):
        components = third_party.linked(third_party.DEBIAN, pathlib.Path("/nowhere"))[file]
        return {one.package for one in components if not SYSTEM.fullmatch(one.package)}

    def test_of_the_module(self):
        self.assertEqual(self.named(third_party.MODULE), self.packages_of("plugin/", "cmake/boost/"))

    def test_of_the_command(self):
        used = self.packages_of("hosts/cli/", "hosts/journal/")
        self.assertEqual(self.named(third_party.COMMAND), used - SHARED)


if __name__ == "__main__":
    unittest.main()

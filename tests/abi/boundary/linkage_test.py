"""What the module's file shows and needs. MODULE in the environment."""

import os
import re
import subprocess
import unittest

MODULE = os.environ["MODULE"]
ALLOWED = re.compile(r"lib(c|m|stdc\+\+|gcc_s|pthread|dl)\.so\.\d+|ld-linux[-\w]*\.so\.\d+|linux-vdso\.so\.1")


def output_of(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class LinkageTest(unittest.TestCase):
    def test_exports_the_entry_and_nothing_else(self):
        symbols = [line.split()[1:] for line in output_of("nm", "-D", "--defined-only", MODULE).splitlines()]
        self.assertEqual([["T", "wfn_module_entry"]], symbols)

    def test_has_no_unique_symbol(self):
        # STB_GNU_UNIQUE: would be shared between two copies, and would keep the module from being unloaded.
        rows = [line.split() for line in output_of("readelf", "--dyn-syms", "--wide", MODULE).splitlines()]
        defined = [row for row in rows if len(row) >= 8 and row[0][:-1].isdigit() and row[6] != "UND"]
        self.assertEqual([], [row[7] for row in defined if row[4] == "UNIQUE"])
        self.assertEqual(["wfn_module_entry"], [row[7] for row in defined])

    def test_needs_only_the_systems_own_libraries(self):
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", output_of("readelf", "-d", MODULE))
        self.assertIn("libc.so.6", needed)
        self.assertEqual([], [name for name in needed if not ALLOWED.fullmatch(name)])

    def test_loads_only_the_systems_own_libraries(self):
        loaded = [os.path.basename(line.split()[0]) for line in output_of("ldd", MODULE).splitlines()]
        self.assertIn("libc.so.6", loaded)
        self.assertEqual([], [name for name in loaded if not ALLOWED.fullmatch(name)])

    def test_is_bound_when_it_is_loaded(self):
        self.assertRegex(output_of("readelf", "-d", MODULE), r"BIND_NOW|FLAGS_1.*NOW")


if __name__ == "__main__":
    unittest.main()

"""What modules that are written with module.hpp export. HIDDEN_MODULES and VISIBLE_MODULE in the environment."""

import os
import subprocess
import unittest


def dynamic_symbols(module):
    """(name, binding) of each defined symbol."""
    command = ["readelf", "--dyn-syms", "--wide", module]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    rows = [line.split() for line in lines]
    rows = [row for row in rows if len(row) >= 8 and row[0][:-1].isdigit() and row[6] != "UND"]
    return [(row[7], row[4]) for row in rows]


class LinkageTest(unittest.TestCase):
    def test_no_symbol_is_unique(self):
        # STB_GNU_UNIQUE: would be shared between two modules, and would keep a module from being unloaded.
        for module in os.environ["HIDDEN_MODULES"].split(":"):
            self.assertEqual([], [name for name, binding in dynamic_symbols(module) if binding == "UNIQUE"])

    def test_what_the_header_has_inside_is_hidden_without_any_flag(self):
        names = [name for name, _ in dynamic_symbols(os.environ["VISIBLE_MODULE"])]
        self.assertIn("wfn_module_entry", names)
        self.assertEqual([], [name for name in names if name.startswith(("_ZN3wfn3sdk", "_ZNK3wfn3sdk"))])

    def test_with_the_examples_flags_the_entry_is_all_of_the_module(self):
        for module in os.environ["HIDDEN_MODULES"].split(":"):
            names = [name for name, _ in dynamic_symbols(module)]
            self.assertIn("wfn_module_entry", names)
            self.assertEqual([], [name for name in names if not name.startswith("wfn_")])


if __name__ == "__main__":
    unittest.main()

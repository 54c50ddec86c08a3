"""cmake/platforms/check_binary on small files with one fault each. CHECK and CXX, a compiler for x64, in the environment."""

import os
import pathlib
import subprocess
import tempfile
import unittest

CHECK = os.environ["CHECK"]
COMPILER = os.environ["CXX"]
ENTRY = 'extern "C" __attribute__((visibility("default"))) const void* wfn_module_entry() { return nullptr; }\n'
ADDON = 'extern "C" __attribute__((visibility("default"))) void napi_register_module_v1() {}\n' \
    'extern "C" __attribute__((visibility("default"))) int node_api_module_get_api_version_v1() { return 8; }\n'


class CheckBinaryTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def make(self, source=ENTRY, *flags, name="module.so", stripped=True):
        made = self.folder / name
        (self.folder / "source.cpp").write_text(source)
        subprocess.run([COMPILER, "-shared", "-fPIC", "-fvisibility=hidden", "-O1", "-x", "c++", self.folder / "source.cpp",
                        "-o", made, *flags], check=True, capture_output=True)
        if stripped:
            symbols = self.folder / f"{name}.debug"
            subprocess.run(["objcopy", "--only-keep-debug", made, symbols], check=True)
            subprocess.run(["objcopy", "--strip-unneeded", f"--add-gnu-debuglink={symbols}", made], check=True)
        return made

    def faults(self, file, platform="linux-x64"):
        done = subprocess.run([CHECK, platform, file], capture_output=True, text=True, check=False)
        first, *rest = done.stdout.splitlines()
        self.assertTrue(first.startswith(f"{file.name}: Advanced Micro Devices X86-64"), done.stdout + done.stderr)
        self.assertEqual(1 if rest else 0, done.returncode)
        prefix = f"  wrong for {platform}: "
        for line in rest:
            self.assertTrue(line.startswith(prefix), line)
        return [line.removeprefix(prefix) for line in rest]

    def test_a_module_and_an_addon_without_a_fault(self):
        self.assertEqual([], self.faults(self.make()))
        self.assertEqual([], self.faults(self.make(ADDON, name="addon.node")))

    def test_another_machine(self):
        self.assertEqual(["it is for Advanced Micro Devices X86-64"], self.faults(self.make(), "linux-arm64"))

    def test_a_newer_glibc(self):
        source = ENTRY + '#include <stdlib.h>\nextern "C" unsigned use(); unsigned use() { return arc4random(); }\n'
        self.assertEqual(["it needs glibc 2.36; 2.28 is the newest that it may"], self.faults(self.make(source)))

    def test_the_shared_libstdcxx(self):
        source = ENTRY + "#include <string>\nint use(); int use() { throw std::string(1, 'x'); }\n"
        found = self.faults(self.make(source))
        self.assertIn("it needs libstdc++.so.6, which is not on every linux-x64", found)
        self.assertIn("it needs symbols with versions of GLIBCXX", found)

    def test_glibc_under_the_name_of_musl(self):
        source = ENTRY + '#include <stdlib.h>\nint use(); int use() { return rand(); }\n'
        self.assertEqual([
            "it needs libc.so.6, which is not on every linux-x64-musl",
            "it does not need musl's libc.so",
            "it needs symbols with versions of GLIBC",
        ], self.faults(self.make(source, "-nodefaultlibs", "-lc"), "linux-x64-musl"))

    def test_another_exported_symbol_and_none(self):
        source = ENTRY + '__attribute__((visibility("default"))) int more = 1;\n'
        self.assertEqual(["it exports more"], self.faults(self.make(source)))
        self.assertEqual(["it does not export wfn_module_entry"], self.faults(self.make("static int x;\n")))

    def test_text_relocations(self):
        source = ENTRY + 'asm(".text\\n.quad wfn_module_entry\\n");\n'
        self.assertEqual(["it has text relocations"], self.faults(self.make(source, "-Wl,-z,notext")))

    def test_a_path_of_the_machine_that_it_was_built_on(self):
        self.assertEqual(["it has a RUNPATH"], self.faults(self.make(ENTRY, "-Wl,-rpath,/opt/lib")))

    def test_symbols_that_were_not_taken_out(self):
        found = self.faults(self.make(ENTRY, "-g", stripped=False))
        self.assertIn("it is not stripped: there is .symtab", found)
        self.assertIn("it is not stripped: there is .debug_info", found)
        self.assertIn("it does not name a file with its debug information", found)

    def test_no_build_id(self):
        self.assertEqual(["it has no build id"], self.faults(self.make(ENTRY, "-Wl,--build-id=none")))


if __name__ == "__main__":
    unittest.main()

"""The Debian packages: built, looked at, installed into an empty root, used from there, and purged.

In the environment: BUILD, CPACK, SANDBOX (the program), PHOTO.
"""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
import urllib.request

from install_test import relative_files, run

BUILD = os.environ["BUILD"]
DPKG_FOLDER = "var/lib/dpkg"
# dpkg wants root, which fakeroot pretends to be; and ldconfig in its PATH, though nothing here calls it.
AS_ROOT = [] if os.geteuid() == 0 else ["fakeroot"]
ENVIRONMENT = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}


class BuiltPackages(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        run(os.environ["CPACK"], "--config", BUILD + "/CPackConfig.cmake", "-G", "DEB", "-B", str(cls.folder))
        cls.packages = {file.name.split("_")[0]: file for file in cls.folder.glob("*.deb")}


class PackagesTest(BuiltPackages):
    def field(self, package, name):
        return run("dpkg-deb", "--field", str(self.packages[package]), name).strip()

    def dpkg(self, *words):
        # Without the packages that these depend on: the root is empty.
        return run(*AS_ROOT, "dpkg", f"--root={self.root}", f"--log={self.folder}/log", "--force-depends", *words,
                   env=ENVIRONMENT)

    def test_there_are_two_which_need_what_they_link(self):
        self.assertEqual({"workflow-node", "workflow-node-dev"}, set(self.packages))
        needed = self.field("workflow-node", "Depends")
        for library in ["libc6 (>= ", "libstdc++6 (>= ", "libcurl4 (>= ", "libsqlite3-0 (>= ", "libssl3 (>= ",
                        "libutf8proc2 (>= "]:
            self.assertIn(library, needed)
        self.assertEqual("", self.field("workflow-node-dev", "Depends"))
        self.assertEqual("all", self.field("workflow-node-dev", "Architecture"))
        for package in self.packages:
            synopsis, *rest = self.field(package, "Description").splitlines()
            self.assertTrue(0 < len(synopsis) <= 80 and len(rest) > 2, package)

    def test_they_have_no_script_and_no_file_in_common(self):
        files = {}
        for package, file in self.packages.items():
            control = self.folder / package
            run("dpkg-deb", "--control", str(file), str(control))
            self.assertEqual({"control", "md5sums"}, relative_files(control))
            run("dpkg-deb", "--extract", str(file), str(control / "files"))
            files[package] = relative_files(control / "files")
            self.assertLessEqual({f"usr/share/doc/{package}/copyright", f"usr/share/doc/{package}/changelog.gz"},
                                 files[package])
        self.assertEqual(set(), files["workflow-node"] & files["workflow-node-dev"])
        self.assertIn("usr/share/workflow-node/python/workflow_node/__init__.py", files["workflow-node-dev"])

    def test_installed_used_and_purged(self):
        self.root = self.folder / "root"
        for folder in ["info", "updates", "triggers"]:
            (self.root / DPKG_FOLDER / folder).mkdir(parents=True)
        (self.root / DPKG_FOLDER / "status").touch()
        self.dpkg("--install", *map(str, self.packages.values()))
        self.run_the_demos_job()
        self.dpkg("--purge", *self.packages)
        left = {str(file.relative_to(self.root)) for file in self.root.rglob("*")}
        self.assertEqual(set(), {file for file in left if not file.startswith("var")})
        # dpkg's own folder has to hold no more of them than the knowledge that they are gone.
        self.assertEqual("", (self.root / DPKG_FOLDER / "status").read_text(encoding="utf-8"))
        self.assertEqual({"info/format"}, {file for file in relative_files(self.root / DPKG_FOLDER)
                                           if file.startswith("info/")})

    def run_the_demos_job(self):
        command = [os.environ["SANDBOX"], "--port", "0", "--directory", str(self.folder / "videos"),
                   "--image", os.environ["PHOTO"]]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as sandbox:
            try:
                url = sandbox.stdout.readline().strip()
                output = run(str(self.root / "usr/bin/workflow-node"), "run",
                             str(self.root / "usr/lib/workflow_node/pixelml_nodes.so"), "image_to_video",
                             "--set", "model=Pixel S", "--set", f"image={url}/image",
                             "--set", "prompt=Slow zoom in on the cup, warm light",
                             "--set", "negative_prompt=blur",
                             env={**os.environ, "PIXELML_API_KEY": "sandbox", "PIXELML_BASE_URL": url})
                with urllib.request.urlopen(json.loads(output)["video"], timeout=60) as video:
                    self.assertEqual(b"ftyp", video.read(12)[4:8])  # an MP4
            finally:
                sandbox.terminate()


class LintianTest(BuiltPackages):
    @unittest.skipUnless(shutil.which("lintian"), "lintian is missing: scripts/install-dependencies test installs it")
    def test_lintian_finds_no_error(self):
        run("lintian", *([] if AS_ROOT else ["--allow-root"]), "--fail-on", "error",
            *map(str, self.packages.values()))


if __name__ == "__main__":
    unittest.main()

"""scripts/release.d/sbom.py and third_party.py, on a small dist/ and with the packages of this machine.

In the environment: SOURCE, this project.
"""

import hashlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest

from license_expression import get_spdx_licensing

SOURCE = pathlib.Path(os.environ["SOURCE"])
TOOLS = SOURCE / "scripts/release.d"
sys.path.insert(0, str(TOOLS))
import third_party  # noqa: E402

MODULE = b"\x7fELF of the module"
COMMAND = b"\x7fELF of the command"
NPM = {"name": "@some/package", "version": "1.2.3", "license": "(MIT OR Apache-2.0)"}


def write_archive(file, members):
    with tarfile.open(file, "w:gz") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


class SbomTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dist = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.dist)
        write_archive(cls.dist / "archive.tar.gz",
                      {"bin/workflow-node": COMMAND, "lib/pixelml_nodes.so": MODULE, "lib/pixelml_nodes.so.debug": MODULE})
        write_archive(cls.dist / "package.tgz", {
            "package/pixelml_nodes.so": MODULE,
            "package/package.json": b"{}",
            "package/node_modules/@some/package/package.json": json.dumps(NPM).encode(),
            "package/node_modules/@some/package/esm/package.json": b"{}",
        })
        cls.text = cls.written()
        cls.document = json.loads(cls.text)
        cls.packages = {package["SPDXID"]: package for package in cls.document["packages"]}
        cls.by_name = {package["name"]: package for package in cls.document["packages"]}

    @classmethod
    def written(cls):
        return subprocess.run(
            [sys.executable, TOOLS / "sbom.py", cls.dist, "/nowhere", "0.2.0"], check=True, capture_output=True, text=True,
            timeout=60, env={**os.environ, "SOURCE_DATE_EPOCH": "86400", "PYTHONDONTWRITEBYTECODE": "1"}).stdout

    def related(self, name, kind):
        identifier = self.by_name[name]["SPDXID"] if name else "SPDXRef-DOCUMENT"
        return {self.packages[relationship["relatedSpdxElement"]]["name"] for relationship in self.document["relationships"]
                if relationship["spdxElementId"] == identifier and relationship["relationshipType"] == kind}

    def test_it_has_what_spdx_requires(self):
        document = self.document
        self.assertEqual(("SPDX-2.3", "CC0-1.0", "SPDXRef-DOCUMENT", "workflow-node-0.2.0"),
                         tuple(document[name] for name in ("spdxVersion", "dataLicense", "SPDXID", "name")))
        self.assertRegex(document["documentNamespace"], r"^https://[^#]+$")
        self.assertEqual("1970-01-02T00:00:00Z", document["creationInfo"]["created"])
        for creator in document["creationInfo"]["creators"]:
            self.assertRegex(creator, "^(Organization|Tool): ")
        self.assertEqual(len(self.packages), len(document["packages"]))
        for identifier, package in self.packages.items():
            self.assertRegex(identifier, r"^SPDXRef-[A-Za-z0-9.-]+$")
            self.assertTrue(package["name"] and package["downloadLocation"], identifier)
            self.assertFalse(package["filesAnalyzed"], identifier)  # true would ask for a list of files
            self.assertEqual([], get_spdx_licensing().validate(package["licenseDeclared"]).errors, identifier)
            for reference in package.get("externalRefs", []):
                self.assertRegex(reference["referenceLocator"], r"^pkg:(deb/debian|npm)/[^@ ]+@[^@ ]+$")

    def test_every_package_is_reached_from_the_document(self):
        reached, found = set(), {"SPDXRef-DOCUMENT"}
        while found:
            reached |= found
            found = {relationship["relatedSpdxElement"] for relationship in self.document["relationships"]
                     if relationship["spdxElementId"] in reached} - reached
        self.assertEqual({"SPDXRef-DOCUMENT", *self.packages}, reached)

    def test_what_is_in_the_files_and_linked_into_it(self):
        self.assertEqual({"archive.tar.gz", "package.tgz"}, self.related(None, "DESCRIBES"))
        module, command = "pixelml_nodes.so for debian", "workflow-node for debian"
        self.assertEqual({module, command}, self.related("archive.tar.gz", "CONTAINS"))
        self.assertEqual({module, "@some/package"}, self.related("package.tgz", "CONTAINS"))
        everywhere = {"Boost", "valijson", "libgcc", third_party.GLIBC}
        self.assertEqual({"OpenSSL", *everywhere}, self.related(module, "STATIC_LINK"))
        self.assertEqual({"CLI11", "SQLiteCpp", *everywhere}, self.related(command, "STATIC_LINK"))

    def test_checksums(self):
        for name, content in [("pixelml_nodes.so for debian", MODULE),
                              ("archive.tar.gz", (self.dist / "archive.tar.gz").read_bytes())]:
            self.assertEqual([{"algorithm": "SHA256", "checksumValue": hashlib.sha256(content).hexdigest()}],
                             self.by_name[name]["checksums"])

    def test_versions_are_those_of_the_packages(self):
        said = subprocess.run(["openssl", "version"], check=True, capture_output=True, text=True, timeout=60).stdout
        self.assertIn(f"OpenSSL {self.by_name['OpenSSL']['versionInfo']} ", said)
        version = re.search(r'BOOST_LIB_VERSION "(\d+)_(\d+)', pathlib.Path("/usr/include/boost/version.hpp").read_text())
        self.assertTrue(self.by_name["Boost"]["versionInfo"].startswith(f"{version[1]}.{version[2]}."))
        self.assertEqual("pkg:npm/%40some/package@1.2.3",
                         self.by_name["@some/package"]["externalRefs"][0]["referenceLocator"])

    def test_it_is_the_same_each_time(self):
        self.assertEqual(self.text, self.written())


class ThirdPartyTest(unittest.TestCase):
    def test_a_version_without_what_debian_adds(self):
        for version, upstream in [("1.81.0-5+deb12u1", "1.81.0"), ("1:19.1.7-3~deb12u1", "19.1.7"), ("1.0+repack-2", "1.0"),
                                  ("12.2.0-14cross1", "12.2.0"), ("3.0.22", "3.0.22")]:
            self.assertEqual(upstream, third_party.Component("", "", "", version, "", "").upstream_version)

    def test_the_terms_of_all_that_is_linked(self):
        components = third_party.unique(third_party.linked(third_party.DEBIAN, pathlib.Path("/nowhere")))
        text = third_party.licenses({"debian": components})
        for part in ["Boost Software License - Version 1.0", "Tristan Penman", "The OpenSSL Project Authors",
                     "GCC RUNTIME LIBRARY EXCEPTION", "The files of libc_nonshared.a", "University of Cincinnati",
                     "Sebastien Rombauts",
                     "TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION",
                     "GNU GENERAL PUBLIC LICENSE\n                       Version 3, 29 June 2007"]:
            self.assertEqual(1, text.count(part), part)

    def test_what_is_pinned_has_a_version(self):
        for entry in ["libssl-dev", "src:openssl", "src:llvm-toolchain-19"]:
            self.assertRegex(third_party.pinned_version(entry), r"\d")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""What is in the files of dist/, as SPDX 2.3: the binaries, what is linked into them, and the bundled packages of npm.

sbom.py DIST DOWNLOADS VERSION  prints the document
    DOWNLOADS: where cmake/platforms/prepare keeps Debian's packages
    SOURCE_DATE_EPOCH in the environment: when it was made
"""

import datetime
import hashlib
import io
import json
import os
import pathlib
import re
import sys
import tarfile
import urllib.parse

import third_party

AUTHORS = "The workflow_node authors"
LICENSE = "MIT"
OS_RELEASE = pathlib.Path("/etc/os-release")
PURPOSES = {".deb": "INSTALL", ".tgz": "INSTALL", ".gz": "ARCHIVE"}


def members(file):
    """[(name, content)] of an archive, or of a Debian package."""
    content = third_party.output_of("dpkg-deb", "--fsys-tarfile", str(file)) if file.suffix == ".deb" else file.read_bytes()
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return [(member.name, archive.extractfile(member).read()) for member in archive if member.isfile()]


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def distribution():
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)', OS_RELEASE.read_text(encoding="utf-8"), re.MULTILINE))
    return f"{fields['ID']}-{fields['VERSION_ID']}"


def debian_url(component):
    name, version = (urllib.parse.quote(text, safe="") for text in (component.package, component.version))
    return f"pkg:deb/debian/{name}@{version}?arch={component.architecture}&distro={distribution()}"


def npm_url(name, version):
    return f"pkg:npm/{urllib.parse.quote(name, safe='/')}@{version}"


class Document:
    def __init__(self):
        self.packages = {}
        self.relationships = set()

    def add(self, identity, name, version, terms, *, supplier, url=None, **more):
        identifier = "SPDXRef-" + re.sub(r"[^A-Za-z0-9.]+", "-", identity)
        package = {
            "SPDXID": identifier, "name": name, "versionInfo": version, "supplier": supplier,
            "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
            "licenseConcluded": "NOASSERTION", "licenseDeclared": terms, "copyrightText": "NOASSERTION", **more,
        }
        if url:
            package["externalRefs"] = [
                {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": url}]
        if self.packages.setdefault(identifier, package) != package:
            sys.exit(f"Two packages would have the name {identifier}.")
        return identifier

    def relate(self, one, kind, other):
        self.relationships.add((one, kind, other))

    def written(self, name, created):
        packages = sorted(self.packages.values(), key=lambda package: package["SPDXID"])
        relationships = [{"spdxElementId": one, "relationshipType": kind, "relatedSpdxElement": other}
                         for one, kind, other in sorted(self.relationships)]
        content = sha256(json.dumps([packages, relationships]).encode())
        return json.dumps({
            "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
            "documentNamespace": f"https://workflow-node.invalid/spdx/{name}-{content}",
            "creationInfo": {"created": f"{created:%Y-%m-%dT%H:%M:%SZ}",
                             "creators": [f"Organization: {AUTHORS}", "Tool: scripts/release"]},
            "packages": packages, "relationships": relationships,
        }, indent=2) + "\n"


class Shipped:
    """The files of dist/."""

    def __init__(self, document, dist, downloads, version):
        self.document, self.downloads, self.version = document, downloads, version
        self.platforms = {sha256(file.read_bytes()): file.parent.name for file in (dist / "native").glob("*/*")}

    def add_file(self, file):
        content = file.read_bytes()
        identifier = self.document.add(
            file.name, file.name, self.version, LICENSE, supplier=f"Organization: {AUTHORS}", packageFileName=file.name,
            checksums=[{"algorithm": "SHA256", "checksumValue": sha256(content)}],
            primaryPackagePurpose=PURPOSES[file.suffix])
        self.document.relate("SPDXRef-DOCUMENT", "DESCRIBES", identifier)
        for name, inside in members(file):
            if inside.startswith(b"\x7fELF") and not name.endswith(".debug"):
                self.document.relate(identifier, "CONTAINS", self.add_binary(pathlib.PurePath(name).name, inside))
            elif re.fullmatch(r"package/(.*/)?node_modules/(@[^/]+/)?[^/]+/package\.json", name):
                self.document.relate(identifier, "CONTAINS", self.add_npm_package(json.loads(inside)))

    def add_binary(self, name, content):
        platform = self.platforms.get(sha256(content), third_party.DEBIAN)
        identifier = self.document.add(
            f"{platform}-{name}", f"{name} for {platform}", self.version, LICENSE, supplier=f"Organization: {AUTHORS}",
            packageFileName=name, checksums=[{"algorithm": "SHA256", "checksumValue": sha256(content)}],
            primaryPackagePurpose="APPLICATION" if name == third_party.COMMAND else "LIBRARY")
        for component in third_party.linked(platform, self.downloads)[name]:
            self.document.relate(identifier, "STATIC_LINK", self.add_component(component))
        return identifier

    def add_component(self, component):
        identity = f"{component.name}-{component.package}-{component.version}-{component.architecture}"
        return self.document.add(
            identity.replace("+", "p"), component.name, component.upstream_version, component.license,
            supplier="Organization: Debian", url=debian_url(component), primaryPackagePurpose="LIBRARY")

    def add_npm_package(self, description):
        name, version = description["name"], description["version"]
        return self.document.add(
            f"npm-{name}-{version}", name, version, description["license"], supplier="NOASSERTION",
            url=npm_url(name, version), primaryPackagePurpose="LIBRARY")


def main(words):
    if len(words) != 3:
        sys.exit(__doc__.strip())
    dist, downloads, version = pathlib.Path(words[0]), pathlib.Path(words[1]), words[2]
    created = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
    document = Document()
    shipped = Shipped(document, dist, downloads, version)
    for file in sorted(file for file in dist.iterdir() if file.suffix in PURPOSES):
        shipped.add_file(file)
    sys.stdout.write(document.written(f"workflow-node-{version}", created))


if __name__ == "__main__":
    main(sys.argv[1:])

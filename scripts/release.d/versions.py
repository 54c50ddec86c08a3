#!/usr/bin/env python3
"""The project's version: project() in CMakeLists.txt has it, and the files that have to carry it too.

versions.py              prints it; exit status 1, and why, if another file has another one
versions.py set VERSION  writes it into all of them
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# What stands before the version, wherever the file has it.
PROJECT = ("CMakeLists.txt", r"^project\(workflow_node VERSION ")
NODE_PACKAGES = ("hosts/node", "hosts/node-red", "hosts/n8n", "hosts/mcp")
COPIES = [
    ("manifest.json", r'^ +"version": "'),
    ("hosts/python/pyproject.toml", r'^version = "'),
    *((f"{folder}/package.json", r'^  "version": "') for folder in NODE_PACKAGES),
    *((f"{folder}/package-lock.json", r'^  "version": "') for folder in NODE_PACKAGES),
    *((f"{folder}/package-lock.json", r'^    "": \{\n      "name": "[^"]*",\n      "version": "')
      for folder in NODE_PACKAGES),
]
NUMBER = r"(0|[1-9]\d*)"
VERSION = re.compile(rf"{NUMBER}\.{NUMBER}\.{NUMBER}")


def pattern_of(before):
    return re.compile(rf"({before})([^\s\"]+)", re.MULTILINE)


def found(name, before):
    versions = [match[2] for match in pattern_of(before).finditer((ROOT / name).read_text(encoding="utf-8"))]
    if not versions:
        sys.exit(f"{name} has no version where scripts/release.d/versions.py looks for it.")
    return versions


def project_version():
    return found(*PROJECT)[0]


def differences():
    version = project_version()
    return [f"{name} has the version {other}, but project() in CMakeLists.txt has {version}. "
            f"Run scripts/release.d/versions.py set {version}."
            for name, before in COPIES for other in sorted(set(found(name, before)) - {version})]


def numbers(version):
    """None, unless the version is three numbers: CMake's project() takes nothing else."""
    match = VERSION.fullmatch(version)
    return match and tuple(map(int, match.groups()))


def set_version(version):
    for name, before in [PROJECT, *COPIES]:
        file = ROOT / name
        file.write_text(pattern_of(before).sub(rf"\g<1>{version}", file.read_text(encoding="utf-8")), encoding="utf-8")


def main(words):
    if words[:1] == ["set"] and len(words) == 2:
        if not numbers(words[1]):
            sys.exit(f"{words[1]} is not three numbers, as 1.2.3 is.")
        set_version(words[1])
        return
    if words:
        sys.exit(__doc__.strip())
    different = differences()
    if different:
        sys.exit("\n".join(different))
    print(project_version())


if __name__ == "__main__":
    main(sys.argv[1:])

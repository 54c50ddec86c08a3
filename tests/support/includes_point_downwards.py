"""Every include within a folder leads to a folder that the including one uses, as ROOT/CMakeLists.txt says in calls such as
plugin_folder(job USES polling media SOURCES ...).
    includes_point_downwards.py ROOT [--top FOLDER] [--library NAME]
--top: a folder that no call names, and that uses all others, as files in ROOT itself do. --library: a folder elsewhere,
from which all may include.
"""
import argparse
import pathlib
import re
import sys


def folders(root, top, libraries):
    """What each folder uses, itself included, directly or through others; the file names them from the bottom up."""
    below = {}
    text = re.sub(r"#.*", "", (root / "CMakeLists.txt").read_text())
    for name, used in re.findall(r"[a-z]+_folder\((\w+)(?:\s+USES((?:\s+[a-z_]+)+))?\s+SOURCES", text):
        below[name] = {name, *libraries}.union(*(below[folder] for folder in (used or "").split()))
    for name in (*top, "."):
        below[name] = {name, *libraries}.union(*below.values())
    return below


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("--top", action="append", default=[])
    parser.add_argument("--library", action="append", default=[])
    given = parser.parse_args()

    below = folders(given.root, given.top, given.library)
    there = {file.relative_to(given.root).parts[0] for file in given.root.glob("*/**/*.[ch]pp")}
    faults = [f"{folder}/ is no folder of CMakeLists.txt" for folder in there - below.keys()]
    files = sorted(given.root.rglob("*.[ch]pp"))
    includes = 0
    for file in files:
        path = file.relative_to(given.root)
        folder = path.parts[0] if len(path.parts) > 1 else "."
        for included in re.findall(r'#include "([a-z_.]+)/', file.read_text()):
            includes += 1
            if included not in below.get(folder, ()):
                faults.append(f"{path} includes from {included}/, which {folder}/ does not use")
    if includes < len(files):
        faults.append(f"only {includes} includes were found in {len(files)} files")
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


sys.exit(main())

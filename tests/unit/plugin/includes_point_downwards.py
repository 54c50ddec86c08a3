"""Every include within plugin/ leads to a folder that the including one uses, as plugin/CMakeLists.txt says."""
import pathlib
import re
import sys

PLUGIN = pathlib.Path(sys.argv[1])


def folders():
    """What each folder uses, itself included, directly or through others; the file names them from the bottom up."""
    below = {}
    text = re.sub(r"#.*", "", (PLUGIN / "CMakeLists.txt").read_text())
    for name, used in re.findall(r"plugin_folder\((\w+)(?:\s+USES((?:\s+[a-z_]+)+))?\s+SOURCES", text):
        below[name] = {name}.union(*(below[folder] for folder in (used or "").split()))
    below["nodes"] = {"nodes"}.union(*below.values())  # the data of this module, on top of the engine
    return below


def main():
    below = folders()
    there = {path.name for path in PLUGIN.iterdir() if path.is_dir()}
    faults = [f"{folder}/ is no folder of CMakeLists.txt" for folder in there - below.keys()]
    includes = 0
    for file in sorted(PLUGIN.rglob("*.[ch]pp")):
        folder = file.relative_to(PLUGIN).parts[0]
        for included in re.findall(r'#include "([a-z_]+)/', file.read_text()):
            includes += 1
            if included not in below.get(folder, ()):
                faults.append(f"{file.relative_to(PLUGIN)} includes from {included}/, which {folder}/ does not use")
    if includes < 100:
        faults.append(f"only {includes} includes were found")
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


sys.exit(main())

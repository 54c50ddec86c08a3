#!/usr/bin/env python3
"""CHANGELOG.md in the form of Keep a Changelog: "## Unreleased", then "## VERSION - DATE" for each release, newest first.

changelog.py check                 exit status 1, and why, if it has not that form or nothing is unreleased
changelog.py released              the versions that have a section
changelog.py section NAME          what stands under "## NAME" or "## NAME - DATE"
changelog.py release VERSION DATE  what is unreleased becomes the section of VERSION
"""

import pathlib
import re
import sys

FILE = pathlib.Path(__file__).resolve().parents[2] / "CHANGELOG.md"
UNRELEASED = "Unreleased"
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
RELEASE = re.compile(r"(\d+\.\d+\.\d+) - \d{4}-\d{2}-\d{2}")


def sections(text):
    """{title: what stands under it}, of the second level."""
    _, *parts = re.split(r"^## ", text, flags=re.MULTILINE)
    return {title.strip(): body.strip() for title, _, body in (part.partition("\n") for part in parts)}


def released(text):
    return [match[1] for match in map(RELEASE.fullmatch, sections(text)) if match]


def section(text, name):
    return next((body for title, body in sections(text).items() if title.partition(" - ")[0] == name), None)


def problem(text):
    body = section(text, UNRELEASED)
    if body is None:
        return f'CHANGELOG.md has no section "## {UNRELEASED}". Add it above the newest release.'
    if not re.search(r"^- ", body, re.MULTILINE):
        return f'Nothing stands under "{UNRELEASED}" in CHANGELOG.md. Say there what changed for users.'
    unknown = [kind for kind in re.findall(r"^### (.*)$", body, re.MULTILINE) if kind not in KINDS]
    if unknown:
        return f'"{unknown[0]}" is no kind of change in CHANGELOG.md. These are: {", ".join(KINDS)}.'
    return None


def with_release(text, version, date):
    return re.sub(rf"^## {UNRELEASED}\n", f"## {UNRELEASED}\n\n## {version} - {date}\n", text, flags=re.MULTILINE)


def main(words):
    text = FILE.read_text(encoding="utf-8")
    if words == ["check"]:
        sys.exit(problem(text))
    elif words == ["released"]:
        print("\n".join(released(text)))
    elif words[:1] == ["section"] and len(words) == 2:
        body = section(text, words[1])
        if body is None:
            sys.exit(f"CHANGELOG.md has no section of {words[1]}.")
        print(body)
    elif words[:1] == ["release"] and len(words) == 3:
        FILE.write_text(with_release(text, *words[1:]), encoding="utf-8")
    else:
        sys.exit(__doc__.strip())


if __name__ == "__main__":
    main(sys.argv[1:])

"""The node's schemas are those of its page: the same members in the same order with the same values.

usage: schemas_equal_the_page.py <schemas directory> <directory of the page's copies>
"""

import json
import sys


def read(path):
    with open(path, encoding="utf-8") as text:
        return json.load(text, object_pairs_hook=lambda pairs: pairs)  # keeps order and duplicates


def main():
    ours, pages = sys.argv[1:]
    differing = [name for name in ("input", "output")
                 if read(f"{ours}/image_to_video.{name}.schema.json") != read(f"{pages}/page.{name}.schema.json")]
    for name in differing:
        print(f"image_to_video.{name}.schema.json differs from the page's schema")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())

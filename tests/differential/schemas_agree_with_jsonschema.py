"""Holds the module's validator against python3-jsonschema on generated values.

usage: schemas_agree_with_jsonschema.py <schema_verdicts> <schemas directory>

Both have to agree on whether each value conforms. Where it does not, the places that the module names have
to be those that jsonschema names: each once, and not a parent of one that is named. Of several unknown members
of one object the module may name only one.
"""

import json
import subprocess
import sys

import jsonschema
from generated_values import TEXTS, Generator

# schema, file, values
CAMPAIGNS = [
    ("input", "image_to_video.input.schema.json", 12000),
    ("output", "image_to_video.output.schema.json", 3000),
    ("connection", "pixelml_connection.schema.json", 4000),
    ("api_binding", "api_binding.schema.json", 4000),
]


def escaped(token):
    return str(token).replace("~", "~0").replace("/", "~1")


def pointer(path):
    return "".join("/" + escaped(token) for token in path)


def unknown_members(error):
    known = error.schema.get("properties", {})
    return {pointer(error.absolute_path) + "/" + escaped(name) for name in error.instance if name not in known}


def forbids_members(error):
    return error.validator == "additionalProperties" and error.validator_value is False


def places(error):
    """The pointers of one jsonschema error; a missing or unknown member is a place of its own."""
    here = pointer(error.absolute_path)
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        return {here + "/" + escaped(name) for name in missing}
    if forbids_members(error):
        return unknown_members(error)
    return {here}


def named_well(reported, errors):
    """Whether the module's places are those of jsonschema's errors."""
    wanted = without_parents(set().union(*map(places, errors)))
    for error in filter(forbids_members, errors):
        unknown = unknown_members(error)
        if unknown & set(reported):
            wanted -= unknown - set(reported)
    return len(set(reported)) == len(reported) and set(reported) == wanted


def without_parents(pointers):
    return {one for one in pointers if not any(other.startswith(one + "/") for other in pointers)}


def has_lengths(schema):
    return any(word in json.dumps(schema) for word in ('"minLength"', '"maxLength"'))


def check(tool, name, schema, count, seed):
    jsonschema.Draft7Validator.check_schema(schema)
    reference = jsonschema.Draft7Validator(schema)
    # valijson measures a text with a length limit only up to its first U+0000.
    texts = [text for text in TEXTS if "\0" not in text or not has_lengths(schema)]
    lines = list(Generator(schema, seed, texts).lines(count))
    answers = subprocess.run([tool, name], input="\n".join(lines) + "\n", stdout=subprocess.PIPE, check=True,
                             encoding="utf-8", timeout=300).stdout.splitlines()
    assert len(answers) == len(lines), f"{name}: {len(answers)} answers to {len(lines)} values"
    tally = {"valid": 0, "invalid": 0}
    faults = []
    for line, answer in zip(lines, answers):
        errors = list(reference.iter_errors(json.loads(line)))
        verdict, _, given = answer.partition(" ")
        expected = "invalid" if errors else "valid"
        if verdict != expected:
            faults.append(f"{name}: jsonschema says {expected}, the module {verdict}: {line[:300]}")
            continue
        tally[verdict] += 1
        if errors:
            reported = json.loads(given)
            if not named_well(reported, errors):
                wanted = set().union(*map(places, errors))
                faults.append(f"{name}: places {sorted(reported)} instead of {sorted(wanted)}: {line[:300]}")
    print(f"{name}: {len(lines)} values, {tally['valid']} valid, {tally['invalid']} invalid, {len(faults)} faults")
    assert min(tally.values()) > count // 10, f"{name}: the values are too much alike: {tally}"
    return faults


def main():
    tool, directory = sys.argv[1:]
    faults = []
    for seed, (name, file, count) in enumerate(CAMPAIGNS, start=20240501):
        with open(f"{directory}/{file}", encoding="utf-8") as text:
            faults += check(tool, name, json.load(text), count, seed)
    for fault in faults[:20]:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

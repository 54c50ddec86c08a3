"""Seeded JSON values for a JSON Schema: conforming ones, and ones with a few things changed."""

import copy
import json
import random
import re

TEXTS = ["", " ", "a", "Pixel M", "pixel m", "Pixel L", "https://example.com/a.jpg", "true", "null", "0",
         "Landscape HD (16:9)", "Landscape HD (16:10)", "\u00e4\u00f6\u00fc", "\u65e5\u672c\u8a9e",
         "\U0001f3ac" * 3, "e\u0301", "\u0000", "tab\tline\n", "\"quoted\\\"", "x" * 5000, "/~01",
         "queued", "GET", "internal_error", "rate_limited"]
NUMBERS = [0, 1, -1, 2, 1.0, 0.0, -0.0, 1.5, 1e3, 1e2, 100.0, 99.999, 1024, 1025, 64.0, 30000, 600000, 600001,
           2**31, 2**53, 2**53 + 1, 2**63 - 1, -(2**63), 1e-9, 12345678901.5, 1e15]
NAMES = ["x", "model", "Model", "api_key", "extra member", "na/me", "ti~lde", "\u00e9", "", "it's", "video", "a: 'b"]


def anything(rng, texts, depth=0):
    kind = rng.randrange(7 if depth < 6 else 5)
    if kind == 0:
        return None
    if kind == 1:
        return rng.random() < 0.5
    if kind == 2:
        return rng.choice(NUMBERS)
    if kind in (3, 4):
        return rng.choice(texts)
    if kind == 5:
        return [anything(rng, texts, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice(NAMES): anything(rng, texts, depth + 1) for _ in range(rng.randrange(4))}


def deep(levels):
    value = 1
    for level in range(levels):
        value = [value] if level % 2 else {"d": value}
    return value


class Generator:
    def __init__(self, schema, seed, texts=tuple(TEXTS)):
        self.schema = schema
        self.rng = random.Random(seed)
        self.texts = texts

    def anything(self):
        return anything(self.rng, self.texts)

    def resolved(self, schema):
        while "$ref" in schema:
            schema = self.schema["definitions"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def conforming(self, schema=None):
        """A value that should conform; the validators decide."""
        rng = self.rng
        schema = self.resolved(self.schema if schema is None else schema)
        for alternatives in ("anyOf", "oneOf"):
            if alternatives in schema:
                return self.conforming(rng.choice(schema[alternatives]))
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return rng.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "string":
            return rng.choice(self.conforming_texts(schema))
        if kind == "boolean":
            return rng.random() < 0.5
        if kind == "null":
            return None
        if kind in ("integer", "number"):
            low, high = schema.get("minimum", 0), schema.get("maximum", 10**6)
            number = rng.choice([low, high, rng.randint(low, high)])
            return float(number) if rng.random() < 0.3 else number
        if kind == "array":
            return [self.conforming(schema.get("items", {})) for _ in range(rng.randrange(4))]
        if kind == "object":
            return self.conforming_object(schema)
        return self.anything()

    def conforming_texts(self, schema):
        limits = range(schema.get("minLength", 1), schema.get("maxLength", 10**6) + 1)
        texts = [*self.texts, "/a/0", "2026-11-27", "key", "image/png", "t" * schema.get("minLength", 1)]
        return [text for text in texts if len(text) in limits and re.search(schema.get("pattern", ""), text)]

    def conforming_object(self, schema):
        rng = self.rng
        required = schema.get("required", [])
        out = {}
        for name, member in schema.get("properties", {}).items():
            if name in required or rng.random() < 0.6:
                out[name] = self.conforming(member)
        further = schema.get("additionalProperties", True)
        if further is not False and rng.random() < 0.3:
            out[rng.choice(NAMES[:1] + NAMES[4:8])] = self.anything() if further is True else self.conforming(further)
        return out

    def containers(self, value):
        """Every object and array inside, and the value's own place."""
        found = [value] if isinstance(value, (dict, list)) else []
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        for part in parts:
            found += self.containers(part)
        return found

    def mutated(self):
        rng = self.rng
        box = {"root": self.conforming()}
        for _ in range(rng.choice([1, 1, 1, 2, 3])):
            places = self.containers(box["root"])
            if not places or rng.random() < 0.02:
                box["root"] = self.anything()
                continue
            self.change(rng.choice(places[:1] * 3 + places))
        return box["root"]

    def change(self, place):
        rng = self.rng
        if isinstance(place, list):
            if place and rng.random() < 0.5:
                place[rng.randrange(len(place))] = self.anything()
            else:
                place.append(self.anything())
            return
        action = rng.randrange(6)
        if not place or action == 0:
            place[rng.choice(NAMES)] = self.anything()
        elif action == 1:
            del place[rng.choice(list(place))]
        elif action == 2:
            place[rng.choice(list(place))] = None
        elif action == 3:
            place[rng.choice(list(place))] = deep(rng.randrange(1, 9))
        elif action == 4:
            name = rng.choice(list(place))
            if isinstance(place[name], str):
                place[name] = rng.choice([place[name] + " ", place[name].lower(), place[name].swapcase(), ""])
            elif isinstance(place[name], (int, float)) and not isinstance(place[name], bool):
                place[name] = rng.choice([place[name] + 0.5, float(place[name]), -place[name], str(place[name])])
            else:
                place[name] = copy.deepcopy([place[name]])
        else:
            place[rng.choice(list(place))] = self.anything()

    def lines(self, count):
        """count JSON texts, a third of them meant to conform."""
        for number in range(count):
            value = self.conforming() if number % 3 == 0 else self.mutated()
            yield json.dumps(value, ensure_ascii=self.rng.random() < 0.5)

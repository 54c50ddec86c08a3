"""manifest.json conforms to its schema and equals what the loaded module says.

Environment: MODULE, the built module; SOURCE_DIR, this project; PROJECT_VERSION, CMake's.
"""

import json
import os
import pathlib
import platform
import sys
import unittest

import jsonschema

SOURCE_DIR = pathlib.Path(os.environ["SOURCE_DIR"])
sys.path.insert(0, str(SOURCE_DIR / "tests/abi/boundary"))
import wfn  # noqa: E402


def load(path):
    return json.loads((SOURCE_DIR / path).read_text())


class ManifestTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.manifest = load("manifest.json")
        cls.node = cls.manifest["nodes"][0]
        cls.module = wfn.Module(os.environ["MODULE"])
        cls.built = cls.module.node("image_to_video")

    def test_conforms_to_its_schema(self):
        schema = load("schemas/manifest.schema.json")
        jsonschema.Draft7Validator.check_schema(schema)
        problems = [f"{list(e.absolute_path)}: {e.message}"
                    for e in jsonschema.Draft7Validator(schema).iter_errors(self.manifest)]
        self.assertEqual([], problems)

    def test_module(self):
        table = self.module.table
        said = self.manifest["module"]
        self.assertEqual(table.name.decode(), said["name"])
        self.assertEqual(table.version.decode(), said["version"])
        self.assertEqual(os.environ["PROJECT_VERSION"], said["version"])
        self.assertEqual({"major": table.abi_major, "minor": table.abi_minor}, said["abi"])
        here = f"{platform.system().lower()}-{platform.machine()}"
        self.assertEqual(os.path.basename(os.environ["MODULE"]), said["files"][here])

    def test_lists_every_node_of_the_module(self):
        built = [self.module.table.nodes[i].contents.action_id.decode()
                 for i in range(self.module.table.node_count)]
        self.assertEqual(built, [node["id"] for node in self.manifest["nodes"]])

    def test_node(self):
        for member in ("version", "title", "description", "icon_svg"):
            self.assertEqual(getattr(self.built, member).decode(), self.node[member], member)
        self.assertEqual(self.built.action_id.decode(), self.node["name"])
        for member in ("categories", "input_schema", "output_schema", "errors"):
            self.assertEqual(json.loads(getattr(self.built, member + "_json")), self.node[member], member)
        flags = {"cancel": wfn.NODE_CAN_CANCEL, "progress": wfn.NODE_REPORTS_PROGRESS,
                 "resume": wfn.NODE_CAN_RESUME}
        self.assertEqual({name: bool(self.built.flags & flag) for name, flag in flags.items()},
                         self.node["capabilities"])

    def test_members_of_the_input_schema_stand_in_the_same_order(self):
        built = json.loads(self.built.input_schema_json)
        self.assertEqual(list(built["properties"]), list(self.node["input_schema"]["properties"]))

    def test_connection(self):
        built = self.built.connection.contents
        self.assertEqual({"name": built.name.decode(), "description": built.description.decode(),
                          "required": bool(built.required), "connection_category": built.category.decode()},
                         self.node["connection"])

    def test_controls_cover_the_inputs(self):
        properties = self.node["input_schema"]["properties"]
        controls = self.node["ui_metadata"]
        self.assertEqual(set(properties), set(controls))
        self.assertEqual(sorted(c["order"] for c in controls.values()), list(range(1, len(controls) + 1)))
        for name, control in controls.items():
            self.assertEqual(properties[name].get("enum"), control.get("options"), name)

    def test_examples_are_valid(self):
        self.assertEqual(3, len(self.node["examples"]))
        for example in self.node["examples"]:
            jsonschema.Draft7Validator(self.node["input_schema"]).validate(example["input"])
            jsonschema.Draft7Validator(self.node["output_schema"]).validate(example["output"])

    def test_the_node_accepts_the_examples(self):
        with self.module.open():
            for example in self.node["examples"]:
                with self.module.run(self.built, example["input"], {"api_key": "k"},
                                     flags=wfn.VALIDATE_ONLY) as run:
                    self.assertEqual(wfn.SUCCEEDED, run.wait(10_000)["outcome"], example["title"])

    def test_resources_are_the_settings(self):
        settings = json.loads(self.module.table.settings_schema_json)["properties"]
        settings.update(json.loads(self.built.connection.contents.schema_json)["properties"])
        for name in ("threads", "sockets"):
            said = self.node["resources"][name]
            setting = settings[said["setting"]]
            self.assertEqual((setting["default"], setting["maximum"]), (said["default"], said["maximum"]))

    def test_the_node_takes_inputs_up_to_the_size_it_names(self):
        limit = self.node["resources"]["input_bytes"]["maximum"]
        example = dict(self.node["examples"][0]["input"])
        with self.module.open():
            for excess, outcome in ((0, wfn.SUCCEEDED), (1, wfn.FAILED)):
                example["prompt"] = "x"
                example["prompt"] += "x" * (limit + excess - len(json.dumps(example)))
                with self.module.run(self.built, example, {"api_key": "k"}, flags=wfn.VALIDATE_ONLY) as run:
                    self.assertEqual(outcome, run.wait(10_000)["outcome"], excess)


if __name__ == "__main__":
    unittest.main()

"""manifest.json conforms to its schema and equals what the loaded module says.

Environment: MODULE, the built module; SOURCE_DIR, this project; PROJECT_VERSION, CMake's.
"""

import copy
import json
import os
import pathlib
import platform
import re
import subprocess
import sys
import unittest

import jsonschema

SOURCE_DIR = pathlib.Path(os.environ["SOURCE_DIR"])
sys.path.insert(0, str(SOURCE_DIR / "tests/abi/boundary"))
import wfn  # noqa: E402


def load(path):
    return json.loads((SOURCE_DIR / path).read_text())


def without_ui_metadata(schema):
    """The schema as the module has it, word for word that of the node's page, which knows no forms."""
    return {**schema, "properties": {name: {word: value for word, value in member.items() if word != "ui_metadata"}
                                     for name, member in schema["properties"].items()}}


class ManifestTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.manifest = load("manifest.json")
        cls.node = cls.manifest["nodes"][0]
        cls.own = cls.node["workflow_node"]
        cls.module = wfn.Module(os.environ["MODULE"])
        cls.built = cls.module.node("image_to_video")

    def problems(self, manifest):
        schema = load("schemas/manifest.schema.json")
        jsonschema.Draft7Validator.check_schema(schema)
        return [f"{list(e.absolute_path)}: {e.message}"
                for e in jsonschema.Draft7Validator(schema).iter_errors(manifest)]

    def test_conforms_to_its_schema(self):
        self.assertEqual([], self.problems(self.manifest))

    def test_the_schema_looks_at_the_controls(self):
        wrong = copy.deepcopy(self.manifest)
        wrong["nodes"][0]["input_schema"]["properties"]["image"]["ui_metadata"]["order"] = "first"
        self.assertEqual(["['nodes', 0, 'input_schema', 'properties', 'image', 'ui_metadata', 'order']: "
                          "'first' is not of type 'integer'"], self.problems(wrong))

    def test_that_of_another_module_conforms_and_has_its_schemas(self):
        two_nodes = load("tests/abi/two_nodes/manifest.json")
        self.assertEqual([], self.problems(two_nodes))
        image, text = two_nodes["nodes"]
        for kind in ("input", "output"):
            self.assertEqual(self.node[f"{kind}_schema"], image[f"{kind}_schema"])
            self.assertEqual(load(f"tests/abi/two_nodes/text_to_video.{kind}.schema.json"),
                             without_ui_metadata(text[f"{kind}_schema"]))

    def test_module(self):
        table = self.module.table
        said = self.manifest["module"]
        self.assertEqual(table.name.decode(), said["name"])
        version, _, build = table.version.decode().partition("+")
        self.assertEqual(version, said["version"])
        notes = subprocess.run(["readelf", "-n", os.environ["MODULE"]], capture_output=True, text=True, check=True).stdout
        self.assertEqual(re.search(r"Build ID: (\w{16})", notes)[1], build)
        self.assertEqual(os.environ["PROJECT_VERSION"], said["version"])
        self.assertEqual({"major": table.abi_major, "minor": table.abi_minor}, said["abi"])
        here = f"{platform.system().lower()}-{platform.machine()}"
        self.assertEqual(os.path.basename(os.environ["MODULE"]), said["files"][here])

    def test_lists_every_node_of_the_module(self):
        built = [self.module.table.nodes[i].contents.action_id.decode()
                 for i in range(self.module.table.node_count)]
        self.assertEqual(built, [node["id"] for node in self.manifest["nodes"]])

    def test_node(self):
        for member in ("title", "description"):
            self.assertEqual(getattr(self.built, member).decode(), self.node[member], member)
        for member in ("version", "icon_svg"):
            self.assertEqual(getattr(self.built, member).decode(), self.own[member], member)
        self.assertEqual(self.built.action_id.decode(), self.node["name"])
        for member in ("input_schema", "output_schema"):
            built = json.loads(getattr(self.built, member + "_json"))
            self.assertEqual(built, without_ui_metadata(self.node[member]), member)
        self.assertEqual(json.loads(self.built.categories_json), self.node["categories"])
        self.assertEqual(json.loads(self.built.errors_json), self.own["errors"])
        self.assertEqual(json.loads(self.built.examples_json), self.own["examples"])
        self.assertEqual(json.loads(self.built.price_json),
                         {"credits": self.node["cost"], "us_dollars": self.node["pml_cost"]})
        flags = {"cancel": wfn.NODE_CAN_CANCEL, "progress": wfn.NODE_REPORTS_PROGRESS,
                 "resume": wfn.NODE_CAN_RESUME}
        self.assertEqual({name: bool(self.built.flags & flag) for name, flag in flags.items()},
                         self.own["capabilities"])

    def test_what_forms_need(self):
        def controls(schema, own):
            return {name: {**member.get("ui_metadata", {}), **own.get(name, {})}
                    for name, member in schema["properties"].items()}

        self.assertEqual(json.loads(self.built.ui_json), {
            "inputs": controls(self.node["input_schema"], self.own["inputs"]),
            "outputs": controls(self.node["output_schema"], {}),
            "connection": self.own["connection"],
            "help": self.own["help"],
            "palette": self.own["palette_categories"],
        })

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
        controls = {name: member["ui_metadata"] for name, member in properties.items()}
        self.assertEqual({"type": "media_url", "media_type": "image", "order": 2}, controls["image"])
        orders = [control["order"] for control in controls.values() if "order" in control]
        self.assertEqual(list(range(1, len(orders) + 1)), orders)
        self.assertEqual(list(properties), list(self.own["inputs"]))

    def test_what_an_input_is_only_for_is_a_choice_of_another(self):
        properties = self.node["input_schema"]["properties"]
        only_for = {name: own["only_for"] for name, own in self.own["inputs"].items() if "only_for" in own}
        self.assertEqual(["size"], list(only_for))
        for name, ((other, value),) in ((name, fact.items()) for name, fact in only_for.items()):
            self.assertNotEqual(name, other)
            self.assertIn(value, properties[other]["enum"])

    def test_a_connection_has_what_the_service_that_is_chosen_asks_for(self):
        asked = {}
        api = json.loads(self.built.connection.contents.schema_json)["properties"]["api"]
        for service in (choice["const"] for choice in api["oneOf"]):
            path = "schemas/pixelml_api.json" if service == "pixelml" else f"schemas/apis/{service}.json"
            description = load(path)
            for name, variable in description.get("variables", {}).items():
                must_be_given = variable.get("required", False) and "default" not in variable
                asked.setdefault(name, {})[service] = must_be_given
            if "jwt" in description.get("authorization", {}):
                asked.setdefault("api_secret", {})[service] = True
        said = {}
        for name, control in self.own["connection"].items():
            services = control["only_for"]["api"]
            services = services if isinstance(services, list) else [services]
            said[name] = {service: control.get("required", False) for service in services}
        self.assertEqual(asked, said)

    def test_examples_are_valid(self):
        self.assertEqual(3, len(self.own["examples"]))
        for example in self.own["examples"]:
            jsonschema.Draft7Validator(self.node["input_schema"]).validate(example["input"])
            jsonschema.Draft7Validator(self.node["output_schema"]).validate(example["output"])

    def test_the_node_accepts_the_examples(self):
        with self.module.open():
            for example in self.own["examples"]:
                with self.module.run(self.built, example["input"], {"api_key": "k"},
                                     flags=wfn.VALIDATE_ONLY) as run:
                    self.assertEqual(wfn.SUCCEEDED, run.wait(10_000)["outcome"], example["title"])

    def test_resources_are_the_settings(self):
        settings = json.loads(self.module.table.settings_schema_json)["properties"]
        settings.update(json.loads(self.built.connection.contents.schema_json)["properties"])
        for name in ("threads", "sockets"):
            said = self.own["resources"][name]
            setting = settings[said["setting"]]
            self.assertEqual((setting["default"], setting["maximum"]), (said["default"], said["maximum"]))

    def test_the_node_takes_inputs_up_to_the_size_it_names(self):
        limit = self.own["resources"]["input_bytes"]["maximum"]
        example = dict(self.own["examples"][0]["input"])
        with self.module.open():
            for excess, outcome in ((0, wfn.SUCCEEDED), (1, wfn.FAILED)):
                example["prompt"] = "x"
                example["prompt"] += "x" * (limit + excess - len(json.dumps(example)))
                with self.module.run(self.built, example, {"api_key": "k"}, flags=wfn.VALIDATE_ONLY) as run:
                    self.assertEqual(outcome, run.wait(10_000)["outcome"], excess)


if __name__ == "__main__":
    unittest.main()

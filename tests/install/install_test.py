"""What cmake --install leaves, and that others can build with it. In the environment: BUILD, SOURCE, CMAKE."""

import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile
import unittest

BUILD = os.environ["BUILD"]
SOURCE = os.environ["SOURCE"]
CMAKE = os.environ["CMAKE"]
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(another VERSION 9.8 LANGUAGES C)
include(CTest)
{taken}
add_subdirectory("{source}/examples/host_c" host_c)
get_directory_property(parts DIRECTORY "{source}" SUBDIRECTORIES)
if(NOT parts STREQUAL "{source}/sdk_headers" OR DEFINED CACHE{{WORKFLOW_NODE_CLI}})
    message(FATAL_ERROR "more was made than the SDK: ${{parts}}")
endif()
"""


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, **more)
    if done.returncode != 0:
        raise AssertionError(f"{shlex.join(map(str, command))}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done.stdout


def relative_files(folder):
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if not file.is_dir()}


class InstallTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.prefix = cls.folder / "elsewhere" / "opt"
        run(CMAKE, "--install", BUILD, "--prefix", str(cls.folder / "first"))
        cls.prefix.parent.mkdir()
        (cls.folder / "first").rename(cls.prefix)  # what is installed finds its parts wherever it is moved
        cls.module = cls.prefix / "lib/workflow_node/pixelml_nodes.so"

    def setUp(self):
        self.work = pathlib.Path(tempfile.mkdtemp(dir=self.folder))

    def build_project(self, source):
        run(CMAKE, "-G", "Ninja", "-S", str(source), "-B", str(self.work), f"-DCMAKE_PREFIX_PATH={self.prefix}")
        run(CMAKE, "--build", str(self.work))

    def build_by_its_comment(self, example):
        """The command in the comment of the example's CMakeLists.txt, as it stands there."""
        source = self.prefix / "share/doc/workflow-node/examples" / example
        shutil.copytree(source, self.work, dirs_exist_ok=True)
        command, = [line[1:].strip() for line in (source / "CMakeLists.txt").read_text(encoding="utf-8").splitlines()
                    if line.startswith("#   ")]
        run("sh", "-ec", command, cwd=self.work,
            env={**os.environ, "PKG_CONFIG_LIBDIR": str(self.prefix / "share/pkgconfig")})

    def lists(self, program, module, node):
        self.assertIn(f"{node}: ", run(str(program), "list", str(module)))

    def test_files_are_where_hosts_look(self):
        header = (self.prefix / "include/workflow_node/node.h").read_text(encoding="utf-8")
        self.assertIn("/usr/local/lib/workflow_node:/usr/lib/workflow_node", header)
        expected = {"bin/workflow-node", "include/workflow_node/host.hpp", "lib/workflow_node/pixelml_nodes.so",
                    "lib/workflow_node/manifest.json", "share/workflow-node/schemas/pixelml_api.json",
                    "share/doc/workflow-node/README.md", "share/doc/workflow-node/LICENSE",
                    "share/workflow-node/python/workflow_node/py.typed"}
        self.assertEqual(set(), expected - relative_files(self.prefix))
        self.lists_with_cli()

    def lists_with_cli(self):
        self.assertIn("image_to_video", run(str(self.prefix / "bin/workflow-node"), "list", str(self.module)))

    def test_each_component_alone(self):
        parts = {}
        for component in ["runtime", "dev"]:
            folder = self.work / component
            run(CMAKE, "--install", BUILD, "--prefix", str(folder), "--component", component)
            parts[component] = relative_files(folder)
        self.assertEqual(set(), parts["runtime"] & parts["dev"])
        self.assertEqual(relative_files(self.prefix), parts["runtime"] | parts["dev"])
        self.assertIn("include/workflow_node/node.h", parts["dev"])
        self.assertIn("share/workflow-node/python/workflow_node/__init__.py", parts["dev"])
        self.assertIn("bin/workflow-node", parts["runtime"])

    def test_no_file_names_the_build(self):
        for file in relative_files(self.prefix):
            if file.endswith((".cmake", ".pc", ".h", ".hpp", ".json")):
                text = (self.prefix / file).read_text(encoding="utf-8")
                for folder in [BUILD, str(self.folder)]:
                    self.assertNotIn(folder, text, file)

    def test_pkg_config_tells_where_modules_are(self):
        asked = run("pkg-config", "--variable=moduledir", "workflow-node",
                    env={**os.environ, "PKG_CONFIG_LIBDIR": str(self.prefix / "share/pkgconfig")})
        self.assertEqual(self.module.parent.resolve(), pathlib.Path(asked.strip()).resolve())

    def test_cmake_tells_where_modules_are_and_which_versions_do(self):
        source = self.work / "source"
        source.mkdir()
        (source / "CMakeLists.txt").write_text("""
cmake_minimum_required(VERSION 3.16)
project(asks LANGUAGES C)
find_package(WorkflowNode 1000.0 QUIET)
if(WorkflowNode_FOUND)
    message(FATAL_ERROR "another major version was taken")
endif()
find_package(WorkflowNode 0.1 REQUIRED)
file(WRITE "${PROJECT_BINARY_DIR}/where" "${WorkflowNode_MODULE_DIR}")
""", encoding="utf-8")
        run(CMAKE, "-G", "Ninja", "-S", str(source), "-B", str(self.work), f"-DCMAKE_PREFIX_PATH={self.prefix}")
        self.assertEqual(str(self.module.parent), (self.work / "where").read_text(encoding="utf-8"))

    def test_examples_build_with_find_package(self):
        examples = self.prefix / "share/doc/workflow-node/examples"
        self.build_project(examples)
        for host in ["host_c", "host_cpp", *(["host_rust"] if shutil.which("rustc") else [])]:
            self.lists(self.work / host / host, self.module, "image_to_video")
        self.lists(self.work / "host_c/host_c", self.work / "module_c/example_module.so", "slow_echo")

    def test_each_example_is_a_project_of_its_own(self):
        for example in ["host_c", "host_cpp", "host_rust", "module_c"]:
            with self.subTest(example):
                self.work = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
                self.build_project(self.prefix / "share/doc/workflow-node/examples" / example)

    def test_examples_in_c_and_cpp_build_with_pkg_config_alone(self):
        self.build_by_its_comment("module_c")
        self.build_by_its_comment("host_c")
        self.lists(self.work / "host_c", self.work / "example_module.so", "slow_echo")
        self.build_by_its_comment("host_cpp")
        self.lists(self.work / "host_cpp", self.work / "example_module.so", "slow_echo")

    @unittest.skipUnless(shutil.which("rustc"), "rustc is missing: scripts/install-dependencies test installs it")
    def test_the_example_in_rust_builds_with_rustc_alone(self):
        self.build_by_its_comment("host_rust")
        self.lists(self.work / "host_rust", self.module, "image_to_video")

    def test_the_example_in_python_runs_on_the_installed_package(self):
        self.assertEqual([], [file for file in relative_files(self.prefix) if "__pycache__" in file])
        host = self.prefix / "share/doc/workflow-node/examples/host_python/host.py"
        listed = run("/usr/bin/python3", "-B", str(host), str(self.module),
                     env={"PYTHONPATH": str(self.prefix / "share/workflow-node/python")})
        self.assertIn("image_to_video", listed)

    def test_as_a_subproject_only_the_sdk_is_made(self):
        self.build_within(f'add_subdirectory("{SOURCE}" workflow_node)')

    def test_fetch_content_from_a_folder(self):
        self.build_within(f'include(FetchContent)\nFetchContent_Declare(WorkflowNode SOURCE_DIR "{SOURCE}")\n'
                          "FetchContent_MakeAvailable(WorkflowNode)")

    def build_within(self, taken):
        source = self.work / "source"
        source.mkdir()
        (source / "CMakeLists.txt").write_text(PROJECT.format(taken=taken, source=SOURCE), encoding="utf-8")
        self.build_project(source)
        self.lists(self.work / "host_c/host_c", self.module, "image_to_video")
        run(CMAKE, "--install", str(self.work), "--prefix", str(self.work / "installed"))
        self.assertFalse((self.work / "installed").exists())  # the other project's own affair
        self.assertIn("Total Tests: 0", run("ctest", "-N", "--test-dir", str(self.work)))


if __name__ == "__main__":
    unittest.main()

"""How modules are found, loaded and described; and the boundary, as a newer or a faulty module may use it."""

import ctypes as c
import os
import pathlib
import pickle
import shutil
import subprocess
import threading
import traceback
import unittest

from support import API_KEY, Case, EXAMPLE, PIXELML, ROOT, wfn
from fake_module import FakeModule
from workflow_node import _abi as abi

REFUSED = pathlib.Path(os.environ["REFUSED_MODULES"])


class LoadTest(Case):
    def setUp(self):
        super().setUp()
        for name in ("WORKFLOW_NODE_PATH", "HOME"):
            self.addCleanup(os.environ.__setitem__ if name in os.environ else lambda n, _: os.environ.pop(n, None),
                            name, os.environ.get(name))
        os.environ["HOME"] = str(self.folder / "home")
        self.folder.chmod(0o755)

    def install(self, folder):
        target = self.folder / folder
        target.mkdir(parents=True, mode=0o755)
        shutil.copy(EXAMPLE, target / "example_module.so")
        return target

    def test_a_module_says_what_it_offers(self):
        module = wfn.Module.load(PIXELML)
        node = module.nodes["image_to_video"]
        self.assertEqual(["image_to_video"], list(module.nodes))
        self.assertTrue(node.can_cancel and node.can_resume and node.reports_progress)
        self.assertIn("prompt", node.input_schema["properties"])
        self.assertEqual("pixelml", node.connection.category)
        self.assertTrue(node.connection.schema["properties"]["api_key"]["writeOnly"])
        self.assertIn("insufficient_credits", [error["code"] for error in node.errors])
        self.assertTrue(node.icon_svg.startswith("<svg"))
        self.assertIsNone(wfn.Module.load(EXAMPLE).nodes["echo"].price)

    def test_a_name_is_looked_for_in_the_folders_in_order(self):
        first, second = self.install("first"), self.install("second")
        at_home = self.install("home/.local/lib/workflow_node")
        os.environ["WORKFLOW_NODE_PATH"] = f":{first}:{second}"
        self.assertEqual(first / "example_module.so", wfn.Module.load("example_module").path)
        self.assertIn(first / "example_module.so", wfn.find_modules())
        self.assertNotIn(second / "example_module.so", wfn.find_modules())
        os.environ["WORKFLOW_NODE_PATH"] = ""
        self.assertEqual(at_home / "example_module.so", wfn.Module.load("example_module.so").path)

    def test_a_folder_that_others_may_write_is_passed_over(self):
        unsafe, safe = self.install("unsafe"), self.install("safe")
        unsafe.chmod(0o777)
        os.environ["WORKFLOW_NODE_PATH"] = f"{unsafe}:{safe}"
        self.assertEqual(safe / "example_module.so", wfn.Module.load("example_module").path)
        os.environ["WORKFLOW_NODE_PATH"] = str(unsafe)
        with self.assertRaisesRegex(wfn.LoadError, "others may write there"):
            wfn.Module.load("example_module")

    def test_a_name_is_not_looked_for_in_the_working_folder(self):
        os.environ["WORKFLOW_NODE_PATH"] = ""
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(pathlib.Path(EXAMPLE).parent)
        with self.assertRaisesRegex(wfn.LoadError, 'give a path: "./example_module.so"'):
            wfn.Module.load("example_module.so")
        self.assertEqual("example", wfn.Module.load("./example_module.so").name)

    def test_what_is_no_module_is_refused_with_the_reason(self):
        for name, reason in (("module_of_another_abi", "another major version"),
                             ("module_without_entry", "does not export wfn_module_entry"),
                             ("module_incomplete", "cannot use"), ("nowhere", "cannot load")):
            with self.subTest(name), self.assertRaisesRegex(wfn.LoadError, reason):
                wfn.Module.load(REFUSED / f"{name}.so")

    def test_an_unknown_node_is_named_beside_those_that_are_there(self):
        with wfn.Session(wfn.Module.load(EXAMPLE)) as session, self.assertRaisesRegex(ValueError, "echo, slow_echo"):
            session.run_sync("eco", {})


class LayoutTest(Case):
    def test_every_struct_is_as_the_header_has_it(self):
        structs = {"host": abi.Host, "progress": abi.Progress, "error": abi.Error, "checkpoint": abi.Checkpoint,
                   "result": abi.Result, "attachment_request": abi.AttachmentRequest,
                   "attachment": abi.Attachment, "request": abi.Request, "connection": abi.Connection, "node": abi.Node,
                   "module": abi.Module}
        lines, expected = [], []
        for name, struct in structs.items():
            lines.append(f'printf("%zu\\n", sizeof(wfn_{name}));')
            expected.append(c.sizeof(struct))
            for field, _ in struct._fields_:
                lines.append(f'printf("%zu\\n", offsetof(wfn_{name}, {field}) * 1000'
                             f' + sizeof(((wfn_{name}*)0)->{field}));')
                expected.append(getattr(struct, field).offset * 1000 + getattr(struct, field).size)
        for constant in ("MAX_RUN_KEY_BYTES", "MAX_INPUT_BYTES", "MAX_CHECKPOINT_BYTES", "MAX_ATTACHMENT_NAME_BYTES",
                         "DRY_RUN", "CHECK_CONNECTION", "COLLECT_ONLY", "SUSPEND_AFTER", "WRONG_THREAD", "SUSPENDED"):
            lines.append(f'printf("%zu\\n", (size_t)WFN_{constant});')
            expected.append(getattr(abi, constant))
        lines.append('puts(WFN_DEFAULT_PATH); puts(WFN_PATH_VARIABLE); puts(WFN_MODULE_ENTRY_NAME);')
        source = self.folder / "layout.c"
        program = self.folder / "layout"
        source.write_text("#include <workflow_node/node.h>\n#include <stdio.h>\n"
                          "int main(void) {" + "\n".join(lines) + "}")
        subprocess.run(["cc", "-I", str(ROOT / "sdk_headers"), str(source), "-o", str(program)], check=True)
        printed = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout.split("\n")
        self.assertEqual([str(number) for number in expected] + [abi.DEFAULT_PATH, abi.PATH_VARIABLE, abi.ENTRY, ""],
                         printed)

    def test_the_faults_of_a_module_are_those_of_the_header(self):
        self.assertEqual("its entry returned NULL", abi.fault_of_module(None))
        fake = FakeModule(lambda _run: None)
        self.assertIsNone(abi.fault_of_module(fake.table))

        def fault(**members):
            kept = {name: getattr(fake.table, name) for name in members}
            if "nodes" in members:
                kept["nodes"] = fake.nodes
            try:
                for name, value in members.items():
                    setattr(fake.table, name, value)
                return abi.fault_of_module(fake.table)
            finally:
                for name, value in kept.items():
                    setattr(fake.table, name, value)
        self.assertEqual("its table is too small to name its version", fault(struct_size=7))
        self.assertEqual("it speaks another major version of the node boundary", fault(abi_major=2, struct_size=8))
        self.assertEqual("its table has fewer bytes than version 1.0 has", fault(struct_size=abi.Module.run_attach.offset - 1))
        self.assertEqual("its list of nodes is missing", fault(nodes=c.POINTER(c.POINTER(abi.Node))()))
        self.assertEqual("one of its nodes is incomplete", fault(nodes=(c.POINTER(abi.Node) * 1)()))
        for name in abi.Module.FUNCTIONS:
            broken = FakeModule(lambda _run: None).table
            setattr(broken, name, dict(abi.Module._fields_)[name](0))
            self.assertEqual("its table lacks a function", abi.fault_of_module(broken), name)
        for name in ("action_id", "version", "title", "description", "input_schema_json", "output_schema_json"):
            broken = FakeModule(lambda _run: None)
            setattr(broken.nodes[0].contents, name, None)
            self.assertEqual("one of its nodes is incomplete", abi.fault_of_module(broken.table), name)


class OtherModulesTest(Case):
    def ending(self, play, **options):
        fake = FakeModule(play)
        with fake.session() as session:
            run = session.start("fake", {}, **options)
            try:
                return run.wait(10)
            finally:
                self.assertEqual([1], fake.released)

    def error(self, play, **options):
        with self.assertRaises(wfn.RunError) as caught:
            self.ending(play, **options)
        return caught.exception

    def test_an_error_has_each_member(self):
        def play(run):
            run.complete(outcome=abi.FAILED, warnings_json=b'[{"code":"w","message":"W"}]', error=c.pointer(abi.Error(
                retryable=1, code=b"code", type=b"Type", message=b"Message", cause=b"Cause", solution=b"Solution",
                retry_after_ms=1500, charged=2, http_status=503, request_id=b"req", job_id=b"job",
                details_json=b'[{"path":"/a","message":"m"}]', json=b"{}")))
        failure = wfn.Failure(
            outcome="failed", code="code", type="Type", message="Message", cause="Cause", solution="Solution",
            retryable=True, retry_after=1.5, charged="yes", http_status=503, request_id="req", job_id="job",
            details=(wfn.Detail("/a", "m"),), checkpoint=None, warnings=(wfn.RunWarning("w", "W"),))
        error = self.error(play)
        self.assertEqual(failure, error.failure)
        for name, value in vars(failure).items():
            self.assertEqual(value, getattr(error, name), name)
        self.assertEqual(failure, pickle.loads(pickle.dumps(error)).failure)
        self.assertEqual("Type: Message. Cause. Solution. It was charged.", str(error))

    def test_members_that_an_older_module_does_not_have_count_as_zero(self):
        def play(run):
            short = abi.Error(code=b"code", message=b"M", retry_after_ms=9, charged=2, details_json=b"[]", job_id=b"j")
            short.struct_size = abi.Error.retry_after_ms.offset
            result = abi.Result(outcome=abi.FAILED, error=c.pointer(short), warnings_json=b"no JSON", resume_after_ms=1)
            result.struct_size = abi.Result.checkpoint.offset
            run.complete(result)
        error = self.error(play)
        self.assertEqual(("code", None, "unknown", None, ()),
                         (error.code, error.retry_after, error.charged, error.job_id, error.warnings))

    def test_values_that_a_newer_module_has(self):
        seen = []

        def play(run):
            run.progress(phase=77, fraction=7.0, eta_ms=-1, message=b"\xff")
            run.complete(outcome=9, output_json=b"1")
        store = wfn.Memory(wfn.Checkpoint("{}", "yes"))
        error = self.error(play, on_progress=seen.append, checkpoints=store)
        self.assertEqual(("internal_error", "unknown", "unknown"), (error.code, error.outcome, error.charged))
        self.assertIn("outcome 9", error.message)
        self.assertEqual(wfn.Checkpoint("{}", "yes"), store.checkpoint)  # nobody knows what became of the job
        self.assertEqual(("unknown", 1.0, None, "\ufffd"),
                         (seen[0].phase, seen[0].fraction, seen[0].eta, seen[0].message))

    def test_faulty_endings_are_errors_too(self):
        for members, words in (({"outcome": abi.FAILED}, "without an error"),
                               ({"outcome": abi.CANCELLED}, "without an error"),
                               ({"outcome": abi.SUCCEEDED}, "without an output"),
                               ({"outcome": abi.SUCCEEDED, "output_json": b"{"}, "no JSON"),
                               ({"outcome": abi.SUCCEEDED, "output_json": b"[" * 100_000}, "too deeply nested"),
                               ({"outcome": 9, "error": c.pointer(abi.Error(message=b"Newer"))}, "Newer")):
            with self.subTest(words=words, outcome=members["outcome"]):
                kept = wfn.Checkpoint("{}", "yes", "job")
                store = wfn.Memory(kept)
                self.assertIn(words, self.error(lambda run: run.complete(**members)).message)
                self.assertIn(words, self.error(lambda run: run.complete(**members), checkpoints=store).message)
                self.assertEqual(kept, store.checkpoint)  # nobody knows what became of the job

    def test_the_checkpoint_of_a_faulty_ending_is_still_the_one_to_keep(self):
        store = wfn.Memory(wfn.Checkpoint("{}", "yes", "job"))
        error = self.error(lambda run: run.complete(output_json=b"{", checkpoint_json=b'{"new":1}'), checkpoints=store)
        self.assertEqual((wfn.Checkpoint('{"new":1}'),) * 2, (error.checkpoint, store.checkpoint))

    def test_only_a_check_succeeds_without_an_output(self):
        for mode in (wfn.Mode.VALIDATE, wfn.Mode.CHECK_CONNECTION):
            self.assertIsNone(self.ending(lambda run: run.complete(), mode=mode).output)
        self.assertIn("without an output", self.error(lambda run: run.complete(), mode=wfn.Mode.DRY_RUN).message)

    def test_warnings_nested_too_deeply_count_as_none(self):
        result = self.ending(lambda run: run.complete(output_json=b"1", warnings_json=b"[" * 100_000))
        self.assertEqual((1, ()), (result.output, result.warnings))

    def test_a_cancel_wins_over_a_suspend_whichever_came_first(self):
        class Held(wfn.Memory):
            def load(self):
                loading.set()
                release.wait(10)

        def play(fake):
            fake.told.wait(10)
            fake.complete(outcome=abi.CANCELLED, error=c.pointer(abi.Error(code=b"cancelled")))
        for wishes in (("cancel", "suspend"), ("suspend", "cancel"), ("suspend",)):
            with self.subTest(wishes):
                loading, release = threading.Event(), threading.Event()
                fake = FakeModule(play)
                with fake.session() as session:
                    run = session.start("fake", {}, checkpoints=Held())
                    self.assertTrue(loading.wait(10))
                    for wish in wishes:
                        getattr(run, wish)()
                    release.set()
                    with self.assertRaises(wfn.RunError):
                        run.wait(10)
                self.assertEqual([min(wishes)], fake.runs[1].wishes)

    def test_a_status_that_is_not_known_starts_nothing(self):
        fake = FakeModule(lambda _run: None)
        fake.node.execute = dict(abi.Node._fields_)["execute"](lambda *_: 99)
        with fake.session() as session, self.assertRaisesRegex(wfn.StatusError, "unknown status 99") as caught:
            session.run_sync("fake", {})
        self.assertEqual(99, caught.exception.status)

    def test_a_run_may_be_over_before_execute_has_returned(self):
        fake = FakeModule(lambda run: run.complete(outcome=abi.SUCCEEDED, output_json=b"1"))
        execute = fake.execute

        def slow(*arguments):
            status = execute(*arguments)
            fake.threads[-1].join()
            return status
        fake.node.execute = dict(abi.Node._fields_)["execute"](slow)
        with fake.session() as session:
            run = session.start("fake", {})
            self.assertTrue(run.done())
            self.assertEqual(1, run.wait().output)

    def test_settings_that_are_refused_are_named(self):
        with self.assertRaisesRegex(wfn.StatusError, "open: invalid argument.*no_such_setting"):
            wfn.Session(wfn.Module.load(PIXELML), settings={"no_such_setting": 1})


class ArgumentsTest(Case):
    def test_wrong_ones_are_refused_before_anything_starts(self):
        with FakeModule(lambda _run: self.fail("started")).session() as session:
            for error, options in (
                    (TypeError, {"conection": {}}), (TypeError, {"connection": "x"}), (TypeError, {"input": None}),
                    (TypeError, {"input": [1]}), (ValueError, {"input": {"a": float("nan")}}),
                    (ValueError, {"input": {"a": "\ud800"}}), (ValueError, {"input": {"a": "x" * 1048576}}),
                    (ValueError, {"input": {"a": object()}}), (ValueError, {"run_key": "x" * 513}),
                    (ValueError, {"run_key": "a\0b"}), (ValueError, {"timeout": 0}), (ValueError, {"timeout": -1}),
                    (ValueError, {"timeout": float("nan")}), (ValueError, {"timeout": 1e30}),
                    (ValueError, {"suspend": "later"}),
                    (ValueError, {"mode": wfn.Mode.VALIDATE, "checkpoints": wfn.Memory()})):
                with self.subTest(options=str(options)[:60]), self.assertRaises(error):
                    session.run_sync("fake", options.pop("input", {}), options.pop("mode", wfn.Mode.RUN), **options)

    def test_the_module_gets_the_connection_and_the_copy_is_wiped(self):
        seen, copies = [], []
        fake = FakeModule(lambda run: (seen.append(run.connection_json), run.complete(output_json=b"1")))
        with fake.session() as session:
            from workflow_node import _session
            real = _session.prepare
            self.addCleanup(setattr, _session, "prepare", real)
            _session.prepare = lambda *a: copies.append(real(*a)) or copies[-1]
            session.run_sync("fake", {}, connection={"api_key": API_KEY})
        self.assertEqual([b'{"api_key":"%s"}' % API_KEY.encode()], seen)
        self.assertEqual(bytes(len(seen[0]) + 1), bytes(copies[0].connection_json))

    def test_the_copy_of_a_run_that_never_began_is_wiped(self):
        class Unreadable(wfn.Memory):
            def load(self):
                copies.append(started._prepared.connection_json)
                raise PermissionError("not yours")

            def lock(self):
                begun.wait(10)

            def unlock(self):
                pass
        copies, begun = [], threading.Event()
        with FakeModule(lambda _run: self.fail("started")).session() as session:
            started = session.start("fake", {}, connection={"api_key": API_KEY}, checkpoints=Unreadable())
            begun.set()
            with self.assertRaises(PermissionError):
                started.wait(10)
        self.assertEqual({0}, set(copies[0]))

    def test_no_secret_is_in_a_repr_or_in_a_traceback_with_locals(self):
        connection = wfn.Connection({"api_key": API_KEY}, base_url="https://x")
        self.assertEqual("Connection(api_key=***, base_url=***)", repr(connection))
        self.assertEqual({"api_key": API_KEY, "base_url": "https://x"}, dict(connection))
        with FakeModule(lambda _run: None).session() as session:
            for connection, options in (({"api_key": API_KEY}, {"timeout": -1}),
                                        ({"api_key": API_KEY}, {"run_key": "\0"}),
                                        ({"api_key": API_KEY, "x": object()}, {}),
                                        ({"api_key": API_KEY + "\ud800"}, {})):
                with self.subTest(options):
                    try:
                        session.run_sync("fake", {}, connection=connection, **options)
                    except ValueError as error:
                        # The first frame is this test's own, and has the key in hand.
                        text = "".join(traceback.TracebackException(
                            type(error), error, error.__traceback__.tb_next, capture_locals=True).format())
                        self.assertIn("connection", text)
                        self.assertNotIn(API_KEY, text)
                    else:
                        self.fail("nothing was raised")


if __name__ == "__main__":
    unittest.main()

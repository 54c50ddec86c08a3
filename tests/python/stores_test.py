"""Where checkpoints are kept: the file, stores that fail or hang, and who may use one."""

import asyncio
import ctypes as c
import json
import os
import stat
import threading
import unittest

from support import Case, EXAMPLE, INPUT, PIXELML, HeldPeer, Peer, connection_to, echo_input, run, wfn
from fake_module import FakeModule
from workflow_node import _abi as abi

KEY = {"api_key": "k"}


class Raising(wfn.Memory):
    """Raises at the save, or the discard, of that number."""

    def __init__(self, at=1, discard=False):
        super().__init__()
        self.at, self.saves, self.refuses_discard = at, 0, discard

    def save(self, checkpoint):
        self.saves += 1
        if self.saves == self.at:
            raise OSError("the disk is full")
        super().save(checkpoint)

    def discard(self):
        if self.refuses_discard:
            raise OSError("the disk is read-only")
        super().discard()


class Hanging(wfn.Memory):
    def __init__(self):
        super().__init__()
        self.entered, self.release = threading.Event(), threading.Event()

    def save(self, checkpoint):
        self.entered.set()
        self.release.wait(20)
        super().save(checkpoint)


class FileTest(Case):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "run.json"
        self.file = wfn.File(self.path)

    def test_keeps_the_text_alone_for_its_owner_alone(self):
        self.assertIsNone(self.file.load())
        os.umask(os.umask(0o22))
        self.file.save(wfn.Checkpoint('{"a":1}', "yes", "job"))
        self.file.save(wfn.Checkpoint('{"a":2}'))
        self.assertEqual(('{"a":2}', 0o600), (self.path.read_text(), stat.S_IMODE(self.path.stat().st_mode)))
        self.assertEqual(wfn.Checkpoint('{"a":2}'), wfn.File(str(self.path)).load())
        self.file.discard()
        self.file.discard()
        self.assertEqual([], os.listdir(self.folder))

    def test_the_file_is_on_the_disk_before_it_has_its_name_and_the_name_after(self):
        calls = []
        real = {name: getattr(os, name) for name in ("fsync", "replace")}
        for name in real:
            self.addCleanup(setattr, os, name, real[name])
            setattr(os, name, lambda *a, _name=name: (calls.append(_name + (
                "(folder)" if _name == "fsync" and stat.S_ISDIR(os.fstat(a[0]).st_mode) else "")), real[_name](*a)))
        self.file.save(wfn.Checkpoint("{}"))
        self.assertEqual(["fsync", "replace", "fsync(folder)"], calls)

    def test_a_save_that_fails_leaves_the_old_one_and_nothing_else(self):
        self.file.save(wfn.Checkpoint('{"a":1}'))
        real, os.replace = os.replace, lambda *_: (_ for _ in ()).throw(OSError("no"))
        self.addCleanup(setattr, os, "replace", real)
        with self.assertRaisesRegex(OSError, "no"):
            self.file.save(wfn.Checkpoint('{"a":2}'))
        self.assertEqual((["run.json"], '{"a":1}'), (os.listdir(self.folder), self.path.read_text()))

    def test_what_a_killed_process_left_is_not_in_the_way(self):
        (self.folder / "run.json.new").write_text('{"half')
        self.file.save(wfn.Checkpoint("{}"))
        self.assertEqual(["run.json"], os.listdir(self.folder))

    def test_another_file_is_no_checkpoint(self):
        self.path.write_text("x" * 20_000)
        with wfn.Session(wfn.Module.load(EXAMPLE)) as session, self.assertRaisesRegex(ValueError, "is no checkpoint"):
            session.run_sync("slow_echo", echo_input(1), connection=KEY, checkpoints=self.file)
        self.assertEqual(["run.json"], os.listdir(self.folder))

    def test_two_runs_do_not_share_one(self):
        with wfn.Session(wfn.Module.load(EXAMPLE)) as session:
            first = session.start("slow_echo", echo_input(60_000), connection=KEY, checkpoints=self.file)
            self.until(self.path.exists)
            for other in (self.file, wfn.File(self.path)):
                with self.assertRaisesRegex(wfn.LockedError, "another run"):
                    session.run_sync("slow_echo", echo_input(1), connection=KEY, checkpoints=other)
            code = """
from support import EXAMPLE, echo_input, sys, wfn
try:
    wfn.Session(wfn.Module.load(EXAMPLE)).run_sync("slow_echo", echo_input(1), checkpoints=wfn.File(sys.argv[1]))
except wfn.LockedError:
    print("locked")
"""
            with self.process(code, self.path) as child:
                self.assertEqual("locked\n", self.ended(child)[0])
            first.cancel()
            with self.assertRaises(wfn.RunError):
                first.wait(10)
            session.run_sync("slow_echo", echo_input(1), connection=KEY, checkpoints=self.file)
        self.assertEqual([], os.listdir(self.folder))


class StoresTest(Case):
    def test_not_kept_before_the_submit_ends_the_run_unpaid_and_says_why(self):
        with Peer() as peer, wfn.Session(wfn.Module.load(PIXELML)) as session:
            with self.assertRaises(wfn.RunError) as caught:
                session.run_sync("image_to_video", INPUT, connection=connection_to(peer), checkpoints=Raising())
        self.assertEqual(("checkpoint_not_kept", "no"), (caught.exception.code, caught.exception.charged))
        self.assertEqual("the disk is full", str(caught.exception.__cause__))
        self.assertEqual([], peer.submits)

    def test_not_kept_after_it_is_a_warning(self):
        with Peer() as peer, wfn.Session(wfn.Module.load(PIXELML)) as session:
            result = session.run_sync("image_to_video", INPUT, connection=connection_to(peer),
                                      checkpoints=Raising(at=2))
        self.assertEqual({"video": Peer.video_of("job-1")}, result.output)
        self.assertEqual("the disk is full", str(result.store_error))
        self.assertIn("checkpoint_not_kept", [warning.code for warning in result.warnings])

    def test_a_discard_that_fails_does_not_cost_the_result(self):
        with wfn.Session(wfn.Module.load(EXAMPLE)) as session:
            result = session.run_sync("slow_echo", echo_input(1), connection=KEY, checkpoints=Raising(0, discard=True))
        self.assertEqual(({"echo": echo_input(1)}, "the disk is read-only"), (result.output, str(result.store_error)))

    def test_a_load_that_fails_starts_nothing(self):
        class Unreadable(wfn.Memory):
            def load(self):
                raise PermissionError("not yours")
        with FakeModule(lambda _run: self.fail("started")).session() as session:
            with self.assertRaisesRegex(PermissionError, "not yours"):
                session.run_sync("fake", {}, checkpoints=Unreadable())

    def test_a_store_that_hangs_holds_up_no_other_run_and_no_loop(self):
        async def main(peer):
            hanging = Hanging()
            async with wfn.Session(wfn.Module.load(PIXELML)) as session:
                options = {"connection": connection_to(peer)}
                held = asyncio.create_task(session.run("image_to_video", INPUT, checkpoints=hanging, **options))
                while not hanging.entered.is_set():
                    await asyncio.sleep(0.01)
                other = await session.run("image_to_video", {**INPUT, "prompt": "Another"},
                                          checkpoints=wfn.Memory(), **options)
                self.assertEqual({"video": Peer.video_of("job-1")}, other.output)
                hanging.release.set()
                self.assertEqual({"video": Peer.video_of("job-2")}, (await held).output)
        with HeldPeer() as peer:
            peer.release = True
            run(main(peer))

    def test_after_close_the_store_holds_what_the_runs_ended_with(self):
        class Slow(wfn.Memory):
            def save(self, checkpoint):
                if checkpoint.submission == "yes":
                    threading.Event().wait(0.3)
                super().save(checkpoint)
        store, jobs = Slow(), []
        session = wfn.Session(wfn.Module.load(EXAMPLE))
        started = session.start("slow_echo", echo_input(60_000), connection=KEY, checkpoints=store,
                                on_progress=lambda progress: jobs.append(progress.job_id))
        while not any(jobs):  # before there is one, a run ends without
            with self.assertRaises(TimeoutError):
                started.wait(0.01)
        session.close()
        self.assertTrue(started.done())
        self.assertEqual("yes", store.checkpoint.submission)

    def test_close_is_not_kept_waiting_by_a_store_that_hangs(self):
        store = Hanging()
        session = wfn.Session(wfn.Module.load(EXAMPLE))
        started = session.start("slow_echo", echo_input(1), connection=KEY, checkpoints=store)
        self.assertTrue(store.entered.wait(10))
        from workflow_node import _session
        real, _session._AFTER_CLOSE_SECONDS = _session._AFTER_CLOSE_SECONDS, 0.2
        self.addCleanup(setattr, _session, "_AFTER_CLOSE_SECONDS", real)
        session.close()
        self.assertFalse(started.done())
        store.release.set()
        with self.assertRaises(wfn.Suspended):
            started.wait(10)

    def test_a_late_answer_does_not_count_for_the_next_checkpoint(self):
        store = Hanging()

        def play(fake):
            fake.checkpoint(b'{"n":1}')
            store.entered.wait(10)
            fake.checkpoint(b'{"n":2}', submission=2)  # its patience is at an end
            store.release.set()
            fake.answer()
            fake.complete(outcome=abi.SUCCEEDED, output_json=b"1")
        fake = FakeModule(play)
        with fake.session() as session:
            self.assertEqual(1, session.run_sync("fake", {}, checkpoints=store).output)
        self.assertEqual([1], fake.runs[1].answers)

    def test_a_result_discarded_while_its_task_is_cancelled_twice_is_kept_again(self):
        class HeldDiscard(wfn.Memory):
            def discard(self):
                entered.set()
                release.wait(10)
                super().discard()
                discarded.set()
        entered, release, discarded = threading.Event(), threading.Event(), threading.Event()
        kept = wfn.Checkpoint('{"job":1}', "yes", "job")
        store = HeldDiscard(kept)

        async def main(session):
            task = asyncio.create_task(session.run("fake", {}, checkpoints=store))
            while not entered.is_set():
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.sleep(0)  # the task waits for the end of the run now
            await asyncio.sleep(0)
            self.assertFalse(task.done())
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
        with FakeModule(lambda fake: fake.complete(output_json=b"1")).session() as session:
            run(main(session))
            release.set()
            self.assertTrue(discarded.wait(10))
            self.until(lambda: store.checkpoint == kept)

    def test_what_another_run_kept_since_is_not_replaced(self):
        kept, newer = wfn.Checkpoint('{"job":1}', "yes", "job"), wfn.Checkpoint('{"job":2}', "yes", "other")
        store = wfn.Memory(kept)
        with FakeModule(lambda fake: fake.complete(output_json=b"1")).session() as session:
            abandoned = session.start("fake", {}, checkpoints=store)
            self.until(abandoned.done)
            self.assertIsNone(store.checkpoint)  # discarded, and the store is free
            store.save(newer)
            abandoned._cancel_and_wait_sync()  # nobody took the result
            self.assertEqual(newer, store.checkpoint)
            store.discard()
            abandoned._discarded = True
            abandoned._cancel_and_wait_sync()
            self.assertEqual(kept, store.checkpoint)

    def after(self, **ending):
        """What the store holds after a run that kept {"n":1} and then ended so."""
        store = wfn.Memory()

        def play(fake):
            fake.checkpoint(b'{"n":1}')
            fake.answer()
            given = ending.pop("json", None)
            if given is not None:
                ending["checkpoint"] = c.pointer(abi.Checkpoint(json=given, submission=2, job_id=b"job"))
            fake.complete(**ending)
        with FakeModule(play).session() as session:
            with self.assertRaises(wfn.Error):
                session.run_sync("fake", {}, checkpoints=store)
        return store.checkpoint and store.checkpoint.json

    def test_only_an_ending_for_good_discards(self):
        error = abi.Error(code=b"job_failed", type=b"t", message=b"m")
        self.assertIsNone(self.after(outcome=abi.FAILED, error=c.pointer(error)))
        self.assertIsNone(self.after(outcome=abi.CANCELLED, error=c.pointer(error)))
        self.assertEqual('{"n":1}', self.after(outcome=abi.FAILED))  # without an error
        self.assertEqual('{"n":1}', self.after(outcome=abi.SUSPENDED))
        self.assertEqual('{"n":1}', self.after(outcome=77))

    def test_a_newer_checkpoint_is_kept_whatever_the_ending(self):
        error = abi.Error(code=b"job_failed", type=b"t", message=b"m")
        for outcome in (abi.FAILED, abi.CANCELLED, abi.SUSPENDED, 77):
            self.assertEqual('{"n":2}', self.after(outcome=outcome, error=c.pointer(error), json=b'{"n":2}'))
            self.assertEqual('{"n":2}', self.after(outcome=outcome, json=b'{"n":2}'))

    def test_a_checkpoint_that_could_not_be_given_back_replaces_none(self):
        for unusable in (b"", b"n=2", b'"' + b"x" * abi.MAX_CHECKPOINT_BYTES + b'"'):
            self.assertEqual('{"n":1}', self.after(outcome=abi.SUSPENDED, json=unusable))

    def test_the_store_is_told_what_is_known_of_the_job(self):
        seen = []

        class Seen(wfn.Memory):
            def save(self, checkpoint):
                seen.append((checkpoint.submission, checkpoint.job_id, json.loads(checkpoint.json)["state"]))
        with HeldPeer() as peer, wfn.Session(wfn.Module.load(PIXELML)) as session:
            peer.release = True
            session.run_sync("image_to_video", INPUT, connection=connection_to(peer), checkpoints=Seen())
        self.assertEqual([("maybe", None, "intent"), ("yes", "job-1", "submitted")], seen)


if __name__ == "__main__":
    unittest.main()

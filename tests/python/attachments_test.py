"""The files of a run: read when the module asks for them, on threads that hold up nothing, and never before."""

import asyncio
import base64
import ctypes as c
import gc
import json
import logging
import os
import pathlib
import threading
import time
import unittest
import weakref

from support import Case, HeldPeer, INPUT, PIXELML, ROOT, connection_with_files, run, wfn
from fake_module import FakeModule
from workflow_node import _abi as abi

PHOTO = ROOT / "sandbox" / "example" / "coffee.jpg"
MAX_BYTES = 100_000  # which PHOTO just has
WITH_FILE = {**INPUT, "image": "attachment:the%20photo"}


class QuietCase(Case):
    """In which no thread ends by an exception."""

    def setUp(self):
        super().setUp()
        raised = []
        real, threading.excepthook = threading.excepthook, raised.append
        self.addCleanup(self.assertEqual, [], raised)
        self.addCleanup(setattr, threading, "excepthook", real)


class FilesCase(QuietCase):
    module = wfn.Module.load(PIXELML)

    def setUp(self):
        super().setUp()
        self.photo = PHOTO.read_bytes()
        self.peer = HeldPeer().__enter__()
        self.peer.release = True
        self.addCleanup(self.peer.__exit__)
        self.session = wfn.Session(self.module)
        self.addCleanup(self.session.close)
        self.connection = connection_with_files(self.peer, MAX_BYTES)

    def start(self, photo, **options):
        return self.session.start("image_to_video", WITH_FILE, connection=self.connection,
                                  attachments={"the photo": photo}, **options)

    def error_of(self, started):
        with self.assertRaises(wfn.RunError) as caught:
            started.wait(20)
        self.assertEqual(("no", []), (caught.exception.charged, self.peer.submits))
        return caught.exception

    def images(self):
        return [base64.b64decode(body["image"].partition("base64,")[2]) for _, body in self.peer.submits]


class GivenFiles(FilesCase):
    def test_a_file_is_bytes_a_path_or_what_a_callable_makes_of_the_request(self):
        given = (self.photo, bytearray(self.photo), memoryview(self.photo)[:], PHOTO, lambda _: self.photo,
                 lambda _: PHOTO)
        for started in [self.start(photo) for photo in given]:
            self.assertIn("video", started.wait(20).output)
        self.assertEqual([self.photo] * len(given), self.images())

    def test_the_callable_is_told_what_the_service_takes(self):
        asked = []
        self.start(lambda request: asked.append(request) or PHOTO).wait(20)
        self.assertEqual([wfn.AttachmentRequest("the photo", "/image", ("image/jpeg", "image/png"), MAX_BYTES, 4096)],
                         asked)

    def test_a_path_is_read_when_the_run_needs_the_file_and_not_before(self):
        class Held(wfn.Memory):
            def load(self):
                loading.set()
                release.wait(10)
        loading, release = threading.Event(), threading.Event()
        path = self.folder / "photo.jpg"
        path.write_bytes(b"not yet")
        started = self.start(path, checkpoints=Held())
        self.assertTrue(loading.wait(10))
        path.write_bytes(self.photo)
        release.set()
        started.wait(20)
        self.assertEqual([self.photo], self.images())

    def test_only_a_run_that_submits_asks_for_its_file(self):
        asked = []
        files = {"connection": self.connection, "attachments": {"the photo": lambda r: asked.append(r) or PHOTO}}

        async def main():
            self.assertIsNone((await self.session.validate("image_to_video", WITH_FILE, **files)).output)
            shown = await self.session.dry_run("image_to_video", WITH_FILE, **files)
            self.assertIn("{{bytes of the photo}}", json.dumps(shown.output))
            await self.session.check_connection("image_to_video", input=WITH_FILE, **files)
            self.assertEqual(([], []), (asked, self.peer.submits))
            store = wfn.Memory()
            with self.assertRaises(wfn.Suspended):
                await self.session.run("image_to_video", WITH_FILE, checkpoints=store, suspend="when_submitted",
                                       **files)
            self.assertEqual(1, len(asked))
            await self.session.run("image_to_video", WITH_FILE, checkpoints=store, **files)
            self.assertEqual((1, 1), (len(asked), len(self.peer.submits)))
        run(main())

    def test_a_run_without_files_says_that_its_host_gives_none(self):
        with self.assertRaises(wfn.RunError) as caught:
            self.session.run_sync("image_to_video", WITH_FILE, connection=self.connection)
        self.assertEqual("invalid_input", caught.exception.code)
        self.assertIn("gives no files", caught.exception.message)

    def test_what_is_no_file_is_refused_before_the_run(self):
        for attachments in (7, [PHOTO], {"the photo": None}, {"the photo": "a path?"}, {b"the photo": PHOTO}):
            with self.subTest(attachments), self.assertRaisesRegex(TypeError, "attachments"):
                self.session.start("image_to_video", WITH_FILE, connection=self.connection, attachments=attachments)
        self.assertEqual([], self.peer.submits)


class RefusedFiles(FilesCase):
    def test_a_file_that_is_too_large_is_refused_by_the_module_and_not_read_to_its_end(self):
        endless = self.folder / "endless.jpg"
        with endless.open("wb") as file:
            file.write(self.photo)
            file.truncate(1 << 40)  # of which the disk has the photo
        large = self.photo + bytes(MAX_BYTES)
        for photo in (large, endless, lambda _: large, lambda _: endless):
            error = self.error_of(self.start(photo))
            self.assertEqual("image_too_large", error.code)
            self.assertIn(f"at most {MAX_BYTES} bytes", error.details[0].message)
        exact = self.folder / "exact.jpg"
        exact.write_bytes(self.photo + bytes(MAX_BYTES - len(self.photo) - 2) + b"\xff\xd9")
        self.start(exact).wait(20)
        self.assertEqual([exact.read_bytes()], self.images())

    def test_a_path_at_which_no_file_can_be_read_is_named(self):
        os.mkfifo(self.folder / "fifo")
        for path, why in ((self.folder / "gone.jpg", "No such file or directory"),
                          (self.folder, "Is a directory"),
                          (self.folder / "fifo", "it is not a regular file"),
                          (pathlib.Path("/dev/zero"), "it is not a regular file")):
            with self.subTest(path):
                error = self.error_of(self.start(path))
                self.assertEqual(("file_not_given", f'The file "{path}" cannot be read: {why}.'),
                                 (error.code, error.message))
                self.assertIsInstance(error.__cause__, OSError)

    def test_what_a_callable_raises_is_said_in_the_error_and_is_its_cause(self):
        class Unspeakable(Exception):
            def __str__(self):
                raise ValueError
        for raised, words in ((LookupError("The photo is gone: take another."), "The photo is gone: take another."),
                              (SystemExit("The album is closed."), "The album is closed."),
                              (KeyboardInterrupt(), "KeyboardInterrupt"), (Unspeakable(), "Unspeakable"),
                              (OSError("\udcff is no name."), "? is no name.")):
            def photo(_request, raised=raised):
                raise raised
            with self.subTest(words):
                error = self.error_of(self.start(photo))
                self.assertEqual(("file_not_given", words), (error.code, error.message))
                self.assertIs(raised, error.__cause__)

    def test_what_a_callable_gives_that_is_no_file_is_named(self):
        for given, name in ((None, "NoneType"), ("photo.jpg", "str")):
            self.assertIn(f'"the photo" is neither bytes nor a path, but {name}',
                          self.error_of(self.start(lambda _, given=given: given)).message)

    def test_a_name_without_a_file_is_named(self):
        started = self.session.start("image_to_video", WITH_FILE, connection=self.connection,
                                     attachments={"the%20photo": PHOTO})
        self.assertIn('no file of the name "the photo"', self.error_of(started).message)

    def test_where_no_thread_can_be_started_the_run_ends_and_says_so(self):
        def refuses(_thread):
            raise RuntimeError("can't start new thread")
        real, threading.Thread.start = threading.Thread.start, refuses
        try:
            with self.assertLogs("workflow_node", logging.ERROR):
                error = self.error_of(self.start(PHOTO))
        finally:
            threading.Thread.start = real
        self.assertEqual("can't start new thread", error.message)
        self.assertEqual(set(), self.session._file_threads._threads)


class HeldFiles(FilesCase):
    """A callable that takes its time."""

    def setUp(self):
        super().setUp()
        self.asked, self.release, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.addCleanup(self.release.set)  # before the session's close

    def held(self, _request):
        self.asked.set()
        self.release.wait(30)
        self.ended.set()
        return self.photo

    def start_held(self, **options):
        started = self.start(self.held, **options)
        self.assertTrue(self.asked.wait(10))
        return started

    def expect_no_threads(self):
        self.release.set()
        self.until(lambda: not self.session._file_threads._threads)
        self.assertTrue(self.ended.is_set())

    def test_holds_up_no_other_run(self):
        started = self.start_held()
        self.assertIn("video", self.start(PHOTO).wait(20).output)
        self.assertFalse(started.done())
        self.release.set()
        self.assertIn("video", started.wait(20).output)

    def test_is_not_waited_for_when_its_run_is_cancelled(self):
        started = self.start_held(checkpoints=wfn.Memory())
        started.cancel()
        self.assertEqual("cancelled", self.error_of(started).code)
        self.expect_no_threads()
        self.assertEqual([], self.peer.submits)

    def test_is_not_waited_for_when_its_task_is_cancelled(self):
        async def main():
            task = asyncio.create_task(self.session.run("image_to_video", WITH_FILE, connection=self.connection,
                                                        attachments={"the photo": self.held}))
            while not self.asked.is_set():
                await asyncio.sleep(0.01)
            task.cancel()
            with self.assertRaises(asyncio.CancelledError):
                await task
            self.assertFalse(self.ended.is_set())
        run(main())
        self.expect_no_threads()
        self.assertEqual([], self.peer.submits)

    def test_has_ended_when_its_session_is_closed(self):
        started = self.start_held()
        closing = threading.Thread(target=self.session.close)
        closing.start()
        with self.assertRaises(wfn.Suspended):
            started.wait(20)
        self.until(lambda: self.session._closed)
        closing.join(0.2)
        self.assertTrue(closing.is_alive())
        self.release.set()
        closing.join(20)
        self.assertEqual((True, set()), (self.ended.is_set(), self.session._file_threads._threads))
        self.assertEqual([], self.peer.submits)

    def test_that_hangs_does_not_keep_the_close_waiting(self):
        from workflow_node import _session
        real, _session._AFTER_CLOSE_SECONDS = _session._AFTER_CLOSE_SECONDS, 0.2
        self.addCleanup(setattr, _session, "_AFTER_CLOSE_SECONDS", real)
        started = self.start_held()
        self.session.close()
        self.assertFalse(self.ended.is_set())
        with self.assertRaises(wfn.Suspended):
            started.wait(0)
        self.expect_no_threads()

    def test_may_close_the_session(self):
        def photo(_request):
            self.session.close()
            self.ended.set()
            return self.photo
        with self.assertRaises(wfn.Suspended):
            self.start(photo).wait(20)
        self.assertTrue(self.ended.wait(10))

    def test_is_let_go_when_the_run_is_over(self):
        class Photo:
            def __call__(self, _request):
                return PHOTO
        photo = Photo()
        held = weakref.ref(photo)
        started = self.start(photo)
        del photo
        started.wait(20)
        self.until(lambda: gc.collect() >= 0 and held() is None)


class OtherModules(QuietCase):
    """What another module may ask, and answer."""

    def files_of(self, play, photo=lambda _: b"photo", change=lambda _fake: None):
        def whole(fake):
            try:
                play(fake)
            finally:
                fake.complete(output_json=b"1")
        fake = FakeModule(whole)
        change(fake)
        with fake.session() as session:
            session.run_sync("fake", {}, attachments={"photo": photo})
        return fake.runs[1].attached

    def test_a_late_file_does_not_count_for_the_next_request(self):
        second_is_asked = threading.Event()
        first_thread = []

        def photo(request):
            if request.path == "/first":
                first_thread.append(threading.current_thread())
                second_is_asked.wait(10)
            else:
                second_is_asked.set()
                first_thread[0].join(10)
            return request.path.encode()

        def play(fake):
            fake.ask(name=b"photo", path=b"/first")
            self.until(lambda: first_thread)
            fake.ask(name=b"photo", path=b"/second")  # its patience is at an end
            fake.file()
        self.assertEqual([b"/second"], self.files_of(play, photo))

    def test_a_file_for_which_the_module_has_no_memory_is_taken_back(self):
        def play(fake):
            fake.attach_statuses = [abi.OUT_OF_MEMORY]
            fake.ask(name=b"photo")
            fake.file()
            fake.file()
        self.assertEqual([b"photo", "There was no memory for the file: run fewer at once."], self.files_of(play))

    def test_a_failure_that_the_module_did_not_take_is_no_cause(self):
        def play(fake):
            fake.attach_statuses = [abi.INVALID_STATE]
            fake.ask(name=b"another")
            fake.file()
            session._file_threads.join(time.monotonic() + 10)
            fake.complete(outcome=abi.CANCELLED, error=c.pointer(abi.Error(code=b"cancelled")))
        with FakeModule(play).session() as session, self.assertRaises(wfn.RunError) as caught:
            session.run_sync("fake", {}, attachments={})
        self.assertIsNone(caught.exception.__cause__)

    def test_a_request_that_cannot_be_read_is_answered(self):
        def play(fake):
            fake.on_attachment(fake.user_data, fake.handle, None)
            fake.file()
        with self.assertLogs("workflow_node", logging.ERROR):
            self.assertEqual(["NULL pointer access"], self.files_of(play))

    def test_members_that_are_missing_count_as_zero(self):
        asked = []

        def play(fake):
            request = abi.AttachmentRequest(max_side=7, max_bytes=9, name=b"photo", path=b"/image", media_types=b"a/b")
            request.struct_size = abi.AttachmentRequest.path.offset
            fake.on_attachment(fake.user_data, fake.handle, c.byref(request))
            fake.file()
        self.assertEqual([b"photo"], self.files_of(play, lambda request: asked.append(request) or b"photo"))
        self.assertEqual([wfn.AttachmentRequest("photo", "", (), 9, 7)], asked)

    def test_a_module_that_takes_no_files_but_asks_for_one_is_not_answered(self):
        def change(fake):
            fake.table.struct_size = abi.Module.run_attach.offset

        self.assertEqual([], self.files_of(lambda fake: fake.ask(name=b"photo"), change=change))


if __name__ == "__main__":
    unittest.main()

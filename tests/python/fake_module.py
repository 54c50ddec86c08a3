"""A module made of Python: what a newer or a faulty one may do, which no built module does."""

import ctypes as c
import pathlib
import threading

from support import wfn
from workflow_node import _abi as abi


class FakeRun:
    """What the play of a run has in hand, on a thread of its own."""

    def __init__(self, module, request, handle):
        self.module, self.handle = module, handle
        request = abi.Request.from_buffer_copy(request)  # its functions would be looked up in the host's own
        self.flags, self.user_data = request.flags, request.user_data
        self.on_progress, self.on_checkpoint = request.on_progress, request.on_checkpoint
        self.on_complete = request.on_complete
        self.on_attachment = request.on_attachment
        self.connection_json, self.checkpoint_json = request.connection_json, request.checkpoint_json
        self.answers, self.answered = [], threading.Semaphore(0)
        self.attach_statuses = []  # what run_attach answers, OK when none is left
        self.attached = []  # bytes, or the text of a failure
        self.told = threading.Event()  # to cancel or to suspend
        self.wishes = []  # by which function

    def progress(self, **members):
        self.on_progress(self.user_data, self.handle, c.byref(abi.Progress(**members)))

    def checkpoint(self, json, submission=1):
        """Without waiting for the answer."""
        self.on_checkpoint(self.user_data, self.handle, c.byref(abi.Checkpoint(json=json, submission=submission)))

    def ask(self, **members):
        """Without waiting for the file."""
        self.on_attachment(self.user_data, self.handle, c.byref(abi.AttachmentRequest(**members)))

    def answer(self):
        assert self.answered.acquire(timeout=10), "no answer"
        return self.answers[-1]

    def file(self):
        assert self.answered.acquire(timeout=10), "no file"
        return self.attached[-1]

    def complete(self, result=None, **members):
        self.on_complete(self.user_data, self.handle, c.byref(result or abi.Result(**members)))


class FakeModule:
    """module, with the node "fake", each run of which is play(FakeRun)."""

    def __init__(self, play):
        self.play, self.runs, self.threads, self.lock = play, {}, [], threading.Lock()
        self.released = []
        types = dict(abi.Module._fields_)
        self.node = abi.Node(action_id=b"fake", version=b"1.0.0", title=b"Fake", description=b"",
                             input_schema_json=b"{}", output_schema_json=b"{}",
                             execute=dict(abi.Node._fields_)["execute"](self.execute))
        self.nodes = (c.POINTER(abi.Node) * 1)(c.pointer(self.node))
        # Never called: a callback of ctypes cannot give a pointer.
        self.run_result = c.cast(types["close"](self.close), types["run_result"])
        self.table = abi.Module(
            abi_major=1, node_count=1, name=b"fake", version=b"1.0.0", nodes=self.nodes,
            open=types["open"](self.open), close=types["close"](self.close),
            run_cancel=types["run_cancel"](lambda run: self.tell(run, "cancel")),
            run_suspend=types["run_suspend"](lambda run: self.tell(run, "suspend")),
            run_checkpoint_saved=types["run_checkpoint_saved"](self.saved),
            run_wait=types["run_wait"](lambda _run, _timeout: 0), run_result=self.run_result,
            run_release=types["run_release"](self.release), run_attach=types["run_attach"](self.attach))
        self.module = wfn.Module(pathlib.Path("fake.so"), self.table)

    def session(self, **options):
        return wfn.Session(self.module, **options)

    def open(self, _host, _settings, session):
        session[0] = 1
        return abi.OK

    def close(self, _session):
        for run in list(self.runs.values()):
            run.told.set()
        for thread in self.threads:
            thread.join()
        return abi.OK

    def execute(self, _node, _session, request, handle):
        with self.lock:
            number = handle[0] = len(self.runs) + 1
            run = self.runs[number] = FakeRun(self, request.contents, number)
        self.threads.append(threading.Thread(target=self.play, args=(run,)))
        self.threads[-1].start()
        return abi.OK

    def tell(self, handle, wish):
        self.runs[handle].wishes.append(wish)
        self.runs[handle].told.set()
        return abi.OK

    def saved(self, handle, kept):
        self.runs[handle].answers.append(kept)
        self.runs[handle].answered.release()
        return abi.OK

    def attach(self, handle, attachment):
        run, given = self.runs[handle], attachment.contents
        run.attached.append(c.string_at(given.data, given.size) if given.failure is None else given.failure.decode())
        run.answered.release()
        return run.attach_statuses.pop(0) if run.attach_statuses else abi.OK

    def release(self, handle):
        self.released.append(handle)
        return abi.OK

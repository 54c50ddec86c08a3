"""A module of nodes, seen from Python: ctypes declarations of workflow_node/node.h and a thin Module.

Needs nothing but the standard library. The names are the header's; what they mean is written there.
"""

import ctypes as c
import json

ABI_MAJOR, ABI_MINOR = 1, 1

OK, INVALID_ARGUMENT, INVALID_HANDLE, INVALID_STATE = 0, 1, 2, 3
WRONG_THREAD, TIMED_OUT, OUT_OF_MEMORY, INTERNAL_ERROR = 4, 5, 6, 7
SUCCEEDED, FAILED, CANCELLED, SUSPENDED = 0, 1, 2, 3
PHASES = ("preparing", "submitting", "queued", "running", "retrying", "cancelling")
NODE_CAN_CANCEL, NODE_REPORTS_PROGRESS, NODE_CAN_RESUME = 1, 2, 4
VALIDATE_ONLY, CANCEL_JOB_AT_DEADLINE, COLLECT_ONLY = 1, 2, 4
MAYBE_SUBMITTED, NOT_SUBMITTED, SUBMITTED = 0, 1, 2
MAYBE_CHARGED, NOT_CHARGED, CHARGED = 0, 1, 2
SUSPEND_NEVER, SUSPEND_WHEN_SUBMITTED, SUSPEND_AFTER = 0, 1, 2


class Struct(c.Structure):
    """Begins with struct_size, which is set when Python is the side that fills it."""

    def __init__(self, **members):
        super().__init__(struct_size=c.sizeof(self), **members)


class Progress(Struct):
    _fields_ = [("struct_size", c.c_uint32), ("phase", c.c_int32), ("fraction", c.c_double),
                ("eta_ms", c.c_int64), ("elapsed_ms", c.c_int64), ("job_id", c.c_char_p),
                ("message", c.c_char_p)]


class Error(Struct):
    _fields_ = [("struct_size", c.c_uint32), ("retryable", c.c_int32), ("code", c.c_char_p),
                ("type", c.c_char_p), ("message", c.c_char_p), ("cause", c.c_char_p),
                ("solution", c.c_char_p), ("retry_after_ms", c.c_int64), ("charged", c.c_int32),
                ("http_status", c.c_int32), ("request_id", c.c_char_p), ("job_id", c.c_char_p),
                ("details_json", c.c_char_p), ("json", c.c_char_p)]


class Checkpoint(Struct):
    _fields_ = [("struct_size", c.c_uint32), ("submission", c.c_int32), ("json", c.c_char_p),
                ("job_id", c.c_char_p)]


class Result(Struct):
    _fields_ = [("struct_size", c.c_uint32), ("outcome", c.c_int32), ("output_json", c.c_char_p),
                ("error", c.POINTER(Error)), ("checkpoint", c.POINTER(Checkpoint)),
                ("checkpoint_json", c.c_char_p),
                ("resume_after_ms", c.c_int64), ("warnings_json", c.c_char_p)]


class AttachmentRequest(Struct):
    _fields_ = [("struct_size", c.c_uint32), ("max_side", c.c_uint32), ("max_bytes", c.c_uint64),
                ("name", c.c_char_p), ("path", c.c_char_p), ("media_types", c.c_char_p)]


class Attachment(Struct):
    _fields_ = [("struct_size", c.c_uint32), ("reserved", c.c_int32), ("data", c.c_void_p),
                ("size", c.c_uint64), ("media_type", c.c_char_p), ("failure", c.c_char_p)]


LOG = c.CFUNCTYPE(None, c.c_void_p, c.c_int32, c.c_char_p)
ON_PROGRESS = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p, c.POINTER(Progress))
ON_CHECKPOINT = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p, c.POINTER(Checkpoint))
ON_COMPLETE = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p, c.POINTER(Result))
ON_ATTACHMENT = c.CFUNCTYPE(None, c.c_void_p, c.c_void_p, c.POINTER(AttachmentRequest))


class Host(Struct):
    _fields_ = [("struct_size", c.c_uint32), ("log_level", c.c_int32), ("name", c.c_char_p),
                ("version", c.c_char_p), ("user_data", c.c_void_p), ("log", LOG)]


class Request(Struct):
    _fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("run_key", c.c_char_p),
                ("input_json", c.c_char_p), ("connection_json", c.c_char_p),
                ("checkpoint_json", c.c_char_p), ("traceparent", c.c_char_p),
                ("timeout_ms", c.c_int64), ("checkpoint_timeout_ms", c.c_int64),
                ("suspend", c.c_int32), ("reserved", c.c_int32), ("suspend_after_ms", c.c_int64),
                ("user_data", c.c_void_p), ("on_progress", ON_PROGRESS),
                ("on_checkpoint", ON_CHECKPOINT), ("on_complete", ON_COMPLETE),
                ("on_attachment", ON_ATTACHMENT)]


class Connection(Struct):
    _fields_ = [("struct_size", c.c_uint32), ("required", c.c_int32), ("name", c.c_char_p),
                ("category", c.c_char_p), ("description", c.c_char_p), ("schema_json", c.c_char_p)]


class Node(Struct):
    pass


Node._fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("action_id", c.c_char_p),
                ("version", c.c_char_p), ("title", c.c_char_p), ("description", c.c_char_p),
                ("icon_svg", c.c_char_p), ("categories_json", c.c_char_p),
                ("connection", c.POINTER(Connection)), ("input_schema_json", c.c_char_p),
                ("output_schema_json", c.c_char_p), ("errors_json", c.c_char_p),
                ("ui_json", c.c_char_p), ("examples_json", c.c_char_p), ("price_json", c.c_char_p),
                ("execute", c.CFUNCTYPE(c.c_int32, c.POINTER(Node), c.c_void_p, c.POINTER(Request),
                                        c.POINTER(c.c_void_p))),
                ("translations_json", c.c_char_p)]


class ModuleTable(Struct):
    _fields_ = [("struct_size", c.c_uint32), ("abi_major", c.c_uint32), ("abi_minor", c.c_uint32),
                ("node_count", c.c_uint32), ("name", c.c_char_p), ("version", c.c_char_p),
                ("nodes", c.POINTER(c.POINTER(Node))), ("settings_schema_json", c.c_char_p),
                ("open", c.CFUNCTYPE(c.c_int32, c.POINTER(Host), c.c_char_p, c.POINTER(c.c_void_p))),
                ("close", c.CFUNCTYPE(c.c_int32, c.c_void_p)),
                ("run_cancel", c.CFUNCTYPE(c.c_int32, c.c_void_p)),
                ("run_suspend", c.CFUNCTYPE(c.c_int32, c.c_void_p)),
                ("run_checkpoint_saved", c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_int32)),
                ("run_wait", c.CFUNCTYPE(c.c_int32, c.c_void_p, c.c_int64)),
                ("run_result", c.CFUNCTYPE(c.POINTER(Result), c.c_void_p)),
                ("run_release", c.CFUNCTYPE(c.c_int32, c.c_void_p)),
                ("run_attach", c.CFUNCTYPE(c.c_int32, c.c_void_p, c.POINTER(Attachment)))]


class CallError(Exception):
    """A function of the module was called wrongly; .status says how."""

    def __init__(self, function, status):
        super().__init__(f"{function} answered status {status}")
        self.status = status


class Run:
    """One run of a node. Release it, or use it in a with statement."""

    def __init__(self, module, session, node, input, connection, *, on_progress=None,
                 on_checkpoint=None, **members):
        """on_progress(phase, fraction or None, message); on_checkpoint(dict) -> kept; both on the
        module's thread. Further members are those of wfn_request."""
        self._table = module.table
        self._callbacks = (ON_PROGRESS(self._progress if on_progress else 0),
                           ON_CHECKPOINT(self._checkpoint if on_checkpoint else 0))
        self._on_progress, self._on_checkpoint = on_progress, on_checkpoint
        self.handle = c.c_void_p()
        request = Request(input_json=json.dumps(input).encode(),
                          connection_json=json.dumps(connection).encode(),
                          on_progress=self._callbacks[0], on_checkpoint=self._callbacks[1], **members)
        status = node.execute(c.byref(node), session, c.byref(request), c.byref(self.handle))
        if status != OK:
            raise CallError("execute", status)

    def _progress(self, _user_data, _run, progress):
        p = progress.contents
        self._on_progress(PHASES[p.phase], p.fraction if p.fraction >= 0 else None, p.message.decode())

    def _checkpoint(self, _user_data, run, checkpoint):
        self._table.run_checkpoint_saved(run, int(bool(self._on_checkpoint(json.loads(checkpoint.contents.json)))))

    def cancel(self):
        self._table.run_cancel(self.handle)

    def wait(self, timeout_ms=-1):
        """The result as a dict, or None while the run is not over."""
        status = self._table.run_wait(self.handle, timeout_ms)
        if status == TIMED_OUT:
            return None
        if status != OK:
            raise CallError("run_wait", status)
        result = self._table.run_result(self.handle).contents
        parsed = lambda text: None if text is None else json.loads(text)
        return {"outcome": result.outcome, "output": parsed(result.output_json),
                "error": parsed(result.error.contents.json) if result.error else None,
                "checkpoint": parsed(result.checkpoint_json),
                "resume_after_ms": result.resume_after_ms, "warnings": parsed(result.warnings_json)}

    def release(self):
        # Only when the run is over does the module no longer call what this object holds.
        self._table.run_wait(self.handle, -1)
        self._table.run_release(self.handle)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.release()


class Module:
    """A loaded module, and one session of it between open() and close()."""

    def __init__(self, path):
        self.library = c.CDLL(path)
        self.library.wfn_module_entry.restype = c.POINTER(ModuleTable)
        self.table = self.library.wfn_module_entry().contents
        if self.table.abi_major != ABI_MAJOR:
            raise RuntimeError(f"{path} is of ABI {self.table.abi_major}, this host of {ABI_MAJOR}")
        self.session = c.c_void_p()

    def node(self, action_id):
        for i in range(self.table.node_count):
            if self.table.nodes[i].contents.action_id.decode() == action_id:
                return self.table.nodes[i].contents
        raise KeyError(action_id)

    def open(self, settings=None, log=None):
        """log(level, message) is called on any of the module's threads."""
        self._log = LOG((lambda _user_data, level, message: log(level, message.decode())) if log else 0)
        host = Host(name=b"python-host", version=b"1.0", log=self._log)
        status = self.table.open(c.byref(host), None if settings is None else json.dumps(settings).encode(),
                                 c.byref(self.session))
        if status != OK:
            raise CallError("open", status)
        return self

    def run(self, node, input, connection, **options):
        return Run(self, self.session, node, input, connection, **options)

    def close(self):
        self.table.close(self.session)
        self.session = c.c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

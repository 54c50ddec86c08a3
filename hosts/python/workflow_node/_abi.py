"""workflow_node/node.h for ctypes: every struct once. What the members mean is written in the header."""

from __future__ import annotations

import ctypes as c
from typing import Any, ClassVar, Optional, Sequence, Tuple

ABI_MAJOR = 1
ENTRY = "wfn_module_entry"
PATH_VARIABLE = "WORKFLOW_NODE_PATH"
DEFAULT_PATH = "~/.local/lib/workflow_node:/usr/local/lib/workflow_node:/usr/lib/workflow_node"
MAX_RUN_KEY_BYTES = 512
MAX_INPUT_BYTES = 1048576
MAX_CHECKPOINT_BYTES = 16384
MAX_ATTACHMENT_NAME_BYTES = 1024

OK, INVALID_ARGUMENT, INVALID_HANDLE, INVALID_STATE = 0, 1, 2, 3
WRONG_THREAD, TIMED_OUT, OUT_OF_MEMORY, INTERNAL_ERROR = 4, 5, 6, 7
STATUSES = ("ok", "invalid argument", "invalid handle", "invalid state", "wrong thread", "timed out",
            "out of memory", "internal error of the module")
SUCCEEDED, FAILED, CANCELLED, SUSPENDED = 0, 1, 2, 3
OUTCOMES = ("succeeded", "failed", "cancelled", "suspended")
PHASES = ("preparing", "submitting", "queued", "running", "retrying", "cancelling")
SUBMISSIONS = ("maybe", "no", "yes")
CHARGES = ("unknown", "no", "yes")
NODE_CAN_CANCEL, NODE_REPORTS_PROGRESS, NODE_CAN_RESUME = 1, 2, 4
VALIDATE_ONLY, CANCEL_JOB_AT_DEADLINE, COLLECT_ONLY, CHECK_CONNECTION, DRY_RUN = 1, 2, 4, 8, 16
SUSPEND_NEVER, SUSPEND_WHEN_SUBMITTED, SUSPEND_AFTER = 0, 1, 2


class Struct(c.Structure):
    """Begins with struct_size, which is set where Python is the side that fills it."""

    struct_size: int

    def __init__(self, **members: Any) -> None:
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
                ("checkpoint_json", c.c_char_p), ("resume_after_ms", c.c_int64),
                ("warnings_json", c.c_char_p)]


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
    action_id: Optional[bytes]
    version: Optional[bytes]
    title: Optional[bytes]
    description: Optional[bytes]
    input_schema_json: Optional[bytes]
    output_schema_json: Optional[bytes]
    execute: Any


Node._fields_ = [("struct_size", c.c_uint32), ("flags", c.c_uint32), ("action_id", c.c_char_p),
                 ("version", c.c_char_p), ("title", c.c_char_p), ("description", c.c_char_p),
                 ("icon_svg", c.c_char_p), ("categories_json", c.c_char_p),
                 ("connection", c.POINTER(Connection)), ("input_schema_json", c.c_char_p),
                 ("output_schema_json", c.c_char_p), ("errors_json", c.c_char_p),
                 ("ui_json", c.c_char_p), ("examples_json", c.c_char_p), ("price_json", c.c_char_p),
                 ("execute", c.CFUNCTYPE(c.c_int32, c.POINTER(Node), c.c_void_p, c.POINTER(Request),
                                         c.POINTER(c.c_void_p))),
                 ("translations_json", c.c_char_p)]


class Module(Struct):
    FUNCTIONS: ClassVar[Tuple[str, ...]] = ("open", "close", "run_cancel", "run_suspend", "run_checkpoint_saved",
                                            "run_wait", "run_result", "run_release")
    abi_major: int
    node_count: int
    nodes: Any
    open: Any
    close: Any
    run_cancel: Any
    run_suspend: Any
    run_checkpoint_saved: Any
    run_release: Any
    run_attach: Any
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


def has(struct: Struct, member: str) -> bool:
    """WFN_HAS: whether the struct, filled by the other side, covers the whole member."""
    field = getattr(type(struct), member)
    return bool(struct.struct_size >= field.offset + field.size)


def number(struct: Struct, member: str) -> Any:
    return getattr(struct, member) if has(struct, member) else 0


def text(struct: Struct, member: str) -> Optional[str]:
    """A module's text as it is, also one that is not UTF-8: nothing may be raised inside a callback."""
    value: Optional[bytes] = getattr(struct, member) if has(struct, member) else None
    return None if value is None else value.decode("utf-8", "replace")


def pointed(struct: Struct, member: str) -> Optional[Any]:
    """What a pointer of the struct points at, if there is one."""
    pointer = getattr(struct, member) if has(struct, member) else None
    return pointer.contents if pointer else None


def word(words: Sequence[str], value: int, otherwise: str = "unknown") -> str:
    """The word for a value of an enumeration; a newer module may have values that are not known here."""
    return words[value] if 0 <= value < len(words) else otherwise


def fault_of_module(module: Optional[Module]) -> Optional[str]:
    """wfn_fault_of_module: None, or what is wrong with the table, as the end of a sentence."""
    if module is None:
        return "its entry returned NULL"
    if not has(module, "abi_major"):
        return "its table is too small to name its version"
    if module.abi_major != ABI_MAJOR:
        return "it speaks another major version of the node boundary"
    if not has(module, "run_release"):
        return "its table has fewer bytes than version 1.0 has"
    if not all(getattr(module, name) for name in Module.FUNCTIONS):
        return "its table lacks a function"
    if module.node_count > 0 and not module.nodes:
        return "its list of nodes is missing"
    for i in range(module.node_count):
        pointer = module.nodes[i]
        node = pointer.contents if pointer else None
        if node is None or not has(node, "execute") or not node.execute or None in (
                node.action_id, node.version, node.title, node.description, node.input_schema_json,
                node.output_schema_json):
            return "one of its nodes is incomplete"
    return None

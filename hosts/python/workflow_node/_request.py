"""What a run is asked for: checked, and put into the form that a module takes."""

from __future__ import annotations

import ctypes as c
import enum
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Optional, Tuple, TypedDict, Union

from . import _abi as abi
from ._attachments import Attachment, check_attachments
from ._stores import Store
from ._values import Checkpoint, Connection, Progress

if TYPE_CHECKING:
    from typing_extensions import Literal

# Far beyond any deadline, and still far from what 64 bits hold as milliseconds.
_LONGEST_SECONDS = 1e12


class Mode(enum.Enum):
    """What a run is for; the value is the flags that say so."""

    RUN = 0
    # Only fetches the job that the checkpoint names; never submits.
    COLLECT = abi.COLLECT_ONLY
    # Checks the input, and the connection where one is given, and sends nothing.
    VALIDATE = abi.VALIDATE_ONLY
    # Also asks the service whether it answers and takes the key. No job, no charge.
    CHECK_CONNECTION = abi.VALIDATE_ONLY | abi.CHECK_CONNECTION
    # Sends nothing; the output says what would be sent, with the secrets masked.
    DRY_RUN = abi.DRY_RUN


class RunOptions(TypedDict, total=False):
    """What start, run, run_sync and collect take beside the node and its input. Times are in seconds."""

    # As the node's connection schema says. Only its members' names are ever shown.
    connection: Optional[Mapping[str, Any]]
    # Where the checkpoint is kept. None: nowhere, and a run whose process dies may have paid for nothing.
    checkpoints: Optional[Store]
    # The run's name: the same when it is repeated after a crash, another for every other run.
    run_key: Optional[str]
    # The run's deadline. None: as the connection says.
    timeout: Optional[float]
    # At the deadline also cancel the job at the service; without it a later run collects it.
    cancel_job_at_deadline: bool
    # The files of inputs "attachment:NAME": by NAME, which is percent-encoded in the input and plain here. A path is
    # read, or a callable called, when the run needs the bytes, on a thread of its own; what it raises says why there
    # is no file, in the run's error.
    attachments: Optional[Mapping[str, Attachment]]
    # Called with each progress, on the event loop's thread or the one that waits. Raising stops nothing.
    on_progress: Optional[Callable[[Progress], object]]
    # When to end early, as Suspended: once the service has taken the job, or so many seconds after the start.
    suspend: Union[Literal["when_submitted"], float, None]
    # How long the module waits for a checkpoint to be kept. None: 30 s.
    checkpoint_timeout: Optional[float]
    # W3C Trace Context, sent along with every request.
    traceparent: Optional[str]


@dataclass
class Prepared:
    """A request before its run. The connection is wiped once the module has its own copy."""

    flags: int
    input_json: Optional[bytes]
    connection_json: Optional[bytearray] = field(repr=False)
    run_key: Optional[bytes]
    traceparent: Optional[bytes]
    timeout_ms: int
    checkpoint_timeout_ms: int
    suspend: int
    suspend_after_ms: int
    attachments: Optional[Dict[str, Attachment]] = field(repr=False)

    def filled(self, checkpoint: Optional[Checkpoint], **callbacks: Any) -> Tuple[abi.Request, Any]:
        """The struct, and what must live as long as it."""
        connection = None
        if self.connection_json is not None:
            connection = (c.c_char * len(self.connection_json)).from_buffer(self.connection_json)
        request = abi.Request(
            flags=self.flags, input_json=self.input_json, run_key=self.run_key, traceparent=self.traceparent,
            connection_json=c.cast(connection, c.c_char_p) if connection is not None else None,
            checkpoint_json=checkpoint.json.encode() if checkpoint else None, timeout_ms=self.timeout_ms,
            checkpoint_timeout_ms=self.checkpoint_timeout_ms, suspend=self.suspend,
            suspend_after_ms=self.suspend_after_ms, **callbacks)
        return request, connection

    def wipe(self) -> None:
        if self.connection_json is not None:
            self.connection_json[:] = bytes(len(self.connection_json))


def mask(options: Any) -> None:
    """Has the frames that hold these options show a masked connection from here on."""
    connection = options.get("connection")
    if connection is not None and not isinstance(connection, Connection):
        if not isinstance(connection, Mapping):
            raise TypeError(f"connection must be a mapping, not {type(connection).__name__}")
        options["connection"] = Connection(connection)


def prepare(input: Optional[Mapping[str, Any]], mode: Mode, options: Mapping[str, Any]) -> Prepared:
    """Raises TypeError or ValueError for what no module would take."""
    unknown = set(options) - set(RunOptions.__annotations__)
    if unknown:
        raise TypeError(f"a run has no option {', '.join(sorted(unknown))}; it has "
                        f"{', '.join(RunOptions.__annotations__)}")
    store = options.get("checkpoints")
    if store is not None and mode not in (Mode.RUN, Mode.COLLECT):
        raise ValueError(f"checkpoints are for Mode.RUN and Mode.COLLECT: {mode} starts no job")
    if input is None and mode is not Mode.CHECK_CONNECTION:
        raise TypeError("input must be a mapping: only Mode.CHECK_CONNECTION does without")
    suspend = options.get("suspend")
    if isinstance(suspend, str) and suspend != "when_submitted":
        raise ValueError(f'suspend must be "when_submitted", a number of seconds or None, not {suspend!r}')
    connection = options.get("connection")
    input_json = None if input is None else json_bytes("input", input)
    if input_json is not None and len(input_json) > abi.MAX_INPUT_BYTES:
        raise ValueError(f"input has {len(input_json)} bytes as JSON, and at most {abi.MAX_INPUT_BYTES} are taken")
    run_key = _text("run_key", options.get("run_key"))
    if run_key is not None and len(run_key) > abi.MAX_RUN_KEY_BYTES:
        raise ValueError(f"run_key has {len(run_key)} bytes, and at most {abi.MAX_RUN_KEY_BYTES} are taken")
    return Prepared(
        flags=mode.value | (abi.CANCEL_JOB_AT_DEADLINE if options.get("cancel_job_at_deadline") else 0),
        input_json=input_json,
        # With its terminating NUL, which a char pointer into it needs.
        connection_json=None if connection is None else bytearray(json_bytes("connection", connection) + b"\0"),
        run_key=run_key, traceparent=_text("traceparent", options.get("traceparent")),
        timeout_ms=_milliseconds("timeout", options.get("timeout"), 1),
        checkpoint_timeout_ms=_milliseconds("checkpoint_timeout", options.get("checkpoint_timeout"), 1),
        suspend=abi.SUSPEND_NEVER if suspend is None
        else abi.SUSPEND_WHEN_SUBMITTED if isinstance(suspend, str) else abi.SUSPEND_AFTER,
        suspend_after_ms=0 if isinstance(suspend, str) else _milliseconds("suspend", suspend, 0),
        attachments=check_attachments(options.get("attachments")))


def json_bytes(name: str, value: Mapping[str, Any]) -> bytes:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} must be a mapping, not {type(value).__name__}")
    try:
        return json.dumps(dict(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        why = str(error)
    # Out here, without the other error's frames, which hold the value.
    raise ValueError(f"{name} cannot be written as JSON: {why}")


def _text(name: str, value: Optional[str]) -> Optional[bytes]:
    if value is None:
        return None
    if "\0" in value:
        raise ValueError(f"{name} contains a NUL character")
    return value.encode()


def _milliseconds(name: str, value: Optional[float], least: int) -> int:
    """0 where none is given, which means the default; a time above zero never becomes 0."""
    if value is None:
        return 0
    if not (0 < value < _LONGEST_SECONDS or (least == 0 and value == 0)):
        raise ValueError(f"{name} must be a number of seconds above zero, not {value!r}")
    return max(least, round(value * 1000))

"""What runs give and how they end, as Python's own values; the errors of this package."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Iterator, Mapping, Optional, Tuple

from . import _abi as abi


@dataclass(frozen=True)
class Progress:
    phase: str  # "preparing", "submitting", "queued", "running", "retrying", "cancelling"; else "unknown"
    fraction: Optional[float]  # 0 to 1; None: unknown
    eta: Optional[float]  # seconds until the result; None: unknown
    elapsed: float  # seconds since the start
    job_id: Optional[str]
    message: str  # one short English sentence


@dataclass(frozen=True)
class Checkpoint:
    """What of a run is kept, so that a later run goes on where it was."""

    json: str  # the module's own business, without secrets
    submission: str = "maybe"  # whether a job was submitted: "no", "maybe" or "yes"
    job_id: Optional[str] = None  # with "yes": the service's name of the job


@dataclass(frozen=True)
class RunWarning:
    code: str
    message: str


@dataclass(frozen=True)
class Detail:
    path: str  # JSON pointer into the input
    message: str


@dataclass(frozen=True)
class Result:
    """How a run succeeded."""

    output: Any  # as the node's output schema says; None where a mode gives none
    warnings: Tuple[RunWarning, ...] = ()
    # What the store of checkpoints raised, if it did. The output is good, and an old checkpoint may be left.
    store_error: Optional[BaseException] = None


@dataclass(frozen=True)
class Failure:
    """Why a run failed or was cancelled; RunError has the same attributes."""

    outcome: str  # "failed" or "cancelled"; "unknown": a newer module ended the run in a way not known here
    code: str  # for programs; the node's errors list them
    type: str
    message: str
    cause: str = ""
    solution: str = ""
    retryable: bool = False
    retry_after: Optional[float] = None  # seconds; do not retry before
    charged: str = "unknown"  # may the run have been billed: "no", "yes" or "unknown"
    http_status: Optional[int] = None
    request_id: Optional[str] = None
    job_id: Optional[str] = None
    details: Tuple[Detail, ...] = ()
    checkpoint: Optional[Checkpoint] = None  # what to go on from; None: there is nothing
    warnings: Tuple[RunWarning, ...] = field(default=())


class Error(Exception):
    """Any error of this package."""


class LoadError(Error):
    """A module could not be found or loaded."""


class StatusError(Error):
    """A function of the module was called wrongly: no run was started, nothing happened."""

    def __init__(self, function: str, status: int, hint: str = "") -> None:
        super().__init__(function, status, hint)
        self.function, self.status, self.hint = function, status, hint

    def __str__(self) -> str:
        what = f"{self.function}: {abi.word(abi.STATUSES, self.status, f'unknown status {self.status}')}"
        return f"{what}. {self.hint}" if self.hint else what


class LockedError(Error):
    """Another run, perhaps of another process, uses the same checkpoints. Nothing was started."""


class RunError(Error):
    """A run failed, or was cancelled. `__cause__` is what the store, or the reading of a file, raised, if it did."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure
        self.outcome = failure.outcome
        self.code = failure.code
        self.type = failure.type
        self.message = failure.message
        self.cause = failure.cause
        self.solution = failure.solution
        self.retryable = failure.retryable
        self.retry_after = failure.retry_after
        self.charged = failure.charged
        self.http_status = failure.http_status
        self.request_id = failure.request_id
        self.job_id = failure.job_id
        self.details = failure.details
        self.checkpoint = failure.checkpoint
        self.warnings = failure.warnings

    def __str__(self) -> str:
        parts = [f"{self.type}: {self.message}", self.cause, self.solution]
        if self.charged != "no":
            parts.append("It was charged." if self.charged == "yes" else "It may have been charged.")
        return " ".join(part if part.endswith((".", "!", "?")) else part + "." for part in parts if part)


class Suspended(Error):
    """A run ended early and on purpose: run it again with the checkpoint, and it goes on."""

    def __init__(self, checkpoint: Optional[Checkpoint], resume_after: Optional[float],
                 warnings: Tuple[RunWarning, ...] = ()) -> None:
        super().__init__(checkpoint, resume_after, warnings)
        self.checkpoint, self.resume_after, self.warnings = checkpoint, resume_after, warnings

    def __str__(self) -> str:
        job = self.checkpoint.job_id if self.checkpoint else None
        when = f" in {self.resume_after:g} s" if self.resume_after else ""
        return f"the run is suspended{f', its job {job} goes on' if job else ''}: run it again{when}"


class Connection(Mapping[str, Any]):
    """A connection's members. Its repr, and so a traceback or a log, shows their names alone."""

    def __init__(self, members: Optional[Mapping[str, Any]] = None, **more: Any) -> None:
        self._members = {**(members or {}), **more}

    def __getitem__(self, name: str) -> Any:
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)

    def __repr__(self) -> str:
        return f"Connection({', '.join(f'{name}=***' for name in self._members)})"


@dataclass(frozen=True)
class Ending:
    """A wfn_result, copied inside on_complete; read there, interpreted on the waiter's thread."""

    outcome: int
    output_json: Optional[str]
    failure: Optional[Failure]
    checkpoint: Optional[Checkpoint]
    resume_after: Optional[float]
    warnings: Tuple[RunWarning, ...]


def seconds(milliseconds: int) -> Optional[float]:
    return None if milliseconds < 0 else milliseconds / 1000


def _rows(text: Optional[str]) -> Tuple[Mapping[str, Any], ...]:
    """The objects of a JSON array; what a faulty module gives instead counts as none."""
    try:
        rows = json.loads(text or "[]")
    except (ValueError, RecursionError):
        return ()
    return tuple(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def read_progress(progress: abi.Struct) -> Progress:
    fraction = abi.number(progress, "fraction")
    return Progress(abi.word(abi.PHASES, abi.number(progress, "phase")),
                    min(fraction, 1.0) if fraction >= 0 else None,
                    seconds(abi.number(progress, "eta_ms")), abi.number(progress, "elapsed_ms") / 1000,
                    abi.text(progress, "job_id"), abi.text(progress, "message") or "")


def read_checkpoint(checkpoint: Optional[abi.Struct]) -> Optional[Checkpoint]:
    text = None if checkpoint is None else abi.text(checkpoint, "json")
    if checkpoint is None or text is None:
        return None
    return Checkpoint(text, abi.word(abi.SUBMISSIONS, abi.number(checkpoint, "submission"), "maybe"),
                      abi.text(checkpoint, "job_id"))


def is_usable(checkpoint: Checkpoint) -> bool:
    """Whether it could be given back: one that a faulty module gave must not take the place of a good one."""
    try:
        json.loads(checkpoint.json)
        return len(checkpoint.json.encode()) <= abi.MAX_CHECKPOINT_BYTES
    except (ValueError, RecursionError):
        return False


def read_ending(result: abi.Struct) -> Ending:
    outcome = abi.number(result, "outcome")
    error = abi.pointed(result, "error")
    checkpoint = read_checkpoint(abi.pointed(result, "checkpoint"))
    if checkpoint is None:
        text = abi.text(result, "checkpoint_json")
        checkpoint = None if text is None else Checkpoint(text)
    warnings = tuple(RunWarning(str(row.get("code", "")), str(row.get("message", "")))
                     for row in _rows(abi.text(result, "warnings_json")))
    failure = None if error is None else _read_failure(error, outcome, checkpoint, warnings)
    return Ending(outcome, abi.text(result, "output_json"), failure, checkpoint,
                  seconds(abi.number(result, "resume_after_ms")), warnings)


def _read_failure(error: abi.Struct, outcome: int, checkpoint: Optional[Checkpoint],
                  warnings: Tuple[RunWarning, ...]) -> Failure:
    def text(member: str) -> str:
        return abi.text(error, member) or ""

    return Failure(
        outcome=abi.word(abi.OUTCOMES, outcome), code=text("code"), type=text("type"), message=text("message"),
        cause=text("cause"), solution=text("solution"), retryable=bool(abi.number(error, "retryable")),
        retry_after=seconds(abi.number(error, "retry_after_ms")) if abi.has(error, "retry_after_ms") else None,
        charged=abi.word(abi.CHARGES, abi.number(error, "charged")),
        http_status=abi.number(error, "http_status") or None, request_id=abi.text(error, "request_id"),
        job_id=abi.text(error, "job_id"), checkpoint=checkpoint, warnings=warnings,
        details=tuple(Detail(str(row.get("path", "")), str(row.get("message", "")))
                      for row in _rows(abi.text(error, "details_json"))))


def read_output(ending: Ending, wanted: bool) -> Tuple[Any, str]:
    """The output, and why the ending cannot be used; empty: it can. `wanted`: a success must have an output."""
    if ending.outcome == abi.SUCCEEDED:
        if ending.output_json is None:
            return None, "the run succeeded without an output" if wanted else ""
        try:
            return json.loads(ending.output_json), ""
        except ValueError:
            return None, "its output is no JSON"
        except (RecursionError, MemoryError):
            return None, "its output is too large or too deeply nested to be read"
    if ending.outcome in (abi.FAILED, abi.CANCELLED):
        return None, "the run failed without an error" if ending.failure is None else ""
    if ending.outcome == abi.SUSPENDED:
        return None, ""
    return None, f"the run ended with the outcome {ending.outcome}, which is not known here"


def conclude(ending: Ending, output: Any, fault: str, store_error: Optional[BaseException],
             file_error: Optional[BaseException]) -> Result:
    """The result, or the exception that the ending is; output and fault are read_output's."""
    cause = store_error or file_error
    if ending.failure is not None and ending.outcome not in (abi.SUCCEEDED, abi.SUSPENDED):
        raise RunError(ending.failure) from cause
    if fault:
        raise _defect(ending, fault) from cause
    if ending.outcome == abi.SUSPENDED:
        raise Suspended(ending.checkpoint, ending.resume_after, ending.warnings) from cause
    return Result(output, ending.warnings, store_error)


def _defect(ending: Ending, what: str) -> RunError:
    return RunError(Failure(
        outcome=abi.word(abi.OUTCOMES, ending.outcome), code="internal_error", type="Internal Error",
        message=f"The module's answer cannot be used: {what}.", cause="The module is newer than this host, or faulty.",
        solution="Look at the account before the run is repeated, and update this package or the module.",
        checkpoint=ending.checkpoint, warnings=ending.warnings))

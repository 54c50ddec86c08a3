"""The files behind inputs "attachment:NAME": read when the module asks for them, and on threads of their own."""

from __future__ import annotations

import ctypes as c
import os
import stat
import threading
import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, Mapping, Optional, Set, Tuple, Union

from . import _abi as abi


@dataclass(frozen=True)
class AttachmentRequest:
    """A file that a run asks for, and what the service takes, so that it can be converted or shrunk to that."""

    name: str  # NAME of "attachment:NAME", decoded
    path: str  # JSON pointer to the input: "/image"
    media_types: Tuple[str, ...]  # the best first: ("image/jpeg", "image/png")
    max_bytes: int  # a larger file is refused
    max_side: Optional[int]  # pixels of an image's longer side; None: no limit is known


AttachedFile = Union[bytes, bytearray, memoryview, "os.PathLike[str]"]
Attachment = Union[AttachedFile, Callable[[AttachmentRequest], AttachedFile]]


def check_attachments(given: Optional[Mapping[str, Attachment]]) -> Optional[Dict[str, Attachment]]:
    """A copy; raises TypeError for what no module could be given."""
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise TypeError(f"attachments must be a mapping, not {type(given).__name__}")
    for name, value in given.items():
        if not isinstance(name, str):
            raise TypeError(f"a name in attachments must be a str, not {type(name).__name__}")
        if not isinstance(value, (bytes, bytearray, memoryview, os.PathLike)) and not callable(value):
            raise TypeError(f'attachments["{name}"] must be bytes, a path such as pathlib.Path, or a callable, '
                            f"not {type(value).__name__}")
    return dict(given)


def read_request(request: abi.Struct) -> AttachmentRequest:
    media_types = (abi.text(request, "media_types") or "").split(",")
    return AttachmentRequest(
        abi.text(request, "name") or "", abi.text(request, "path") or "",
        tuple(media_type.strip() for media_type in media_types if media_type.strip()),
        abi.number(request, "max_bytes"), abi.number(request, "max_side") or None)


class FileThreads:
    """A session's threads, one for each file that is being read: its callable may take long, or hang.

    A module asks for a few files at a time, which bounds their number. They are daemons, so that close and the
    interpreter's exit wait for them with a bound.
    """

    def __init__(self) -> None:
        self._threads: Set[threading.Thread] = set()

    def start(self, read: Callable[[], None]) -> None:
        """`read` must not raise."""
        thread = threading.Thread(target=self._work, args=(read,), name="workflow_node attachment", daemon=True)
        self._threads.add(thread)
        try:
            thread.start()
        except BaseException:
            self._threads.discard(thread)
            raise

    def join(self, until: float) -> None:
        """After the module's close, when no file is asked for any more; `until` is time.monotonic's."""
        for thread in self._threads - {threading.current_thread()}:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self, read: Callable[[], None]) -> None:
        try:
            read()
        finally:
            self._threads.discard(threading.current_thread())


class RunFiles:
    """The files of one run."""

    def __init__(self, table: abi.Module, given: Optional[Dict[str, Attachment]],
                 threads: FileThreads) -> None:
        self.error: Optional[BaseException] = None  # why the run was given none
        self._table = table
        self._given = given
        self._threads = threads
        self._answering = threading.Lock()  # never taken by the main thread
        self._asked = 0

    def ask(self, handle: Any, request: AttachmentRequest) -> None:
        """On a thread of the module, which must not wait for the file."""
        with self._answering:
            self._asked += 1
            number = self._asked
        self._threads.start(lambda: self._give(handle, number, request))

    def let_go(self) -> None:
        """The run is over: nobody waits for its files."""
        self._given = None

    def _give(self, handle: Any, number: int, request: AttachmentRequest) -> None:
        given = self._given
        if given is None:
            return
        answer: Union[bytes, BaseException]
        try:
            answer = _bytes_of(given, request)
        except BaseException as error:
            answer = error
        with self._answering:
            # An answer that comes after the module's patience must not count for the next request.
            if number == self._asked and self._given is not None:
                self.answer(handle, answer)

    def answer(self, handle: Any, answer: Union[bytes, BaseException]) -> None:
        """The file, or why there is none."""
        if isinstance(answer, bytes):
            data = c.cast(c.c_char_p(answer), c.c_void_p)
            if self._attach(handle, data=data, size=len(answer)) != abi.OUT_OF_MEMORY:
                return
            answer = MemoryError("There was no memory for the file: run fewer at once.")
        self.error = answer  # before the run ends by it
        if self._attach(handle, failure=_text_of(answer).encode("utf-8", "replace")) != abi.OK:
            self.error = None

    def _attach(self, handle: Any, **members: Any) -> int:
        if not abi.has(self._table, "run_attach") or not self._table.run_attach:
            return abi.INVALID_STATE
        return int(self._table.run_attach(handle, c.byref(abi.Attachment(**members))))


def _bytes_of(given: Mapping[str, Attachment], request: AttachmentRequest) -> bytes:
    if request.name not in given:
        raise LookupError(f'The run was given no file of the name "{request.name}".')
    value: Any = given[request.name]
    if callable(value) and not isinstance(value, os.PathLike):
        value = value(request)
    if isinstance(value, os.PathLike):
        return _read_file(value, request.max_bytes)
    if isinstance(value, bytes):
        return value
    if isinstance(value, (bytearray, memoryview)):
        return bytes(value)
    raise TypeError(f'What was given as the file "{request.name}" is neither bytes nor a path, but '
                    f"{type(value).__name__}.")


def _read_file(path: "os.PathLike[str]", max_bytes: int) -> bytes:
    """One byte more than is taken at most: the module refuses such a file in its own words."""
    try:
        with open(path, "rb", opener=_open_without_waiting) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise OSError(0, "it is not a regular file")
            return file.read(min(status.st_size, max_bytes + 1))
    except OSError as error:
        raise OSError(f'The file "{os.fsdecode(path)}" cannot be read: {error.strerror}.') from error


def _open_without_waiting(path: str, flags: int) -> int:
    """For the other end of a FIFO, that is."""
    return os.open(path, flags | os.O_NONBLOCK)


def _text_of(error: BaseException) -> str:
    try:
        return str(error) or type(error).__name__
    except BaseException:
        return type(error).__name__

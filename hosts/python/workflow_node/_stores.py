"""Where checkpoints are kept, and the threads on which stores are called."""

from __future__ import annotations

import fcntl
import os
import threading
from collections import deque
from pathlib import Path
from typing import Callable, Deque, Optional, Protocol, Union, runtime_checkable

from ._abi import MAX_CHECKPOINT_BYTES
from ._values import Checkpoint, LockedError


class Store(Protocol):
    """Keeps the checkpoint of one run. Called on threads of this package, one call at a time.

    What a call raises means "not kept". Before a submit that ends the run, unpaid.
    """

    def load(self) -> Optional[Checkpoint]:
        """The last checkpoint that was kept; None: there is none."""

    def save(self, checkpoint: Checkpoint) -> None:
        """Keeps it, in the place of an earlier one. When this returns it must survive a crash."""

    def discard(self) -> None:
        """Forgets what was kept: there is nothing to go on from."""


@runtime_checkable
class LockingStore(Store, Protocol):
    """A store that only one run at a time may use. A run locks it before load and unlocks it at its end."""

    def lock(self) -> None:
        """Raises LockedError where another run holds it."""

    def unlock(self) -> None: ...


class Memory:
    """A checkpoint in memory, which a crash loses: to go on from one that was kept elsewhere, and for tests."""

    def __init__(self, checkpoint: Optional[Checkpoint] = None) -> None:
        self.checkpoint = checkpoint

    def load(self) -> Optional[Checkpoint]:
        return self.checkpoint

    def save(self, checkpoint: Checkpoint) -> None:
        self.checkpoint = checkpoint

    def discard(self) -> None:
        self.checkpoint = None


class File:
    """A checkpoint in a file of its own, readable by its owner alone; the command line's form.

    A save that returned has reached the disk; the file never holds half a checkpoint. While a run uses it, a
    lock on "<path>.lock" keeps others away.
    """

    def __init__(self, path: Union[str, "os.PathLike[str]"]) -> None:
        self.path = Path(path)
        self._lock_path = self.path.with_name(self.path.name + ".lock")
        self._guard = threading.Lock()
        self._lock_fd: Optional[int] = None

    def __repr__(self) -> str:
        return f"File({str(self.path)!r})"

    def load(self) -> Optional[Checkpoint]:
        try:
            with open(self.path, "rb") as file:
                data = file.read(MAX_CHECKPOINT_BYTES + 1)
        except FileNotFoundError:
            return None
        if len(data) > MAX_CHECKPOINT_BYTES:
            raise ValueError(f'"{self.path}" is no checkpoint: it is longer than {MAX_CHECKPOINT_BYTES} bytes. '
                             "Nothing was started; choose another file")
        # An empty file is a new one, as mkstemp makes it.
        return Checkpoint(data.decode()) if data else None

    def save(self, checkpoint: Checkpoint) -> None:
        temporary = self.path.with_name(self.path.name + ".new")
        temporary.unlink(missing_ok=True)  # left by a process that was killed
        fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with open(fd, "wb") as file:
                file.write(checkpoint.json.encode())
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._sync_folder()

    def discard(self) -> None:
        try:
            self.path.unlink()
        except FileNotFoundError:
            return
        self._sync_folder()

    def lock(self) -> None:
        with self._guard:
            if self._lock_fd is not None:
                raise self._locked()
            while True:
                fd = os.open(self._lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    # Its last owner may have removed it between the open and the lock.
                    if self._names(fd):
                        self._lock_fd = fd
                        return
                except BlockingIOError:
                    os.close(fd)
                    raise self._locked() from None
                except BaseException:
                    os.close(fd)
                    raise
                os.close(fd)

    def unlock(self) -> None:
        with self._guard:
            if self._lock_fd is not None:
                self._lock_path.unlink(missing_ok=True)
                os.close(self._lock_fd)
                self._lock_fd = None

    def _names(self, fd: int) -> bool:
        try:
            return os.path.samestat(os.fstat(fd), os.stat(self._lock_path))
        except FileNotFoundError:
            return False

    def _locked(self) -> LockedError:
        return LockedError(f'another run is using the checkpoint "{self.path}". Nothing was started; wait for it, '
                           "or choose another file")

    def _sync_folder(self) -> None:
        fd = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


class Errands:
    """Calls that must not hold up the module's threads: in order, on a thread that lives while there are any.

    Each run has its own, so that a store that hangs holds up no other run. The thread is a daemon: at the
    interpreter's exit it is not waited for without a bound.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: Deque[Callable[[], None]] = deque()
        self._busy = False

    def add(self, errand: Callable[[], None]) -> None:
        """`errand` must not raise."""
        with self._lock:
            self._pending.append(errand)
            if self._busy:
                return
            self._busy = True
        try:
            threading.Thread(target=self._work, name="workflow_node store", daemon=True).start()
        except RuntimeError:  # no more threads: Python 3.12.0 and 3.12.1 allow none at the interpreter's exit
            self._work()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._pending:
                    self._busy = False
                    return
                errand = self._pending.popleft()
            errand()
            del errand  # not kept alive by an idle thread

"""One run: what the module's callbacks tell of it, and those who wait for it.

The attributes that several threads touch are assigned in one step, or are containers whose operations are atomic.
A lock that the main thread takes could be left behind by a KeyboardInterrupt.
"""

from __future__ import annotations

import asyncio
import ctypes as c
import itertools
import threading
import time
from collections import deque
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Callable, Deque, Generator, List, Optional, Set, Tuple

from . import _abi as abi
from ._attachments import RunFiles
from ._callbacks import (NO_ATTACHMENT, NO_CHECKPOINT, NO_PROGRESS, ON_ATTACHMENT, ON_CHECKPOINT, ON_COMPLETE,
                         ON_PROGRESS, live, log)
from ._request import Prepared
from ._stores import Errands, LockingStore, Store
from ._values import (Checkpoint, Ending, Error, Progress, Result, StatusError, conclude, is_usable, read_output)

if TYPE_CHECKING:
    from ._session import Session

# A cancelled run ends within 5 s by the header; the rest is for the store.
CANCEL_SECONDS = 10.0

_numbers = itertools.count(1)


class Run:
    """A run that was started. `await` it, or wait(). Neither cancels it; cancel() does."""

    def __init__(self, session: Session, execute: Callable[[Any, Any], int], prepared: Prepared,
                 store: Optional[Store], on_progress: Optional[Callable[[Progress], object]]) -> None:
        """For Session.start."""
        self._session = session
        self._table: abi.Module = session._table
        self._execute: Optional[Callable[[Any, Any], int]] = execute
        self._prepared: Optional[Prepared] = prepared
        self._store = store
        self._locked = False
        self._on_progress = on_progress
        try:
            self._loop: Optional[asyncio.AbstractEventLoop] = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
        self._number = next(_numbers)
        self._handle = c.c_void_p()  # the module writes it during execute, before any callback
        # What was asked for, run_cancel or run_suspend: by name, for ctypes makes each access a new function object.
        self._wishes: Set[str] = set()
        self._wants_output = not prepared.flags & abi.VALIDATE_ONLY
        self._errands = Errands()
        self._files: RunFiles = RunFiles(self._table, prepared.attachments, session._file_threads)
        self._latest: Deque[Progress] = deque(maxlen=1)
        self._answering = threading.Lock()  # never taken by the main thread
        self._asked = 0  # checkpoints so far
        self._last: Optional[Checkpoint] = None  # what the store holds
        self._abandoned = False
        self._discarded = False  # a good result's checkpoint
        self._store_error: Optional[BaseException] = None
        self._ending: Optional[Ending] = None
        self._read: Optional[Tuple[Any, str]] = None  # read_output's, once somebody needed it
        self._fault: Optional[BaseException] = None  # there was no run
        self._over = False
        self._wakers: List[Callable[[], None]] = []

    # ------------------------------------------------------------------------------- for hosts

    def cancel(self) -> None:
        """Asks the run to stop, and the service to stop its job. It ends within 5 s, or with its result."""
        self._ask("run_cancel")

    def suspend(self) -> None:
        """Asks the run to end as Suspended, within 5 s. The job goes on at the service."""
        self._ask("run_suspend")

    def done(self) -> bool:
        return self._over

    def wait(self, timeout: Optional[float] = None) -> Result:
        """Waits for the end. Raises RunError or Suspended, and TimeoutError while the run is not over."""
        if not self._wait_over(timeout):
            raise TimeoutError("the run is not over yet")
        return self._result()

    def __await__(self) -> Generator[Any, None, Result]:
        return self._awaited().__await__()

    async def _awaited(self) -> Result:
        await self._until_over()
        return self._result()

    def _result(self) -> Result:
        if self._ending is None:
            raise self._fault or Error("the run has no result")
        return conclude(self._ending, *self._output_of(self._ending), self._store_error, self._files.error)

    def _output_of(self, ending: Ending) -> Tuple[Any, str]:
        # Read once: how deep an output may be nested depends on the thread, and the store went by the first reading.
        if self._read is None:
            self._read = read_output(ending, self._wants_output)
        return self._read

    def _ask(self, name: str) -> None:
        # In this order: whoever comes second, this or the end of execute, sees what the other did.
        self._wishes.add(name)
        if self._handle.value and not self._over:
            self._pass_on_wish()

    def _pass_on_wish(self) -> None:
        name = "run_cancel" if "run_cancel" in self._wishes else "run_suspend"
        getattr(self._table, name)(self._handle)  # a handle that was released meanwhile is recognised

    # -------------------------------------------------------------------------------- starting

    def _start(self) -> None:
        self._session._runs.add(self)
        if self._store is None:
            self._begin(None)
        else:
            self._errands.add(self._load_and_begin)

    def _load_and_begin(self) -> None:
        assert self._store is not None
        try:
            if isinstance(self._store, LockingStore):
                self._store.lock()
                self._locked = True
            self._last = self._store.load()
        except BaseException as error:
            if self._prepared is not None:
                self._prepared.wipe()
            self._prepared = None
            self._end(None, error)
        else:
            self._begin(self._last)

    def _begin(self, checkpoint: Optional[Checkpoint]) -> None:
        prepared, execute = self._prepared, self._execute
        self._prepared = self._execute = None
        assert prepared is not None and execute is not None
        live[self._number] = self
        try:
            request, keep = prepared.filled(
                checkpoint, user_data=self._number, on_complete=ON_COMPLETE,
                on_progress=ON_PROGRESS if self._on_progress else NO_PROGRESS,
                on_checkpoint=ON_CHECKPOINT if self._store is not None else NO_CHECKPOINT,
                on_attachment=ON_ATTACHMENT if prepared.attachments is not None else NO_ATTACHMENT)
            status = execute(c.byref(request), c.byref(self._handle))
            del request, keep
        except BaseException as error:
            if self._handle.value:  # a KeyboardInterrupt that came when the run had been started
                self._abandoned = True
                self.cancel()
                raise
            live.pop(self._number, None)
            self._end(None, error)
            return
        finally:
            prepared.wipe()
        if status != abi.OK:
            live.pop(self._number, None)
            hint = self._session._hint_for(status, prepared.flags)
            self._end(None, StatusError("execute", status, hint))
        elif self._wishes:
            self._pass_on_wish()

    # ------------------------------------------------------------------ on the module's threads

    def _progressed(self, progress: Progress) -> None:
        self._latest.append(progress)  # one that was not seen yet is replaced
        if self._loop is not None:
            tell(self._loop, self._deliver)
        else:
            self._wake()

    def _checkpoint(self, handle: Any, checkpoint: Checkpoint) -> None:
        with self._answering:
            self._asked += 1
            number = self._asked
        self._errands.add(lambda: self._save(handle, number, checkpoint))

    def _completed(self, ending: Ending) -> None:
        live.pop(self._number, None)
        if self._store is None:
            self._end(ending, None)
        else:
            self._errands.add(lambda: self._settle(ending))

    # ---------------------------------------------------------------------- on the store's thread

    def _save(self, handle: Any, number: int, checkpoint: Checkpoint) -> None:
        kept = self._call_store(lambda store: store.save(checkpoint))
        if kept:
            self._last = checkpoint
        with self._answering:
            # An answer that comes after the module's patience must not count for the next checkpoint.
            if number == self._asked:
                self._table.run_checkpoint_saved(handle, int(kept))

    def _settle(self, ending: Ending) -> None:
        """Keeps the checkpoint that the run ended with, or discards the one that was kept.

        Only an ending that can be used and is none to go on from discards: what is kept may be all that leads to a job
        that is paid for.
        """
        _, fault = self._output_of(ending)
        succeeded = ending.outcome == abi.SUCCEEDED
        unseen = self._abandoned or (self._loop is not None and self._loop.is_closed())
        if ending.checkpoint is not None:
            if is_usable(ending.checkpoint) and (self._last is None or ending.checkpoint.json != self._last.json):
                self._call_store(lambda store: store.save(ending.checkpoint))
        elif not fault and ending.outcome != abi.SUSPENDED and not (succeeded and unseen):
            self._discarded = self._call_store(lambda store: store.discard()) and succeeded
        self._end(ending, None)

    def _restore(self) -> None:
        """Nobody took the result: its job must remain to be collected.

        The store was unlocked meanwhile: what another run has kept there since is that run's.
        """
        if self._discarded and self._last is not None:
            self._discarded = False
            last = self._last

            def save(store: Store) -> None:
                if store.load() is None:
                    store.save(last)
                    log.info("the checkpoint of an abandoned run is kept again")

            if self._call_store(self._lock):
                self._call_store(save)
            self._unlock()

    def _lock(self, store: Store) -> None:
        if isinstance(store, LockingStore):
            store.lock()
            self._locked = True

    def _unlock(self) -> None:
        if self._locked and isinstance(self._store, LockingStore):
            self._locked = False
            self._call_store(lambda store: store.unlock())

    def _call_store(self, call: Callable[[Any], object]) -> bool:
        try:
            call(self._store)
            return True
        except BaseException as error:
            if self._store_error is None:
                self._store_error = error
            return False

    # ------------------------------------------------------------------------------------ the end

    def _end(self, ending: Optional[Ending], fault: Optional[BaseException]) -> None:
        self._unlock()
        self._files.let_go()
        self._ending, self._fault = ending, fault
        self._over = True
        self._session._runs.discard(self)
        self._wake()

    def _wake(self) -> None:
        for waker in list(self._wakers):
            waker()

    def _deliver(self) -> None:
        try:
            progress = self._latest.popleft()
        except IndexError:
            return
        try:
            assert self._on_progress is not None
            self._on_progress(progress)
        except Exception as error:
            log.error("on_progress raised; the run goes on", exc_info=error)

    def _wait_over(self, timeout: Optional[float], deliver: bool = True) -> bool:
        self._session._check_process()
        until = None if timeout is None else time.monotonic() + timeout
        woken: SimpleQueue[None] = SimpleQueue()

        def waker() -> None:
            woken.put(None)

        self._wakers.append(waker)
        try:
            while True:
                over = self._over
                if deliver and self._loop is None:
                    self._deliver()
                if over:
                    return True
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return False
                try:
                    woken.get(timeout=left)
                except Empty:
                    pass
        finally:
            self._wakers.remove(waker)

    async def _until_over(self) -> None:
        self._session._check_process()
        loop = asyncio.get_running_loop()
        while True:
            woken = loop.create_future()

            def waker(woken: asyncio.Future[None] = woken) -> None:
                tell(loop, _set, woken)

            self._wakers.append(waker)
            try:
                over = self._over
                if not over:
                    await woken
            finally:
                self._wakers.remove(waker)
            if self._loop is None:
                self._deliver()
            if over:
                return

    # ----------------------------------------------------------------------------------- giving up

    def _abandon(self) -> None:
        """The caller goes away without the result: a good one stays collectable from the store."""
        self._abandoned = True
        if self._store is not None:
            # Behind a _settle that did not see the line above; a later one sees it and discards nothing.
            self._errands.add(self._restore)

    async def _cancel_and_wait(self) -> None:
        self._abandon()  # before the first await, which a second cancellation may end
        self.cancel()

        async def over() -> None:
            await self._until_over()
            if self._store is not None:
                loop = asyncio.get_running_loop()
                idle = loop.create_future()
                self._errands.add(lambda: tell(loop, _set, idle))
                await idle

        try:
            await asyncio.wait_for(over(), CANCEL_SECONDS)
        except asyncio.TimeoutError:
            log.warning("a cancelled run is not over after %g s; it goes on by itself", CANCEL_SECONDS)

    def _cancel_and_wait_sync(self) -> None:
        self._abandon()  # before the wait, which a second interrupt may end
        self.cancel()
        until = time.monotonic() + CANCEL_SECONDS
        if not self._wait_over(CANCEL_SECONDS):
            log.warning("a cancelled run is not over after %g s; it goes on by itself", CANCEL_SECONDS)
        elif self._store is not None:
            idle = threading.Event()
            self._errands.add(idle.set)
            idle.wait(max(0.0, until - time.monotonic()))


def tell(loop: asyncio.AbstractEventLoop, function: Callable[..., object], *arguments: Any) -> None:
    """To a loop's thread, unless the loop is closed: then nobody is there to be told."""
    try:
        loop.call_soon_threadsafe(function, *arguments)
    except RuntimeError:
        pass


def _set(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)

"""Sessions: what runs share in a module."""

from __future__ import annotations

import asyncio
import atexit
import ctypes as c
import itertools
import logging
import os
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Callable, Dict, Mapping, Optional, Set, Type, Union

from . import _abi as abi
from ._attachments import Attachment, FileThreads
from ._callbacks import log, swallow
from ._module import Module, Node
from ._request import Mode, RunOptions, json_bytes, mask, prepare
from ._run import Run, tell
from ._stores import Store
from ._values import Connection, Error, Result, StatusError

if TYPE_CHECKING:
    from typing_extensions import Unpack

# After close no run is live, but a store may still be busy with how one ended, and a callable with a file.
_AFTER_CLOSE_SECONDS = 10.0
TRACE = 5  # for logging, which has no such level
_LEVELS = (TRACE, logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)

_numbers = itertools.count(1)
_open: Dict[int, Session] = {}


class Session:
    """A session of a module: its threads, its connections to services, and the runs in it.

    Use it in `async with` or `with`, or close it. What is still open at the interpreter's exit is closed then.
    """

    def __init__(self, module: Module, *, name: str = "python", version: Optional[str] = None,
                 settings: Optional[Mapping[str, Any]] = None,
                 on_log: Optional[Callable[[int, str], object]] = None, trace: bool = False) -> None:
        """`on_log(level, line)` takes logging's levels and comes on any thread; without it lines go to logging.

        With `trace`, also what goes over the wire: a line of JSON for each exchange with a service, at the level TRACE.
        """
        self.module = module
        self._table: abi.Module = module._table
        self._number = next(_numbers)
        self._process = os.getpid()
        self._on_log = on_log or logging.getLogger(f"workflow_node.{module.name}").log
        self._last_error = ""  # of the log, to say what was wrong with the settings
        self._runs: Set[Run] = set()
        self._file_threads = FileThreads()
        self._closing = threading.Lock()
        self._closed = False
        self._handle = c.c_void_p()
        host = abi.Host(log_level=-1 if trace else 0, name=name.encode(), version=None if version is None else version.encode(),
                        user_data=self._number, log=_LOG)
        settings_json = None if settings is None else json_bytes("settings", settings)
        _open[self._number] = self
        status = self._table.open(c.byref(host), settings_json, c.byref(self._handle))
        if status != abi.OK:
            _open.pop(self._number, None)
            self._closed = True
            raise StatusError("open", status, self._last_error)

    def __repr__(self) -> str:
        return f"<Session of {self.module.name}: {'closed' if self._closed else f'{len(self._runs)} runs'}>"

    # ------------------------------------------------------------------------------------- runs

    def start(self, node: Union[str, Node], input: Optional[Mapping[str, Any]], mode: Mode = Mode.RUN,
              **options: Unpack[RunOptions]) -> Run:
        """Starts a run without waiting for it; the caller has it in hand, to cancel or suspend it."""
        mask(options)
        self._check_process()
        if self._closed:
            raise Error("the session is closed: nothing was started")
        found = self._node(node)
        prepared = prepare(input, mode, options)

        def execute(request: Any, run: Any) -> int:
            return int(found._pointer.contents.execute(found._pointer, self._handle, request, run))

        store: Optional[Store] = options.get("checkpoints")
        run = Run(self, execute, prepared, store, options.get("on_progress"))
        run._start()
        return run

    async def run(self, node: Union[str, Node], input: Optional[Mapping[str, Any]], mode: Mode = Mode.RUN,
                  **options: Unpack[RunOptions]) -> Result:
        """Runs a node. Raises RunError, or Suspended where the run ended early and on purpose.

        Cancelling the task cancels the run and its job at the service, and waits for that, 10 s at most. A job that
        was done by then is paid for: its checkpoint stays in the store, and the same run, started again, collects it.
        """
        mask(options)
        run = self.start(node, input, mode, **options)
        try:
            await run._until_over()
        except asyncio.CancelledError:
            await run._cancel_and_wait()
            raise
        except BaseException:  # the loop ends without having cancelled its tasks
            run._abandon()
            raise
        return run._result()

    def run_sync(self, node: Union[str, Node], input: Optional[Mapping[str, Any]], mode: Mode = Mode.RUN,
                 **options: Unpack[RunOptions]) -> Result:
        """run() for code without an event loop. KeyboardInterrupt does what cancelling the task does there."""
        mask(options)
        run = self.start(node, input, mode, **options)
        try:
            run._wait_over(None)
        except BaseException:
            run._cancel_and_wait_sync()
            raise
        return run._result()

    async def collect(self, node: Union[str, Node], input: Mapping[str, Any],
                      **options: Unpack[RunOptions]) -> Result:
        """Fetches what the checkpoint's job made, and never submits. Without a job: the code nothing_to_collect."""
        mask(options)
        return await self.run(node, input, Mode.COLLECT, **options)

    async def validate(self, node: Union[str, Node], input: Mapping[str, Any],
                       connection: Optional[Mapping[str, Any]] = None, *,
                       attachments: Optional[Mapping[str, Attachment]] = None) -> Result:
        """Checks the input, and the connection where one is given. Sends nothing."""
        connection = None if connection is None else Connection(connection)
        return await self.run(node, input, Mode.VALIDATE, connection=connection, attachments=attachments)

    async def check_connection(self, node: Union[str, Node], connection: Mapping[str, Any],
                               input: Optional[Mapping[str, Any]] = None, *,
                               attachments: Optional[Mapping[str, Attachment]] = None) -> Result:
        """Asks the service whether it answers and takes the key. Makes no job and costs nothing."""
        connection = Connection(connection)
        return await self.run(node, input, Mode.CHECK_CONNECTION, connection=connection, attachments=attachments)

    async def dry_run(self, node: Union[str, Node], input: Mapping[str, Any],
                      connection: Optional[Mapping[str, Any]] = None, *,
                      attachments: Optional[Mapping[str, Attachment]] = None) -> Result:
        """Says what would be sent, with the secrets masked: the output's "requests". Sends nothing."""
        connection = None if connection is None else Connection(connection)
        return await self.run(node, input, Mode.DRY_RUN, connection=connection, attachments=attachments)

    # ---------------------------------------------------------------------------------- closing

    def close(self) -> None:
        """Suspends the runs and ends the session: about 10 s at most, and up to 10 s more that stores and files take.

        Not inside on_log. In a forked child nothing happens: the session is the parent's.
        """
        if self._process != os.getpid():
            return
        with self._closing:
            if self._closed:
                return
            runs = list(self._runs)
            status = self._table.close(self._handle)
            if status != abi.OK:
                raise StatusError("close", status)
            self._closed = True
        _open.pop(self._number, None)
        until = time.monotonic() + _AFTER_CLOSE_SECONDS
        for run in {*runs, *self._runs}:
            run._wait_over(max(0.0, until - time.monotonic()), deliver=False)
        self._file_threads.join(until)

    async def aclose(self) -> None:
        """close() without blocking the event loop. Cancelled, it goes on by itself."""
        loop = asyncio.get_running_loop()
        closed: asyncio.Future[None] = loop.create_future()

        def settle(error: Optional[BaseException]) -> None:
            if not closed.done():
                if error is None:
                    closed.set_result(None)
                else:
                    closed.set_exception(error)

        def close() -> None:
            try:
                self.close()
                tell(loop, settle, None)
            except BaseException as error:
                tell(loop, settle, error)

        threading.Thread(target=close, name="workflow_node close", daemon=True).start()
        await closed

    def __enter__(self) -> Session:
        return self

    def __exit__(self, _type: Optional[Type[BaseException]], _error: Optional[BaseException],
                 _traceback: Optional[TracebackType]) -> None:
        self.close()

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(self, _type: Optional[Type[BaseException]], _error: Optional[BaseException],
                        _traceback: Optional[TracebackType]) -> None:
        await self.aclose()

    # ------------------------------------------------------------------------------------ parts

    def _node(self, node: Union[str, Node]) -> Node:
        if isinstance(node, Node):
            if self.module.nodes.get(node.action_id) is not node:
                raise ValueError(f'the node "{node.action_id}" is not one of this session\'s module')
            return node
        found = self.module.nodes.get(node)
        if found is None:
            raise ValueError(f'the module "{self.module.name}" has no node "{node}"; '
                             f"it has {', '.join(self.module.nodes)}")
        return found

    def _check_process(self) -> None:
        if self._process != os.getpid():
            raise Error("the session belongs to the parent of this process: open one here")

    def _hint_for(self, status: int, flags: int) -> str:
        if status == abi.INVALID_ARGUMENT and flags:
            return "The module may be older than this mode or option. Nothing was started"
        if status in (abi.INVALID_STATE, abi.INVALID_HANDLE):
            return "The session is closed, or about to be. Nothing was started"
        return "Nothing was started"


def _log_callback(number: Any, level: int, message: Any) -> None:
    try:
        session = _open.get(number)
        if session is not None:
            line = (message or b"").decode("utf-8", "replace")
            if level >= 3 or not session._handle.value:
                session._last_error = line
            session._on_log(_LEVELS[level + 1] if -1 <= level < len(_LEVELS) - 1 else logging.INFO, line)
    except BaseException as error:
        swallow(error)


_LOG = abi.LOG(_log_callback)


def _close_all() -> None:
    """Before the interpreter goes: afterwards no callback of a module may come to it."""
    for session in list(_open.values()):
        try:
            session.close()
        except BaseException as error:
            log.error("a session could not be closed at exit", exc_info=error)


atexit.register(_close_all)
os.register_at_fork(after_in_child=_open.clear)

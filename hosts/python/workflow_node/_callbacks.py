"""The functions that modules call. There is one of each for all runs, and it lives as long as the process.

So none can be freed while a module is inside it. A run is found by its number, which travels as user_data.
Nothing leaves these functions.
"""

from __future__ import annotations

import _thread
import logging
import os
from typing import TYPE_CHECKING, Any, Dict

from . import _abi as abi
from ._attachments import read_request
from ._values import is_usable, read_checkpoint, read_ending, read_progress

if TYPE_CHECKING:
    from ._run import Run

log = logging.getLogger("workflow_node")
log.addHandler(logging.NullHandler())
live: Dict[int, Run] = {}


def swallow(error: BaseException) -> None:
    """What may not leave a callback. An interrupt that came to the main thread inside one is sent again."""
    try:
        if isinstance(error, KeyboardInterrupt):
            _thread.interrupt_main()
        else:
            log.error("a callback raised", exc_info=error)
    except BaseException:
        pass


def _progress_callback(number: Any, _handle: Any, progress: Any) -> None:
    try:
        live[number]._progressed(read_progress(progress.contents))
    except BaseException as error:
        swallow(error)


def _checkpoint_callback(number: Any, handle: Any, checkpoint: Any) -> None:
    try:
        run = live[number]
        try:
            given = read_checkpoint(checkpoint.contents)
            if given is None or not is_usable(given):
                raise ValueError("a checkpoint without a text, too long, or not JSON")
            run._checkpoint(handle, given)
        except BaseException:
            run._table.run_checkpoint_saved(handle, 0)
            raise
    except BaseException as error:
        swallow(error)


def _attachment_callback(number: Any, handle: Any, request: Any) -> None:
    try:
        files = live[number]._files
        try:
            files.ask(handle, read_request(request.contents))
        except BaseException as error:
            files.answer(handle, error)
            raise
    except BaseException as error:
        swallow(error)


def _complete_callback(number: Any, handle: Any, result: Any) -> None:
    try:
        run = live[number]
        try:
            ending = read_ending(result.contents)
            run._table.run_release(handle)
            run._completed(ending)
        except BaseException as error:
            live.pop(number, None)
            run._end(None, error)
            raise
    except BaseException as error:
        swallow(error)


ON_PROGRESS = abi.ON_PROGRESS(_progress_callback)
ON_CHECKPOINT = abi.ON_CHECKPOINT(_checkpoint_callback)
ON_COMPLETE = abi.ON_COMPLETE(_complete_callback)
ON_ATTACHMENT = abi.ON_ATTACHMENT(_attachment_callback)

NO_PROGRESS = abi.ON_PROGRESS(0)
NO_CHECKPOINT = abi.ON_CHECKPOINT(0)
NO_ATTACHMENT = abi.ON_ATTACHMENT(0)

# The parent's runs are not the child's, and no callback of theirs comes here.
os.register_at_fork(after_in_child=live.clear)

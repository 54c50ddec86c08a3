"""Runs the nodes of modules that export workflow_node/node.h.

    import workflow_node as wfn

    module = wfn.Module.load("pixelml_nodes.so")
    async with wfn.Session(module) as session:
        result = await session.run("image_to_video", input, connection=connection, checkpoints=wfn.File("run.json"))
"""

from ._attachments import AttachedFile, Attachment, AttachmentRequest
from ._module import ConnectionType, Module, Node, find_modules, module_folders
from ._request import Mode, RunOptions
from ._run import Run
from ._session import TRACE, Session
from ._stores import File, LockingStore, Memory, Store
from ._values import (Checkpoint, Connection, Detail, Error, Failure, LoadError, LockedError, Progress, Result,
                      RunError, RunWarning, StatusError, Suspended)

__all__ = ["AttachedFile", "Attachment", "AttachmentRequest", "Checkpoint", "Connection", "ConnectionType", "Detail",
           "Error", "Failure", "File", "LoadError", "LockedError", "LockingStore", "Memory", "Mode", "Module", "Node",
           "Progress", "Result", "Run", "RunError", "RunOptions", "RunWarning", "Session", "StatusError", "Store",
           "Suspended", "TRACE", "find_modules", "module_folders"]

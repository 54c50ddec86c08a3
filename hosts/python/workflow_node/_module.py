"""Modules: where they are found, how they are loaded, and what their nodes say of themselves."""

from __future__ import annotations

import ctypes as c
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union

from . import _abi as abi
from ._values import LoadError


@dataclass(frozen=True)
class ConnectionType:
    """The connection that a node needs: an account at a service."""

    name: str
    category: str  # connections of one category are interchangeable
    description: str
    required: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Node:
    action_id: str
    version: str
    title: str
    description: str
    icon_svg: Optional[str]
    categories: Tuple[str, ...]
    connection: Optional[ConnectionType]  # None: it needs none
    input_schema: Mapping[str, Any]
    output_schema: Mapping[str, Any]
    errors: Tuple[Mapping[str, Any], ...]  # {code, type, cause, solution, retryable} of each
    ui: Optional[Mapping[str, Any]]
    examples: Tuple[Mapping[str, Any], ...]
    price: Optional[Mapping[str, Any]]
    translations: Mapping[str, Any]  # by language; see translations_json in node.h
    can_cancel: bool
    reports_progress: bool
    can_resume: bool
    _pointer: Any = field(repr=False, compare=False)


class Module:
    """A loaded module. It stays loaded until the process ends."""

    def __init__(self, path: Path, table: abi.Module) -> None:
        """For Module.load."""
        self.path = path
        self.name = abi.text(table, "name") or path.stem
        self.version = abi.text(table, "version") or ""
        self.settings_schema: Any = _json(abi.text(table, "settings_schema_json"), "its settings' schema", path)
        self._table = table
        nodes: Dict[str, Node] = {}
        for i in range(table.node_count):
            node = _read_node(table.nodes[i], path)
            nodes.setdefault(node.action_id, node)
        self.nodes: Mapping[str, Node] = nodes

    @classmethod
    def load(cls, path: Union[str, "os.PathLike[str]"]) -> Module:
        """Loads a module: nothing is started. A name without a "/" is looked for in module_folders()."""
        file = _find(os.fspath(path))
        try:
            library = c.CDLL(str(file), mode=os.RTLD_NOW | os.RTLD_LOCAL)
        except OSError as error:
            raise LoadError(f'cannot load "{file}": {error}') from None
        try:
            entry = getattr(library, abi.ENTRY)
        except AttributeError:
            raise LoadError(f'"{file}" is not a module of nodes: it does not export {abi.ENTRY}') from None
        entry.argtypes, entry.restype = [], c.POINTER(abi.Module)
        pointer = entry()
        table = pointer.contents if pointer else None
        fault = abi.fault_of_module(table)
        if fault is not None:
            raise LoadError(f'cannot use "{file}": {fault}')
        assert table is not None
        return cls(file, table)

    def __repr__(self) -> str:
        return f"<Module {self.name} {self.version}: {', '.join(self.nodes)}>"


def module_folders() -> List[Path]:
    """Where modules are looked for, in order, without the folders that others than the user and root may write."""
    return [folder for folder in _folders() if _fault_of_folder(folder) is None]


def find_modules() -> List[Path]:
    """The files of the modules that are found by name."""
    found: Dict[str, Path] = {}
    for folder in module_folders():
        for file in sorted(folder.glob("*.so")):
            found.setdefault(file.name, file)
    return list(found.values())


def _folders() -> List[Path]:
    names = [*os.environ.get(abi.PATH_VARIABLE, "").split(":"), *abi.DEFAULT_PATH.split(":")]
    return [Path(os.path.expanduser(name)) for name in names if name]


def _fault_of_folder(folder: Path) -> Optional[str]:
    try:
        status = folder.stat()
    except OSError:
        return "is not there"
    if status.st_uid not in (os.geteuid(), 0) or status.st_mode & 0o022:
        return "others may write there: chmod go-w it, or move the module"
    return None


def _find(name: str) -> Path:
    if "/" in name:
        return Path(name).absolute()
    looked = []
    for folder in _folders():
        fault = _fault_of_folder(folder)
        for file in (folder / name, folder / (name + ".so")):
            if fault is None and file.is_file():
                return file
        looked.append(f"{folder}" + (f" ({fault})" if fault else ""))
    raise LoadError(f'no module "{name}" in {", ".join(looked)}. Set {abi.PATH_VARIABLE}, or give a path: "./{name}"')


def _json(text: Optional[str], what: str, path: Path) -> Any:
    try:
        return None if text is None else json.loads(text)
    except ValueError as error:
        raise LoadError(f'cannot use "{path}": {what} is no JSON: {error}') from None


def _read_node(pointer: Any, path: Path) -> Node:
    node = pointer.contents
    name = abi.text(node, "action_id") or ""

    def parsed(struct: abi.Struct, member: str) -> Any:
        return _json(abi.text(struct, member), f"{member} of {name}", path)

    connection = abi.pointed(node, "connection")
    flags = abi.number(node, "flags")
    return Node(
        action_id=name, version=abi.text(node, "version") or "", title=abi.text(node, "title") or "",
        description=abi.text(node, "description") or "", icon_svg=abi.text(node, "icon_svg"),
        categories=tuple(parsed(node, "categories_json") or ()),
        connection=None if connection is None else ConnectionType(
            abi.text(connection, "name") or "", abi.text(connection, "category") or "",
            abi.text(connection, "description") or "", bool(abi.number(connection, "required")),
            parsed(connection, "schema_json") or {}),
        input_schema=parsed(node, "input_schema_json"), output_schema=parsed(node, "output_schema_json"),
        errors=tuple(parsed(node, "errors_json") or ()), ui=parsed(node, "ui_json"),
        examples=tuple(parsed(node, "examples_json") or ()), price=parsed(node, "price_json"),
        translations=parsed(node, "translations_json") or {},
        can_cancel=bool(flags & abi.NODE_CAN_CANCEL), reports_progress=bool(flags & abi.NODE_REPORTS_PROGRESS),
        can_resume=bool(flags & abi.NODE_CAN_RESUME), _pointer=pointer)

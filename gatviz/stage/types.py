"""The types of all protocols for JavaScript, written to js/protocol.d.ts by `python -m gatviz.stage.types`."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from msgspec import Struct
from msgspec.structs import fields

from gatviz.stage import (
    camera_protocol,
    heard,
    keeping_protocol,
    panels_protocol,
    protocol,
    report_protocol,
    screen_protocol,
    training_protocol,
)
from gatviz.stage.assets import FOLDER

TARGET = FOLDER / "protocol.d.ts"
_HEAD = "// Written from the protocols in gatviz/stage by `python -m gatviz.stage.types`: change them.\n"
_PLAIN: dict[Any, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "boolean",
    bytes: "Float32Array",
    NoneType: "null",
}
_UNIONS: dict[str, Any] = {"Focus": protocol.Focus, "Edit": heard.Edit}


def declarations() -> str:
    """The whole file: an interface for each Struct, and the unions by name."""
    modules = (
        protocol,
        screen_protocol,
        heard,
        training_protocol,
        panels_protocol,
        keeping_protocol,
        camera_protocol,
        report_protocol,
    )
    told = [_interface(struct) for module in modules for struct in _structs(module)]
    unions = [f"export type {name} = {_listed(get_args(union))};\n" for name, union in _UNIONS.items()]
    return "\n".join([_HEAD, *told, *unions])


def _structs(module: ModuleType) -> list[type[Struct]]:
    """Those that a module declares."""
    classes = [one for one in vars(module).values() if inspect.isclass(one) and one.__module__ == module.__name__]
    return [one for one in classes if issubclass(one, protocol.Message) and one is not protocol.Message]


def _interface(struct: type[Struct]) -> str:
    hints = get_type_hints(struct, include_extras=True)
    base = struct.__bases__[0]
    inherited = set() if base is protocol.Message else {field.name for field in fields(base)}
    head = "" if base is protocol.Message else f" extends {base.__name__}"
    lines = [f"/** {inspect.getdoc(struct)} */", f"export interface {struct.__name__}{head} {{"]
    if struct.__struct_config__.tag is not None:
        lines.append(f'  {struct.__struct_config__.tag_field}: "{struct.__struct_config__.tag}";')
    for field in fields(struct):
        if field.name not in inherited:
            may_lack = "?" if _is_heard(struct) and not field.required else ""
            lines.append(f"  {field.encode_name}{may_lack}: {_written(hints[field.name])};")
    return "\n".join([*lines, "}", ""])


def _is_heard(struct: type[Struct]) -> bool:
    """Whether the browser sends it: then it may leave out what Python has a value for."""
    return struct in (*get_args(heard.Edit), training_protocol.TrainAsked)


def _written(hint: Any) -> str:
    origin, inside = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _written(inside[0])
    if origin in (Union, UnionType):
        return _union(inside)
    if origin in _GENERIC:
        return _GENERIC[origin](*inside)
    return _PLAIN[hint] if hint in _PLAIN else str(hint.__name__)


def _list(item: Any) -> str:
    written = _written(item)
    return f"({written})[]" if " | " in written else f"{written}[]"


_GENERIC: dict[Any, Callable[..., str]] = {
    Literal: lambda *values: " | ".join(f'"{value}"' for value in values),
    list: _list,
    tuple: lambda *items: f"[{', '.join(map(_written, items))}]",
    dict: lambda _, value: f"Record<string, {_written(value)}>",
}


def _union(kinds: tuple[Any, ...]) -> str:
    """Each kind once; `Focus | None` comes as all of Focus's kinds and None."""
    for name, union in _UNIONS.items():
        if set(get_args(union)) <= set(kinds):
            rest = [kind for kind in kinds if kind not in get_args(union)]
            return " | ".join([name, *map(_written, rest)])
    return _listed(kinds)


def _listed(kinds: tuple[Any, ...]) -> str:
    return " | ".join(dict.fromkeys(map(_written, kinds)))


def main(target: Path = TARGET) -> None:
    """Write the file."""
    target.write_text(declarations(), encoding="utf-8")


if __name__ == "__main__":
    main()

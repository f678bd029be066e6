"""What a graph in JSON must look like, as msgspec checks it, and the sentence for each way in which it does not."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import UNSET, Struct, UnsetType

from gatviz.errors import GatvizError, quote
from gatviz.files.json_text import infinite, kind_of_value, too_large
from gatviz.words import _, ngettext, or_list

JsonName = str | int | float
Word = str | int | float | bool | None
JsonEdge = tuple[JsonName, JsonName] | dict[str, Any]
"""["A", "B"], or an object with `source` and `target` and attributes beside them."""


class JsonNode(Struct):
    """A node. Keys that it does not name are left out."""

    id: JsonName
    features: list[float] | UnsetType = UNSET
    label: Word | UnsetType = UNSET
    split: Word | UnsetType = UNSET
    pos: tuple[float, float] | None = None


class JsonNodeOnly(JsonNode, forbid_unknown_fields=True):
    """A node without other keys."""


NodeType = TypeVar("NodeType", bound=JsonNode)


class JsonGraph(Struct, Generic[NodeType]):
    """A graph; without `nodes` they are the ends of the edges."""

    edges: list[JsonEdge]
    nodes: list[NodeType] | UnsetType = UNSET
    directed: bool = True
    feature_names: list[str] = []
    edge_feature_names: list[str] = []
    description: str = ""


_STEP = re.compile(r"\[(\d+)\]|\[\.\.\.\]|\.(\w+)")


def mismatch(
    error: msgspec.ValidationError,
    content: Any,
    where: str,
    edge_key: str = "edges",
    inside: Sequence[str] = (),
) -> GatvizError:
    """The sentence for JSON that is no JsonGraph.

    Arguments:
        error: what msgspec says, of which only the path to the place is used.
        content: the values.
        where: the file's name.
        edge_key: what the file calls its edges.
        inside: where the part of the file stands that msgspec was given.
    """
    steps = _STEP.findall(str(error).rpartition("`$")[2])
    path = [*inside, *(int(n) if n else key or ... for n, key in steps)]
    value = content
    for step in path:
        if step is ...:  # somewhere in an object: msgspec does not say where
            break
        value = value[step]
    kind = kind_of_value(value)
    match path:
        case ["nodes", int(n), *rest]:
            return _of_node(f"{where}, nodes[{n}]", content["nodes"][n], rest, value)
        case ["edges", int(k), *rest]:
            return _of_edge(f"{where}, {edge_key}[{k}]", rest, value)
        case ["directed"]:
            told = (
                f"{where}, 'directed'",
                _("true or false"),
                quote(value),
                _("write true or false"),
            )
        case ["description"]:
            told = (f"{where}, 'description'", _("text"), kind, _("put it in quotation marks"))
        case ["feature_names" | "edge_feature_names" as key, *item]:
            found = _("{kind} in it").format(kind=kind) if item else kind
            told = (
                f"{where}, '{key}'",
                _("a list of texts"),
                found,
                _('write ["f0", "f1"]'),
            )
        case ["nodes"]:
            told = (
                where,
                _("a list under 'nodes'"),
                _("{kind} under 'nodes'").format(kind=kind),
                _("add 'nodes': […]"),
            )
        case _ if isinstance(content, dict):
            key = quote(edge_key)
            told = (
                where,
                _("a list under {key}").format(key=key),
                _("{kind} under {key}").format(kind=kind, key=key) if path else _("no {key}").format(key=key),
                _("add {key}: […]").format(key=key),
            )
        case _:
            expected = _("an object like {example}").format(example='{"nodes": […], "edges": […]}')
            told = (where, expected, kind, _("put the nodes and edges into one object"))
    return GatvizError(*told)


def _of_node(where: str, node: Any, rest: list[Any], value: Any) -> GatvizError:
    kind = kind_of_value(value)
    named = f"{where} {quote(node['id'])}" if isinstance(node, dict) and "id" in node else where
    match rest:
        case ["id"]:
            return _no_name(f"{where}, 'id'", value)
        case [] if isinstance(node, dict):
            told = (where, _("an 'id'"), _("none"), _("give the node a name"))
        case []:
            told = (
                where,
                _("an object like {example}").format(example='{"id": "A"}'),
                kind,
                _("write the node as an object"),
            )
        case ["features"]:
            told = (f"{named}, 'features'", _("a list of numbers"), kind, _("write [1, 0]"))
        case ["features", int(k)] if _is_number(value):
            told = (
                _("{where}, feature {k}").format(where=named, k=k),
                _("a finite number"),
                _shown(value),
                _("replace it by a number"),
            )
        case ["features", int(k)]:
            found = quote(value) if isinstance(value, str) else kind
            told = (
                _("{where}, feature {k}").format(where=named, k=k),
                _("a number"),
                found,
                _("replace it by a number"),
            )
        case ["pos", *_]:
            found = quote(json.dumps(node["pos"]))
            told = (f"{named}, 'pos'", _("two finite numbers [x, y]"), found, _("write [0, 0]"))
        case _:
            found = _shown(value) if _is_number(value) else kind
            told = (f"{named}, {quote(rest[0])}", _("text or a number"), found, _("write one word"))
    return GatvizError(*told)


def _of_edge(where: str, rest: list[Any], value: Any) -> GatvizError:
    if rest[:1] in ([0], [1]):
        return _no_name(f"{where}, {('source', 'target')[rest[0]]}", value)
    if rest:  # in an object, where all but an infinite number is welcome
        return infinite(value, where)
    found = (
        ngettext("a list of {n}", "a list of {n}", len(value)).format(n=len(value))
        if isinstance(value, list)
        else kind_of_value(value)
    )
    expected = or_list(('{"source": "A", "target": "B"}', '["A", "B"]'))
    return GatvizError(where, expected, found, _("name the edge's two ends"))


def _no_name(where: str, value: Any) -> GatvizError:
    found = _shown(value) if _is_number(value) else kind_of_value(value)
    return GatvizError(where, _("a name (text or a number)"), found, _("give the node's id"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: float) -> str:
    return str(value) if isinstance(value, float) and not math.isfinite(value) else too_large()

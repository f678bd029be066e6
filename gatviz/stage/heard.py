"""All that the browser sends, declared once, and decoded: what is otherwise is told in one sentence.

For each part of an edit a title says what is expected, a description how to mend it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar, get_args, get_type_hints

import msgspec
from msgspec import Meta, field

from gatviz.errors import GatvizError, quote
from gatviz.graph.positions import LayoutName
from gatviz.stage.protocol import Focus, Message
from gatviz.words import N_, _

Numeral = int | float
"""As JSON has it: of any size, so that one that is too large is refused where it is used, by what it is."""
NodeName = Annotated[str, Meta(title=N_("a name"), description=N_("type a name"))]
NodeNames = Annotated[list[str], Meta(title=N_("a list of names"), description=N_("choose nodes of the graph"))]
EdgeEnds = Annotated[
    list[tuple[str, str]], Meta(title=N_("pairs of names"), description=N_("choose nodes of the graph"))
]
Point = tuple[Numeral, Numeral]
_ENTRY = Meta(title=N_("an entry that the model has"), description=N_("click a cell of the model on the screen"))

DragName = Annotated[str, Meta(title=N_("the name of a drag"), description=N_("drag the number again"))]


class AddNode(Message, tag_field="kind", tag="add_node"):
    """A new node at a point of the graph."""

    name: NodeName
    at: Annotated[Point, Meta(title=N_("a point [x, y]"), description=N_("put it on the canvas"))]


class AddEdges(Message, tag_field="kind", tag="add_edges"):
    """New edges, [source, target] each, with their opposites or without."""

    edges: EdgeEnds
    both: Annotated[bool, Meta(title=N_("true or false"), description=N_("choose one way or both"))] = False


class Remove(Message, tag_field="kind", tag="remove"):
    """Nodes and edges that go."""

    names: NodeNames = field(default_factory=list)
    edges: EdgeEnds = field(default_factory=list)


class Rename(Message, tag_field="kind", tag="rename"):
    """A node's new name."""

    name: NodeName
    to: NodeName


class SetNode(Message, tag_field="kind", tag="set_node"):
    """A node's label, or some of its features; those of one drag are one step."""

    name: NodeName
    label: Annotated[str | None, Meta(title=N_("a word"), description=N_("type a class name or nothing"))] = None
    features: Annotated[
        dict[str, Numeral], Meta(title=N_("numbers by feature name"), description=N_("type a number such as 0.5"))
    ] = field(default_factory=dict)
    drag: DragName = ""


class Move(Message, tag_field="kind", tag="move"):
    """Where some nodes are now."""

    names: NodeNames
    points: Annotated[list[Point], Meta(title=N_("points [x, y]"), description=N_("drag nodes of the graph"))]


class Duplicate(Message, tag_field="kind", tag="duplicate"):
    """Nodes to copy."""

    names: NodeNames


class Clear(Message, tag_field="kind", tag="clear"):
    """An empty canvas."""


class LayOut(Message, tag_field="kind", tag="layout"):
    """All nodes placed anew."""

    layout: Annotated[
        LayoutName, Meta(title=N_("a layout that gatviz knows"), description=N_("choose one from the list"))
    ]


class SetWeight(Message, tag_field="kind", tag="set_weight"):
    """One entry of a parameter, or of one head of it; of the step of this name, else of the layer. Those of one drag
    are one step."""

    layer: Annotated[int, _ENTRY]
    name: Annotated[str, _ENTRY]
    head: Annotated[int | None, _ENTRY]
    place: Annotated[list[int], _ENTRY]
    value: Annotated[Numeral, Meta(title=N_("a number"), description=N_("type a number such as 0.5"))]
    step: Annotated[str, _ENTRY] = ""
    drag: DragName = ""


class Undo(Message, tag_field="kind", tag="undo"):
    """The last step taken back."""


class Redo(Message, tag_field="kind", tag="redo"):
    """The last undone step again."""


Edit = AddNode | AddEdges | Remove | Rename | SetNode | Move | Duplicate | Clear | LayOut | SetWeight | Undo | Redo
"""Nodes go by name, so that an edit still means the same after those before it."""


class Numbered(Message):
    """An edit and its place in the order, counted from 1 as far as JavaScript counts; which session and drawing it is
    for, as the screen on which it was made called them."""

    number: int
    session: str
    drawing: int
    edit: Edit


class Edited(Message):
    """The edits that are not yet known to be taken."""

    edits: list[Numbered]


class Looked(Message):
    """What is locked, by the numbers of the whole graph, and under which weighting."""

    focus: Focus | None
    weighting: str


class Asked(Message):
    """What the person wants of the page: a panel beside the graph, a pin, a check, whiskers on α, an arrow away."""

    what: Literal["pyg", "pin", "unpin", "without", "table", "weights", "stable"]


class Wanted(Message):
    """What the keeper on the page wants: the session's bytes, to open some, to begin afresh, a step back or forth.

    `content` is a .gatviz file as base64 where `what` is "kept", or else the text of a link. `before` is the server's
    name for the page that this tab left, whose work goes before what was kept of it. `count` tells a wish from one that
    is sent again.
    """

    count: int
    what: Literal["pack", "kept", "other", "link", "afresh", "undo", "redo"]
    number: int = 0
    content: str = ""
    before: str = ""


# ---- decoding -----------------------------------------------------------------------------------------------------

_MAX_EDITS = 2**53
"""The browser counts no further."""

T = TypeVar("T")
_KINDS: dict[str, type[msgspec.Struct]] = {str(kind.__struct_config__.tag): kind for kind in get_args(Edit)}
_FIELD = re.compile(r"`\$\.(\w+)|required field `(\w+)`")


class _Edits(msgspec.Struct):
    """As `Edited`, but what is in it is decoded one by one, so that one that is wrong spoils no other."""

    edits: list[Any]


class _Numbered(msgspec.Struct):
    number: int
    session: str = ""
    drawing: int = -1
    edit: Any = None


def message(content: Any, kind: type[T]) -> T | None:
    """A message of the browser, None where it is none of this kind."""
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError:
        return None


def edits(content: Any) -> list[_Numbered] | None:
    """The edits of a message, yet to be decoded themselves; one without a number is left out."""
    sent = message(content, _Edits)
    if sent is None:
        return None
    numbered = [message(one, _Numbered) for one in sent.edits]
    return [one for one in numbered if one and 0 < one.number <= _MAX_EDITS]


def edit(content: Any) -> Edit:
    """An edit.

    Raises:
        GatvizError: no kind of edit, or not the values that its kind has; naming the first that is wrong.
    """
    try:
        found: Edit = msgspec.convert(content, Edit)
    except msgspec.ValidationError as error:
        raise _refusal(content, error) from None
    return found


def _refusal(content: Any, error: msgspec.ValidationError) -> GatvizError:
    kind = content.get("kind") if isinstance(content, Mapping) else None
    if not isinstance(kind, str) or kind not in _KINDS:
        return GatvizError(_("edit"), _("a kind of edit that gatviz knows"), quote(kind), _("reload the page"))
    found = _FIELD.findall(str(error))
    name = next(part for part in found[0] if part)
    told = next(
        one for one in get_args(get_type_hints(_KINDS[kind], include_extras=True)[name]) if isinstance(one, Meta)
    )
    expected, mend = told.title or "", told.description or ""
    return GatvizError(
        _("edit, {part}").format(part=name),
        _(expected),
        quote(content.get(name)),
        _(mend),
    )

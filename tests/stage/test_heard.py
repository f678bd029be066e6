"""What the browser sends is decoded by the schema, or told in one sentence: never a traceback, whatever is sent."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Meta
from msgspec.structs import fields

from gatviz import GatvizError
from gatviz.stage import heard
from gatviz.stage.heard import Asked, Edit, Looked, SetWeight

KINDS = get_args(Edit)
TAGS = [kind.__struct_config__.tag for kind in KINDS]
NAMES = sorted({field.name for kind in KINDS for field in fields(kind)})
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(10**400)
VALUES = st.recursive(
    PLAIN, lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(), inside, max_size=2)
)
FORGED = st.fixed_dictionaries({"kind": st.sampled_from(TAGS)}, optional=dict.fromkeys(NAMES, VALUES))


@given(FORGED | VALUES | st.dictionaries(st.sampled_from(["kind", *NAMES]), VALUES))
@example({"kind": ["add_node"]})
@example({"kind": "move", "names": ["0"], "points": [[10**400, 0]]})
def test_any_edit_is_decoded_or_refused_in_one_sentence(content: Any) -> None:
    found: heard.Edit | GatvizError
    try:
        found = heard.edit(content)
    except GatvizError as error:
        found = error
    if isinstance(found, GatvizError):
        assert found.where.startswith("edit")
        assert all((found.expected, found.found, found.mend))
        assert len(str(found)) < 300
    else:
        assert isinstance(found, KINDS)


@given(VALUES)
def test_any_message_is_decoded_or_nothing(content: Any) -> None:
    for kind in (Looked, Asked):
        found = heard.message(content, kind)
        assert found is None or isinstance(found, kind)
    for one in heard.edits({"edits": content}) or []:
        assert 0 < one.number <= 2**53


@pytest.mark.parametrize("kind", KINDS, ids=TAGS)
def test_every_part_of_an_edit_says_what_is_expected_and_how_to_mend_it(kind: type) -> None:
    for name, hint in get_type_hints(kind, include_extras=True).items():
        told = [one for one in get_args(hint) if isinstance(one, Meta)]
        assert len(told) == 1, name
        assert told[0].title
        assert told[0].description


def test_the_part_that_is_wrong_is_named() -> None:
    with pytest.raises(GatvizError, match=r"^edit, name: expected a name, found None; type a name\.$"):
        heard.edit({"kind": "rename", "to": "x"})
    with pytest.raises(GatvizError, match=r"^edit, edges: expected pairs of names, found \[\['0'\]\]; choose nodes"):
        heard.edit({"kind": "add_edges", "edges": [["0"]]})
    with pytest.raises(GatvizError, match=r"^edit: expected a kind of edit that gatviz knows, found 'x'; reload"):
        heard.edit({"kind": "x"})


@pytest.mark.parametrize("part", ["layer", "head", "place", "name"])
def test_a_number_that_python_cannot_even_write_is_refused_in_a_sentence(part: str) -> None:
    edit = {"kind": "set_weight", "layer": 0, "name": "W", "head": 0, "place": [0], "value": 1, part: {0: 10**5000}}
    with pytest.raises(GatvizError, match=rf"^edit, {part}: expected an entry that the model has, found a "):
        heard.edit(edit)


def test_a_whole_number_of_any_size_is_kept_to_be_refused_where_it_is_used() -> None:
    found = heard.edit({"kind": "set_weight", "layer": 0, "name": "W", "head": 0, "place": [0], "value": 10**400})
    assert isinstance(found, SetWeight)
    assert found.value == 10**400

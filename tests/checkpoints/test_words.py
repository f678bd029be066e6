"""All that a person reads of a weights file passes through gettext: in another language no English is left."""

from __future__ import annotations

import gettext
import re
from collections.abc import Mapping

import pytest
import torch

import gatviz
from gatviz import GatvizError, words
from gatviz.checkpoints import ACTIVATION_NAMES, LAYOUTS, Checkpoint, check_graph, inspect_weights, save_weights
from gatviz.checkpoints.choices import ChoiceWords
from tests.checkpoints.cases import FEATURES, drawn, graph, safetensors_file, torch_file
from tests.checkpoints.test_layouts import around, dgl_state, pygat_state, pytorch_gat_state, tutorial_heads

PLACES = re.compile(r"(\{[^{}]*\})")
QUOTED = re.compile(r"'[^']*'")
NAMES = {
    *ChoiceWords.__annotations__,
    *ACTIVATION_NAMES,
    *LAYOUTS,
    *(tail for layout in LAYOUTS.values() for form in layout.forms for tail in form.required),
    *(
        "PyTorch",
        "Geometric",
        "DGL",
        "pyGAT",
        "pytorch-GAT",
        "IMP1",
        "IMP2",
        "IMP3",
        "GAT",
        "GATv2",
        "torch",
        "safetensors",
    ),
    *("list", "torch.int64", "nan", "dropout"),  # as Python and torch call them
}
"""What is the same in every language."""


class Wide(gettext.NullTranslations):
    """A language of wide letters: each message as it is, but for what is filled in."""

    def gettext(self, message: str) -> str:
        parts = PLACES.split(message)
        return "".join(part if k % 2 else "".join(map(wide, part)) for k, part in enumerate(parts))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def wide(c: str) -> str:
    return chr(ord(c) + 0xFEE0) if c.isascii() and c.isalpha() else "’" if c == "'" else c


@pytest.fixture
def other_language(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_catalogue", lambda _: Wide())


def untranslated(text: str) -> set[str]:
    """The English words in it, but for names out of the file."""
    bare = re.sub(r"`[^`]*`", "", QUOTED.sub("", text))
    return {word.strip(".") for word in re.findall(r"[A-Za-z][A-Za-z0-9_.-]*", bare)} - NAMES


PYG = drawn(1, lin__weight=(6, FEATURES), att_src=(1, 2, 3), att_dst=(1, 2, 3), bias=(6,))
PYTORCH_GAT = pytorch_gat_state([FEATURES, 2, 3], [3, 1], skip=True)
DGL = dgl_state(1, "l.0.", FEATURES, 3, 2) | dgl_state(2, "l.1.", 6, 3, 2)
ONE = {f"conv1.{name}": values for name, values in PYG.items()}
TWO = {f"conv{k}.{name}": values for k in (1, 2) for name, values in PYG.items()}
OPENED: Mapping[str, bytes] = {
    "pyg, in half precision and wrapped": torch_file(
        {"model": {name: values.half() for name, values in PYG.items()}, "ema": PYG}
    ),
    "dgl": torch_file(DGL),
    "pygat, sparse": torch_file(pygat_state(1, 3, flat=True)),
    "pytorch_gat": torch_file(PYTORCH_GAT),
    "pytorch_gat, with settings": torch_file(around([FEATURES, 2, 3], [3, 1], PYTORCH_GAT, layer_type="IMP2")),
    "the tutorial": torch_file(tutorial_heads("0.", 3, 4, FEATURES, 2) | tutorial_heads("1.", 4, 1, 8, 3)),
    "gatviz": save_weights(gatviz.GAT.of_paper(FEATURES, 3)),
    "flat": torch_file(drawn(1, lin__weight=(6, FEATURES), att_src=(6,), att_dst=(6,))),
    "with steps around": torch_file(
        {
            "args": {"dropout": 0.5, "act": "elu", "add_self_loops": True, "concat": True, "negative_slope": 0.1},
            "model": ONE
            | drawn(1, first__weight=(FEATURES,), first__bias=(FEATURES,), bn__weight=(6,), bn__bias=(6,))
            | drawn(2, out__weight=(4, 6), last__weight=(3, 4), act__weight=(1,)),
        }
    ),
    "unordered": safetensors_file(
        dgl_state(1, "second.", 6, 3, 2) | dgl_state(2, "first.", 6, 2, 3) | dgl_state(3, "third.", 6, 1, 3)
    ),
}
REFUSED: Mapping[str, tuple[bytes, dict[str, object]]] = {
    "no bytes": (b"", {}),
    "a pickle": (b"\x80\x04x", {}),
    "a broken zip": (b"PK\x03\x04" + bytes(40), {}),
    "no dict": (torch_file([1]), {}),
    "no tensors": (torch_file({"a": 1}), {}),
    "no layout": (torch_file({f"l{k}.weight": torch.ones(2, 2) for k in range(40)}), {}),
    "a half is missing": (torch_file({name: values for name, values in PYG.items() if name != "att_src"}), {}),
    "another shape": (torch_file({**PYG, "bias": torch.ones(5)}), {}),
    "other heads": (torch_file({**PYG, "att_src": torch.ones(1, 3, 2)}), {}),
    "more beside": (torch_file({**PYG, "extra": torch.ones(2)}), {}),
    "something else": (torch_file(TWO | {"bn.weight": torch.ones(6)}), {}),
    "side by side": (torch_file(TWO), {}),
    "beside": (torch_file(ONE | drawn(1, res__weight=(6, FEATURES))), {}),
    "a row of two ends": (torch_file(ONE | drawn(1, out__weight=(2, 6), more__weight=(3, 6))), {}),
    "a norm too wide": (torch_file(ONE | drawn(1, norm__weight=(7,), norm__bias=(7,))), {}),
    "no chain": (torch_file(ONE | drawn(1, c__lin__weight=(6, 7), c__att_src=(1, 2, 3), c__att_dst=(1, 2, 3))), {}),
    "no such module": (torch_file(ONE), {"recipe": "conv1 > conv9"}),
    "no layer in the recipe": (torch_file(ONE | drawn(1, out__weight=(2, 6))), {"recipe": "out"}),
    "a recipe that does not fit": (torch_file(ONE | drawn(1, out__weight=(2, 6))), {"recipe": "out > conv1"}),
    "a recipe and activations": (torch_file(ONE), {"recipe": "conv1", "activation": "elu"}),
    "a norm's way": (torch_file(ONE), {"norm": "graph"}),
    "edges": (torch_file({**PYG, "att_edge": torch.ones(2)}), {}),
    "not finite": (torch_file({**PYG, "bias": torch.full((6,), torch.nan)}), {}),
    "whole numbers": (torch_file({**PYG, "bias": torch.ones(6, dtype=torch.int64)}), {}),
    "two libraries": (torch_file({f"c.{name}": values for name, values in PYG.items()} | DGL), {}),
    "several": (torch_file({"one": PYG, "two": PYG}), {}),
    "missing head": (
        torch_file({f"attention_{k}.{n}": v for k in (0, 2) for n, v in drawn(k, W=(FEATURES, 3), a=(6, 1)).items()}),
        {},
    ),
    "heads": (torch_file(PYG), {"heads": 3}),
    "heads of each": (torch_file(PYG), {"heads": [1, 2]}),
    "concat": (torch_file(PYG), {"concat": False}),
    "residual": (torch_file(PYG), {"residual": "identity"}),
    "score sign": (torch_file(PYG), {"score_sign": "minus"}),
    "implementation": (torch_file(PYTORCH_GAT), {"implementation": "IMP1"}),
    "other settings": (torch_file(around([FEATURES, 2, 3], [4, 1], PYTORCH_GAT)), {}),
    "activation": (torch_file(PYG), {"activation": "softplus"}),
    "layout": (torch_file(PYG), {"layout": "keras"}),
    "slope": (OPENED["pygat, sparse"], {"negative_slope": -1.0}),
}


def texts(opened: Checkpoint) -> list[str]:
    reasons = [one.reason for one in opened.decisions] + [one.reason for one in opened.guesses]
    return [*reasons, *opened.notes]


@pytest.mark.usefixtures("other_language")
@pytest.mark.parametrize("name", OPENED)
def test_every_reason_and_note_is_a_message(name: str) -> None:
    opened = inspect_weights(OPENED[name])
    assert [text for text in texts(opened) if untranslated(text)] == []


def parts_of(error: GatvizError) -> tuple[str, str, str]:
    return error.expected, error.found, error.mend


@pytest.mark.usefixtures("other_language")
@pytest.mark.parametrize("name", REFUSED)
def test_every_part_of_a_refusal_is_a_message(name: str) -> None:
    data, choices = REFUSED[name]
    with pytest.raises(GatvizError) as caught:
        inspect_weights(data, name="w.pt", **choices)  # type: ignore[arg-type]
    assert [text for text in parts_of(caught.value) if untranslated(text)] == []


@pytest.mark.usefixtures("other_language")
def test_so_are_those_of_saving_and_of_a_graph_that_does_not_fit() -> None:
    model = gatviz.GAT.of_paper(FEATURES, 3, bias=True)
    for refused in (
        lambda: save_weights(model, layout="tutorial"),
        lambda: save_weights(model, layout="other"),
        lambda: check_graph(model, graph(7), "conv1"),
    ):
        with pytest.raises(GatvizError) as caught:
            refused()
        assert not any(map(untranslated, parts_of(caught.value)))


def test_lists_are_joined_as_people_say_them() -> None:
    assert [words.and_list("abc"[:n]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
    assert [words.or_list("abc"[:n]) for n in (1, 2, 3)] == ["a", "a or b", "a, b or c"]
    assert words.commas(()) == ""

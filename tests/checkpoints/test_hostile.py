"""Ambiguous, broken and hostile weights files: each gets one sentence, and nothing in it is run."""

from __future__ import annotations

import contextlib
import io
import json
import struct
import time
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor, nn
from torch_geometric.nn import GATv2Conv

import gatviz
from gatviz import GatvizError
from gatviz.checkpoints import check_graph, inspect_weights, opening, recognition
from gatviz.checkpoints.state_dict import MAX_VALUES
from tests.checkpoints.cases import FEATURES, drawn, graph, safetensors_file, torch_file

PYG = drawn(1, lin__weight=(6, FEATURES), att_src=(1, 2, 3), att_dst=(1, 2, 3), bias=(6,))
V2 = GATv2Conv(FEATURES, 3, heads=2).state_dict()


def refused(data: bytes, *words: str, **choices: Any) -> str:
    with pytest.raises(GatvizError) as caught:
        gatviz.load_weights(data, name="weights.pt", **choices)
    told = str(caught.value)
    assert "\n" not in told
    for word in words:
        assert word in told, told
    return told


def without(state: dict[str, Tensor] | dict[str, Any], *names: str) -> dict[str, Tensor]:
    return {name: value for name, value in state.items() if name not in names}


# ---- what is not there, and what is too much ------------------------------------------------------------------


def test_a_file_of_no_layout_gets_its_tensors_and_what_is_missing() -> None:
    state = nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 2)).state_dict()
    told = refused(torch_file(state), "'0.weight' [8, 4]", "'1.bias' [2]", "an attention vector is missing")
    assert "such as att, a, att_src, attn_l, attn_fc.weight or scoring_fn_source" in told
    many = {f"layer{k}.weight": torch.zeros(1) for k in range(40)}
    refused(torch_file(many), "and 28 more")


@pytest.mark.parametrize("missing", ["lin.weight", "att_src", "att_dst"])
def test_a_missing_half_is_named(missing: str) -> None:
    refused(torch_file(without(PYG, missing)), f"but not '{missing}'", "as in PyG's GATConv")


@pytest.mark.parametrize("missing", ["lin_l.weight", "lin_r.weight"])
def test_a_missing_projection_of_gatv2_is_named(missing: str) -> None:
    refused(torch_file(without(V2, missing)), f"but not '{missing}'", "as in PyG's GATv2Conv")


@pytest.mark.parametrize(
    ("names", "missing"),
    [
        (("fc.weight", "attn_l"), "'attn_r'"),
        (("fc_src.weight", "attn"), "'fc_dst.weight'"),
        (("linear_proj.weight", "scoring_fn_source"), "'scoring_fn_target'"),
        (("W.weight", "b", "a"), "'b' [2, 2]"),
    ],
)
def test_other_layouts_name_what_is_missing_too(names: tuple[Any, ...], missing: str) -> None:
    refused(torch_file({f"l.{name}": torch.ones(2, 2) for name in names}), missing, "'l'")


def test_a_missing_head_is_named() -> None:
    state: dict[str, Tensor] = {}
    for k in (0, 1, 3):
        state |= {f"attention_{k}.{name}": value for name, value in drawn(k, W=(FEATURES, 3), a=(6, 1)).items()}
    refused(torch_file(state), "no 'attention_2'")
    refused(torch_file(without(state, "attention_3.a")), "'attention_3.W' [5, 3]")


def test_layers_that_do_not_follow_one_another_say_both_widths() -> None:
    state = {f"conv1.{name}": value for name, value in PYG.items()}
    more = drawn(2, lin__weight=(6, 7), att_src=(1, 2, 3), att_dst=(1, 2, 3))
    state |= {f"conv2.{name}": value for name, value in more.items()}
    refused(torch_file(state), "'conv2'", "6 or 3 input features", "found 7")


def test_tensors_beside_the_layers_are_listed() -> None:
    state = {f"conv1.{name}": value for name, value in PYG.items()}
    refused(torch_file(state | {"head.weight": torch.zeros(2, 6, 3)}), "tensors of something else: 'head.weight'")
    refused(torch_file(state | {"bn1.weight": torch.zeros(6)}), "tensors of something else: 'bn1.weight' [6]")
    norm = {f"norm.{name}": torch.zeros(7) for name in ("weight", "bias")}
    refused(torch_file(state | norm), "'norm'", "a norm as wide as what a layer gives: 6, 3", "found 7")
    refused(torch_file({**PYG, "extra": torch.zeros(2)}), "'extra' [2]")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("lin.weight", (6,)),
        ("lin.weight", (0, 5)),
        ("att_src", (1, 2, 4)),
        ("att_dst", (1, 3, 2)),
        ("bias", (5,)),
        ("bias", (2, 3)),
    ],
)
def test_wrong_shapes_name_the_tensor(name: str, shape: tuple[Any, ...]) -> None:
    told = refused(torch_file({**PYG, name: torch.ones(shape)}))
    assert "shape" in told or "entries" in told


@pytest.mark.parametrize("shape", [(), (3,), (2, 2, 2), (0, 3)])
@pytest.mark.parametrize("names", [("weight", "att"), ("W", "a"), ("fc.weight", "attn_l", "attn_r"), ("W.weight", "a")])
def test_tensors_of_any_rank_are_refused_in_a_sentence(names: tuple[Any, ...], shape: tuple[Any, ...]) -> None:
    refused(torch_file({name: torch.ones(shape) for name in names}))
    refused(torch_file({name: torch.ones(shape) if name == names[0] else torch.ones(1, 2, 3) for name in names}))


def test_two_libraries_in_one_file_are_refused() -> None:
    state = {f"a1.{name}": value for name, value in PYG.items()}
    state |= {"b1.fc.weight": torch.ones(6, 6), "b1.attn_l": torch.ones(1, 2, 3), "b1.attn_r": torch.ones(1, 2, 3)}
    refused(torch_file(state), "'PyTorch Geometric' and 'DGL'")


def test_two_state_dicts_are_refused_unless_one_has_a_usual_name() -> None:
    refused(torch_file({"teacher": PYG, "student": PYG}), "'teacher', 'student'")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("name", ["att_src", "bias", "lin.weight"])
def test_numbers_that_are_not_finite_are_refused_by_name(name: str, value: float) -> None:
    state = {key: tensor.clone() for key, tensor in PYG.items()}
    state[name].view(-1)[-1] = value
    refused(torch_file(state), f"'{name}'", "expected finite numbers, found")


@pytest.mark.parametrize("dtype", [torch.int64, torch.int8, torch.bool, torch.complex64])
def test_weights_that_are_no_floats_are_refused_by_name(dtype: torch.dtype) -> None:
    told = refused(torch_file({**PYG, "att_src": torch.ones(1, 2, 3).to(dtype)}))
    assert "'att_src'" in told or "plain tensors" in told


def test_sparse_tensors_are_refused() -> None:
    refused(torch_file({**PYG, "lin.weight": PYG["lin.weight"].to_sparse()}))


# ---- choices ----------------------------------------------------------------------------------------------------


def test_flat_attention_vectors_leave_the_heads_open() -> None:
    state = {"lin.weight": PYG["lin.weight"], "att_src": torch.arange(6.0), "att_dst": torch.ones(6)}
    opened = inspect_weights(torch_file(state))
    told = next(decision for decision in opened.decisions if decision.name == "heads")
    assert (told.value, told.open, told.options) == (1, True, (1, 2, 3, 6))
    chosen = inspect_weights(torch_file(state), heads=3)
    weights = chosen.model.attention_layers[0].weights()
    assert weights["a_source"].tolist() == [[0, 1], [2, 3], [4, 5]]
    refused(torch_file(state), "a divisor of 6", heads=4)
    averaged = inspect_weights(torch_file(state | {"bias": torch.ones(2)}))
    assert (averaged.layers[0].num_heads, averaged.layers[0].concat) == (3, False)


def test_choices_against_the_file_are_refused_with_the_reason() -> None:
    refused(torch_file(PYG), "expected 2, as the file says, found 3", heads=3)
    refused(torch_file(PYG), "The bias has 6 entries, H·C", concat=False)
    refused(torch_file(PYG), "The bias has 6 entries, H·C", concat=[False])
    refused(torch_file(PYG), "1 value, one for each layer", concat=[True, True])
    refused(torch_file(PYG), "as wide as its input", residual=["identity"])


@pytest.mark.parametrize(
    "choices",
    [
        {"heads": 0},
        {"heads": True},
        {"heads": "8"},
        {"concat": 1},
        {"activation": "softplus"},
        {"residual": "yes"},
        {"self_loops": "add"},
        {"negative_slope": float("nan")},
        {"negative_slope": "0.2"},
        {"layout": "keras"},
        {"activation": ["elu", "elu"]},
    ],
    ids=str,
)
def test_choices_out_of_range_are_refused(choices: dict[str, Any]) -> None:
    refused(torch_file(PYG), next(iter(choices)), **choices)


def test_choices_are_applied_and_told() -> None:
    opened = inspect_weights(torch_file(PYG), activation="tanh", self_loops="remove", negative_slope=0.01)
    assert (opened.layers[0].activation, opened.self_loops, opened.layers[0].negative_slope) == ("tanh", "remove", 0.01)
    assert {d.name for d in opened.decisions if d.origin == "given"} == {"activation", "self_loops", "negative_slope"}


def test_every_decision_has_a_reason_in_a_sentence() -> None:
    for state in (
        PYG,
        V2,
        drawn(1, W__weight=(3, 4), a=(6, 1)),
        drawn(1, fc__weight=(6, 6), attn_l=(2, 3), attn_r=(2, 3)),
    ):
        for decision in inspect_weights(torch_file(state)).decisions:
            assert decision.reason[0].isupper()
            assert decision.reason.endswith(".")
            assert decision.value in decision.options or not decision.options


def test_a_graph_of_other_features_says_both_numbers_and_the_layer() -> None:
    opened = inspect_weights(torch_file({f"conv1.{name}": value for name, value in PYG.items()}))
    opened.check_graph(graph())
    with pytest.raises(GatvizError, match=r"layer 0 'conv1': expected 5 features per node, .* found 7 in the graph"):
        opened.check_graph(graph(7))
    with pytest.raises(GatvizError, match="layer 0: expected 5 features"):
        check_graph(opened.model, graph(7))


# ---- files that mean harm ---------------------------------------------------------------------------------------


def test_a_torchscript_program_is_refused() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("model/data.pkl", b"\x80\x02}.")
        archive.writestr("model/constants.pkl", b"\x80\x02}.")
    refused(stream.getvalue(), "TorchScript")


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", b"\x80\x02}.")
        archive.writestr("archive/data/0", bytes(50_000_000))
    refused(stream.getvalue(), "compressed or overlapping members")


def rewritten(data: bytes, old: bytes, new: bytes) -> bytes:
    """A torch file whose list of tensors says something else."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            target.writestr(info.filename, content.replace(old, new) if info.filename.endswith(".pkl") else content)
    return stream.getvalue()


def test_a_tensor_said_to_be_larger_than_its_bytes_is_refused() -> None:
    data = torch_file({"att_src": torch.ones(1, 1, 77)})
    refused(rewritten(data, b"KM", b"J" + struct.pack("<i", 10**9)))
    stream = torch_file({"att_src": torch.ones(1, 1, 77)}, legacy=True)
    refused(stream.replace(b"KM", b"J" + struct.pack("<i", 10**9)), "1,000,000,000 values")


def test_a_tensor_repeated_out_of_few_bytes_is_refused() -> None:
    wide = torch.ones(1, 1).expand(10**6, 10**6)
    refused(torch_file({**PYG, "lin.weight": wide}), f"at most {MAX_VALUES:,} numbers")


def test_a_dict_that_brings_its_own_methods_is_read_as_a_dict() -> None:
    state: OrderedDict[str, object] = OrderedDict(PYG)
    state.__dict__.update(itemz=3, valuez=3, _metadata={"gatviz": 7})
    data = rewritten(rewritten(torch_file(state), b"itemz", b"items"), b"valuez", b"values")
    assert not callable(torch.load(io.BytesIO(data), weights_only=True).items)
    assert inspect_weights(data).layout == "pyg"


@pytest.mark.parametrize(
    "value", [[torch.ones(3), 1], 10**5000, ["8"], "8", 8.5, [[8]]], ids=lambda v: type(v).__name__
)
@pytest.mark.parametrize("name", ["num_of_layers", "num_heads_per_layer", "layer_type"])
def test_words_around_the_tensors_are_not_trusted(
    name: str, value: list[int | Tensor | str | list[int]] | str | float
) -> None:
    state = {"linear_proj.weight": torch.ones(2, 3), "scoring_fn_source": torch.ones(1, 1, 2)}
    state["scoring_fn_target"] = state["scoring_fn_source"]
    data = torch_file({"state_dict": {f"gat_net.0.{key}": tensor for key, tensor in state.items()}, name: value})
    if isinstance(value, int):  # longer than any setting is, so that it is none
        assert inspect_weights(data).layout == "pytorch_gat"
    else:
        refused(data)


def test_a_list_of_millions_of_nothings_is_refused_soon() -> None:
    start = time.process_time()
    stream = torch_file(PYG, legacy=True)
    refused(stream[:15] + b"\x80\x02" + b"}" * 3_000_000 + b".", "at most 1,000,000 steps")
    assert time.process_time() - start < 10


def test_nested_dicts_without_end_are_refused_soon() -> None:
    inner: dict[str, object] = {"x": 1}
    for _ in range(6):
        inner = {f"k{k}": inner for k in range(30)}
    start = time.process_time()
    refused(torch_file(inner))
    assert time.process_time() - start < 5


def test_cut_files_are_refused_at_every_length() -> None:
    for data in (torch_file(PYG), torch_file(PYG, legacy=True), safetensors_file(PYG)):
        for length in range(0, len(data), 97):
            refused(data[:length])


def test_flipped_bytes_never_give_anything_but_a_sentence_or_a_model() -> None:
    generator = torch.Generator().manual_seed(0)
    for data in (torch_file(PYG), torch_file(PYG, legacy=True), safetensors_file(PYG)):
        for _ in range(150):
            place, value = (int(torch.randint(high, (), generator=generator)) for high in (len(data), 256))
            broken = data[:place] + bytes([value]) + data[place + 1 :]
            with contextlib.suppress(GatvizError):
                assert isinstance(gatviz.load_weights(broken), gatviz.GAT)


def test_a_safetensors_file_whose_first_byte_is_a_pickles_opens() -> None:
    name = "x" * 20
    for length in range(1, 200):
        data = safetensors.torch.save(PYG, metadata={name: "y" * length})
        if data[0] == 0x80:
            assert inspect_weights(data).layout == "pyg"
            return
    pytest.fail("no such header was made")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04",
        b"hello",
        b"\x80",
        b"\x89HDF\r\n\x1a\n",
        bytes(1000),
        (10**9).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        (10).to_bytes(8, "little") + b'{"a":null}',
    ],
)
def test_other_files_are_refused(data: bytes) -> None:
    refused(data)


@pytest.mark.parametrize("content", [[torch.ones(2)], torch.ones(2), {}, {"a": 1}, {1: torch.ones(2)}, "text", None])
def test_torch_files_without_a_state_dict_are_refused(content: Any) -> None:
    refused(torch_file(content))


def test_paths_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    for path, word in ((tmp_path / "none.pt", "no such file"), (tmp_path, "a folder"), ("a\0b", "null")):
        with pytest.raises(GatvizError, match=word):
            gatviz.load_weights(path)
    with pytest.raises(GatvizError, match="a path or bytes, a module or its state dict"):
        gatviz.load_weights(3)  # type: ignore[arg-type]


def test_a_file_beyond_the_cap_is_refused_by_its_size(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(opening, "MAX_BYTES", 1000)
    refused(torch_file(PYG), "at most 0 MB")
    (tmp_path / "weights.pt").write_bytes(torch_file(PYG))
    with pytest.raises(GatvizError, match="at most 0 MB"):
        gatviz.load_weights(tmp_path / "weights.pt")


def test_names_from_the_file_are_quoted() -> None:
    told = refused(torch_file({"a\nb.weight": torch.ones(1), "<script>": torch.ones(1)}))
    assert "a\\x0ab" in told


@pytest.mark.parametrize("name", ["²", "1²2", "a.²", "٣", "lin²", "conv" + "1" * 400, "1" * 400 + "a", "a" * 400])
@pytest.mark.parametrize("tails", [("W", "a"), ("lin.weight", "att_src", "att_dst")])
def test_odd_names_are_only_names(name: str, tails: tuple[Any, ...]) -> None:
    state = {f"{name}.{tail}": torch.ones(2, 2) for tail in tails}
    state |= {f"{name}b.{tail}": torch.ones(2, 2, 2) for tail in (*tails, "weight")}
    with contextlib.suppress(GatvizError):
        gatviz.load_weights(torch_file(state))


@pytest.mark.parametrize("name", ["conv" + "1" * 5000, "1" * 100_000 + "a", "a" * 100_000 + "1", "norm" * 100_000])
def test_names_without_end_are_refused_soon(name: str) -> None:
    start = time.process_time()
    refused(torch_file({f"{name}.{tail}": value for tail, value in PYG.items()}), "names of at most 500 characters")
    refused(torch_file({f"{name}.W": torch.ones(2, 3), f"{name}.a": torch.ones(6, 1)}), "names of at most 500")
    assert time.process_time() - start < 2


def test_halves_of_odd_length_are_refused() -> None:
    refused(torch_file({"weight": torch.ones(FEATURES, 3), "att": torch.ones(1, 2, 3)}), "the shapes of")


def test_a_layout_that_is_no_name_is_refused() -> None:
    for layout in (["pyg"], "PyG", 3):
        refused(torch_file(PYG), "expected one of gatviz", layout=layout)


def test_what_stands_beside_layers_of_odd_shapes_is_refused() -> None:
    for shape in ((), (3,), (2, 3, 4), (0, 5)):
        state = {f"conv1.{name}": torch.zeros(shape) for name in ("weight", "att")}
        refused(torch_file(state | {"lin1.weight": torch.zeros(6, 5)}), "conv1")
        refused(torch_file({**{f"conv1.{n}": v for n, v in PYG.items()}, "lin1.weight": torch.zeros(shape)}))


def settings_file(settings: object) -> bytes:
    """gatviz's own layer with other words beside it."""
    model = gatviz.GAT(FEATURES, [gatviz.LayerSettings(num_heads=2, out_features=3)])
    torch.nn.init.ones_(model.attention_layers[0].get_parameter("bias"))
    data = gatviz.save_weights(model, format="safetensors")
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    given = json.loads(header["__metadata__"]["gatviz"])
    header["__metadata__"]["gatviz"] = settings(given) if callable(settings) else settings
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + data[8 + length :]


@pytest.mark.parametrize(
    "settings",
    [
        "no json",
        "[]",
        "{}",
        '{"layers": [], "self_loops": "as_given"}',
        lambda told: json.dumps(told | {"self_loops": "always"}),
        *(
            lambda told, name=name, value=value: json.dumps(told | {"layers": [told["layers"][0] | {name: value}]})
            for name, value in (
                ("kind", "GATv3"),
                ("num_heads", 3),
                ("concat", 1),
                ("bias", False),
                ("residual", True),
                ("activation", "softmax"),
                ("dropout", 2.0),
                ("negative_slope", True),
                ("more", 1),
            )
        ),
    ],
)
def test_settings_in_the_file_are_checked_like_everything_else(settings: str | Callable[..., Any]) -> None:
    refused(settings_file(settings))


def test_the_same_safetensors_always_get_the_same_sentence() -> None:
    """The library hands its tensors out in an order that differs from one reading to the next."""
    many = safetensors_file({f"layer{k}.weight": torch.zeros(1) for k in range(40)})
    two = {f"{at}.{tail}": values.clone() for at in "ab" for tail, values in without(PYG, "att_src").items()}
    for data in (many, safetensors_file(two)):
        assert len({refused(data) for _ in range(10)}) == 1


@pytest.mark.parametrize("name", ["{", "{0}", "{names!r}", "{where.__class__}", "%s", "{}"])
def test_names_that_look_like_places_to_fill_in_are_only_names(name: str) -> None:
    named = {f"{name}1.{tail}": values for tail, values in PYG.items()}
    opened = inspect_weights(torch_file({name: named, "net": named}))
    assert opened.names == (f"{name}1",)
    assert any(f"'{name}'" in note for note in opened.notes)
    second = {f"{name}2.{tail}": values for tail, values in drawn(2, W=(7, 3), a=(6, 1)).items()}
    first = {f"{name}1.{tail}": values for tail, values in drawn(2, W=(FEATURES, 3), a=(6, 1)).items()}
    refused(torch_file(first | second), f"'{name}")
    refused(torch_file(without(named, f"{name}1.att_src")), f"layer '{name}1'")
    refused(torch_file(named | {f"{name}.weight": torch.ones(2)}), f"'{name}.weight' [2]")
    refused(torch_file(named | {f"{name}.att_edge": torch.ones(2)}), f"'{name}.att_edge' [2]")
    refused(torch_file({**PYG, "bias": torch.full((6,), torch.inf)}), "'bias'")
    refused(torch_file(PYG), repr(name), layout=name)


@pytest.mark.parametrize("of", ["attention", "linear"])
def test_more_layers_than_anybody_stacks_are_refused_before_they_are_built(of: str) -> None:
    count = recognition.MAX_LAYERS * (1 if of == "attention" else 4) + 1
    state = {
        f"convs.{k}.{name}": value for k in range(count if of == "attention" else 1) for name, value in PYG.items()
    }
    if of == "linear":
        state |= {f"lins.{k}.weight": torch.zeros(FEATURES, FEATURES) for k in range(count)}
    refused(torch_file(state), f"expected at most {recognition.MAX_LAYERS} layers, found {count}")

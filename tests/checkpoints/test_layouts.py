"""Hand-written state dicts of every layout but PyG's, against a few dense lines of that layout's own forward."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
import torch.nn.functional as F
from torch import Tensor
from torch_geometric.nn import GATv2Conv

import gatviz
from gatviz.checkpoints import inspect_weights
from gatviz.checkpoints.choices import Decision
from tests.checkpoints.cases import (
    FEATURES,
    drawn,
    features_of,
    graph,
    head,
    head_v2,
    matrix,
    safetensors_file,
    softmax_rows,
    torch_file,
)

HAND = gatviz.Graph(("0", "1"), np.array([[1.0], [2.0]]), np.array([[0, 1, 1], [0, 0, 1]]))
"""design: x = (1, 2), W = 1, a_target = 0, a_source = 1; node 0 reads {0, 1}, node 1 reads {1}."""
ONE, ZERO = torch.ones(1, 1, 1), torch.zeros(1, 1, 1)
W1 = torch.ones(1, 1)
HALVES = {
    "tutorial": {"W.weight": W1, "a": torch.tensor([[0.0], [1.0]])},
    "pygat": {"W": W1, "a": torch.tensor([[0.0], [1.0]])},
    "pyg": {"lin.weight": W1, "att_dst": ZERO, "att_src": ONE},
    "dgl": {"fc.weight": W1, "attn_r": ZERO, "attn_l": ONE},
    "pytorch_gat": {"linear_proj.weight": W1, "scoring_fn_target": ZERO, "scoring_fn_source": ONE},
    "gatviz": {"weight": W1, "att": torch.tensor([[[0.0], [1.0]]])},
}


@pytest.mark.parametrize("layout", HALVES)
def test_each_layout_puts_target_and_source_where_they_belong(layout: str) -> None:
    opened = inspect_weights(torch_file(HALVES[layout]))
    assert opened.layout == layout
    alpha = opened.model.trace(HAND).layers[0].alpha[:, 0]
    assert alpha == pytest.approx([0.2689, 0.7311, 1.0], abs=1e-4)


def equal(model: gatviz.GAT, given: gatviz.Graph, expected: Tensor) -> bool:
    return bool(model(given).detach().numpy() == pytest.approx(expected.numpy(), rel=1e-5, abs=1e-5))


# ---- the tutorial ---------------------------------------------------------------------------------------------


def tutorial_heads(prefix: str, seed: int, count: int, wide: int, width: int) -> dict[str, Tensor]:
    made = drawn(seed, W=(count, width, wide), a=(count, 2 * width, 1))
    return {f"{prefix}heads.{k}.W.weight": made["W"][k] for k in range(count)} | {
        f"{prefix}heads.{k}.a": made["a"][k] for k in range(count)
    }


def tutorial_head(x: Tensor, adj: Tensor, state: dict[str, Tensor], at: str) -> Tensor:
    """The tutorial's own form: all pairs concatenated, masked, softmax."""
    W, a = state[f"{at}W.weight"], state[f"{at}a"]
    Wh, n = x @ W.t(), len(x)
    pairs = torch.cat([Wh.repeat_interleave(n, 0), Wh.repeat(n, 1)], 1).view(n, n, -1)
    return softmax_rows(F.leaky_relu((pairs @ a).squeeze(-1), 0.2), adj) @ Wh


def test_a_single_head_of_the_tutorial_is_taken_without_activation() -> None:
    given = graph()
    state = drawn(1, W__weight=(4, FEATURES), a=(8, 1))
    expected = tutorial_head(features_of(given), matrix(given), state, "")
    opened = inspect_weights(torch_file(state))
    assert equal(opened.model, given, expected)
    assert equal(gatviz.load_weights(torch_file(state), activation="elu"), given, F.elu(expected))
    assert opened.self_loops == "as_given"


@pytest.mark.parametrize("wide", [FEATURES, 3])
def test_heads_of_the_tutorial_are_one_layer_with_elu(wide: int) -> None:
    given = graph(wide)
    state = tutorial_heads("", 2, 4, wide, 3)
    heads = [tutorial_head(features_of(given), matrix(given), state, f"heads.{k}.") for k in range(4)]
    assert equal(gatviz.load_weights(torch_file(state)), given, F.elu(torch.cat(heads, 1)))
    assert equal(gatviz.load_weights(torch_file(state), concat=False), given, F.elu(torch.stack(heads).mean(0)))


@pytest.mark.parametrize("prefix", ["", "module.", "net.layers."])
def test_a_sequence_of_the_tutorials_layers(prefix: str) -> None:
    given = graph()
    state = tutorial_heads("0.", 3, 11, FEATURES, 2) | tutorial_heads("1.", 4, 2, 22, 3)
    state |= {f"2.{name}": value for name, value in drawn(5, W__weight=(4, 6), a=(8, 1)).items()}
    x, adj = features_of(given), matrix(given)
    for k, heads in ((0, 11), (1, 2)):
        x = F.elu(torch.cat([tutorial_head(x, adj, state, f"{k}.heads.{h}.") for h in range(heads)], 1))
    expected = tutorial_head(x, adj, state, "2.")
    opened = inspect_weights(torch_file({prefix + name: value for name, value in state.items()}))
    assert equal(opened.model, given, expected)
    assert [layer.num_heads for layer in opened.layers] == [11, 2, 1]


def test_gatviz_own_tutorial_layers_open_from_their_state_dict() -> None:
    given = graph()
    layer = gatviz.MultiHeadGATLayer(FEATURES, 3, num_heads=4, generator=torch.Generator().manual_seed(1))
    assert equal(gatviz.load_weights(torch_file(layer.state_dict())), given, layer(given).detach())


# ---- DGL ------------------------------------------------------------------------------------------------------


def dgl_layer(x: Tensor, adj: Tensor, state: dict[str, Tensor], at: str, residual: Tensor | None = None) -> Tensor:
    """[N, H, C], as DGL's GATConv gives it."""
    H, C = state[f"{at}attn_l"].shape[1:]
    W = state[f"{at}fc.weight"].view(H, C, -1)
    out = torch.stack([head(x, adj, W[h], state[f"{at}attn_r"][0, h], state[f"{at}attn_l"][0, h]) for h in range(H)], 1)
    if residual is not None:
        out = out + residual.view(len(x), -1, C)
    return out + state[f"{at}bias"].view(1, H, C) if f"{at}bias" in state else out


def dgl_state(seed: int, at: str, wide: int, heads: int, width: int) -> dict[str, Tensor]:
    shapes = {"fc__weight": (heads * width, wide), "attn_l": (1, heads, width), "attn_r": (1, heads, width)}
    return {f"{at}{name}": value for name, value in drawn(seed, **shapes, bias=(heads * width,)).items()}


def test_a_dgl_stack_averages_bias_and_residual_with_its_heads() -> None:
    given = graph()
    state = dgl_state(1, "gat_layers.0.", FEATURES, 3, 2) | dgl_state(2, "gat_layers.1.", 6, 4, 3)
    state["gat_layers.1.res_fc.weight"] = drawn(3, r=(12, 6))["r"]
    x, adj = features_of(given), matrix(given)
    hidden = F.elu(dgl_layer(x, adj, state, "gat_layers.0.").flatten(1))
    residual = hidden @ state["gat_layers.1.res_fc.weight"].t()
    expected = dgl_layer(hidden, adj, state, "gat_layers.1.", residual).mean(1)
    opened = inspect_weights(torch_file(state))
    assert equal(opened.model, given, expected)
    assert opened.self_loops == "as_given"


def test_a_single_dgl_layer_has_no_activation_and_its_heads_side_by_side() -> None:
    given = graph()
    state = dgl_state(1, "", FEATURES, 3, 2)
    expected = dgl_layer(features_of(given), matrix(given), state, "").flatten(1)
    assert equal(gatviz.load_weights(torch_file(state)), given, expected)
    loops = dgl_layer(features_of(given), matrix(given, loops=True), state, "").flatten(1)
    assert equal(gatviz.load_weights(torch_file(state), self_loops="add_missing"), given, loops)


def test_dgl_adds_the_input_itself_where_widths_match_and_another_layer_has_a_residual() -> None:
    given = graph()
    state = dgl_state(1, "l.0.", FEATURES, 3, 2) | dgl_state(2, "l.1.", 6, 3, 2) | dgl_state(4, "l.2.", 6, 1, 3)
    x, adj = features_of(given), matrix(given)
    hidden = F.elu(dgl_layer(x, adj, state, "l.0.").flatten(1))
    plain = F.elu(dgl_layer(hidden, adj, state, "l.1.").flatten(1))
    added = F.elu(dgl_layer(hidden, adj, state, "l.1.", hidden).flatten(1))
    last = dgl_layer(plain, adj, state, "l.2.").mean(1)
    assert equal(gatviz.load_weights(torch_file(state)), given, last)
    chosen = gatviz.load_weights(torch_file(state), residual="identity")
    assert equal(chosen, given, dgl_layer(added, adj, state, "l.2.").mean(1))
    state["l.2.res_fc.weight"] = drawn(3, r=(3, 6))["r"]
    residual = added @ state["l.2.res_fc.weight"].t()
    opened = inspect_weights(torch_file(state))
    assert equal(opened.model, given, dgl_layer(added, adj, state, "l.2.", residual).mean(1))
    told = [decision for decision in opened.decisions if decision.name == "residual"]
    assert [(one.value, one.open) for one in told] == [("none", False), ("identity", True), ("projection", False)]


def test_early_dgl_adds_the_input_to_every_head_where_it_is_as_wide_as_one() -> None:
    """Its layers had a projection unless F = C; see also GATv2Conv, which still does so."""
    given = graph()
    state = dgl_state(1, "l.0.", FEATURES, 1, 2) | dgl_state(2, "l.1.", 2, 3, 2) | dgl_state(4, "l.2.", 6, 1, 3)
    state["l.2.res_fc.weight"] = drawn(3, r=(3, 6))["r"]
    x, adj = features_of(given), matrix(given)
    hidden = F.elu(dgl_layer(x, adj, state, "l.0.").flatten(1))
    hidden = F.elu(dgl_layer(hidden, adj, state, "l.1.", hidden).flatten(1))
    last = dgl_layer(hidden, adj, state, "l.2.", hidden @ state["l.2.res_fc.weight"].t()).mean(1)
    assert equal(gatviz.load_weights(torch_file(state)), given, last)


@pytest.mark.parametrize("residual", [True, False])
def test_early_dgl_keeps_its_vectors_as_columns_also_where_one_head_is_left(residual: bool) -> None:
    given = graph()
    state = dgl_state(1, "gat_layers.0.", FEATURES, 4, 2) | dgl_state(2, "gat_layers.1.", 8, 1, 3)
    state = {name: value for name, value in state.items() if not name.endswith("bias")}
    if residual:
        state["gat_layers.1.res_fc.weight"] = drawn(3, r=(3, 8))["r"]
    x, adj = features_of(given), matrix(given)
    hidden = F.elu(dgl_layer(x, adj, state, "gat_layers.0.").flatten(1))
    added = hidden @ state["gat_layers.1.res_fc.weight"].t() if residual else None
    expected = dgl_layer(hidden, adj, state, "gat_layers.1.", added).mean(1)
    columns = {name: value[0].unsqueeze(-1) if "attn" in name else value for name, value in state.items()}
    assert columns["gat_layers.1.attn_l"].shape == (1, 3, 1)
    assert equal(gatviz.load_weights(torch_file(columns)), given, expected)


def test_newer_dgl_keeps_its_bias_with_the_residual() -> None:
    given = graph()
    state = dgl_state(1, "", FEATURES, 3, 2)
    bias = state.pop("bias")
    state |= {"res_fc.weight": drawn(3, r=(6, FEATURES))["r"], "res_fc.bias": bias}
    x = features_of(given)
    residual = x @ state["res_fc.weight"].t() + bias
    assert equal(
        gatviz.load_weights(torch_file(state)), given, dgl_layer(x, matrix(given), state, "", residual).flatten(1)
    )


@pytest.mark.parametrize("shared", [True, False])
def test_dgl_gatv2(shared: bool) -> None:
    given = graph()
    made = drawn(1, s=(6, FEATURES), t=(6, FEATURES), sb=(6,), tb=(6,), attn=(1, 3, 2))
    source, b_source = made["s"], made["sb"]
    target, b_target = (source, b_source) if shared else (made["t"], made["tb"])
    state = {"fc_src.weight": source, "fc_src.bias": b_source, "fc_dst.weight": target, "fc_dst.bias": b_target}
    x, adj = features_of(given), matrix(given)
    of_target, of_source = x @ target.t() + b_target, x @ source.t() + b_source
    columns = [slice(2 * h, 2 * h + 2) for h in range(3)]
    heads = [head_v2(adj, of_target[:, part], of_source[:, part], made["attn"][0, h]) for h, part in enumerate(columns)]
    model = gatviz.load_weights(torch_file(state | {"attn": made["attn"]}))
    assert equal(model, given, torch.cat(heads, 1))
    assert model.settings[0].share_weights is shared


# ---- pyGAT ----------------------------------------------------------------------------------------------------


def pygat_state(seed: int, heads: int, flat: bool) -> dict[str, Tensor]:
    state: dict[str, Tensor] = {}
    for k in range(heads):
        made = drawn(seed + k, W=(FEATURES, 3), a=(1, 6) if flat else (6, 1))
        state |= {f"attention_{k}.{name}": value for name, value in made.items()}
    made = drawn(seed + 99, W=(3 * heads, 4), a=(1, 8) if flat else (8, 1))
    return state | {f"out_att.{name}": value for name, value in made.items()}


def pygat_forward(x: Tensor, adj: Tensor, state: dict[str, Tensor], heads: int, sign: float) -> Tensor:
    def attention(x: Tensor, at: str) -> Tensor:
        h, n = x @ state[f"{at}.W"], len(x)
        pairs = torch.cat([h.repeat_interleave(n, 0), h.repeat(n, 1)], 1)
        e = sign * F.leaky_relu(pairs @ state[f"{at}.a"].flatten(), 0.2).view(n, n)
        return softmax_rows(e, adj) @ h

    x = torch.cat([F.elu(attention(x, f"attention_{k}")) for k in range(heads)], 1)
    return F.elu(attention(x, "out_att"))


@pytest.mark.parametrize("flat", [False, True], ids=["dense", "sparse"])
def test_pygat_and_its_sparse_layer_with_the_minus_sign(flat: bool) -> None:
    given = graph()
    state = pygat_state(7, 8, flat)
    expected = pygat_forward(features_of(given), matrix(given, loops=True), state, 8, -1.0 if flat else 1.0)
    opened = inspect_weights(torch_file(state))
    assert equal(opened.model, given, expected)
    assert [layer.num_heads for layer in opened.layers] == [8, 1]
    assert any("log-softmax" in note for note in opened.notes)
    assert any("−LeakyReLU" in note for note in opened.notes) is flat


def test_a_copy_of_pygats_sparse_layer_without_the_minus_sign() -> None:
    given, state = graph(), pygat_state(7, 8, True)
    expected = pygat_forward(features_of(given), matrix(given, loops=True), state, 8, 1.0)
    opened = inspect_weights(torch_file(state), score_sign="plus")
    assert equal(opened.model, given, expected)
    assert not any("−LeakyReLU" in note for note in opened.notes)
    sign = next(one for one in inspect_weights(torch_file(state)).decisions if one.name == "score_sign")
    assert (sign.value, sign.origin, sign.options) == ("minus", "assumed", ("minus", "plus"))


# ---- pytorch-GAT ----------------------------------------------------------------------------------------------


def pytorch_gat_layer(x: Tensor, adj: Tensor, state: dict[str, Tensor], k: int, swapped: bool = False) -> Tensor:
    at = f"gat_net.{k}."
    target, source = state[f"{at}scoring_fn_target"], state[f"{at}scoring_fn_source"]
    if swapped:
        target, source = source, target
    H, C = target.shape[1:]
    W = state[f"{at}linear_proj.weight"].view(H, C, -1)
    out = torch.stack([head(x, adj, W[h], target[0, h], source[0, h]) for h in range(H)], 1)
    if f"{at}skip_proj.weight" in state:
        out = out + (x[:, None] if x.shape[1] == C else (x @ state[f"{at}skip_proj.weight"].t()).view(-1, H, C))
    return out


def pytorch_gat_state(widths: list[int], heads: list[int], skip: bool) -> dict[str, Tensor]:
    state: dict[str, Tensor] = {}
    wide = widths[0]
    for k, (H, C) in enumerate(zip(heads, widths[1:], strict=True)):
        last = k == len(heads) - 1
        shapes = {"scoring_fn_target": (1, H, C), "scoring_fn_source": (1, H, C), "bias": (C if last else H * C,)}
        shapes |= {"linear_proj__weight": (H * C, wide)} | ({"skip_proj__weight": (H * C, wide)} if skip else {})
        state |= {f"gat_net.{k}.{name}": value for name, value in drawn(k, **shapes).items()}
        wide = H * C
    return state


def around(widths: list[int], heads: list[int], state: dict[str, Tensor], **more: str | bool) -> dict[str, object]:
    told = {"commit_hash": "0f3", "dataset_name": "CORA", "num_of_epochs": 10_000, "test_perf": 0.823}
    shape = {"num_of_layers": len(heads), "num_heads_per_layer": heads, "num_features_per_layer": widths}
    rest = {"bias": True, "dropout": 0.6, "layer_type": "IMP3", "state_dict": state}
    return told | shape | rest | more


@pytest.mark.parametrize("skip", [False, True])
@pytest.mark.parametrize("swapped", [False, True])
def test_pytorch_gat_with_the_dict_around_it(skip: bool, swapped: bool) -> None:
    given = graph()
    widths, heads = [FEATURES, 2, 6, 6], [3, 4, 2]
    state = pytorch_gat_state(widths, heads, skip)
    x, adj = features_of(given), matrix(given, loops=True)
    for k in range(2):
        joined = pytorch_gat_layer(x, adj, state, k, swapped).flatten(1)
        x = F.elu(joined + state[f"gat_net.{k}.bias"])
    expected = pytorch_gat_layer(x, adj, state, 2, swapped).mean(1) + state["gat_net.2.bias"]
    kind = {"layer_type": "IMP2" if swapped else "IMP3", "add_skip_connection": skip}
    opened = inspect_weights(torch_file(around(widths, heads, state, **kind)))
    assert equal(opened.model, given, expected)
    assert any("'state_dict'" in note for note in opened.notes)


def test_pytorch_gat_copies_the_input_to_every_head_where_widths_match() -> None:
    given = graph()
    widths, heads = [FEATURES, FEATURES, 3], [2, 1]
    state = pytorch_gat_state(widths, heads, skip=True)
    x, adj = features_of(given), matrix(given, loops=True)
    hidden = F.elu(pytorch_gat_layer(x, adj, state, 0).flatten(1) + state["gat_net.0.bias"])
    expected = pytorch_gat_layer(hidden, adj, state, 1).mean(1) + state["gat_net.1.bias"]
    assert equal(gatviz.load_weights(torch_file(around(widths, heads, state))), given, expected)
    state.pop("gat_net.0.skip_proj.weight")
    told = around(widths, heads, state, add_skip_connection=True)
    assert equal(gatviz.load_weights(torch_file(told)), given, expected)
    state.pop("gat_net.1.skip_proj.weight")
    with pytest.raises(gatviz.GatvizError, match=r"'gat_net\.1\.skip_proj\.weight': expected a projection"):
        gatviz.load_weights(torch_file(told))


@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("width", [1, 3])
def test_the_first_implementation_of_pytorch_gat(heads: int, width: int) -> None:
    given = graph()
    made = drawn(1, proj=(heads, FEATURES, width), source=(heads, width, 1), target=(heads, width, 1))
    state = {"proj_param": made["proj"], "scoring_fn_source": made["source"], "scoring_fn_target": made["target"]}
    x, adj = features_of(given), matrix(given, loops=True)
    outs = [head(x, adj, made["proj"][h].t(), made["source"][h, :, 0], made["target"][h, :, 0]) for h in range(heads)]
    model = gatviz.load_weights(torch_file({f"gat_net.0.{name}": value for name, value in state.items()}))
    assert equal(model, given, torch.stack(outs).mean(0))
    assert equal(gatviz.load_weights(torch_file(state)), given, torch.cat(outs, 1))


def test_an_implementation_that_the_file_does_not_tell_is_said() -> None:
    widths, heads = [FEATURES, 2, 3], [3, 1]
    state = pytorch_gat_state(widths, heads, skip=False)

    def decided(content: Mapping[str, object], **choices: Any) -> tuple[Tensor, Decision]:
        opened = inspect_weights(torch_file(content), **choices)
        return opened.model(graph()), next(one for one in opened.decisions if one.name == "implementation")

    assumed, decision = decided(state)
    assert (decision.value, decision.open, "IMP3 is the one" in decision.reason) == ("IMP3", True, True)
    told, by_file = decided(around(widths, heads, state, layer_type="IMP2"))
    assert (by_file.value, by_file.open) == ("IMP2", False)
    assert not torch.equal(assumed, told)
    assert torch.equal(decided(state, implementation="IMP2")[0], told)


def test_settings_that_contradict_the_tensors_are_refused() -> None:
    state = pytorch_gat_state([FEATURES, 2, 3], [3, 1], skip=False)
    with pytest.raises(gatviz.GatvizError, match=r"num_heads_per_layer: expected \[3, 1\], as the tensors have"):
        gatviz.load_weights(torch_file(around([FEATURES, 2, 3], [4, 1], state)))


# ---- any of them ----------------------------------------------------------------------------------------------

STATES = {
    "tutorial": tutorial_heads("0.", 3, 4, FEATURES, 2) | tutorial_heads("1.", 4, 1, 8, 3),
    "dgl": dgl_state(1, "gat_layers.0.", FEATURES, 3, 2) | dgl_state(2, "gat_layers.1.", 6, 1, 3),
    "pygat": pygat_state(1, 11, flat=False),
    "pytorch_gat": pytorch_gat_state([FEATURES, 2, 3], [3, 1], skip=True),
    "gatviz": gatviz.GAT.of_paper(FEATURES, 3, bias=True, generator=torch.Generator().manual_seed(1)).state_dict(),
}
WRAPPED: dict[str, Callable[[dict[str, Tensor]], object]] = {
    "state_dict": lambda state: {"epoch": 3, "state_dict": state},
    "model_state_dict": lambda state: {"model_state_dict": state, "optimizer_state_dict": {"state": {0: 1.0}}},
    "nested": lambda state: {"checkpoint": {"model": state, "loss": 0.5}, "args": {"heads": 8}},
    "beside another": lambda state: {"best": dict.fromkeys(state, torch.zeros(1)), "model": state},
    "module": lambda state: {f"module.{name}": value for name, value in state.items()},
    "model.module": lambda state: {f"model.module.{name}": value for name, value in state.items()},
}


@pytest.mark.parametrize("layout", STATES)
@pytest.mark.parametrize("wrapped", WRAPPED)
def test_wrappers_and_prefixes_are_seen_through(layout: str, wrapped: str) -> None:
    given, state = graph(), STATES[layout]
    expected = gatviz.load_weights(torch_file(state))
    opened = inspect_weights(torch_file(WRAPPED[wrapped](state)))
    assert opened.layout == layout
    assert torch.equal(opened.model(given), expected(given))


@pytest.mark.parametrize("layout", STATES)
def test_safetensors_and_the_stream_of_old_torch_give_the_same(layout: str, tmp_path: Path) -> None:
    given, state = graph(), STATES[layout]
    expected = gatviz.load_weights(torch_file(state))(given)
    assert torch.equal(gatviz.load_weights(safetensors_file(dict(state)))(given), expected)
    assert torch.equal(gatviz.load_weights(torch_file(state, legacy=True))(given), expected)
    path = tmp_path / "weights.pkl"
    path.write_bytes(torch_file(state))
    assert torch.equal(gatviz.load_weights(path)(given), expected)
    assert torch.equal(gatviz.load_weights(str(path))(given), expected)


def test_tensors_that_safetensors_stores_once_are_found_under_both_names(tmp_path: Path) -> None:
    conv = GATv2Conv(FEATURES, 2, heads=3, share_weights=True)
    safetensors.torch.save_model(conv, str(tmp_path / "model.safetensors"))
    assert "lin_r.weight" not in safetensors.torch.load_file(tmp_path / "model.safetensors")
    model = gatviz.load_weights(tmp_path / "model.safetensors")
    assert model.settings[0].share_weights
    assert torch.equal(model(graph()), gatviz.load_weights(torch_file(conv.state_dict()))(graph()))


def test_names_that_are_out_of_order_are_put_as_widths_fit() -> None:
    given = graph()
    parts = {"output": dgl_state(3, "out.", 4, 1, 3), "input": dgl_state(1, "enter.", FEATURES, 3, 2)}
    state = parts["output"] | parts["input"] | dgl_state(2, "deep.", 6, 2, 2)
    for data in (torch_file(state), safetensors_file(state)):
        opened = inspect_weights(data)
        assert opened.names == ("enter", "deep", "out")
        assert any("widths fit" in note for note in opened.notes)
        assert opened.model(given).shape == (given.num_nodes, 3)


def test_an_order_that_nothing_tells_is_said() -> None:
    state = dgl_state(1, "second.", 6, 3, 2) | dgl_state(2, "first.", 6, 2, 3) | dgl_state(3, "third.", 6, 1, 3)
    opened = inspect_weights(safetensors_file(state))
    assert opened.names == ("first", "second", "third")
    assert any("Neither the file nor the widths" in note for note in opened.notes)
    assert inspect_weights(torch_file(state)).names == ("second", "first", "third")
    numbered = {name.replace("second", "gat2").replace("first", "gat1"): value for name, value in state.items()}
    assert not inspect_weights(safetensors_file(numbered)).notes


def test_a_slope_among_the_words_around_is_taken() -> None:
    given, state = graph(), STATES["dgl"]
    told = inspect_weights(torch_file({"state_dict": state, "hyper_parameters": {"negative_slope": 0.05}}))
    assert torch.equal(told.model(given), gatviz.load_weights(torch_file(state), negative_slope=0.05)(given))
    slope = next(decision for decision in told.decisions if decision.name == "negative_slope")
    assert (slope.value, slope.open) == (0.05, True)
    for odd in (float("inf"), float("nan"), "0.5", True, 10**6, 1e300, [0.5]):
        opened = inspect_weights(torch_file({"state_dict": state, "negative_slope": odd}))
        assert opened.layers[0].negative_slope == 0.2


def dgl_v2_state(sizes: list[tuple[int, int, int]]) -> dict[str, Tensor]:
    """GATv2Conv layers of so many input features, heads and features per head."""
    made: dict[str, Tensor] = {}
    for k, (wide, heads, width) in enumerate(sizes):
        shapes = {"fc_src__weight": (heads * width, wide), "fc_dst__weight": (heads * width, wide)}
        made |= {f"l.{k}.{name}": value for name, value in drawn(k, **shapes, attn=(1, heads, width)).items()}
    return made


def dgl_v2_layer(x: Tensor, adj: Tensor, state: dict[str, Tensor], at: str, residual: Tensor | None = None) -> Tensor:
    """[N, H, C], as DGL's GATv2Conv gives it."""
    H, C = state[f"{at}attn"].shape[1:]
    source, target = ((x @ state[f"{at}fc_{end}.weight"].t()).view(-1, H, C) for end in ("src", "dst"))
    out = torch.stack([head_v2(adj, target[:, h], source[:, h], state[f"{at}attn"][0, h]) for h in range(H)], 1)
    return out if residual is None else out + residual.view(len(x), -1, C)


@pytest.mark.parametrize("kind", ["GATConv", "GATv2Conv"])
@pytest.mark.parametrize("rule", ["F = C", "F = H·C"])
def test_dgl_adds_the_input_itself_by_the_rule_of_its_time(kind: str, rule: str) -> None:
    """Both kinds of layers had a projection unless F = C, and since 2021 unless F = H·C."""
    given = graph()
    sizes = [(FEATURES, 3, 2), (6, 3, 2)] if rule == "F = H·C" else [(FEATURES, 1, 2), (2, 3, 2)]
    sizes.append((6, 1, 3))
    run = dgl_v2_layer if kind == "GATv2Conv" else dgl_layer
    state = dgl_v2_state(sizes)
    if kind == "GATConv":
        state = {}
        for k, size in enumerate(sizes):
            state |= dgl_state(k, f"l.{k}.", *size)
    projected = {**state, "l.2.res_fc.weight": drawn(9, r=(3, 6))["r"]}
    x, adj = features_of(given), matrix(given)
    hidden = F.elu(run(x, adj, state, "l.0.").flatten(1))
    added = F.elu(run(hidden, adj, state, "l.1.", hidden).flatten(1))
    expected = run(added, adj, state, "l.2.", added @ projected["l.2.res_fc.weight"].t()).mean(1)
    assert equal(gatviz.load_weights(torch_file(projected)), given, expected)
    assert equal(gatviz.load_weights(torch_file(projected), residual=[None, "identity", None]), given, expected)
    assert equal(gatviz.load_weights(torch_file(projected), residual="identity"), given, expected)
    alone = run(added, adj, state, "l.2.").mean(1)
    assert equal(gatviz.load_weights(torch_file(state), residual="identity"), given, alone)


def test_a_projection_tells_by_which_rule_dgl_adds_the_input() -> None:
    def told(sizes: list[tuple[int, int, int]], projected: list[int]) -> list[str]:
        state = dgl_v2_state(sizes)
        for k in projected:
            wide, heads, width = sizes[k]
            state[f"l.{k}.res_fc.weight"] = drawn(9, r=(heads * width, wide))["r"]
        decisions = inspect_weights(torch_file(state)).decisions
        return [str(one.value) for one in decisions if one.name == "residual"]

    before = [(FEATURES, 3, 2), (6, 3, 2), (6, 3, 2), (6, 1, 3)]  # a projection although F = H·C
    assert told(before, [1, 3]) == ["none", "projection", "none", "projection"]
    since = [(FEATURES, 1, 2), (2, 3, 2), (6, 1, 2), (2, 3, 2), (6, 1, 3)]  # a projection although F = C
    assert told(since, [1, 4]) == ["none", "projection", "none", "none", "projection"]


def test_layers_count_by_number_not_by_letters() -> None:
    state: dict[str, Tensor] = {}
    for k in range(12):
        state |= dgl_state(k, f"layers.{k}.", 6, 3, 2)
    assert inspect_weights(safetensors_file(state)).names == tuple(f"layers.{k}" for k in range(12))


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_as_float32_and_said(dtype: torch.dtype) -> None:
    state = {name: value.to(dtype) for name, value in STATES["dgl"].items()}
    opened = inspect_weights(torch_file(state))
    assert opened.model.attention_layers[0].weight.dtype == torch.float32
    assert any("half precision" in note for note in opened.notes)
    again = inspect_weights(torch_file({name: value.float() for name, value in state.items()}))
    assert torch.equal(opened.model(graph()), again.model(graph()))


def test_double_precision_is_kept() -> None:
    model = gatviz.load_weights(torch_file({name: value.double() for name, value in STATES["dgl"].items()}))
    assert model(graph()).dtype == torch.float64


def test_opening_leaves_the_global_seed_alone() -> None:
    torch.manual_seed(5)
    first = torch.rand(3)
    torch.manual_seed(5)
    gatviz.load_weights(torch_file(STATES["dgl"]))
    assert torch.equal(torch.rand(3), first)


def test_a_moving_average_beside_the_model_is_left_out_and_said() -> None:
    given, state = graph(), STATES["dgl"]
    expected = gatviz.load_weights(torch_file(state))(given)
    average = {name: value + 1 for name, value in state.items()}
    counted = {"ema_model.n_averaged": torch.tensor(7)}
    counted |= {f"ema_model.module.{name}": value for name, value in average.items()}
    opened = inspect_weights(torch_file(counted | {f"model.{name}": value for name, value in state.items()}))
    assert torch.equal(opened.model(given), expected)
    assert "The tensors under 'ema_model', a second copy of the model, are left out." in opened.notes
    alone = inspect_weights(torch_file(counted))
    assert torch.equal(alone.model(given), gatviz.load_weights(torch_file(average))(given))
    apart = inspect_weights(torch_file({"state_dict": state, "state_dict_ema": average}))
    assert torch.equal(apart.model(given), expected)
    assert any("'state_dict_ema'" in note for note in apart.notes)


def test_a_lightning_checkpoint_of_a_compiled_model_opens() -> None:
    given, state = graph(), STATES["dgl"]
    moments = {k: {"exp_avg": value, "step": torch.tensor(3.0)} for k, value in enumerate(state.values())}
    content = {
        "epoch": 99,
        "global_step": 10**9,
        "pytorch-lightning_version": "2.4.0",
        "state_dict": OrderedDict((f"model._orig_mod.{name}", value) for name, value in state.items()),
        "loops": {"fit_loop": {"state_dict": {}, "epoch_progress": {"total": {"ready": 100}}}},
        "callbacks": {"ModelCheckpoint{'monitor': 'val_loss'}": {"best_model_score": torch.tensor(0.5)}},
        "optimizer_states": [{"state": moments, "param_groups": [{"lr": 0.005, "params": [0, 1]}]}],
        "lr_schedulers": [],
        "hparams_name": "kwargs",
        "hyper_parameters": {"heads": 8, "hidden": 8, "layer_type": "gat"},
    }
    for legacy in (False, True):
        opened = inspect_weights(torch_file(content, legacy))
        assert torch.equal(opened.model(given), gatviz.load_weights(torch_file(state))(given))
        assert opened.names == ("model._orig_mod.gat_layers.0", "model._orig_mod.gat_layers.1")


# ---- other names of the tutorial's layer -----------------------------------------------------------------------------


def test_dgls_tutorial_puts_the_source_first_and_bends_by_a_hundredth() -> None:
    given = graph()
    made = drawn(1, W=(2, 3, FEATURES), a=(2, 6), V=(2, 6), b=(4,))
    state = {f"layer1.heads.{k}.fc.weight": made["W"][k] for k in range(2)}
    state |= {f"layer1.heads.{k}.attn_fc.weight": made["a"][k][None] for k in range(2)}
    state |= {"layer2.heads.0.fc.weight": made["V"], "layer2.heads.0.attn_fc.weight": made["b"][None]}
    x, adj = features_of(given), matrix(given)
    heads = [head(x, adj, made["W"][k], made["a"][k][3:], made["a"][k][:3], slope=0.01) for k in range(2)]
    hidden = F.elu(torch.cat(heads, 1))
    expected = head(hidden, adj, made["V"], made["b"][2:], made["b"][:2], slope=0.01)
    opened = inspect_weights(torch_file(state))
    assert opened.layout == "dgl_tutorial"
    assert equal(opened.model, given, expected)


def test_other_names_of_the_tutorials_layer_give_the_same_layer() -> None:
    given = graph()
    made = drawn(1, W=(3, FEATURES), t=(3,), s=(3,))
    W, t, s_ = made["W"], made["t"], made["s"]
    expected = head(features_of(given), matrix(given), W, t, s_)
    both = torch.cat([t, s_])
    for state in (
        {"linear.weight": W, "a": both[:, None]},
        {"projection.weight": W, "a": both[None]},
        {"W": W.t().contiguous(), "a_src": s_[:, None], "a_dst": t[:, None]},
        {"W": W, "a_src": s_, "a_dst": t},
    ):
        opened = inspect_weights(torch_file({f"gat.{name}": values for name, values in state.items()}))
        assert opened.layout == "tutorial"
        assert equal(opened.model, given, expected)
    many = drawn(2, W=(6, FEATURES), a=(2, 6))
    batched = inspect_weights(torch_file({"projection.weight": many["W"], "a": many["a"]}))
    heads = [
        head(features_of(given), matrix(given), many["W"][3 * k : 3 * k + 3], many["a"][k][:3], many["a"][k][3:])
        for k in range(2)
    ]
    assert equal(batched.model, given, torch.cat(heads, 1))


BIASED: dict[str, dict[str, str]] = {
    "parameter": {"W": "W.weight", "b": "W.bias", "a": "a"},
    "linear": {"W": "W.weight", "b": "W.bias", "a": "a.weight", "c": "a.bias"},
    "other names": {"W": "linear.weight", "b": "linear.bias", "a": "a"},
    "DGL's tutorial": {"W": "fc.weight", "b": "fc.bias", "a": "attn_fc.weight", "c": "attn_fc.bias"},
}


@pytest.mark.parametrize("names", BIASED.values(), ids=BIASED)
@pytest.mark.parametrize("without", ["", "b", "c"])
def test_a_bias_of_the_projection_or_of_the_scores_is_run(names: dict[str, str], without: str) -> None:
    """What `nn.Linear` has unless told otherwise; the second is inside LeakyReLU, so it changes α too."""
    given, dgl = graph(), "fc.weight" in names.values()
    made = drawn(1, W=(2, 3, FEATURES), b=(2, 3), a=(2, 6), c=(2, 1))
    state = {f"heads.{k}.{there}": made[one][k] for k in range(2) for one, there in names.items() if one != without}
    state |= {name: values[None] for name, values in state.items() if name.endswith(("a.weight", "attn_fc.weight"))}
    x, adj, expected = features_of(given), matrix(given), []
    for k in range(2):
        b, c = (made[one][k] if one in names and one != without else torch.zeros(1) for one in "bc")
        first, second = made["a"][k].view(2, 3)
        target, source = (second, first) if dgl else (first, second)
        Wh = x @ made["W"][k].t() + b
        e = F.leaky_relu((Wh @ target)[:, None] + (Wh @ source)[None, :] + c, 0.01 if dgl else 0.2)
        expected.append(softmax_rows(e, adj) @ Wh)
    joined = torch.cat(expected, 1)
    assert equal(inspect_weights(torch_file(state)).model, given, joined if dgl else F.elu(joined))
    batched = {"projection.weight": made["W"].flatten(0, 1), "projection.bias": made["b"].flatten(), "a": made["a"]}
    layer = inspect_weights(torch_file(batched)).model.attention_layers[0]
    assert layer.weights()["b_W"].tolist() == made["b"].tolist()


def test_heads_with_and_without_a_bias_are_of_two_models() -> None:
    state = {f"heads.{k}.W.weight": torch.ones(3, FEATURES) for k in range(2)}
    state |= {f"heads.{k}.a": torch.ones(6, 1) for k in range(2)} | {"heads.1.W.bias": torch.ones(3)}
    with pytest.raises(gatviz.GatvizError, match="another head of the layer"):
        gatviz.load_weights(torch_file(state))


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"conv.lin_key.weight": torch.ones(3, 5), "conv.lin_query.weight": torch.ones(3, 5)}, "TransformerConv"),
        ({"convs.0.convs.<user___likes___film>.att_src": torch.ones(1, 2, 3)}, "one kind of nodes and edges"),
    ],
    ids=["transformer", "heterogeneous"],
)
def test_what_stays_refused_has_a_sentence_of_its_own(state: dict[str, Tensor], words: str) -> None:
    with pytest.raises(gatviz.GatvizError, match=words):
        gatviz.load_weights(torch_file(state))

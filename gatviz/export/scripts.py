"""Programs without gatviz that rebuild a graph and a model and print the α of a run: plain PyTorch, and PyG.

Every number is written in full (the shortest text that is read back as the same number). N nodes, E edges, H heads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from gatviz.attention.layer_trace import LayerTrace
from gatviz.attention.stage_row import beyond_pyg
from gatviz.errors import GatvizError
from gatviz.export.script_text import MAX_NUMBERS, array, head_line, strings
from gatviz.model.around import Activation, JumpingKnowledge, Linear, LogSoftmax, Readout
from gatviz.model.norms import BatchNorm, GraphNorm, LayerNorm
from gatviz.model.trace import StepTrace, Trace, checked_run
from gatviz.words import _

ATTENTION = '''
def attention_head(h, adj, W, a, slope{more}):
    """One head of GAT: alpha [N, N], row i is what node i reads, and h_prime [N, C]."""
    Wh = h @ W.T{b_W}
    C = Wh.shape[1]
    raw = Wh @ a[:C] + (Wh @ a[C:]).T{b_a}  # a[:C] is the target's half, a[C:] the source's
{edge}    e = F.leaky_relu(raw, slope)
    alpha = torch.softmax(e.masked_fill(adj == 0, float("-inf")), dim=1).nan_to_num()
{equal}    return alpha, {h_prime}
'''
ATTENTION_V2 = '''
def attention_head_v2(h, adj, W_target, W_source, a, slope, b_target=0, b_source=0{more}):
    """One head of GATv2: alpha [N, N], row i is what node i reads, and h_prime [N, C]."""
    left, right = h @ W_target.T + b_target, h @ W_source.T + b_source
    met = left[:, None] + right[None, :]  # [N, N, C]
{edge}    e = F.leaky_relu(met, slope) @ a
    alpha = torch.softmax(e.masked_fill(adj == 0, float("-inf")), dim=1).nan_to_num()
{equal}    return alpha, alpha @ right
'''
EQUAL = "    alpha = adj / adj.sum(1, keepdim=True).clamp(min=1)  # equal shares in the place of attention\n"
TOLD = """
for layer, alpha in enumerate(alphas):
    for j, i in edge_index.T.tolist():
        shares = ", ".join(f"{share:.6g}" for share in alpha[:, i, j].tolist())
        print(f"layer {layer}: {names[i]} reads {names[j]}: {shares}")
"""


def torch_script(trace: Trace) -> str:
    """A program in plain PyTorch, with the GAT tutorial's names and its dense form, that prints every α of a run.

    `alphas` in it holds α of every layer as [H, N, N]; `out` what the model gives.

    Raises:
        GatvizError: a run with dropout, or more numbers than a program is the place for.
    """
    check_program(trace, pyg=False)
    layers = trace.layers
    reads_edges = any(layer.edge_features is not None for layer in layers)
    helpers = []
    for kind, template in (("GAT", ATTENTION), ("GATv2", ATTENTION_V2)):
        same = [layer for layer in layers if layer.kind == kind]
        if same:
            helpers.append(_helper(template, same))
    lines = [
        *_graph(trace),
        "adj = torch.zeros(N, N)  # adj[i, j] = 1: node i reads node j",
        "adj[edge_index[1], edge_index[0]] = 1",
    ]
    if reads_edges:
        features = next(layer.edge_features for layer in layers if layer.edge_features is not None)
        lines += [
            *array("edge_features", features),
            "edge = torch.zeros(N, N, edge_features.shape[1])",
            "edge[edge_index[1], edge_index[0]] = edge_features",
        ]
    lines += _steps(trace, _dense_layer)
    return "\n".join([head_line("torch", trace), *helpers, "", *lines, TOLD])


def pyg_script(trace: Trace) -> str:
    """A program with PyG's GATConv and GATv2Conv that prints every α of a run.

    `alphas` in it holds α of every layer as [H, N, N]; `out` what the model gives.

    Raises:
        GatvizError: a run with dropout, a layer that PyG does not have, or more numbers than a program is for.
    """
    check_program(trace, pyg=True)
    imports = sorted({f"{layer.kind}Conv" for layer in trace.layers})
    lines = [f"from torch_geometric.nn import {', '.join(imports)}", "", *_graph(trace)]
    features = next((layer.edge_features for layer in trace.layers if layer.edge_features is not None), None)
    if features is not None:
        lines += array("edge_features", features)
    helper = [
        "",
        "",
        "def on_pairs(edges, alpha):",
        '    """alpha [E, H] as [H, N, N]: row i is what node i reads."""',
        "    pairs = torch.zeros(alpha.shape[1], N, N)",
        "    pairs[:, edges[1], edges[0]] = alpha.T.detach()",
        "    return pairs",
        "",
    ]
    return "\n".join([head_line("torch torch_geometric", trace), *lines, *helper, *_steps(trace, _pyg_layer), TOLD])


def check_program(trace: Trace, *, pyg: bool) -> None:
    """Refuse a run that no program is the place for: one in plain PyTorch, or with PyG's layers.

    Raises:
        GatvizError: a run with dropout, more numbers than a program is for, or a layer that PyG does not have.
    """
    checked_run(trace, _("program"))
    for k, layer in enumerate(trace.layers if pyg else ()):
        if found := beyond_pyg(layer.form):
            where, mend = _("layer {layer}").format(layer=k), _("take the program in plain PyTorch")
            raise GatvizError(where, _("what PyG's layers hold"), found, mend)
    if any(layer.alpha_alone for layer in trace.layers):
        mend = _("take the table or the arrays")
        raise GatvizError(_("program"), _("a run that can be computed again"), _("α alone"), mend)
    if any(layer.alpha_dropped is not None for layer in trace.layers):
        mend = _("run the model in evaluation mode")
        raise GatvizError(_("program"), _("a run without dropout"), _("one with dropout"), mend)
    graph, counted = trace.graph, sum(values.size for step in _all(trace.steps) for values in step.weights.values())
    count = counted + graph.x.size + 2 * trace.layers[0].num_edges + (0 if pyg else graph.num_nodes**2)
    if count > MAX_NUMBERS:
        expected = _("at most {most:,} numbers").format(most=MAX_NUMBERS)
        mend = _("save the graph and the weights as files instead")
        raise GatvizError(_("program"), expected, f"{count:,}", mend)


def _all(steps: Sequence[StepTrace]) -> Iterator[StepTrace]:
    for step in steps:
        yield step
        yield from _all(step.inside)
        if step.skip is not None:
            yield from _all([step.skip])


def _helper(template: str, layers: Sequence[LayerTrace]) -> str:
    edge = any(layer.edge_features is not None for layer in layers)
    of_message = any(layer.edge_values is not None for layer in layers)
    equal = any(layer.form.equal_shares for layer in layers)
    v2 = template is ATTENTION_V2
    of_edge = "    if W_edge is not None:\n"
    of_edge += (
        "        met = met + edge @ W_edge.T\n"
        if v2
        else "        raw = raw + (edge @ W_edge.T @ a_edge).squeeze(-1)\n"
    )
    h_prime = "alpha @ Wh"
    if of_message:
        h_prime = "alpha @ Wh + ((alpha[:, :, None] * (edge @ W_edge.T)).sum(1) if in_message else 0)"
    biases = [name for name in ("b_W", "b_a") if any(name in layer.weights for layer in layers)]
    more = "".join(f", {name}=0" for name in biases)
    more += ", W_edge=None" + ("" if v2 else ", a_edge=None") if edge else ""
    more += ", in_message=False" if of_message else ""
    more += ", equal=False" if equal else ""
    said = {"more": more, "edge": of_edge if edge else "", "h_prime": h_prime}
    said |= {name: f" + {name}" if name in biases else "" for name in ("b_W", "b_a")}
    return template.format(**said, equal=f"    if equal:\n    {EQUAL}" if equal else "")


def _graph(trace: Trace) -> list[str]:
    edges = trace.layers[0]
    return [
        *strings("names", trace.graph.names),
        "N = len(names)",
        *array("X", trace.steps[0].input if trace.steps[0].layer is None else edges.x),
        "# row 0 = source j, row 1 = target i: i reads j; self-loops are those that the model used",
        *array("edge_index", edges.edge_index),
    ]


LayerLines = Callable[[LayerTrace, str], Iterator[str]]


def _steps(trace: Trace, of_layer: LayerLines) -> list[str]:
    """The model's steps, one after another; h is what has come so far."""
    joins = any(isinstance(step.step, JumpingKnowledge) for step in trace.steps)
    lines = ["", "alphas = []", *(["blocks = []"] if joins else []), "h = X"]
    place, met = [0], False
    for step in trace.steps:
        reads = any(part.layer is not None for part in _all([step]))
        if joins and reads:
            lines += ["blocks.append(h)"] if met else []
            met = True
        lines += ["", *_step(step, of_layer, place)]
    return [*lines, "", "out = h"]


def _step(step: StepTrace, of_layer: LayerLines, place: list[int]) -> Iterator[str]:
    """The lines of one step; `place` counts the modules, so that each has names of its own."""
    if step.layer is not None:
        yield from of_layer(step.layer, f"{place[0]}")
        place[0] += 1
        return
    if step.inside:
        yield f"came_{place[0]} = h"
        came = f"came_{place[0]}"
        place[0] += 1
        added = came
        if step.skip is not None:
            yield from _step(step.skip, of_layer, place)
            added = f"added_{came}"
            yield f"{added} = h"
            yield f"h = {came}"
        for part in step.inside:
            yield from _step(part, of_layer, place)
        yield f"h = {added} + h"
        return
    names = {}
    for name, values in step.weights.items():
        names[name] = f"{name}_{place[0]}"
        yield from array(names[name], values)
    place[0] += 1
    yield f"h = {WRITTEN[type(step.step)](step.step, names)}"


ParameterNames = dict[str, str]
"""What a step's parameters are called in the program, by their own names."""


def _scaled(normed: str, own: ParameterNames) -> str:
    return normed + (f" * {own['weight']}" if "weight" in own else "") + (f" + {own['bias']}" if "bias" in own else "")


def _batch_norm(step: BatchNorm, own: ParameterNames) -> str:
    mean, var = "h.mean(0)", "h.var(0, unbiased=False)"
    if step.stored:
        mean, var = own["running_mean"], own["running_var"]
    return _scaled(f"(h - {mean}) / ({var} + {step.eps!r}).sqrt()", own)


def _layer_norm(step: LayerNorm, own: ParameterNames) -> str:
    if step.mode == "graph":
        return _scaled(f"(h - h.mean()) / (h.std(unbiased=False) + {step.eps!r})", own)
    mean, var = "h.mean(1, keepdim=True)", "h.var(1, unbiased=False, keepdim=True)"
    return _scaled(f"(h - {mean}) / ({var} + {step.eps!r}).sqrt()", own)


def _graph_norm(step: GraphNorm, own: ParameterNames) -> str:
    centred = f"(h - h.mean(0) * {own['mean_scale']})"
    return _scaled(f"{centred} / ({centred}.square().mean(0) + {step.eps!r}).sqrt()", own)


def _joined(step: JumpingKnowledge, _own: ParameterNames) -> str:
    blocks = "[*blocks, h]"
    return {"cat": f"torch.cat({blocks}, dim=1)", "max": f"torch.stack({blocks}).amax(0)", "last": "h"}[step.mode]


def _readout(step: Readout, _own: ParameterNames) -> str:
    return f"h.{'amax' if step.how == 'max' else step.how}(0, keepdim=True)"


WRITTEN: Mapping[type, Callable[[Any, ParameterNames], str]] = {
    Linear: lambda _step, own: f"h @ {own['weight']}.T" + (f" + {own['bias']}" if "bias" in own else ""),
    BatchNorm: _batch_norm,
    LayerNorm: _layer_norm,
    GraphNorm: _graph_norm,
    Activation: lambda step, own: _activated(step.function, own.get("weight"), step.slope),
    JumpingKnowledge: _joined,
    Readout: _readout,
    LogSoftmax: lambda _step, _own: "F.log_softmax(h, dim=1)",
}
"""What each kind of step makes of h, in PyTorch."""


def _activated(function: str | None, weight: str | None = None, slope: float | None = None) -> str:
    if function in (None, "none"):
        return "h"
    if function == "prelu":
        return f"F.prelu(h, {weight})"
    if function == "tanh":
        return "torch.tanh(h)"
    return f"F.{function}(h)" if slope is None else f"F.{function}(h, {slope!r})"


def _ending(layer: LayerTrace, at: str, *, residual: bool) -> Iterator[str]:
    """What follows the heads: residual, bias and σ. PyG's layers add the first two themselves."""
    weights = layer.weights
    if residual and layer.residual is not None:
        yield from array(f"W_res_{at}", weights["W_res"])
        yield f"h = h + came @ W_res_{at}.T"
    if residual and "bias" in weights:
        yield from array(f"bias_{at}", weights["bias"])
        yield f"h = h + bias_{at}"
    if layer.activation == "prelu":
        yield from array(f"prelu_{at}", weights["prelu"])
    if layer.activation is not None:
        yield f"h = {_activated(layer.activation, f'prelu_{at}')}"


def _dense_layer(layer: LayerTrace, at: str) -> Iterator[str]:
    """An attention layer by its heads, each in the dense form."""
    weights, heads = layer.weights, layer.num_heads
    yield f"# {layer.kind}, {heads} × {layer.head_features}, {'concatenated' if layer.concat else 'averaged'}"
    own: list[str]
    if layer.kind == "GAT":
        yield from array(f"W_{at}", weights["W"])
        halves = np.concatenate([weights["a_target"], weights["a_source"]], axis=1)[:, :, None]
        yield from array(f"a_{at}", halves)
        own = [f"W_{at}[k]", f"a_{at}[k]", repr(layer.negative_slope)]
        for name in ("b_W", "b_a"):
            if name in weights:
                yield from array(f"{name}_{at}", weights[name])
                own.append(f"{name}={name}_{at}[k]")
        call = "attention_head"
    else:
        for name in ("W_target", "W_source", "a", "b_target", "b_source"):
            if name in weights:
                yield from array(f"{name}_{at}", weights[name])
        own = [f"W_target_{at}[k]", f"W_source_{at}[k]", f"a_{at}[k]", repr(layer.negative_slope)]
        own += [f"{name}={name}_{at}[k]" for name in ("b_target", "b_source") if name in weights]
        call = "attention_head_v2"
    if layer.edge_features is not None:
        yield from array(f"W_edge_{at}", weights["W_edge"])
        own.append(f"W_edge=W_edge_{at}[k]")
        if "a_edge" in weights:
            yield from array(f"a_edge_{at}", weights["a_edge"][:, :, None])
            own.append(f"a_edge=a_edge_{at}[k]")
    own += ["in_message=True"] * (layer.edge_values is not None) + ["equal=True"] * layer.form.equal_shares
    yield "came = h"
    yield f"heads = [{call}(h, adj, {', '.join(own)}) for k in range({heads})]"
    yield "alphas.append(torch.stack([alpha for alpha, h_prime in heads]))"
    joined = "torch.cat([h_prime for alpha, h_prime in heads], dim=1)"
    yield f"h = {joined if layer.concat else 'torch.stack([h_prime for alpha, h_prime in heads]).mean(0)'}"
    yield from _ending(layer, at, residual=True)


def _pyg_layer(layer: LayerTrace, at: str) -> Iterator[str]:
    """An attention layer as PyG's module with these numbers."""
    weights, width = layer.weights, layer.x.shape[1]
    v2 = layer.kind == "GATv2"
    biased = "bias" in weights or "b_source" in weights
    settings = {
        "heads": layer.num_heads,
        "concat": layer.concat,
        "negative_slope": layer.negative_slope,
        "add_self_loops": False,
        "bias": biased if v2 else "bias" in weights,
        "residual": layer.residual is not None,
    }
    if layer.edge_features is not None:
        settings["edge_dim"] = layer.edge_features.shape[1]
    given = ", ".join(f"{name}={value!r}" for name, value in settings.items())
    yield f"conv_{at} = {layer.kind}Conv({width}, {layer.head_features}, {given}).eval()"
    yield f"state_{at} = conv_{at}.state_dict()"
    named = {"lin_l.weight": "W_source", "lin_r.weight": "W_target"} if v2 else {"lin.weight": "W"}
    named |= {"att": "a"} if v2 else {"att_dst": "a_target", "att_src": "a_source"}
    named |= {"lin_l.bias": "b_source", "lin_r.bias": "b_target"} if "b_source" in weights else {}
    named |= {"bias": "bias"} if "bias" in weights else {}
    named |= {"res.weight": "W_res"} if layer.residual is not None else {}
    named |= {"lin_edge.weight": "W_edge"} if "W_edge" in weights else {}
    named |= {"att_edge": "a_edge"} if "a_edge" in weights else {}
    equal = layer.form.equal_shares
    if equal:
        yield "# equal shares in the place of attention: scores of 0"
    for theirs, ours in named.items():
        values = np.zeros_like(weights[ours]) if equal and ours[0] == "a" else weights[ours]
        yield from array(f"{ours}_{at}", values)
        yield f'state_{at}["{theirs}"] = {ours}_{at}.reshape(state_{at}["{theirs}"].shape)'
    if v2 and biased:
        for name in ("lin_l.bias", "lin_r.bias", "bias"):
            if name not in named:
                yield f'state_{at}["{name}"].zero_()'
    yield f"conv_{at}.to(X.dtype).load_state_dict(state_{at})"
    read = ", edge_features" if layer.edge_features is not None else ""
    yield f"h, (edges, alpha) = conv_{at}(h, edge_index{read}, return_attention_weights=True)"
    yield "h = h.detach()"
    yield "alphas.append(on_pairs(edges, alpha))"
    yield from _ending(layer, at, residual=False)

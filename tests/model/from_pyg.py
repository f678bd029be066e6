"""PyG's own models as gatviz's steps: settings and numbers of every module, in the order in which PyG runs them."""

from __future__ import annotations

from typing import Any

import torch
import torch_geometric.nn as pyg
from torch import nn

import gatviz
from gatviz import GAT, LayerSettings
from gatviz.attention.edges import SelfLoops
from gatviz.model.around import kind_named

ACTIVATIONS = {
    nn.ELU: "elu",
    nn.ReLU: "relu",
    nn.Tanh: "tanh",
    nn.GELU: "gelu",
    nn.LeakyReLU: "leaky_relu",
    nn.PReLU: "prelu",
    nn.Identity: "none",
}


class Converted:
    """The steps of a model of PyG's modules, and the numbers that go into them."""

    def __init__(self) -> None:
        self.steps: list[Any] = []
        self.states: dict[str, dict[str, torch.Tensor]] = {}

    def add(self, name: str, module: Any) -> Converted:
        """The step for one of PyG's or PyTorch's modules."""
        if isinstance(module, pyg.GATConv | pyg.GATv2Conv):
            self.steps.append((name, settings_of(module)))
            self.states[name] = parameters_of(module)
        elif type(module) in ACTIVATIONS:
            kind = ACTIVATIONS[type(module)]
            slope = module.negative_slope if kind == "leaky_relu" else None
            step = gatviz.Activation(kind, slope)
            self.steps.append((name, step) if kind == "prelu" else step)
            if kind == "prelu":
                self.states[name] = dict(module.state_dict())
        elif isinstance(module, nn.Linear | pyg.Linear):
            self.steps.append((name, gatviz.Linear(module.weight.shape[0], bias=module.bias is not None)))
            self.states[name] = dict(module.state_dict())
        else:
            more = {"mode": module.mode} if isinstance(module, pyg.LayerNorm) else {}
            inner = module.module if isinstance(module, pyg.BatchNorm) else module
            make: Any = kind_named(type(module).__name__.removesuffix("1d"))
            self.steps.append((name, make(eps=inner.eps, in_features=inner.weight.shape[0], **more)))
            state = {key.removeprefix("module."): value for key, value in module.state_dict().items()}
            state.pop("num_batches_tracked", None)
            self.states[name] = state
        return self

    def model(self, in_features: int, self_loops: SelfLoops = "add_missing") -> GAT:
        """The model with the numbers of all modules, in their precision."""
        reads = any("weight_edge" in state for state in self.states.values())
        loops = gatviz.LoopFeatures("mean", "all") if reads and self_loops == "add_missing" else None
        model = GAT.of_steps(in_features, self.steps, self_loops=self_loops, loop_features=loops)
        double = any(value.dtype == torch.float64 for state in self.states.values() for value in state.values())
        model = model.double() if double else model
        model.load_state_dict({f"{n}.{key}": value for n, state in self.states.items() for key, value in state.items()})
        return model.eval()


def settings_of(conv: Any) -> LayerSettings:
    v2 = isinstance(conv, pyg.GATv2Conv)
    more = {"projection_bias": conv.lin_l.bias is not None, "share_weights": conv.share_weights} if v2 else {}
    return LayerSettings(
        kind="GATv2" if v2 else "GAT",
        out_features=conv.out_channels,
        num_heads=conv.heads,
        concat=conv.concat,
        bias=conv.bias is not None,
        residual=conv.res is not None,
        negative_slope=conv.negative_slope,
        activation=None,
        edge_features=0 if conv.edge_dim is None else conv.edge_dim,
        **more,
    )


def parameters_of(conv: Any) -> dict[str, torch.Tensor]:
    if isinstance(conv, pyg.GATv2Conv):
        state = {"weight": conv.lin_l.weight, "att": conv.att[0]}
        if not conv.share_weights:
            state["weight_target"] = conv.lin_r.weight
        if conv.lin_l.bias is not None:
            state["bias_source"] = conv.lin_l.bias
            if not conv.share_weights:
                state["bias_target"] = conv.lin_r.bias
    else:
        state = {"weight": conv.lin.weight, "att": torch.stack([conv.att_dst[0], conv.att_src[0]], dim=1)}
    if conv.edge_dim is not None:
        state["weight_edge"] = conv.lin_edge.weight
        if not isinstance(conv, pyg.GATv2Conv):
            state["att_edge"] = conv.att_edge[0]
    if conv.bias is not None:
        state["bias"] = conv.bias
    if conv.res is not None:
        state["W_res"] = conv.res.weight
    return {name: value.detach() for name, value in state.items()}


def converted(model: pyg.GAT) -> Converted:
    """`torch_geometric.nn.GAT` as steps.

    Raises:
        GatvizError: a norm or a way of jumping that gatviz doesn't have, by its name.
    """
    found = Converted()
    for k, (conv, norm) in enumerate(zip(model.convs, model.norms, strict=True)):
        found.add(f"convs.{k}", conv)
        if k == model.num_layers - 1 and model.jk_mode is None:
            break
        act = [] if model.act is None else [(f"act{k}" if not isinstance(model.act, nn.PReLU) else "act", model.act)]
        norms = [] if isinstance(norm, nn.Identity) else [(f"norms.{k}", norm)]
        for name, module in [*act, *norms] if model.act_first else [*norms, *act]:
            found.add(name, module)
    if model.jk_mode is not None:
        found.steps.append(gatviz.JumpingKnowledge(model.jk_mode))
        found.add("lin", model.lin)
    return found

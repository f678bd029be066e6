"""The attention layers that other programs have: which a module is, what a call gave it, and how to read its settings.

A library's layer is known by the name of its class, so that no library need be installed; what such a class did in
truth is for the proof to say. N nodes, E edges, F input features, H heads, C features per head, D edge features.
"""

from __future__ import annotations

import inspect
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from gatviz.attention.activations import ACTIVATIONS
from gatviz.attention.defaults import NEGATIVE_SLOPE
from gatviz.attention.edges import Edges
from gatviz.attention.inputs import graph_of
from gatviz.attention.layers import AttentionLayer, new_generator
from gatviz.checkpoints import load_weights
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.layer_settings import LayerSettings
from gatviz.words import _, or_list


@dataclass(frozen=True, eq=False)
class Given:
    """What a layer was given in one call.

    Attributes:
        x: [N, F]. edges: [2, E], row 0 = source, row 1 = target. edge_features: [E, D] or None.
    """

    x: Tensor
    edges: Tensor
    edge_features: Tensor | None = None

    def copied(self) -> Given:
        """The same numbers, which no later step can change."""
        features = None if self.edge_features is None else self.edge_features.detach().clone()
        return Given(self.x.detach().clone(), self.edges.detach().clone(), features)


@dataclass(frozen=True)
class LibraryKind:
    """A kind of attention layer.

    Attributes:
        title: as people call it.
        fits: whether a module is of this kind.
        given: what a call gave it, from its arguments by name; raises GatvizError where gatviz has no such layer.
        models: from a module to a model of that one layer, with its numbers; several where its attributes leave open
            how it ends, the likelier first; raises GatvizError where gatviz has no such layer.
        alpha: its own α for a call and the edges of it (source, target), where it hands them out; else None.
    """

    title: str
    fits: Callable[[nn.Module], bool]
    given: Callable[[Any, Mapping[str, Any]], Given]
    models: Callable[[Any], Iterator[GAT]]
    alpha: Callable[[Any, Mapping[str, Any]], tuple[Tensor, Tensor]] | None = None


def kind_of(module: nn.Module) -> LibraryKind | None:
    """The first kind that fits a module, or None."""
    return next((kind for kind in KINDS if kind.fits(module)), None)


def arguments(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call by the names that the module's forward gives them."""
    bound = inspect.signature(module.forward).bind(*args, **kwargs)
    bound.apply_defaults()
    return dict(bound.arguments)


def gives_alpha(module: nn.Module) -> bool:
    """Whether a layer that is of no kind here is one of attention, as its forward says: it can hand out its α."""
    try:
        return "return_attention_weights" in inspect.signature(module.forward).parameters
    except (TypeError, ValueError):
        return False


def _is(library: str, *names: str) -> Callable[[nn.Module], bool]:
    def fits(module: nn.Module) -> bool:
        return any(made.__name__ in names and made.__module__.split(".")[0] == library for made in type(module).__mro__)

    return fits


def _one_kind_of_nodes(x: Any) -> Tensor:
    """[N, F] of what a layer read.

    Raises:
        GatvizError: two kinds of nodes.
    """
    if isinstance(x, tuple | list) and len(x) == 2 and x[0] is x[1]:
        x = x[0]
    if not isinstance(x, Tensor):
        expected, found = _("one kind of nodes"), _("sources and targets apart")
        raise GatvizError("x", expected, found, _("gatviz has no layer for bipartite graphs"))
    return x


def _opened(module: nn.Module, layout: str, settings: Mapping[str, Any]) -> GAT:
    """A module's tensors as a weights file would give them, with nothing left open."""
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    return load_weights(file.getvalue(), name=type(module).__name__, layout=layout, **settings)


# ---- PyTorch Geometric -----------------------------------------------------------------------------------------------


def _pyg_edges(edge_index: Any, flow: str) -> Tensor:
    """[2, E] of an edge_index, of a transposed sparse matrix, or of torch_sparse's SparseTensor."""
    if isinstance(edge_index, Tensor) and edge_index.layout != torch.strided:
        sparse: Any = edge_index
        target, source = sparse.to_sparse_coo().coalesce().indices()
        edge_index = torch.stack([source, target])
    elif hasattr(edge_index, "coo"):
        target, source, _value = edge_index.coo()
        edge_index = torch.stack([source, target])
    plain: Tensor = edge_index.as_subclass(Tensor)
    return plain.flip(0) if flow == "target_to_source" else plain


def _given_to_pyg(module: Any, named: Mapping[str, Any]) -> Given:
    features = named.get("edge_attr")
    if features is not None and module.edge_dim is None:
        features = None
    if features is not None and features.dim() == 1:
        features = features.view(-1, 1)
    return Given(_one_kind_of_nodes(named["x"]), _pyg_edges(named["edge_index"], module.flow), features)


def _models_of_pyg(module: Any) -> Iterator[GAT]:
    own: dict[str, Any] = {
        "heads": module.heads,
        **({"concat": module.concat} if module.heads > 1 else {}),
        "negative_slope": module.negative_slope,
        "activation": "none",
        "self_loops": "add_missing" if module.add_self_loops else "as_given",
    }
    if module.edge_dim is not None and module.add_self_loops:
        fill = module.fill_value
        if isinstance(fill, Tensor) and fill.numel() != 1:
            expected = _("one fill_value for all edge features")
            raise GatvizError("fill_value", expected, str(fill.numel()), _("give one number, or a word such as 'mean'"))
        own["loop_features"] = fill if isinstance(fill, str) else float(fill)
        own["filled_loops"] = "all"
    yield _opened(module, "pyg", own)


def alpha_of_pyg(module: Any, named: Mapping[str, Any]) -> tuple[Tensor, Tensor]:
    """α of a layer with PyG's keyword for it, as it hands it out: its edges [2, E'] and α [E', H]."""
    told = module.forward(**{**named, "return_attention_weights": True})
    edges, alpha = told[1]
    return _pyg_edges(edges, module.flow), alpha


# ---- DGL -------------------------------------------------------------------------------------------------------------


def _given_to_dgl(_module: Any, named: Mapping[str, Any]) -> Given:
    if named.get("edge_weight") is not None:
        expected, mend = _("α as it is"), _("gatviz has no weights that multiply α")
        raise GatvizError("edge_weight", expected, _("weights beside it"), mend)
    source, target = named["graph"].edges()[:2]
    x = _one_kind_of_nodes(named.get("feat", named.get("node_feat")))
    return Given(x, torch.stack([source, target]), named.get("edge_feat", named.get("efeat")))


def _models_of_dgl(module: Any) -> Iterator[GAT]:
    skip = getattr(module, "res_fc", None)
    own: dict[str, Any] = {
        "heads": module._num_heads,
        **({"concat": True} if module._num_heads > 1 else {}),
        "negative_slope": module.leaky_relu.negative_slope,
        "activation": activation_name(module.activation),
        "self_loops": "as_given",
    }
    if skip is not None and not isinstance(skip, nn.Linear):
        own["residual"] = "identity"
    yield _opened(module, "dgl", own)


def _alpha_of_dgl(module: Any, named: Mapping[str, Any]) -> tuple[Tensor, Tensor]:
    alpha = module.forward(**{**named, "get_attention": True})[1]
    return torch.stack(list(named["graph"].edges()[:2])), alpha.squeeze(-1)


def activation_name(function: Any) -> str:
    """The word for an activation that a module holds, "none" for none.

    Raises:
        GatvizError: one that gatviz does not have.
    """
    if function is None or isinstance(function, nn.Identity):
        return "none"
    for name in ACTIVATIONS:
        one_of = (getattr(torch, name, None), getattr(F, name, None), getattr(torch.nn.functional, name, None))
        if function in one_of or type(function).__name__.lower() == name.replace("_", ""):
            return name
    found = getattr(function, "__name__", type(function).__name__)
    raise GatvizError("activation", or_list(["None", *ACTIVATIONS]), quote(found), _("apply it after the layer"))


# ---- the tutorial's layers, gatviz's and those that somebody wrote after it -----------------------------------------


def _is_one_head(module: nn.Module) -> bool:
    W, a = getattr(module, "W", None), getattr(module, "a", None)
    if not isinstance(W, nn.Linear) or W.bias is not None or not isinstance(a, Tensor):
        return False
    return tuple(a.shape) == (2 * W.out_features, 1)


def _is_of_the_tutorial(module: nn.Module) -> bool:
    heads = getattr(module, "heads", None)
    joined = isinstance(heads, nn.ModuleList) and len(heads) > 0 and all(map(_is_one_head, heads))
    own = [name for name, value in module.state_dict().items() if value is not None]
    return (joined and all(name.startswith("heads.") for name in own)) or (
        _is_one_head(module) and set(own) == {"W.weight", "a"}
    )


def _given_to_tutorial(_module: Any, named: Mapping[str, Any]) -> Given:
    values = [value for value in named.values() if value is not None]
    x = _one_kind_of_nodes(values[0]) if values and not isinstance(values[0], Graph) else None
    if x is None or len(values) < 2 or not isinstance(values[1], Tensor | Edges):
        expected = _("features and an adjacency matrix, as the tutorial's layers take them")
        raise GatvizError(_("the call"), expected, _("others"), _("call it with two tensors"))
    adj = values[1]
    if isinstance(adj, Edges):
        return Given(x, adj.edge_index)
    if adj.shape == (x.shape[0], x.shape[0]):
        target, source = torch.nonzero(adj, as_tuple=True)
        return Given(x, torch.stack([source, target]))
    return Given(x, adj)


def _models_of_tutorial(module: Any) -> Iterator[GAT]:
    """The slope where the class keeps it; joined and ended in the ways that the tutorial has."""
    first = module.heads[0] if hasattr(module, "heads") else module
    slopes = (
        getattr(first, "negative_slope", None),
        getattr(getattr(first, "leakyrelu", getattr(first, "leaky_relu", None)), "negative_slope", None),
        getattr(first, "alpha", None),
    )
    slope = next((float(value) for value in slopes if isinstance(value, int | float)), NEGATIVE_SLOPE)
    concat = getattr(module, "concat", None)
    joins = (concat,) if isinstance(concat, bool) and hasattr(module, "heads") else (True, False)
    for join in joins if hasattr(module, "heads") and len(module.heads) > 1 else (None,):
        for activation in ("elu", "none", "relu", "leaky_relu", "tanh"):
            own: dict[str, Any] = {"negative_slope": slope, "activation": activation, "self_loops": "as_given"}
            yield _opened(module, "tutorial", own if join is None else {**own, "concat": join})


def _given_to_gatviz(module: Any, named: Mapping[str, Any]) -> Given:
    edges = named["edge_index"] if named["adj"] is None else named["adj"]
    if isinstance(edges, Edges) and isinstance(named["X"], Tensor):
        return Given(named["X"], edges.edge_index, edges.features)
    graph = graph_of(named["X"], named["adj"], named["edge_index"], named["edge_features"], module.edge_features > 0)
    features = None if graph.edge_features is None else torch.tensor(graph.edge_features)
    return Given(torch.tensor(graph.x), torch.tensor(graph.edge_index), features)


def _models_of_gatviz(module: AttentionLayer) -> Iterator[GAT]:
    settings = LayerSettings.of(module)
    fill = module.loop_features if settings.edge_features and module.self_loops == "add_missing" else None
    model = GAT(
        module.in_features, [settings], self_loops=module.self_loops, loop_features=fill, generator=new_generator(0)
    )
    (layer,) = model.attention_layers
    layer.to(module.weight.dtype).set_weights(**module.weights())
    yield model.eval()


KINDS: tuple[LibraryKind, ...] = (
    LibraryKind("gatviz", lambda module: isinstance(module, AttentionLayer), _given_to_gatviz, _models_of_gatviz),
    LibraryKind("PyG", _is("torch_geometric", "GATConv", "GATv2Conv"), _given_to_pyg, _models_of_pyg, alpha_of_pyg),
    LibraryKind("DGL", _is("dgl", "GATConv", "GATv2Conv", "EdgeGATConv"), _given_to_dgl, _models_of_dgl, _alpha_of_dgl),
    LibraryKind("tutorial", _is_of_the_tutorial, _given_to_tutorial, _models_of_tutorial),
)
"""Every kind that is known, the surer first; a new one is a row here."""

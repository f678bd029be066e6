"""`capture`: hooks on every attention layer of a PyTorch model for one run, each recomputed and proved.

N nodes, E edges, H heads, C features per head.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from gatviz.capturing.given import from_attention
from gatviz.capturing.kinds import Given, LibraryKind, alpha_of_pyg, arguments, gives_alpha, kind_of
from gatviz.capturing.run import CapturedCall, CapturedLayer, CapturedRun
from gatviz.errors import GatvizError, quote, within
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.trace import Trace
from gatviz.numbers import small_figure
from gatviz.showing import ShowsItself
from gatviz.words import _, commas

_BOUND = {torch.float32: 1e-4, torch.float64: 1e-9}
"""Two orders of the same sums differ by so much of their largest number at most; float32 holds about seven digits."""


@dataclass(frozen=True, eq=False)
class Call:
    """One call of one attention layer, recomputed by gatviz and equal to what the layer gave.

    Attributes:
        name: the module's name in the model ("conv1"), "" for the model itself. kind: the class of the layer.
        model: the layer as a model of one step, with its parameters as they were.
        trace: its run on what the layer was given; `trace.graph` has that as node features.
        difference: the largest between its output and the layer's own. out: the layer's own.
    """

    name: str
    kind: str
    model: GAT
    trace: Trace
    difference: float
    out: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Unproved:
    """A call that gatviz could not recompute.

    Attributes:
        name, kind: as of a `Call`. reason: one sentence.
        edge_index: [2, E], row 0 = source, row 1 = target. alpha: [E, H]. Both None where the layer gives no α.
        x: [N, F], what it read, where that is one tensor.
    """

    name: str
    kind: str
    reason: str
    edge_index: NDArray[np.int64] | None = None
    alpha: NDArray[Any] | None = None
    x: NDArray[Any] | None = None


@dataclass(frozen=True, eq=False)
class Capture(ShowsItself):
    """What the attention layers of a model did in one run.

    Attributes:
        calls: those that gatviz recomputed and proved, in the order in which they ran.
        unproved: the others. ran: all of them, in that order.
        output: what the model itself gave. title: the model's class. names: of the nodes, if they were given.
    """

    calls: tuple[Call, ...]
    unproved: tuple[Unproved, ...]
    output: Any
    title: str = ""
    names: tuple[str, ...] | None = None
    ran: tuple[Call | Unproved, ...] = ()

    @property
    def graph(self) -> Graph:
        """The graph that the first proved call read.

        Raises:
            GatvizError: no call could be proved.
        """
        if not self.calls:
            reasons = commas(f"{one.name}: {one.reason}".removesuffix(".") for one in self.unproved)
            raise GatvizError("graph", _("a proved call"), _("none"), reasons or _("see unproved"))
        return self.calls[0].trace.graph

    @property
    def traces(self) -> tuple[Trace, ...]:
        """The trace of each proved call, in order."""
        return tuple(call.trace for call in self.calls)

    @property
    def run(self) -> CapturedRun:
        """The same as it is kept in a file and shown: proved calls whole, of the others α where they gave it.

        Raises:
            GatvizError: no call of which there is anything to show.
        """
        found: list[CapturedCall] = []
        lost: list[tuple[str, str, str]] = []
        for call in self.ran:
            if isinstance(call, Call):
                found.append(_kept(call))
                continue
            alone, reason = _alone(call, self.names)
            if alone is None:
                lost.append((call.name, call.kind, reason))
            else:
                found.append(alone)
        if not found:
            reasons = commas(f"{name or kind}: {reason}" for name, kind, reason in lost)
            raise GatvizError("capture", _("a call to show"), _("none"), reasons)
        return CapturedRun(self.title, tuple(found), tuple(lost))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a `.gatviz` file, which the app opens and `load_capture` reads; all but `output`.

        Raises:
            GatvizError: nothing to show, more than such a file holds, or a path that cannot be written.
        """
        self.run.save(path)

    def __repr__(self) -> str:
        proved = ", ".join(f"{call.name or call.kind} (within {call.difference:.0e})" for call in self.calls)
        return f"Capture({proved or 'nothing'}; unproved: {len(self.unproved)})"


def capture(module: nn.Module, *args: Any, names: Sequence[str] | None = None, **kwargs: Any) -> Capture:
    """One forward pass of any PyTorch model, with every attention layer in it recomputed and proved equal.

    Known are PyG's GATConv and GATv2Conv, DGL's GATConv, GATv2Conv and EdgeGATConv, the GAT tutorial's layers and
    gatviz's own, wherever they stand in the model and however often they are called; nothing is assumed of the rest
    of the model. The run is in evaluation mode and without gradients; every module's mode is as before afterwards.
    gatviz itself draws no random number.

    Arguments:
        module: the model. args, kwargs: what it is called with.
        names: of the nodes, in order; numbers from 0 if left out.

    Raises:
        GatvizError: no module, none with an attention layer, or none that was called. What the model itself raises
            is raised as it is.
    """
    if not isinstance(module, nn.Module) or isinstance(module, torch.jit.ScriptModule):
        mend = _("pass the model itself, before torch.jit")
        raise GatvizError("capture", _("a torch.nn.Module"), quote(type(module).__name__), mend)
    watched = list(_attention_layers(module))
    if not watched:
        known = _("an attention layer: GATConv, GATv2Conv, EdgeGATConv or the tutorial's")
        found = commas(sorted({type(part).__name__ for part in module.modules()})[:8])
        raise GatvizError("capture", known, found, _("pass the model that has one"))
    run = _Recorder(names)
    with _evaluating(module), run.watching(watched), torch.no_grad():
        output = module(*args, **kwargs)
    if not run.ran:
        expected = _("a call of {layers}").format(layers=commas(quote(name) for name, *_rest in watched))
        raise GatvizError("capture", expected, _("none"), _("pass what makes the model use it"))
    calls = tuple(one for one in run.ran if isinstance(one, Call))
    unproved = tuple(one for one in run.ran if isinstance(one, Unproved))
    return Capture(calls, unproved, output, type(module).__name__, run.names, tuple(run.ran))


def _attention_layers(module: nn.Module) -> Iterator[tuple[str, nn.Module, LibraryKind | None]]:
    """Every attention layer by its name, without those inside another; of no kind where only its α can be asked."""
    inside: set[int] = set()
    for name, part in module.named_modules():
        if id(part) in inside:
            continue
        kind = kind_of(part)
        if kind is not None or gives_alpha(part):
            inside.update(map(id, part.modules()))
            yield name, part, kind


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """In evaluation mode; afterwards each module is in its own mode again."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, mode in modes:
            part.training = mode


class _Recorder:
    """What the hooks of one run leave behind."""

    def __init__(self, names: Sequence[str] | None) -> None:
        self.names = None if names is None else tuple(map(str, names))
        self.ran: list[Call | Unproved] = []
        self._open: list[Given | str] = []

    @contextmanager
    def watching(self, watched: Sequence[tuple[str, nn.Module, LibraryKind | None]]) -> Iterator[None]:
        """With hooks on these layers."""
        hooks = []
        try:
            for name, part, kind in watched:
                hooks.append(part.register_forward_pre_hook(self._before(kind), with_kwargs=True))
                hooks.append(part.register_forward_hook(self._after(name, kind), with_kwargs=True))
            yield
        finally:
            for hook in hooks:
                hook.remove()

    def _before(self, kind: LibraryKind | None) -> Any:
        def hook(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
            try:
                given = "" if kind is None else kind.given(module, arguments(module, args, kwargs)).copied()
            except GatvizError as refused:
                given = str(refused)
            except (TypeError, ValueError, AttributeError, KeyError, RuntimeError) as odd:
                given = _("its call is not as gatviz knows it ({error})").format(error=quote(str(odd)))
            self._open.append(given)

        return hook

    def _after(self, name: str, kind: LibraryKind | None) -> Any:
        def hook(module: nn.Module, args: tuple[Any, ...], kwargs: Mapping[str, Any], output: Any) -> None:
            given = self._open.pop()
            if kind is None:
                given = _("gatviz has no {kind}").format(kind=type(module).__name__)
            if not isinstance(given, str):
                assert kind is not None
                told = self._proved(name, module, kind, given, output)
                if isinstance(told, Call):
                    self.ran.append(told)
                    return
                given = told
            edge_index, alpha = _own_alpha(module, kind, args, kwargs)
            x = _read(args, kwargs)
            self.ran.append(Unproved(name, type(module).__name__, given, edge_index, alpha, x))

        return hook

    def _proved(self, name: str, module: nn.Module, kind: LibraryKind, given: Given, output: Any) -> Call | str:
        """The call recomputed, or the sentence that says why not."""
        out = output[0] if isinstance(output, tuple) else output
        if not isinstance(out, Tensor) or out.dtype not in _BOUND:
            found = out.dtype if isinstance(out, Tensor) else type(out).__name__
            return _("gatviz computes in float32 or float64, and its output is {found}").format(found=found)
        out = out.detach().flatten(1)
        closest: float | None = None
        try:
            graph = _graph(given, self.names)
            for model in kind.models(module):
                if _precision(model) != out.dtype:
                    return _("its weights are of another precision than its output, {found}").format(found=out.dtype)
                x = given.x.to(_precision(model))
                trace = model.trace(x, edge_index=given.edges, edge_features=given.edge_features)
                if trace.out.shape != tuple(out.shape):
                    continue
                own = out.numpy(force=True)
                difference = float(np.abs(trace.out - own).max(initial=0))
                scale = max(1.0, float(np.abs(own).max(initial=0)))
                if difference <= _BOUND[_precision(model)] * scale:
                    of_names = Trace(graph, trace.layers, trace.device, trace.steps)
                    return Call(name, type(module).__name__, model, of_names, difference, own.copy())
                closest = difference if closest is None else min(closest, difference)
        except GatvizError as refused:
            return str(refused)
        if closest is None:
            return _("its output has a shape that no layer of gatviz gives: {shape}").format(shape=list(out.shape))
        return _("what the formulas give differs from its output by {difference}").format(
            difference=small_figure(closest)
        )


def _precision(model: GAT) -> torch.dtype:
    return next(model.parameters()).dtype


def _graph(given: Given, names: Sequence[str] | None) -> Graph:
    count = given.x.shape[0]
    if names is not None and len(names) != count:
        expected = _("{count} names, one for each node").format(count=count)
        raise GatvizError("names", expected, str(len(names)), _("give one for each"))
    edges = given.edges.numpy(force=True)
    with within(_("the layer's edges")):
        return Graph(
            names=tuple(map(str, range(count))) if names is None else tuple(names),
            x=given.x.to_dense().double().numpy(force=True),
            edge_index=edges,
            edge_features=None if given.edge_features is None else given.edge_features.double().numpy(force=True),
        )


def _own_alpha(
    module: nn.Module, kind: LibraryKind | None, args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> tuple[NDArray[np.int64] | None, NDArray[Any] | None]:
    """The layer's own α and its edges, where it hands them out."""
    ask = alpha_of_pyg if kind is None else kind.alpha
    if ask is None:
        return None, None
    try:
        edges, alpha = ask(module, arguments(module, args, kwargs))
    except (TypeError, ValueError, AttributeError, KeyError, RuntimeError, IndexError):
        return None, None
    return edges.numpy(force=True), _per_head(alpha)


def _read(args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> NDArray[Any] | None:
    """The first matrix of numbers among the arguments: of PyG and the tutorial what nodes bring along."""
    for value in (*args, *kwargs.values()):
        if isinstance(value, Tensor) and value.dim() == 2 and value.is_floating_point():
            found: NDArray[Any] = value.detach().to_dense().double().numpy(force=True).copy()
            return found
    return None


def _kept(call: Call) -> CapturedCall:
    """A proved call as it is kept."""
    (settings,), model = call.model.settings, call.model
    (weights,) = model.weights().layers
    layer = CapturedLayer(settings, weights, call.out, model.self_loops, model.loop_features)
    return CapturedCall(call.name, call.kind, call.trace.graph, layer)


def _alone(call: Unproved, names: tuple[str, ...] | None) -> tuple[CapturedCall | None, str]:
    """An unproved call with the α that it gave; else None, and why there is nothing to show."""
    if call.alpha is None or call.edge_index is None:
        return None, call.reason
    try:
        run = from_attention(call.edge_index, call.alpha, names=names, x=call.x)
    except GatvizError as refused:
        return None, _("{reason}, and of its α: {refused}").format(reason=call.reason, refused=refused)
    (given,) = run.calls
    return replace(given, name=call.name, kind=call.kind, reason=call.reason), call.reason


def _per_head(alpha: Tensor) -> NDArray[Any]:
    values = alpha.unsqueeze(1) if alpha.dim() == 1 else alpha.flatten(1)
    exact: NDArray[Any] = (values if values.dtype in _BOUND else values.float()).numpy(force=True)
    return exact

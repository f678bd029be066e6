"""A training in a `.gatviz` container, and back: every epoch that is kept, what was learnt at it, and where it stands.

P numbers of a model (parameters and buffers), K kept epochs, E edges, H heads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, Protocol

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray

from gatviz.attention.loop_features import LoopFeatures
from gatviz.errors import GatvizError, quote
from gatviz.files.container import Container, Form, pack, unpack
from gatviz.files.formats.json_file import write_json
from gatviz.files.reading import read_graph
from gatviz.graph.graph import Graph
from gatviz.model.gat import GAT
from gatviz.model.kept_steps import made, step_content, step_of
from gatviz.training.kept_epochs import Kept
from gatviz.training.schedule import Schedule
from gatviz.training.stepper import State
from gatviz.training.task import Task
from gatviz.words import _

FORM = Form("training", 1)
_MAX_NUMBERS = 500_000_000


@dataclass(frozen=True, eq=False)
class SavedAct:
    """The epochs from one edit to the next: the task, the model that was trained, and what is kept of them."""

    task: Task
    model: Any
    start: int
    stride: int
    kept: Mapping[int, Kept]


@dataclass(frozen=True, eq=False)
class Saved:
    """A training: how, what came of each epoch, the acts, and the states that it goes on from and was best at."""

    schedule: Schedule
    rows: list[dict[str, float]]
    ended: str
    acts: tuple[SavedAct, ...]
    last: State
    best: State | None


class _Act(msgspec.Struct):
    graph: str
    labelled: list[int]
    val: list[int]
    others: list[int]
    in_features: int
    steps: list[Any]
    self_loops: str
    loop_features: str | float
    filled_loops: str
    stack: bool
    start: int
    stride: int
    layers: int
    classes: list[str] = msgspec.field(default_factory=list)


class _Content(msgspec.Struct):
    schedule: Schedule
    columns: list[str]
    ended: str
    acts: list[_Act]
    last: list[int]
    best: list[int] | None


def write_training(saved: Saved) -> bytes:
    """The container's bytes.

    Raises:
        GatvizError: a model that is no GAT, or more than a container holds.
    """
    columns = list(saved.rows[0])
    arrays: dict[str, NDArray[Any]] = {"rows": np.array([[row[name] for name in columns] for row in saved.rows])}
    acts = []
    for k, act in enumerate(saved.acts):
        if not isinstance(act.model, GAT):
            found = type(act.model).__name__
            raise GatvizError(_("training"), _("of a GAT"), found, _("save the GAT that it was trained beside"))
        acts.append(_act_content(act, f"act{k}", arrays))
    _put_state("last", saved.last, arrays)
    if saved.best is not None:
        _put_state("best", saved.best, arrays)
    content = _Content(saved.schedule, columns, saved.ended, acts, _numbers(saved.last), None)
    if saved.best is not None:
        content.best = _numbers(saved.best)
    return pack(FORM, {**msgspec.to_builtins(content), "schedule": asdict(saved.schedule)}, arrays)


def read_training(data: bytes, where: str) -> Saved:
    """What `write_training` wrote.

    Raises:
        GatvizError: bytes that are no training, or parts of it that do not fit each other.
    """
    found = unpack(data, where, FORM)
    content = made(found.content, _Content, where)
    rows = found.array("rows", (None, len(content.columns)))
    if not len(rows) or not content.acts or len(content.last) != 2:
        raise GatvizError(where, _("at least one epoch"), _("none"), _("save it again"))
    acts = tuple(_act_of(act, f"act{k}", found) for k, act in enumerate(content.acts))
    size = sum(value.numel() for value in acts[-1].model.state_dict().values() if value.is_floating_point())
    parameters = sum(value.numel() for value in acts[-1].model.parameters())
    best = None
    if content.best is not None:
        best = _state_of("best", content.best, found, size, parameters)
    last = _state_of("last", content.last, found, size, parameters)
    counted = [name for name in content.columns if name == "epoch" or name.startswith("right_")]
    told = [dict(zip(content.columns, row.tolist(), strict=True)) for row in rows.astype(np.float64)]
    for row in told:
        row.update({name: int(row[name]) for name in counted if isfinite(row[name])})
    if [int(row.get("epoch", -1)) for row in told] != list(range(len(told))) or last.epoch != len(told) - 1:
        raise GatvizError(where, _("a row for each epoch"), _("others"), _("save it again"))
    return Saved(content.schedule, told, content.ended, acts, last, best)


def _act_content(act: SavedAct, name: str, arrays: dict[str, NDArray[Any]]) -> _Act:
    epochs = sorted(act.kept)
    kept = [act.kept[epoch] for epoch in epochs]
    arrays[f"{name}.epochs"] = np.array(epochs)
    arrays[f"{name}.values"] = np.stack([one.state.values.numpy(force=True) for one in kept])
    whole = [k for k, one in enumerate(kept) if one.state.moments is not None]
    arrays[f"{name}.whole"] = np.array([[k, kept[k].state.steps] for k in whole])
    moments = [kept[k].state.moments for k in whole]
    arrays[f"{name}.moments"] = np.stack([torch.stack(pair).numpy(force=True) for pair in moments if pair is not None])
    for layer in range(len(kept[0].alpha)):
        arrays[f"{name}.alpha{layer}"] = np.stack([one.alpha[layer] for one in kept])
    model, task, loops = act.model, act.task, act.model.loop_features
    return _Act(
        graph=write_json(task.graph).decode(),
        labelled=task.labelled.tolist(),
        val=task.val.tolist(),
        others=task.others.tolist(),
        in_features=model.in_features,
        steps=[step_content(step) for step in model.steps],
        self_loops=model.self_loops,
        loop_features=loops.value,
        filled_loops=loops.filled,
        stack=model.is_stack,
        start=act.start,
        stride=act.stride,
        layers=len(kept[0].alpha),
        classes=list(model.classes),
    )


def _act_of(act: _Act, name: str, found: Container) -> SavedAct:
    where = found.where
    graph = read_graph(act.graph.encode(), name="graph.json")
    task = task_of(graph, act, where)
    epochs = found.array(f"{name}.epochs", (None,), "iu").astype(np.int64).tolist()
    values = found.array(f"{name}.values", (len(epochs), None), "f")
    steps = [step_of(step, where) for step in act.steps]
    _check_size(steps, values.shape[1], where)
    loops: dict[str, Any] = {"self_loops": act.self_loops, "generator": torch.Generator().manual_seed(0)}
    if any(getattr(_bare(step), "edge_features", 0) for step in steps):
        loops["loop_features"] = LoopFeatures(act.loop_features, act.filled_loops)  # type: ignore[arg-type]
    model = (
        GAT(act.in_features, [_bare(step) for step in steps], **loops)
        if act.stack
        else GAT.of_steps(act.in_features, steps, **loops)
    )
    model.classes = act.classes
    if values.dtype == np.float64:
        model.double()
    whole = found.array(f"{name}.whole", (None, 2), "iu")
    moments = found.array(f"{name}.moments", (len(whole), 2, None), "f")
    alphas = [found.array(f"{name}.alpha{layer}", (len(epochs), None, None), "f") for layer in range(act.layers)]
    of = {int(k): (moments[m], int(steps)) for m, (k, steps) in enumerate(whole)}
    kept: dict[int, Kept] = {}
    for k, epoch in enumerate(epochs):
        pair, steps_taken = of.get(k, (None, 0))
        state = State(
            epoch,
            torch.tensor(values[k]),
            None if pair is None else (torch.tensor(pair[0]), torch.tensor(pair[1])),
            steps_taken,
        )
        kept[epoch] = Kept(state, tuple(alpha[k] for alpha in alphas))
    if act.start not in kept or kept[act.start].state.moments is None or act.stride < 1:
        raise GatvizError(where, _("its first epoch"), _("nothing"), _("save it again"))
    return SavedAct(task, model, act.start, act.stride, kept)


class SplitFields(Protocol):
    """Nodes by number, as a file has them."""

    labelled: list[int]
    val: list[int]
    others: list[int]


def task_of(graph: Graph, parts: SplitFields, where: str) -> Task:
    """The task of a file.

    Raises:
        GatvizError: numbers of no nodes, or of nodes without labels.
    """
    task = Task(graph, *(_nodes(part, graph.num_nodes, where) for part in (parts.labelled, parts.val, parts.others)))
    if not len(task.labelled) or (graph.class_index[np.concatenate([task.labelled, task.val, task.others])] < 0).any():
        raise GatvizError(where, _("labelled nodes with labels"), _("one without"), _("save it again"))
    return task


def _bare(step: Any) -> Any:
    return step[1] if isinstance(step, tuple) else step


def _check_size(steps: list[Any], numbers: int, where: str) -> None:
    """Refuse steps that claim more numbers than are there, before memory is taken for them."""
    for step in map(_bare, steps):
        heads, features = getattr(step, "num_heads", 1), getattr(step, "out_features", 1)
        if heads * features > min(numbers, _MAX_NUMBERS):
            raise GatvizError(where, _("steps of the sizes of their numbers"), quote(features), _("save it again"))


def _nodes(numbers: list[int], count: int, where: str) -> NDArray[np.int64]:
    if any(not 0 <= number < count for number in numbers):
        raise GatvizError(where, _("numbers of nodes"), _("others"), _("save it again"))
    return np.array(numbers, dtype=np.int64)


def _numbers(state: State) -> list[int]:
    return [state.epoch, state.steps]


def _put_state(name: str, state: State, arrays: dict[str, NDArray[Any]]) -> None:
    assert state.moments is not None
    arrays[f"{name}.values"] = state.values.numpy(force=True)
    arrays[f"{name}.moments"] = torch.stack(state.moments).numpy(force=True)


def _state_of(name: str, numbers: list[int], found: Container, size: int, parameters: int) -> State:
    values, moments = found.array(f"{name}.values", (size,), "f"), found.array(f"{name}.moments", (2, parameters), "f")
    return State(numbers[0], torch.tensor(values), (torch.tensor(moments[0]), torch.tensor(moments[1])), numbers[1])

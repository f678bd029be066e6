"""The one state dict in what a file holds: wrappers seen through, every number checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gatviz.checkpoints import limits
from gatviz.checkpoints.containers import Container
from gatviz.checkpoints.layout import DISTINCT, tail_of
from gatviz.errors import GatvizError, quote

SETTINGS = "gatviz"
"""Under this name `save_weights` writes what a state dict has no place for."""
_WRAPPERS = (
    "state_dict",
    "model_state_dict",
    "model_state",
    "model_state_dicts",
    "model",
    "net",
    "network",
    "gat",
    "gnn",
    "encoder",
    "module",
    "weights",
    "params",
    "parameters",
)
_Level = dict[Any, Any]
_Path = tuple[str, ...]
_FLOATS = (torch.float32, torch.float64)
_HALVES = (torch.float16, torch.bfloat16)
_AVERAGED = "n_averaged"
"""The counter of torch's AveragedModel."""
_COPY = re.compile(r"(^|_)(ema|swa|averaged|shadow|teacher)(_|$)")
_COUNTER = "num_batches_tracked"
"""The one integer that usual layers keep beside their weights (normalisation layers, which are refused later)."""


@dataclass(frozen=True, eq=False)
class State:
    """A state dict ready to be recognised.

    Attributes:
        tensors: name -> finite float32 or float64 tensor, in the file's order.
        ordered: whether that order is the model's own (safetensors files are sorted by name).
        around: the plain values that stand around the tensors (epochs, numbers of heads, …).
        settings: what `save_weights` wrote beside them, or None.
        notes: what was decided on the way, a sentence each.
    """

    tensors: Mapping[str, Tensor]
    ordered: bool
    around: Mapping[str, Any]
    settings: Mapping[str, Any] | None
    notes: tuple[str, ...]


def state_of(container: Container, where: str) -> State:
    """The state dict in a file's content.

    Raises:
        GatvizError: no tensors, several state dicts to choose from, or a tensor that cannot be a weight.
    """
    content = container.content
    if not isinstance(content, dict):
        raise GatvizError(where, "a dict of tensors", quote(type(content).__name__), "save model.state_dict()")
    path, found, around, others = _choose(content, where)
    notes = [f"The weights stand under {quote('.'.join(path))} in the file."] if path else []
    if others:
        listed = ", ".join(quote(".".join(other)) for other in others[:6])
        notes.append(f"The file has other state dicts too, which are left out: {listed}.")
    tensors = {name: value.detach() for name, value in _entries(found) if isinstance(name, str) and _is(value)}
    longest = max(map(len, tensors), default=0)
    if longest > limits.MAX_NAME:
        raise GatvizError(where, f"names of at most {limits.MAX_NAME} characters", f"{longest:,}", "rename the tensors")
    tensors, copied = _without_copies(tensors)
    checked, more = _checked(tensors, where)
    more = [*copied, *more]
    told: Any = container.words.get(SETTINGS)
    metadata = getattr(found, "_metadata", None)
    if told is None and isinstance(metadata, dict):
        entry = dict.get(metadata, SETTINGS)
        told = dict.get(entry, "settings") if isinstance(entry, dict) else None
    return State(checked, container.ordered, around, _settings(told, where), (*notes, *more))


def _is(value: Any) -> bool:
    return isinstance(value, Tensor)


def _entries(level: _Level) -> Iterable[tuple[Any, Any]]:
    """What a dict holds; a file can give an OrderedDict an `items` of its own, which is not asked."""
    return dict.items(level)


def _choose(content: _Level, where: str) -> tuple[_Path, _Level, dict[str, Any], list[_Path]]:
    """Where the state dict stands, itself, the plain values around it, and where others stand."""
    levels: list[tuple[_Path, _Level]] = [((), content)]
    candidates: list[tuple[_Path, _Level]] = []
    plain: dict[str, Any] = {}
    seen = 0
    while levels:
        path, level = levels.pop(0)
        seen += len(level)
        if seen > limits.MAX_ENTRIES:
            raise GatvizError(where, f"at most {limits.MAX_ENTRIES:,} entries", "more", "save model.state_dict() alone")
        if any(isinstance(name, str) and _is(value) and tail_of(name) in DISTINCT for name, value in _entries(level)):
            candidates.append((path, level))
        for name, value in _entries(level):
            if isinstance(value, dict) and len(path) < limits.MAX_DEPTH and isinstance(name, str):
                levels.append(((*path, name), value))
            elif isinstance(name, str) and isinstance(value, int | float | str | list | tuple):
                plain.setdefault(name, value)
    if not candidates:
        path, level = _most_tensors(content)
        return path, level, plain, []
    others = [path for path, _ in candidates]
    if len(candidates) > 1:
        known = sorted((p for p in candidates if p[0] and p[0][-1] in _WRAPPERS), key=_rank)
        if not known and candidates[0][0]:
            listed = ", ".join(quote(".".join(path)) for path, _ in candidates[:6])
            raise GatvizError(where, "one state dict", f"several: {listed}", "save the one you mean alone")
        candidates = known if candidates[0][0] else candidates
    path, level = candidates[0]
    others.remove(path)
    return path, level, plain, others


def _without_copies(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """The tensors without counters of averaging, and without a moving average of the model beside the model itself."""
    kept = {name: value for name, value in tensors.items() if tail_of(name) != _AVERAGED}
    copies = list(dict.fromkeys(name.partition(".")[0] for name in kept if _COPY.search(name.partition(".")[0])))
    notes: list[str] = []
    for copy in copies:
        second = {name: value for name, value in kept.items() if name.partition(".")[0] == copy}
        first = {name: value for name, value in kept.items() if name.partition(".")[0] not in copies}
        if first and _below(first) == _below(second):
            kept = {name: value for name, value in kept.items() if name not in second}
            notes.append(f"The tensors under {quote(copy)}, a second copy of the model, are left out.")
    return kept, notes


def _below(tensors: Mapping[str, Tensor]) -> set[tuple[tuple[str, ...], tuple[int, ...]]]:
    """Names after what all have in common, with the shapes."""
    names = [tuple(name.split(".")) for name in tensors]
    common = 0
    while all(len(name) > common + 1 and name[common] == names[0][common] for name in names):
        common += 1
    shapes = (tuple(value.shape) for value in tensors.values())
    return {(name[common:], shape) for name, shape in zip(names, shapes, strict=True)}


def _rank(candidate: tuple[_Path, _Level]) -> tuple[int, int]:
    path = candidate[0]
    return len(path), _WRAPPERS.index(path[-1])


def _most_tensors(content: _Level) -> tuple[_Path, _Level]:
    """Where nothing fits: the dict to list in the error, itself or one inside it."""
    best: tuple[_Path, _Level] = ((), content)
    if any(_is(value) for _, value in _entries(content)):
        return best
    for name, value in _entries(content):
        if isinstance(value, dict) and isinstance(name, str) and any(_is(inner) for _, inner in _entries(value)):
            return (name,), value
    return best


def _checked(tensors: Mapping[str, Tensor], where: str) -> tuple[dict[str, Tensor], list[str]]:
    if not tensors:
        raise GatvizError(where, "a dict of tensors", "none in it", "save model.state_dict()")
    if len(tensors) > limits.MAX_TENSORS:
        found = f"{len(tensors):,}"
        raise GatvizError(where, f"at most {limits.MAX_TENSORS:,} tensors", found, "save the attention layers alone")
    total = sum(tensor.numel() for tensor in tensors.values())
    if total > limits.MAX_VALUES:
        found = f"{total:,}"
        raise GatvizError(where, f"at most {limits.MAX_VALUES:,} numbers", found, "save the attention layers alone")
    checked: dict[str, Tensor] = {}
    halves: list[str] = []
    for name, stored in tensors.items():
        tensor = stored
        at = f"{where}, {quote(name)}"
        if tensor.layout != torch.strided or tensor.is_quantized or tensor.is_meta:
            raise GatvizError(at, "a dense tensor", str(tensor.layout), "store tensor.to_dense()")
        if tensor.dtype in _HALVES:
            halves.append(name)
            tensor = tensor.float()
        if tensor.dtype not in _FLOATS and not name.endswith(_COUNTER):
            raise GatvizError(at, "floating-point weights", str(tensor.dtype), "store tensor.float()")
        if not bool(torch.isfinite(tensor).all()):
            place = torch.nonzero(~torch.isfinite(tensor))[0].tolist()
            found = f"{float(tensor[tuple(place)])} at {place}"
            raise GatvizError(at, "finite numbers", found, "save the weights from before they diverged")
        checked[name] = tensor
    if not halves:
        return checked, []
    kinds = "half precision" if len(halves) == len(checked) else f"half precision ({len(halves)} tensors)"
    return checked, [f"The file stores its weights in {kinds}; gatviz computes with them as float32."]


def _settings(told: Any, where: str) -> Mapping[str, Any] | None:
    if told is None:
        return None
    try:
        settings = json.loads(told)
    except (TypeError, ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        raise GatvizError(f"{where}, {SETTINGS}", "gatviz's settings as JSON", quote(told), "save the weights again")
    return settings

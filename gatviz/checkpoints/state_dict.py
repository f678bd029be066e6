"""The one state dict in what a file holds: wrappers seen through, every number checked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from gatviz.checkpoints.layouts import attention_names
from gatviz.errors import GatvizError, quote
from gatviz.pickles.containers import FileContent
from gatviz.pickles.pickled import PickledModule, StateLevel, Unread
from gatviz.pickles.safe_pickle import MAX_TENSORS
from gatviz.words import _, commas, first_of, ngettext

MAX_VALUES = 30_000_000
"""Numbers in all tensors of one model together."""
MAX_NAME = 500
"""Characters of a tensor's name."""
MAX_DEPTH = 5
"""Dicts within each other around a state dict."""
MAX_ENTRIES = 100_000
"""Entries of all these dicts together."""

SETTINGS = "gatviz"
"""Under this name `save_weights` writes what a state dict has no place for."""
RECIPE = "recipe"
"""Under this name in it stand the steps of a model that has more than attention layers."""
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
_MAX_LISTED = 6
_AVERAGED = "n_averaged"
"""The counter of torch's AveragedModel."""
_COPY = re.compile(r"(^|_)(ema|swa|averaged|shadow|teacher)(_|$)")
_OF_TRAINING = re.compile(
    r"(^|[._])(loss|loss_fn|criterion|metrics?|acc|accuracy|f1|auroc|precision|recall|confmat|class_weights?|pos_weight)"
    r"([._\d]|$)"
)
"""Names of what training keeps beside a model."""
_COUNTER = "num_batches_tracked"
"""The one integer that usual layers keep beside their weights (normalisation layers, which are refused later)."""


@dataclass(frozen=True, eq=False)
class StateDict:
    """A state dict ready to be recognised.

    Attributes:
        tensors: name -> finite float32 or float64 tensor, in the file's order.
        ordered: whether that order is the model's own (safetensors files are sorted by name).
        around: the plain values that stand around the tensors (epochs, numbers of heads, …).
        settings: what `save_weights` wrote beside them, or None.
        modules: of a pickled model or a module, what each of its modules tells of itself, by name.
        notes: what was decided on the way, a sentence each.
    """

    tensors: Mapping[str, Tensor]
    ordered: bool
    around: Mapping[str, Any]
    settings: Mapping[str, Any] | None
    notes: tuple[str, ...]
    modules: Mapping[str, PickledModule] = field(default_factory=dict)


def read_state_dict(container: FileContent, where: str) -> StateDict:
    """The state dict in a file's content.

    Raises:
        GatvizError: no tensors, several state dicts to choose from, or a tensor that cannot be a weight.
    """
    content = container.content
    if not isinstance(content, dict):
        raise GatvizError(where, _("a dict of tensors"), quote(type(content).__name__), _("save model.state_dict()"))
    path, found, around, others = _choose(content, where)
    notes = [_("The weights stand under {name} in the file.").format(name=_quoted(path))] if path else []
    if others:
        listed = commas(map(_quoted, others[:_MAX_LISTED]))
        notes.append(_("The file has other state dicts too, which are left out: {names}.").format(names=listed))
    if container.left_out:
        left = first_of([quote(name) for name in container.left_out], _MAX_LISTED)
        notes.append(_("Left out, and nothing of it run: {names}.").format(names=left))
    for name, value in _entries(found):
        if isinstance(value, Unread):
            at = commas((where, quote(name)))
            raise GatvizError(at, _("a dense tensor of floating-point numbers"), _(value.kind), _(value.mend))
    tensors = {name: value.detach() for name, value in _entries(found) if isinstance(name, str) and _is(value)}
    longest = max(map(len, tensors), default=0)
    if longest > MAX_NAME:
        expected = _("names of at most {most} characters").format(most=MAX_NAME)
        raise GatvizError(where, expected, f"{longest:,}", _("rename the tensors"))
    tensors, copied = _without_copies(tensors)
    tensors, counted = _without_counters(tensors)
    checked, more = _checked(tensors, where)
    more = [*copied, *counted, *more]
    told: Any = container.words.get(SETTINGS)
    metadata = found.metadata if isinstance(found, StateLevel) else None
    if told is None and isinstance(metadata, dict):
        entry = dict.get(metadata, SETTINGS)
        told = dict.get(entry, "settings") if isinstance(entry, dict) else None
    modules = found.modules or {} if isinstance(found, StateLevel) else {}
    return StateDict(checked, container.ordered, around, _settings(told, where), (*notes, *more), modules)


def _layer_names(tensors: Iterable[str]) -> list[str]:
    """The modules that only an attention layer can be."""
    ends = attention_names(tensors).items()
    return list(dict.fromkeys(name.removesuffix(end).removesuffix(".") for name, end in ends))


def _quoted(path: _Path) -> str:
    return quote(".".join(path))


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
        if seen > MAX_ENTRIES:
            expected = _("at most {most:,} entries").format(most=MAX_ENTRIES)
            raise GatvizError(where, expected, _("more"), _("save model.state_dict() alone"))
        if attention_names(name for name, value in _entries(level) if isinstance(name, str) and _is(value)):
            candidates.append((path, level))
        for name, value in _entries(level):
            if isinstance(value, dict) and len(path) < MAX_DEPTH and isinstance(name, str):
                levels.append(((*path, name), value))
            elif isinstance(name, str) and isinstance(value, int | float | str | list | tuple):
                plain.setdefault(name, value)
    if not candidates:
        path, level = _most_tensors(content)
        return path, level, plain, []
    others = [path for path, _level in candidates]
    if len(candidates) > 1:
        known = sorted((p for p in candidates if p[0] and p[0][-1] in _WRAPPERS), key=_rank)
        if not known and candidates[0][0]:
            found = _("several: {names}").format(names=commas(map(_quoted, others[:_MAX_LISTED])))
            raise GatvizError(where, _("one state dict"), found, _("save the one you mean alone"))
        candidates = known if candidates[0][0] else candidates
    path, level = candidates[0]
    others.remove(path)
    return path, level, plain, others


def _without_copies(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """The tensors without counters of averaging, and without a moving average of the model beside the model itself."""
    kept = {name: value for name, value in tensors.items() if name.rpartition(".")[2] != _AVERAGED}
    copies = list(dict.fromkeys(name.partition(".")[0] for name in kept if _COPY.search(name.partition(".")[0])))
    notes: list[str] = []
    for copy in copies:
        second = {name: value for name, value in kept.items() if name.partition(".")[0] == copy}
        first = {name: value for name, value in kept.items() if name.partition(".")[0] not in copies}
        if first and _below(first) == _below(second):
            kept = {name: value for name, value in kept.items() if name not in second}
            note = _("The tensors under {name}, a second copy of the model, are left out.")
            notes.append(note.format(name=quote(copy)))
    return kept, notes


def _without_counters(tensors: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """The tensors without whole numbers and without what losses and metrics keep, but for those of attention layers."""
    layers = _layer_names(tensors)
    left = [
        name
        for name, value in tensors.items()
        if not name.endswith(_COUNTER)
        and (not value.is_floating_point() or _OF_TRAINING.search(name))
        and not any(name.startswith(f"{layer}.") or not layer for layer in layers)
    ]
    if not left or len(left) == len(tensors):
        return dict(tensors), []
    told = first_of([quote(name) for name in left], _MAX_LISTED)
    note = _("Whole numbers, and what losses and metrics keep, are no weights and are left out: {names}.")
    return {name: value for name, value in tensors.items() if name not in left}, [note.format(names=told)]


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
    if any(_is(value) for _name, value in _entries(content)):
        return best
    for name, value in _entries(content):
        if isinstance(value, dict) and isinstance(name, str) and any(_is(inner) for _name, inner in _entries(value)):
            return (name,), value
    return best


def _checked(tensors: Mapping[str, Tensor], where: str) -> tuple[dict[str, Tensor], list[str]]:
    if not tensors:
        raise GatvizError(where, _("a dict of tensors"), _("none in it"), _("save model.state_dict()"))
    if len(tensors) > MAX_TENSORS:
        expected = _("at most {most:,} tensors").format(most=MAX_TENSORS)
        raise GatvizError(where, expected, f"{len(tensors):,}", _("save the attention layers alone"))
    total = sum(tensor.numel() for tensor in tensors.values())
    if total > MAX_VALUES:
        expected = _("at most {most:,} numbers").format(most=MAX_VALUES)
        raise GatvizError(where, expected, f"{total:,}", _("save the attention layers alone"))
    checked: dict[str, Tensor] = {}
    halves: list[str] = []
    for name, stored in tensors.items():
        tensor = stored
        at = commas((where, quote(name)))
        if tensor.is_quantized:
            mend = _("store tensor.dequantize()")
            raise GatvizError(at, _("a dense tensor of floating-point numbers"), _("a quantised tensor"), mend)
        if tensor.layout != torch.strided or tensor.is_meta:
            raise GatvizError(at, _("a dense tensor"), str(tensor.layout), _("store tensor.to_dense()"))
        if tensor.dtype in _HALVES:
            halves.append(name)
            tensor = tensor.float()
        if tensor.dtype not in _FLOATS and not name.endswith(_COUNTER):
            raise GatvizError(at, _("floating-point weights"), str(tensor.dtype), _("store tensor.float()"))
        if not bool(torch.isfinite(tensor).all()):
            place = torch.nonzero(~torch.isfinite(tensor))[0].tolist()
            found = _("{value} at {place}").format(value=float(tensor[tuple(place)]), place=place)
            raise GatvizError(at, _("finite numbers"), found, _("save the weights from before they diverged"))
        checked[name] = tensor
    if not halves:
        return checked, []
    if len(halves) == len(checked):
        return checked, [_("The file stores its weights in half precision; gatviz computes with them as float32.")]
    note = ngettext(
        "The file stores its weights in half precision ({count} tensor); gatviz computes with it as float32.",
        "The file stores its weights in half precision ({count} tensors); gatviz computes with them as float32.",
        len(halves),
    )
    return checked, [note.format(count=len(halves))]


def _settings(told: Any, where: str) -> Mapping[str, Any] | None:
    if told is None:
        return None
    try:
        settings = json.loads(told)
    except (TypeError, ValueError, RecursionError):
        settings = None
    if not isinstance(settings, dict):
        at, expected = commas((where, SETTINGS)), _("gatviz's settings as JSON")
        raise GatvizError(at, expected, quote(told), _("save the weights again"))
    return settings

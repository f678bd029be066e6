"""Torch files of plain tensors. The only module of the room that touches torch, and only when asked.

A torch file is a zip around a pickle. Before torch opens it (weights_only), the pickle's opcodes are walked
without running any: only what rebuilds plain tensors may be named there.
"""

from __future__ import annotations

import importlib
import io
import pickletools
import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gatviz.errors import GatvizError, quote
from gatviz.files import limits
from gatviz.files.arrays import META, arrays_of, is_known, parsed_arrays, refuse_weights
from gatviz.files.graph_file import GraphFile
from gatviz.files.parsed import ParsedGraph
from gatviz.files.zip_members import Members
from gatviz.graph.graph import Graph
from gatviz.words import _, commas

_ALLOWED = {
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_parameter",
    "collections OrderedDict",
    *(f"torch {kind}Storage" for kind in ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short")),
    *(f"torch {kind}Storage" for kind in ("Char", "Byte", "Bool")),
}
_MODEL = re.compile(r"^torch(?:_geometric)?\.nn\b|(?:Conv|GAT\w*|Module|Linear)$")
"""Classes of which models are made."""
_CALL = "torch.save({'x': x, 'edge_index': edge_index, 'y': y}, path)"


def _save() -> str:
    return _("save it as {call}").format(call=_CALL)


def is_torch(file: GraphFile) -> bool:
    """Whether a file is a zip around a pickle, as torch writes it."""
    return any(name.endswith("/data.pkl") for name in file.members)


def read_torch(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from a torch file of plain tensors {x, edge_index, y, …}.

    Raises:
        GatvizError: not such a file, or one that names anything but plain tensors.
    """
    data, where = file.data, file.where
    members = Members(data, where)
    pickles = [info for info in members.infos if info.filename.endswith("/data.pkl")]
    if len(pickles) != 1:
        raise GatvizError(where, _("a torch file with one data.pkl"), str(len(pickles)), _save())
    _check_opcodes(members.read(pickles[0], limits.MAX_PICKLE), where)
    torch = _torch()
    try:
        content = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises a dozen kinds
        raise GatvizError(where, _("a whole torch file"), quote(str(error).split("\n")[0]), _save()) from None
    if not isinstance(content, dict):
        raise GatvizError(where, _("a dict of tensors"), type(content).__name__, _save())
    refuse_weights(map(str, content), where)
    arrays: dict[str, NDArray[Any]] = {}
    left_out: list[str] = []
    for name, value in content.items():
        if not isinstance(name, str) or not is_known(name) or name == META:
            left_out += [] if name == META else [str(name)]
        elif isinstance(value, torch.Tensor):
            arrays[name] = tensor_to_array(value, f"{where}, {quote(name)}")
        elif isinstance(value, int) and abs(value) < 2**63:
            arrays[name] = np.array(value)
        elif isinstance(value, list | tuple) and all(isinstance(word, str) for word in value):
            arrays[name] = np.array([str(word)[:1000] for word in value], dtype=str)
        else:
            left_out.append(name)
    meta = content.get(META)
    parsed = parsed_arrays(arrays, where, "torch", meta if isinstance(meta, str) else None)
    if left_out:
        listed = commas(quote(name) for name in left_out[:5])
        parsed.notes.append(_("entries that gatviz does not know were left out: {listed}").format(listed=listed))
    return parsed


def _torch() -> Any:
    """Torch takes a second to import; other formats do without it."""
    return importlib.import_module("torch")


def _check_opcodes(pickle: bytes, where: str) -> None:
    strings: list[str] = []
    try:
        for opcode, argument, _place in pickletools.genops(pickle):
            if "UNICODE" in opcode.name or "STRING" in opcode.name:
                strings = [*strings[-1:], str(argument)]
            named = str(argument) if opcode.name in ("GLOBAL", "INST") else None
            if opcode.name == "STACK_GLOBAL":
                named = " ".join(strings)
            if named is not None and named not in _ALLOWED:
                shown = quote(named.replace(" ", "."))
                if _MODEL.search(named):
                    found, mend = (
                        _("a pickled model ({name})").format(name=shown),
                        _("open it by the button 'Open weights …'"),
                    )
                    raise GatvizError(where, _("a graph file"), found, mend)
                raise GatvizError(
                    where, _("plain tensors"), _("{shown}, which is never opened").format(shown=shown), _save()
                )
    except GatvizError:
        raise
    except Exception:  # pickletools raises ValueError, but also what struct and int raise
        raise GatvizError(where, _("a whole torch file"), _("a broken pickle"), _save()) from None


def tensor_to_array(tensor: Any, where: str) -> NDArray[Any]:
    """A dense tensor of numbers as an array; half precision becomes double.

    Raises:
        GatvizError: a sparse tensor, one on another device, complex numbers, or too many.
    """
    torch = _torch()
    if tensor.layout != torch.strided or tensor.device.type != "cpu" or tensor.is_complex():
        raise GatvizError(where, _("a dense tensor of numbers"), str(tensor.layout), _("store tensor.to_dense().cpu()"))
    if tensor.numel() > limits.MAX_FEATURE_VALUES:
        raise GatvizError(
            where,
            _("at most {most:,} values").format(most=limits.MAX_FEATURE_VALUES),
            f"{tensor.numel():,}",
            _("keep fewer features"),
        )
    dense = tensor.detach()
    result: NDArray[Any] = (dense.double() if dense.dtype in (torch.bfloat16, torch.float16) else dense).numpy()
    return result


def write_torch(graph: Graph) -> bytes:
    """A graph as a torch file of plain tensors."""
    torch = _torch()
    arrays, told = arrays_of(graph)
    content: dict[str, Any] = {name: torch.from_numpy(np.array(array)) for name, array in arrays.items()}
    content[META] = told
    stream = io.BytesIO()
    torch.save(content, stream)
    return stream.getvalue()

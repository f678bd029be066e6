"""Safetensors: a header in JSON and plain tensors after it."""

from __future__ import annotations

import numpy as np
from safetensors.numpy import load as load_safetensors
from safetensors.numpy import save as save_safetensors

from gatviz.errors import GatvizError, quote
from gatviz.files.arrays import META, arrays_of, is_known, parsed_arrays, refuse_weights
from gatviz.files.graph_file import GraphFile
from gatviz.files.json_text import decode_json
from gatviz.files.parsed import ParsedGraph
from gatviz.graph.graph import Graph
from gatviz.words import _, commas


def is_safetensors(file: GraphFile) -> bool:
    """Whether a file begins with a length and a header in JSON."""
    data = file.data
    return data[8:9] == b"{" and (file.name.endswith(".safetensors") or data[5:8] == bytes(3))


def read_safetensors(file: GraphFile) -> ParsedGraph:
    """A ParsedGraph from a safetensors file with `x`, `edge_index`, `y`."""
    data, where = file.data, file.where
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise GatvizError(where, _("a safetensors file"), _("one whose header runs beyond its end"), _("save it again"))
    try:
        text = data[8 : 8 + length].decode("utf-8")
    except UnicodeDecodeError:
        raise GatvizError(where, _("a safetensors file"), _("a header that is not UTF-8"), _("save it again")) from None
    header = decode_json(text, _("{where}, header").format(where=where))
    if not isinstance(header, dict):
        raise GatvizError(where, _("a safetensors file"), _("a header that is no object"), _("save it again"))
    try:
        if any(isinstance(entry, dict) and entry.get("dtype") == "BF16" for entry in header.values()):
            from safetensors.torch import load  # NumPy lacks bfloat16

            from gatviz.files.formats.torch_file import tensor_to_array

            tensors = load(data)
            arrays = {name: tensor_to_array(tensor, f"{where}, {quote(name)}") for name, tensor in tensors.items()}
        else:
            arrays = load_safetensors(data)
    except GatvizError:
        raise
    except Exception as error:  # the library's own error, or KeyError for types that NumPy lacks
        raise GatvizError(where, _("a safetensors file"), quote(str(error)), _("save it again as float32")) from None
    refuse_weights(arrays, where)
    told = header.get("__metadata__")
    meta = told.get(META) if isinstance(told, dict) else None
    parsed = parsed_arrays(
        {name: array for name, array in arrays.items() if is_known(name)},
        where,
        "safetensors",
        meta if isinstance(meta, str) else None,
    )
    left_out = [quote(name) for name in arrays if not is_known(name)]
    if left_out:
        parsed.notes.append(
            _("tensors that gatviz does not know were left out: {listed}").format(listed=commas(left_out[:5]))
        )
    return parsed


def write_safetensors(graph: Graph) -> bytes:
    """A graph as safetensors; names and words stand in its metadata."""
    arrays, told = arrays_of(graph)
    plain = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    content: bytes = save_safetensors(plain, metadata={META: told})
    return content

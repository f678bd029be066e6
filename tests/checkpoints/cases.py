"""State dicts as files, a small random graph, and dense few-line arithmetic that shares nothing with gatviz."""

from __future__ import annotations

import io

import numpy as np
import safetensors.torch
import torch
import torch.nn.functional as F
from torch import Tensor

from gatviz import Graph

N, FEATURES = 9, 5


def torch_file(content: object, legacy: bool = False) -> bytes:
    stream = io.BytesIO()
    torch.save(content, stream, _use_new_zipfile_serialization=not legacy)
    return stream.getvalue()


def safetensors_file(tensors: dict[str, Tensor]) -> bytes:
    data: bytes = safetensors.torch.save({name: tensor.contiguous() for name, tensor in tensors.items()})
    return data


def drawn(seed: int, **shapes: tuple[int, ...]) -> dict[str, Tensor]:
    """A tensor for each name; two underscores in a name stand for a dot."""
    generator = torch.Generator().manual_seed(seed)
    return {name.replace("__", "."): torch.randn(*shape, generator=generator) for name, shape in shapes.items()}


def graph(features: int = FEATURES, seed: int = 0) -> Graph:
    """A random directed graph: node 0 has a loop, node 1 reads nothing, edges are not symmetric."""
    rng = np.random.default_rng(seed)
    adj = rng.random((N, N)) < 0.3
    np.fill_diagonal(adj, False)
    adj[0, 0], adj[1] = True, False
    target, source = np.nonzero(adj)
    names = tuple(f"n{k}" for k in range(N))
    return Graph(names, rng.standard_normal((N, features)).round(3), np.stack([source, target]))


def matrix(given: Graph, loops: bool = False) -> Tensor:
    """[N, N] bool: row = target, column = source."""
    adj = torch.zeros(given.num_nodes, given.num_nodes, dtype=torch.bool)
    source, target = torch.tensor(given.edge_index)
    adj[target, source] = True
    return adj | torch.eye(given.num_nodes, dtype=torch.bool) if loops else adj


def features_of(given: Graph) -> Tensor:
    return torch.tensor(given.x, dtype=torch.float32)


def softmax_rows(e: Tensor, adj: Tensor) -> Tensor:
    """Rows without neighbours give zeros."""
    return torch.softmax(e.masked_fill(~adj, -torch.inf), -1).nan_to_num(0.0)


def head(x: Tensor, adj: Tensor, W: Tensor, target: Tensor, source: Tensor, slope: float = 0.2) -> Tensor:
    """One textbook head: x [N, F], W [C, F], both halves of a [C]; h′ [N, C]."""
    Wh = x @ W.t()
    return softmax_rows(F.leaky_relu((Wh @ target)[:, None] + (Wh @ source)[None, :], slope), adj) @ Wh


def head_v2(adj: Tensor, target: Tensor, source: Tensor, a: Tensor) -> Tensor:
    """One GATv2 head from its projected features [N, C] of readers and of what is read."""
    e = F.leaky_relu(target[:, None] + source[None, :], 0.2) @ a
    return softmax_rows(e, adj) @ source

"""The same curve as PyG's GATConv: same initial weights, no dropout, 50 epochs."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gatviz import Edges, Graph, fit
from gatviz.training.task import Task
from tests.model.test_model import pyg_stack
from tests.training.cases import citations, karate, paper_model

EPOCHS = 50
ADAM: dict[str, Any] = {"lr": 0.01, "weight_decay": 5e-3}


@pytest.mark.parametrize("kind", [{"kind": "GAT"}, {"kind": "GATv2", "projection_bias": True}], ids=["GAT", "GATv2"])
@pytest.mark.parametrize("make", [karate, citations])
def test_loss_alpha_and_parameters_follow_pygs(make: Callable[[], Graph], kind: dict[str, Any]) -> None:
    graph = make()
    model = paper_model(graph, **kind).double()
    training = fit(graph, model, epochs=EPOCHS, **ADAM)

    edges = Edges.from_graph(graph, "add_missing")
    x, task = torch.tensor(graph.x), Task.of(graph)
    labelled, classes = torch.tensor(task.labelled), torch.tensor(graph.class_index)
    first, second = pyg_stack(model)
    adam = torch.optim.Adam([*first.parameters(), *second.parameters()], **ADAM)

    def run() -> tuple[torch.Tensor, list[torch.Tensor]]:
        hidden, (_edges, alpha) = first(x, edges.edge_index, return_attention_weights=True)
        out, (_edges, last) = second(F.elu(hidden), edges.edge_index, return_attention_weights=True)
        return F.cross_entropy(out[labelled], classes[labelled]), [alpha, last]

    for epoch in range(EPOCHS + 1):
        loss, alphas = run()
        moment = training.at(epoch)
        assert training.rows[epoch]["loss_labelled"] == pytest.approx(loss.item(), abs=1e-5)
        for own, theirs in zip(moment.alpha, alphas, strict=True):
            np.testing.assert_allclose(own, theirs.detach().numpy(), rtol=0, atol=1e-5)
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if epoch < EPOCHS:
            adam.step()
    for ours, peer in zip(pyg_stack(training.model), (first, second), strict=True):
        for (name, value), (same, other) in zip(ours.named_parameters(), peer.named_parameters(), strict=True):
            assert name == same
            torch.testing.assert_close(value, other, rtol=0, atol=1e-5)
    assert all(later["loss_labelled"] < before["loss_labelled"] for before, later in pairwise(training.rows[:9]))

"""The slow step shows the real one: its gradients are autograd's by hand, its new weights those of the next epoch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from gatviz import GatvizError, fit
from gatviz.training.beside import with_equal_shares
from gatviz.training.slow_step import slow_step
from tests.training.cases import karate, paper_model

TWO = [0, 33]


@pytest.mark.parametrize("kind", ["GAT", "GATv2"])
@pytest.mark.parametrize("dropout", [0.0, 0.6])
def test_it_is_the_step_that_training_took(kind: Any, dropout: float) -> None:
    training = fit(karate(), paper_model(karate(), kind=kind, dropout=dropout), labelled=TWO, epochs=14, lr=0.03)
    for epoch, layer, target, source in ((0, 0, 6, 0), (13, 1, 33, 33)):
        step = slow_step(training, epoch, layer, 0, target, source)
        assert step.loss == training.rows[epoch + 1]["step_loss"] == pytest.approx(step.losses.mean(), abs=1e-6)
        before, after = (training.epoch(k).attention_layers[layer].weights() for k in (epoch, epoch + 1))
        assert {one.name for one in step.moved} >= {"W" if kind == "GAT" else "W_source"}
        for one in step.moved:
            at = (0, slice(None)) if one.feature is None else (0, slice(None), one.feature)
            assert np.array_equal(one.before, before[one.name][at])
            assert np.array_equal(one.after, after[one.name][at])
        for k, alpha in ((epoch, step.alpha_before), (epoch + 1, step.alpha_after)):
            moment = training.at(k)
            into = moment.edges.edge_index[1] == target
            assert np.array_equal(alpha, moment.alpha[layer][into, 0])
        assert step.alpha.sum() == pytest.approx(1, abs=1e-6)
        assert step.sources[step.place] == source
        powers = np.exp(step.e - step.e.max())
        np.testing.assert_allclose(step.alpha, powers / powers.sum(), atol=1e-6)
        if dropout:
            assert step.stays is not None
            assert np.array_equal(step.used == 0, ~step.stays)
            assert not step.gradient[~step.stays].any()
        else:
            np.testing.assert_allclose(step.alpha, step.alpha_before, atol=1e-6)


def test_its_gradients_are_those_of_autograd_by_hand() -> None:
    """One dense layer after another, as in the tutorial, with nothing of gatviz in it but the weights."""
    graph = karate()
    model = paper_model(graph).double()
    training = fit(graph, model, labelled=TWO, epochs=3, lr=0.03, weight_decay=5e-3)
    model = training.epoch(2)
    read = np.eye(34, dtype=bool)
    read[graph.edge_index[1], graph.edge_index[0]] = True
    adj = torch.tensor(read)
    h = torch.tensor(graph.x)
    alphas: list[torch.Tensor] = []
    scores: list[torch.Tensor] = []
    halves: list[dict[str, torch.Tensor]] = []
    for layer in model.attention_layers:
        weights = {name: torch.tensor(value, requires_grad=True) for name, value in layer.weights().items()}
        Wh = torch.einsum("nf,hcf->hnc", h, weights["W"])
        target = torch.einsum("hnc,hc->hn", Wh, weights["a_target"])
        source = torch.einsum("hnc,hc->hn", Wh, weights["a_source"])
        e = F.leaky_relu(target[:, :, None] + source[:, None, :], 0.2)
        e.retain_grad()
        alpha = e.masked_fill(~adj, -torch.inf).softmax(-1)
        alpha.retain_grad()
        out = alpha @ Wh
        joined = out.transpose(0, 1).flatten(1) + weights["bias"]
        h = joined if alphas else F.elu(joined)
        alphas.append(alpha)
        scores.append(e)
        halves.append(weights)
    F.cross_entropy(h[TWO], torch.tensor(graph.class_index)[TWO]).backward()  # type: ignore[no-untyped-call]
    for place, head, i, j in ((0, 3, 6, 0), (0, 0, 33, 33), (1, 0, 8, 33)):
        step = slow_step(training, 2, place, head, i, j)
        for own, theirs in ((step.gradient, alphas), (step.gradient_e, scores)):
            by_hand = theirs[place].grad
            assert by_hand is not None
            np.testing.assert_allclose(own, by_hand[head, i, step.sources.tolist()].numpy(), rtol=1e-6, atol=1e-12)
        for one in step.moved:
            grad = halves[place][one.name].grad
            assert grad is not None
            expected = grad[head].numpy() if one.feature is None else grad[head].numpy()[:, one.feature]
            np.testing.assert_allclose(one.gradient, expected, rtol=1e-6, atol=1e-12)


def test_an_arrow_that_is_not_there_and_shares_that_are_not_learnt_are_told() -> None:
    training = fit(karate(), paper_model(karate()), labelled=TWO, epochs=2)
    with pytest.raises(GatvizError, match="one that the model reads"):
        slow_step(training, 0, 0, 0, 16, 33)
    equal = fit(karate(), with_equal_shares(paper_model(karate())), labelled=TWO, epochs=2)
    with pytest.raises(GatvizError, match="equal shares"):
        slow_step(equal, 0, 0, 0, 6, 0)

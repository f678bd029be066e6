"""Writes the reports of this folder: `python docs/gallery/make.py`."""

from __future__ import annotations

from pathlib import Path

import gatviz
from gatviz.attention.layers import new_generator
from gatviz.reporting.page import Shown

HERE = Path(__file__).parent
MAX_BYTES = 780_000


def main(folder: Path = HERE) -> None:
    """All of them; the same again, but for the date."""
    for name, page in (("tutorial", tutorial()), ("karate", karate()), ("lookup", lookup())):
        (folder / f"{name}.html").write_text(page, encoding="utf-8")


def tutorial() -> str:
    """The tutorial's four nodes under weights that nobody trained."""
    graph = gatviz.sample_graph("tutorial")
    generator = new_generator(175)
    layer = gatviz.MultiHeadGATLayer(2, 3, num_heads=4, self_loops="add_missing", generator=generator).eval()
    shown = Shown(
        badge="untrained weights, seed 175",
        weights="Weights untrained, drawn from seed 175: what heads prefer is chance.",
        settings=[("seed", "175")],
    )
    return gatviz.report(graph, layer, title="The tutorial's four nodes", shown=shown, max_bytes=MAX_BYTES)


def karate() -> str:
    """The karate club, trained, with what a member's answer rests on."""
    graph = gatviz.sample_graph("karate_club")
    model = gatviz.GAT.of_paper(
        graph.num_features, len(graph.class_names), num_heads=2, head_features=4, generator=new_generator(1)
    )
    trained = gatviz.fit(graph, model, epochs=120, seed=1).model
    explained = gatviz.analysis.explain_node(trained, graph, 8)
    told = gatviz.analysis.predictions(trained.trace(graph), graph)
    shown = Shown(
        layer=0,
        badge="trained, 120 epochs, seed 1",
        weights="Trained on this graph for 120 epochs, from weights drawn from seed 1.",
        settings=[("seed", "1"), ("epochs", "120")],
        notes=told.sentences,
        predicted=told.predicted,
        wrong=told.wrong.tolist(),
    )
    return gatviz.report(
        graph, trained, title="Karate club, trained", explanation=explained, shown=shown, max_bytes=MAX_BYTES
    )


def lookup() -> str:
    """Keys that look up their own value, where a GATv2 can choose another source for each target."""
    graph = gatviz.sample_graph("dictionary_lookup")
    layer = gatviz.GATv2AttentionLayer(graph.num_features, 4, 1, generator=new_generator(7)).eval()
    shown = Shown(
        badge="untrained weights, seed 7",
        weights="Weights untrained, drawn from seed 7: what heads prefer is chance.",
        settings=[("seed", "7")],
    )
    return gatviz.report(graph, layer, title="Dictionary lookup, GATv2", shown=shown, max_bytes=MAX_BYTES)


if __name__ == "__main__":
    main()

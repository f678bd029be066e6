"""The sentences above the stage: what a person has to know of what is shown, and what is not shown."""

from __future__ import annotations

import numpy as np

from gatviz.analysis import Predictions, WhatIf
from gatviz.analysis.subject import called
from gatviz.attention.layer_trace import LayerTrace
from gatviz.graph.graph import Graph
from gatviz.graph.subgraph import Part
from gatviz.numbers import three_digits
from gatviz.stage.notice import about_edges, about_graph, about_part
from gatviz.stage.pack import Weighting
from gatviz.ui.session import captured, session
from gatviz.ui.session.settings import Settings
from gatviz.words import _

_MAX_CHANGES = 4
_MAX_NAME = 24


def notice(
    now: session.Session,
    trace: LayerTrace,
    part: Part,
    choices: list[Weighting],
    settings: Settings,
    changed: WhatIf | None,
    predictions: Predictions | None,
) -> str:
    """What has to be said of the graph, of the part that is shown, of its predictions and of what changed."""
    sentences = about_graph(now.graph, trace)
    sentences += captured.notes(now.work)
    if predictions is not None:
        told = (*(accuracy.sentence for accuracy in predictions.accuracies), *predictions.column_sentences)
        sentences.append(" ".join(told))
    sentences += about_edges(now.graph, trace)
    if not part.is_whole:
        sentences.append(about_part(now.graph, trace, part))
        sentences.extend(_locked_elsewhere(now.graph, trace, part, choices))
    if changed is not None:
        top = changed.top_changes(_MAX_CHANGES)["sentence"].tolist()
        sentences.append(
            _("Largest changes since the baseline: {changes}.").format(changes="; ".join(top))
            if top
            else _("Pinned: nothing has changed since.")
        )
    if settings.dropout > 0:
        sentences.append(
            _("Training mode: dropout {rate:.2f} is on. α is still the softmax; h′ uses α after the mask.").format(
                rate=settings.dropout
            )
        )
    return " · ".join(sentences)


def _locked_elsewhere(graph: Graph, trace: LayerTrace, part: Part, choices: list[Weighting]) -> list[str]:
    """A sentence on the locked arrow if its ends are not both shown."""
    locked = session.current().locked
    if not isinstance(locked, session.Locked) or locked.source is None:
        return []
    if np.isin((locked.target, locked.source), part.nodes).all():
        return []
    source, target = (called(graph.names[node])[:_MAX_NAME] for node in (locked.source, locked.target))
    edge = trace.edge_of(locked.target, locked.source)
    if edge is None:
        return [
            _("Locked: {target} does not read {source}, and not both of them are shown here.").format(
                source=source, target=target
            )
        ]
    shown = next((choice for choice in choices if choice.key == locked.weighting), choices[0])
    return [
        _(
            "Locked: {source} → {target}, {symbol} = {value} in {weighting}. Not both of its nodes are shown here: "
            "show the neighbourhood of {target}."
        ).format(
            source=source,
            target=target,
            symbol=shown.symbol,
            value=three_digits(float(shown.values[edge])),
            weighting=shown.title,
        )
    ]

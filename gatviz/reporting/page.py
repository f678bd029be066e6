"""The file: the stage's own modules, the data, and the few lines that put them together in the browser.

Nothing that a person named stands in the markup but the title, escaped: all else is base64 of what `stage.wire` packs,
and reaches the page as text nodes.
"""

from __future__ import annotations

import base64
import html
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from gatviz.analysis import Explanation
from gatviz.analysis.explanation.removal import Progress
from gatviz.attention.layer_trace import LayerTrace
from gatviz.colours import stage_palettes
from gatviz.errors import GatvizError, quote
from gatviz.graph.graph import Graph
from gatviz.graph.positions import default_positions
from gatviz.graph.subgraph import Part
from gatviz.model.proof import proofs
from gatviz.reporting.chapters import NamedValues, chapters, layer_title
from gatviz.reporting.runs import NamedRun, runs_of
from gatviz.reporting.tellings import ShownLayer, Tellings, Told, tellings
from gatviz.stage import assets
from gatviz.stage.column_names import input_names
from gatviz.stage.details import first_edge, local_focus, pack_proofs, pack_story
from gatviz.stage.guide import pack_guide
from gatviz.stage.notice import about_edges, about_graph, about_part
from gatviz.stage.pack import pack_scene
from gatviz.stage.part import shown_part
from gatviz.stage.protocol import Answer, Palettes, Said
from gatviz.stage.reasons import pack_answers
from gatviz.stage.report_protocol import Report, ReportLayer
from gatviz.stage.screen_protocol import Screen
from gatviz.stage.texts import texts
from gatviz.stage.weightings import weightings
from gatviz.stage.wire import SMALLEST, encode
from gatviz.words import _, language

MAX_BYTES = 5_000_000
"""Of what is told of nodes and arrows, over all layers."""
_MAX_DESCRIPTION = 600
_MAX_TITLE = 120
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'; img-src data: blob:; "
    "base-uri 'none'; form-action 'none'"
)
_UNPACK = Path(__file__).parent / "unpack.js"

Edge = tuple[int, int | None]


@dataclass(frozen=True)
class Shown:
    """What a report opens with, and what is said of its model.

    Attributes:
        layer: on show. locked: (target, source), source None for a node. weighting: a key of `stage.weightings`.
        positions: [N, 2] of the nodes; the graph's own, or ones that suit it, if left out.
        weights: a sentence on whose weights these are. badge: the same in a few words.
        settings, origin: values by name, for what is said below the stage.
        notes: sentences above it. predicted: the class of each node by number, wrong: nodes that are predicted wrongly.
    """

    layer: int = 0
    locked: Edge | None = None
    weighting: str | None = None
    positions: NDArray[np.float64] | None = None
    weights: str = ""
    badge: str = ""
    settings: NamedValues = ()
    origin: NamedValues = ()
    notes: Sequence[str] = ()
    predicted: NDArray[np.int64] | None = None
    wrong: Sequence[int] = ()


def report(
    graph: Graph | None,
    model: Any,
    *,
    title: str = "",
    explanation: Explanation | None = None,
    shown: Shown | None = None,
    max_bytes: int = MAX_BYTES,
    progress: Progress | None = None,
) -> str:
    """A run as one HTML file that opens from disk: the interactive stage, verdicts, settings, and where it comes from.

    Locking an arrow shows its story without Python: what would be said of each node and arrow is in the file, as far
    as there is room. Of a large graph a part is shown, chosen as in the app, with α of the whole run.

    Arguments:
        graph: None for the one that the run has, which a capture and a training always show.
        model: a Trace or LayerTrace of a run on this graph, or a model or layer that is run on it now; or a Capture,
            a CapturedRun, or a Training, whose best epoch is shown.
        title: said at the top. explanation: of a node's answer, told below. shown: what it opens with.
        max_bytes: of what is told of nodes and arrows. progress: hears how many of how many nodes are told of; what it
            raises ends the work.

    Raises:
        GatvizError: no run or model of this graph; a number that float32 cannot hold.
    """
    found = runs_of(graph, model)
    shown = replace(shown or Shown(), notes=[*(shown.notes if shown else ()), *found.notes])
    places = [(run, layer) for run in found.runs for layer in range(len(run.trace.layers))]
    if not 0 <= shown.layer < len(places):
        expected = _("0 to {last}").format(last=len(places) - 1)
        raise GatvizError(_("report, layer"), expected, quote(shown.layer), _("choose a layer of the run"))
    packed = _packed(places, title or found.title, shown, max_bytes, progress or (lambda _done, _total: None))
    date = datetime.now(UTC).date().isoformat()
    origin = [(_("graph"), title or found.title), *shown.origin, (_("weights"), shown.weights), (_("date"), date)]
    content = Report(
        title=(title or found.title)[:_MAX_TITLE],
        line=_room(packed),
        layers=[one.packed for one in packed],
        layer_at_start=shown.layer,
        chapters=chapters(found.runs, explanation, shown.settings, [(name, value) for name, value in origin if value]),
        texts={"layers": _("Layer"), "made": _("made by gatviz, {date}").format(date=date)},
    )
    return _page(title or _("Graph attention"), content, [one.told.packed for one in packed])


def _packed(
    places: Sequence[tuple[NamedRun, int]], title: str, shown: Shown, max_bytes: int, progress: Progress
) -> list[_Layer]:
    """Each layer; the small ones first, and what they leave of the room is the others'."""
    runs = [run.trace.layers[layer] for run, layer in places]
    parts = [shown_part(run, None) for run in runs]
    total, done = sum(part.nodes.size for part in parts), 0
    found: dict[int, _Layer] = {}
    for k in sorted(range(len(places)), key=lambda k: runs[k].alpha.size):
        room = max_bytes // (len(places) - len(found))
        hears = partial(_heard, progress, done, total)
        found[k] = _Layer(*places[k], parts[k], title, shown, room, hears)
        max_bytes -= found[k].told.bytes
        done += parts[k].nodes.size
    progress(total, total)
    return [found[k] for k in range(len(places))]


def _heard(progress: Progress, before: int, total: int, nodes: int) -> None:
    progress(before + nodes, total)


class _Layer:
    """One layer's screen, and what is told of each of its nodes."""

    def __init__(
        self, of: NamedRun, layer: int, part: Part, title: str, shown: Shown, max_bytes: int, hears: Told
    ) -> None:
        graph, trace = of.graph, of.trace
        run = trace.layers[layer]
        choices, names = weightings(run), input_names(trace, layer)
        subject = ShownLayer(graph, run, part, choices, names)
        locked, weighting = shown.locked, shown.weighting
        if locked is not None and max(locked[0], locked[1] or 0) >= run.num_nodes:
            locked = None  # of another call's graph
        first = first_edge(run, part)
        if locked is None and first is not None:
            locked, weighting = first[:2], weighting or f"head-{first[2]}"
        answered = local_focus(*locked, part) if locked else None
        asked = locked if locked and answered else (None, None)
        head = next((choice.head for choice in choices if choice.key == weighting), None)
        edge = None
        if locked is not None and locked[1] is not None and head is not None:
            edge = (locked[0], locked[1], head)
        keys = [choice.which for choice in choices]
        positions = shown.positions if shown.positions is not None else default_positions(graph)
        scene = pack_scene(
            graph, run, choices, msgspec.convert(stage_palettes(), Palettes), texts(), names, part, trace
        )
        screen = Screen(
            **msgspec.structs.asdict(scene),
            layer=layer,
            revision="",
            positions=np.round(positions[part.nodes], 5).tolist(),
            story=pack_story(graph, run, part, edge, names) if answered else None,
            answers=pack_answers(run, part, graph.names, keys, *asked),
            answered=answered,
            guide=pack_guide(run, part, graph.names, edge),
            change=None,
            locked_at_start=answered,
            weighting_at_start=weighting,
            proofs=pack_proofs(proofs(run)),
            pyg_asked=True,
            stable_asked=None,
            description=graph.description[:_MAX_DESCRIPTION],
            graph_title=title[:_MAX_TITLE],
            whose_weights=shown.weights,
            badge=shown.badge,
            notice=_notice(graph, run, part, shown),
            directed=graph.directed,
            fixed=True,
            session="",
            drawing=0,
            edits_taken=0,
            undo="",
            redo="",
            predicted=[] if shown.predicted is None else shown.predicted[part.nodes].tolist(),
            wrong=np.isin(part.nodes, shown.wrong).astype(int).tolist() if len(shown.wrong) else [],
            free_number=0,
            refused="",
            panel="",
        )
        self.told: Tellings = tellings(subject, max_bytes, None if locked is None else locked[0], hears)
        self.packed = ReportLayer(
            title=layer_title(of, layer),
            screen=screen,
            of_all=pack_answers(run, part, graph.names, keys, None, None),
            left_out=_left_out(),
        )


def _notice(graph: Graph, run: LayerTrace, part: Part, shown: Shown) -> str:
    sentences = [*about_graph(graph, run), *shown.notes, *about_edges(graph, run)]
    return " · ".join([*sentences, *([] if part.is_whole else [about_part(graph, run, part)])])


def _left_out() -> Answer:
    """What is said of a pair or node that the file does not tell of."""
    headline = _("This file does not tell of that.")
    line = _("It holds what there was room for; gatviz itself tells of every node and pair.")
    return Answer(headline=[Said(kind="words", text=headline)], line=[Said(kind="words", text=line)], why=None)


def _room(packed: Sequence[_Layer]) -> str:
    """What the file does not tell of, "" for nothing."""
    told, nodes = sum(one.told.told for one in packed), sum(one.told.nodes for one in packed)
    if told == nodes:
        return ""
    size = sum(one.told.bytes for one in packed) / 1e6
    words = _("What is said when an arrow is locked is in this file for {told} of {nodes} nodes that read ({size} MB).")
    return words.format(told=told, nodes=nodes, size=f"{size:.1f}")


# ---- the markup ----------------------------------------------------------------------------------------------------


def _page(title: str, content: Report, told: list[list[str]]) -> str:
    modules = json.dumps(assets.modules(assets.PAGE[0])).encode()
    data = {
        "modules": _base64(zlib.compress(modules, SMALLEST)),
        "report": _base64(encode(content, level=SMALLEST)),
        "told": told,
    }
    needs = _("This page draws with JavaScript, all of which is in the file: nothing is asked of the internet.")
    return "\n".join(
        [
            "<!doctype html>",
            f'<html lang="{html.escape(language())}">',
            '<head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{html.escape(title[:_MAX_TITLE])}</title>",
            f"<style>{_colours()}{assets.styles()}</style></head>",
            f'<body><main id="report"></main><noscript>{html.escape(needs)}</noscript>',
            # base64 alone: nothing in it could end the element
            f'<script type="application/json" id="packed">{json.dumps(data)}</script>',
            f"<script>{_UNPACK.read_text(encoding='utf-8')}</script>",
            "</body></html>",
            "",
        ]
    )


def _colours() -> str:
    """The page's colours in both themes, which in the app come from Streamlit, as a style sheet."""
    sheets = []
    for theme, palette in stage_palettes().items():
        paper, words = palette["paper"], palette["words"]
        colours = {
            "--st-background-color": paper["background"],
            "--st-secondary-background-color": paper["soft"],
            "--st-border-color": paper["border"],
            "--st-primary-color": paper["primary"],
            "--report-ink": words["ink"],
            "--report-quiet": words["quiet"],
            "--report-line": paper["border"],
        }
        sheet = "".join(f"{name}: {colour};" for name, colour in colours.items())
        sheets.append(f"@media (prefers-color-scheme: {theme}) {{ :root {{ {sheet} }} }}")
    return "\n".join(sheets)


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()

"""The parts of the Explain workspace that are plain HTML: sentences with chips, meters, the table of arrows, bars.

All that comes from outside is escaped here; colours are those of the theme.
"""

from __future__ import annotations

import html
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from gatviz.analysis import Explanation
from gatviz.analysis.explanation.edge_paths import EdgePath, EdgePaths
from gatviz.analysis.explanation.explanation_story import headline, hop_title, mean_of
from gatviz.analysis.explanation.figures import agreement_number, arrow, chance, signed
from gatviz.analysis.sentence import Mark, Sentence, text_of
from gatviz.analysis.subject import class_called
from gatviz.charts.explanation import class_colour
from gatviz.colours import ACCENT, INK, LINE, PALE, SOFT, Theme, colour_at
from gatviz.words import _

if TYPE_CHECKING:
    import pandas as pd

_AXIS = '<span class="axis"></span>'
_SCORES = ("attention", "message", "equal")


def style(theme: Theme) -> str:
    """What all parts look like."""
    band = colour_at((SOFT[theme], PALE[theme]), 0.25)
    look = f"""<style>
.gx {{ color: {INK[theme]}; font-size: 0.9rem; line-height: 1.4; }}
.gx h2 {{ font-size: 1.35rem; font-weight: 600; margin: 0; padding: 0; }}
.gx h3 {{ font-size: 1.02rem; font-weight: 600; margin: 0 0 0.3rem; padding: 0; }}
.gx p {{ font-size: inherit; margin: 0 0 0.35rem; }}
.gx .quiet, .gx th {{ color: {PALE[theme]}; font-weight: 400; font-size: 0.82rem; }}
.gx .dot {{ display: inline-block; width: 0.75rem; height: 0.75rem; border-radius: 50%; margin-right: 0.3rem; }}
.gx b {{ font-weight: 600; white-space: nowrap; }}
.gx table {{ border-collapse: collapse; width: 100%; margin: 0; border: 0; }}
.gx th, .gx td {{ padding: 0.22rem 0.45rem; text-align: left; border: 0; white-space: nowrap; }}
.gx td.n, .gx th.n {{ text-align: right; font-variant-numeric: tabular-nums; }}
.gx tbody tr {{ border-top: 1px solid {LINE[theme]}; }}
.gx tbody tr.first {{ background: {colour_at((SOFT[theme], ACCENT[theme]), 0.1)};
  border-left: 3px solid {ACCENT[theme]}; }}
.gx .track {{ position: relative; display: inline-block; width: 100%; min-width: 5rem; height: 1rem;
  vertical-align: middle; }}
.gx .axis {{ position: absolute; left: 0; right: 0; top: 50%; height: 1px; background: {PALE[theme]}; }}
.gx .spread {{ position: absolute; top: 1px; bottom: 1px; background: {band}; border-radius: 3px; }}
.gx .mid {{ position: absolute; left: 50%; top: 1px; bottom: 1px; width: 1px; background: {PALE[theme]}; }}
.gx .whisker {{ position: absolute; top: 4px; bottom: 4px; border: solid {INK[theme]}; border-width: 0 1.5px; }}
.gx .whisker i {{ position: absolute; left: 0; right: 0; top: 50%; height: 1.5px; background: {INK[theme]}; }}
.gx .mark {{ position: absolute; top: 50%; width: 10px; height: 10px; margin: -5px 0 0 -5px; border-radius: 50%;
  background: {INK[theme]}; }}
.gx .bar {{ position: absolute; top: 2px; bottom: 2px; border-radius: 2px; }}
.gx .bed {{ position: absolute; inset: 2px 0; background: {LINE[theme]}; border-radius: 2px; }}
.gx .legend {{ display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; margin-top: 0.4rem; }}
.gx .wide {{ overflow-x: auto; }}
.gx table.arrows th, .gx table.arrows td {{ padding: 0.28rem 0.3rem; }}
.gx table.arrows th {{ white-space: normal; vertical-align: bottom; }}
.gx table.arrows .track {{ min-width: 3.2rem; }}
.st-key-beside-explain-arrows > div:first-child {{ flex: 5 1 24rem !important; }}
.st-key-beside-explain-arrows > div:last-child {{ flex: 7 1 36rem !important; }}
.st-key-beside-explain-verdict > div {{ flex: 1 1 32rem !important; }}
.st-key-beside-explain-beyond > div {{ flex: 1 1 20rem !important; }}
</style>"""
    return f"{look}"


def marked(e: Explanation, pieces: Sentence, theme: Theme) -> str:
    """A sentence: numbers, arrows and nodes in bold, a class behind its colour."""
    told = []
    for piece in pieces:
        text = html.escape(text_of((piece,), e.graph.names))
        if isinstance(piece, Mark) and piece.kind == "class":
            text = f"{dot(class_colour(e, piece.text, theme))}{text}"
        elif not isinstance(piece, str):
            text = f"<b>{text}</b>"
        told.append(text)
    return "".join(told)


def heading(text: str) -> str:
    """The headline's words before the chooser of the node."""
    return f"<h2>{html.escape(text)}</h2>"


def heading_of(e: Explanation, pieces: Sentence, theme: Theme) -> str:
    """The headline's words after it."""
    return f"<h2>{marked(e, pieces, theme)}</h2>"


def whose(e: Explanation) -> str:
    """Which node's answer a picture explains, as plain text."""
    return _("Node {node}: {answer}").format(node=e.name, answer=text_of(headline(e)))


def dot(colour: str) -> str:
    """A class's colour before its name."""
    return f'<span class="dot" aria-hidden="true" style="background:{colour}"></span>'


def paragraphs(lines: Iterable[str], *, quiet: bool = False) -> str:
    """A line each."""
    look = ' class="quiet"' if quiet else ""
    return "".join(f"<p{look}>{html.escape(line)}</p>" for line in lines)


def block(*parts: str) -> str:
    """Parts under the look of this workspace."""
    return f'<div class="gx">{"".join(parts)}</div>'


def meters(e: Explanation, typical: pd.DataFrame | None) -> str:
    """Rank agreement with removal: a row for each score, a group of columns for each hop."""
    hops = sorted(set(e.agreement["hop"])) if len(e.agreement) else []
    titles = {"attention": _("attention alone"), "message": _("messages"), "equal": _("equal shares")}
    head = [_headed(_("rank agreement"))]
    for hop in hops:
        row = e.overall.of("attention", hop)
        title = hop_title(e, hop, 0 if row is None else int(row["edges"]))
        head += [_headed(title), _headed(_("here"), "n"), _headed(_("mean"), "n")]
    rows = []
    for score in _SCORES:
        cells = [f"<td>{html.escape(titles[score])}</td>"]
        for hop in hops:
            cells.append(_meter(e.overall.of(score, hop), mean_of(typical, score, hop)))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    legend = "".join(
        f"<span>{html.escape(text)}</span>"
        for text in (
            _("├─┤ any one arrow left out"),
            _("grey: attention shuffled, nine in ten"),
            _("axis −1 to 1"),
            ""
            if typical is None or not len(typical)
            else _("mean: up to {n} nodes").format(n=int(typical["nodes"].max())),
        )
        if text
    )
    table = f"<table><thead><tr>{''.join(head)}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="wide">{table}</div><div class="legend quiet">{legend}</div>'


def _headed(title: str, look: str = "") -> str:
    return f'<th class="{look}">{html.escape(title)}</th>'


def _meter(row: pd.Series | None, mean: tuple[float, int] | None) -> str:
    told = "–" if mean is None else agreement_number(mean[0])
    last = f'<td class="n quiet">{told}</td>'
    if row is None or np.isnan(row["spearman"]):
        why = "" if row is None else html.escape(str(row["reason"]))
        return f'<td class="quiet">{why}</td><td class="n">–</td>{last}'
    parts = [_AXIS]
    if not np.isnan(row["null_low"]):
        parts.append(_span("spread", row["null_low"], row["null_high"]))
    parts.append('<span class="mid"></span>')
    if not np.isnan(row["low"]):
        parts.append(_span("whisker", row["low"], row["high"]))
    parts.append(f'<span class="mark" style="left:{_percent(row["spearman"]):.2f}%"></span>')
    track = f'<td style="width:30%"><span class="track" aria-hidden="true">{"".join(parts)}</span></td>'
    return f'{track}<td class="n"><b>{agreement_number(row["spearman"])}</b></td>{last}'


def _span(kind: str, low: float, high: float) -> str:
    left = _percent(low)
    inside = "<i></i>" if kind == "whisker" else ""
    return f'<span class="{kind}" style="left:{left:.2f}%;width:{max(_percent(high) - left, 0.5):.2f}%">{inside}</span>'


def _percent(correlation: float) -> float:
    return 50.0 * (1.0 + correlation)


def table(
    e: Explanation,
    count: int,
    theme: Theme,
    *,
    log_odds: bool = False,
    both: Mapping[int, tuple[float, float]] | None = None,
) -> str:
    """The arrows whose removal moves the answer most, with all that is said of them.

    Arguments:
        log_odds: whether changes are those of the log-odds, and not of the probability.
        both: the changes of both without an arrow and the one back, by rows of the table of edges; None for no column.
    """
    moved, says = ("log_odds", "message") if log_odds else ("removal", "message_change")
    rows = e.strongest.iloc[:count].assign(moved=lambda t: t[moved], says=lambda t: -t[says] if log_odds else t[says])
    most = float(e.edges["attention"].max())
    change = float(rows["moved"].abs().max()) if len(rows) else 0.0
    titles = (
        ("", _("arrow")),
        ("", _("attention")),
        ("n", ""),
        ("n", _("equal shares")),
        ("", _("what is sent is")),
        ("n", _("would move")),
        ("", _("removing moves")),
        ("n", (_("log-odds of {name} by") if log_odds else _("{name} by")).format(name=class_called(e.predicted))),
        ("n", _("to")),
        *([("n", _("with the arrow back"))] if both is not None else []),
    )
    head = "".join(_headed(title, look) for look, title in titles)
    body = "".join(
        _row(e, row, most, change, theme, _back(both, k, log_odds=log_odds), first=place == 0)
        for place, (k, row) in enumerate(rows.iterrows())
    )
    return f'<div class="wide"><table class="arrows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _back(both: Mapping[int, tuple[float, float]] | None, row: Hashable, *, log_odds: bool) -> str:
    """What removing an arrow and the one back does, in a cell."""
    if both is None:
        return ""
    changes = both.get(int(str(row)))
    return f'<td class="n">{"–" if changes is None else signed(changes[log_odds])}</td>'


def _row(e: Explanation, row: pd.Series, most: float, change: float, theme: Theme, back: str, *, first: bool) -> str:
    itself = html.escape(_("itself")) if row["source"] == row["target"] else ""
    moved = float(row["moved"])
    says = message_class(e, row)
    colour = class_colour(e, row["speaks_for"], theme)
    bar = _signed_bar(moved, change, colour)
    cells = (
        f'<td><b>{html.escape(arrow(row))}</b> <span class="quiet">{itself}</span></td>',
        f'<td style="width:12%">{_bar(float(row["attention"]), most, PALE[theme])}</td>',
        f'<td class="n">{row["attention"]:.3f}</td>',
        f'<td class="n quiet">{row["equal"]:.3f}</td>',
        f"<td>{_speaks(e, says, theme)}</td>",
        f'<td class="n">{signed(float(row["says"]))}</td>',
        f'<td style="width:16%">{bar}</td>',
        f'<td class="n"><b>{signed(moved)}</b></td>',
        f'<td class="n">{html.escape(chance(float(row["p_without"])))}</td>',
        back,
    )
    return f"<tr{' class=first' if first else ''}>{''.join(cells)}</tr>"


def path_table(paths: EdgePaths) -> str:
    """The paths of an arrow: through which nodes, α of each arrow on the way by layer, and what they multiply to."""
    rows = [
        f"<tr><td><b>{html.escape(' → '.join(path.nodes))}</b></td>"
        f'<td class="quiet">{_layers_of(path)}</td>'
        f'<td class="n">{" × ".join(f"{share:.3f}" for share in path.shares)}</td>'
        f'<td class="n"><b>{path.product:.4f}</b></td></tr>'
        for path in paths.paths
    ]
    if paths.rest > 0:
        others = html.escape(_("all others together"))
        rows.append(f'<tr><td colspan="3">{others}</td><td class="n">{paths.rest:.4f}</td></tr>')
    head = "".join(
        _headed(title, look) for look, title in (("", _("path")), ("", _("in")), ("n", _("α")), ("n", _("product")))
    )
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'


def _layers_of(path: EdgePath) -> str:
    last = path.layer + len(path.shares) - 1
    if last == path.layer:
        return html.escape(_("layer {layer}").format(layer=path.layer))
    return html.escape(_("layers {first} to {last}").format(first=path.layer, last=last))


def message_class(e: Explanation, row: pd.Series) -> str | None:
    """For whom the message speaks: the class that comes out, the other of two, or another one that it doesn't name."""
    if row["message_change"] == 0:
        return None
    if row["message_change"] < 0:
        return e.predicted
    return next(name for name in e.classes if name != e.predicted) if len(e.classes) == 2 else ""


def _speaks(e: Explanation, name: str | None, theme: Theme) -> str:
    if name is None:
        return "–"
    mark = "▲" if name == e.predicted else "▼"
    told = _("for {name}") if name else _("against {name}")
    text = html.escape(told.format(name=class_called(name or e.predicted)))
    return f'<span aria-hidden="true" style="color:{class_colour(e, name, theme)}">{mark}</span> {text}'


def _bar(value: float, most: float, colour: str) -> str:
    width = 100 * value / most if most else 0
    bar = f'<span class="bar" style="left:0;width:{width:.1f}%;background:{colour}"></span>'
    return f'<span class="track" aria-hidden="true"><span class="bed"></span>{bar}</span>'


def _signed_bar(value: float, most: float, colour: str) -> str:
    width = 50 * abs(value) / most if most else 0
    left = 50 - width if value < 0 else 50
    bar = f'<span class="bar" style="left:{left:.1f}%;width:{max(width, 0.7):.1f}%;background:{colour}"></span>'
    return f'<span class="track" aria-hidden="true">{bar}<span class="mid"></span></span>'


def pair_bars(e: Explanation, theme: Theme) -> str:
    """The strongest pair: what each does alone, and both."""
    pair = e.pairs.iloc[0] if len(e.pairs) else e.together.strongest
    if pair is None:
        return ""
    colour = class_colour(e, e.predicted, theme)
    rows = ((arrow(pair), pair["removal_1"]), (arrow(pair, "_2"), pair["removal_2"]), (_("both"), pair["removal"]))
    body = "".join(
        f'<tr><td>{html.escape(str(name))}</td><td style="width:50%">{_bar(abs(float(value)), 1.0, colour)}</td>'
        f'<td class="n"><b>{signed(float(value))}</b></td></tr>'
        for name, value in rows
    )
    added = _("Of 1, the whole bar; the two added up: {sum}.").format(
        sum=signed(float(pair["removal_1"]) + float(pair["removal_2"]))
    )
    return f"<table><tbody>{body}</tbody></table>{paragraphs([added], quiet=True)}"


def ranges(bars: Sequence[tuple[str, float, float, float]], count: int) -> str:
    """What is right, of so many: a row for each name with lowest, mean and highest, on an axis cut to what varies."""
    if not bars or not count:
        return ""
    low = max(0.0, np.floor(min(bar[1] for bar in bars)) - 1)
    high = min(float(count), np.ceil(max(bar[3] for bar in bars)) + 1)
    body = ""
    for name, least, mean, most in bars:
        left, middle, right = (100 * (value - low) / max(high - low, 1) for value in (least, mean, most))
        whisker = (
            f'<span class="whisker" style="left:{left:.1f}%;width:{right - left:.1f}%"><i></i></span>'
            if most > least
            else ""
        )
        mark = f'<span class="mark" style="left:{middle:.1f}%"></span>'
        body += (
            f'<tr><td>{html.escape(name)}</td><td style="width:45%"><span class="track" aria-hidden="true">'
            f'{_AXIS}{whisker}{mark}</span></td><td class="n"><b>{mean:.1f}</b></td></tr>'
        )
    axis = _("axis {low:.0f} to {high:.0f}").format(low=low, high=high)
    return f"<table><tbody>{body}</tbody></table>{paragraphs([axis], quiet=True)}"


_PLACES = 6
"""From here on places are drawn together."""


def places(found: pd.DataFrame) -> str:
    """At which place each training puts the arrow: a dot is a seed."""
    titles = {"removal": _("removing"), "message": _("messages"), "attention": _("attention")}
    later = _("{n} or later").format(n=_PLACES)
    head = "".join(_headed(title) for title in ("", *map(str, range(1, _PLACES)), later))
    body = ""
    for name, title in titles.items():
        counts = np.bincount(np.minimum(found[name].to_numpy(dtype=int), _PLACES), minlength=_PLACES + 1)[1:]
        dots = "".join(f'<td title="{n}">{"●" * int(n)}</td>' for n in counts)
        body += f"<tr><td>{html.escape(title)}</td>{dots}</tr>"
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def proof_lines(e: Explanation) -> str:
    """What was checked."""
    lines = (
        f'<li class="{"passed" if check.passed else "failed"}"><b>{"✓" if check.passed else "✗"}</b>'
        f"<span>{html.escape(check.sentence)}</span></li>"
        for check in e.proofs
    )
    return f'<ul class="proof">{"".join(lines)}</ul>'


def titled(title: str, *parts: Sequence[str] | str) -> str:
    """A card's title and what is under it."""
    return block(
        f"<h3>{html.escape(title)}</h3>", *(part if isinstance(part, str) else "".join(part) for part in parts)
    )

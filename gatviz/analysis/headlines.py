"""The one sentence that answers a question about a run, before any chart of it.

Each holds for any run: what is alike to a part in 100,000 is called alike, and nobody is named for it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gatviz.analysis.across import AcrossLayers
from gatviz.analysis.flow import InAndOut
from gatviz.analysis.similarity import HeadSimilarity
from gatviz.analysis.static import StaticAttention
from gatviz.analysis.subject import called, listed, nodes
from gatviz.analysis.uniformity import Uniformity
from gatviz.analysis.what_if import WhatIf
from gatviz.attention.layer_trace import Array
from gatviz.words import _, and_list, ngettext

_ALIKE = 1e-5
_MAX_GROUPS = 4


def who_is_read(found: InAndOut) -> str:
    """To whom the most attention goes, head by head; heads that agree are taken together."""
    if not found.received.any():
        return _("No node reads any.")
    favourites: dict[tuple[int, int], list[int]] = {}
    for head, column in enumerate(found.received.T):
        tied = np.flatnonzero(column >= column.max() * (1 - _ALIKE))
        whom = (int(tied[0]), 1) if tied.size == 1 else (-1, int(tied.size))
        favourites.setdefault(whom, []).append(head)
    groups = sorted(favourites.items(), key=lambda group: -len(group[1]))
    if len(groups) == 1 and found.received.shape[1] > 1:
        return _("In every head the most attention goes {whom}.").format(whom=_to_whom(found, *groups[0][0]))
    parts = [
        ngettext("in head {heads} {whom}", "in heads {heads} {whom}", len(heads)).format(
            heads=and_list(map(str, heads)), whom=_to_whom(found, *whom)
        )
        for whom, heads in groups
    ]
    return _("The most attention goes {parts}.").format(parts=listed(parts, _MAX_GROUPS))


def _to_whom(found: InAndOut, node: int, count: int) -> str:
    if node < 0:
        return _("to {nodes} alike").format(nodes=nodes(count))
    return _("to {node}").format(node=called(found.names[node]))


def who_averages(found: Uniformity) -> str:
    """Which head comes closest to a plain mean, and which chooses most."""
    if not found.judged:
        return _("No node reads two or more, so there is nothing to share out.")
    even = found.mean_evenness
    most, least = int(np.argmax(even)), int(np.argmin(even))
    if even.size == 1:
        return _("Head 0 reads like {part} of its neighbours on average, a plain mean like all of them.").format(
            part=_part(even, 0)
        )
    if _part(even, most) == _part(even, least):
        return _("All heads share out as evenly: a node reads like {part} of its neighbours on average.").format(
            part=_part(even, most)
        )
    told = _(
        "Head {most} comes closest to averaging: on average a node reads like {part} of its neighbours. "
        "Head {least} chooses most: {chosen}."
    )
    return told.format(most=most, part=_part(even, most), least=least, chosen=_part(even, least))


def _part(even: Array, head: int) -> str:
    return f"{even[head]:.1%}".replace("%", " %")


def which_are_alike(found: HeadSimilarity) -> str:
    """The two heads that do most nearly the same, and the two that differ most."""
    if found.most_alike is None or found.least_alike is None or found.most_alike == found.least_alike:
        return found.sentences[0]
    if found.divergence[found.least_alike] - found.divergence[found.most_alike] < _ALIKE:
        return _("Every two heads are as alike as any other two.")
    (a, b), (c, d) = found.most_alike, found.least_alike
    return _("Heads {a} and {b} are the most alike, heads {c} and {d} the least.").format(a=a, b=b, c=c, d=d)


def whether_static(found: StaticAttention) -> str:
    """Whether all targets rank alike, in which heads, in a few words."""
    heads = [_head_list([k for k, one in enumerate(found.static) if one is known]) for known in (True, False)]
    if not any(heads):
        return found.sentences[0]
    alike, otherwise = heads
    if not otherwise and len(found.static) > 1:
        return _("Static: in every head all targets rank what they share in the same order.")
    if not otherwise:
        return _("Static: all targets rank what they share in the same order.")
    if not alike and len(found.static) > 1:
        return _("Dynamic: in every head some targets rank what they share in opposite orders.")
    if not alike:
        return _("Dynamic: some targets rank what they share in opposite orders.")
    return _("Static in {alike}, dynamic in {otherwise}: there some targets rank in opposite orders.").format(
        alike=alike, otherwise=otherwise
    )


def _head_list(heads: Sequence[int]) -> str:
    if not heads:
        return ""
    return ngettext("head {heads}", "heads {heads}", len(heads)).format(heads=and_list(map(str, heads)))


def both_kinds(gat: StaticAttention, gatv2: StaticAttention, head: int) -> str:
    """What GATv2 does otherwise than GAT in the order in which targets rank."""
    old, new = gat.static[head], gatv2.static[head]
    if old is None or new is None:
        return (gat if old is None else gatv2).verdict(head)
    told = {
        (True, False): _("In head {head} GAT ranks alike for every target, and GATv2 does not."),
        (True, True): _("In head {head} GAT and GATv2 both rank alike for every target here, GATv2 without having to."),
        (False, True): _("In head {head} GATv2 ranks alike for every target here, and GAT does not."),
        (False, False): _("In head {head} neither GAT nor GATv2 ranks alike for every target."),
    }
    return told[old, new].format(head=head)


def what_arrives(found: AcrossLayers, node: int) -> str:
    """What one node reads most through all layers, and from how far."""
    reads, name = found.reads(node), called(found.names[node])
    if not len(reads):
        return _("Through all layers {node} reads nothing.").format(node=name)
    first = reads.iloc[0]
    if (reads["share"] >= first["share"] * (1 - _ALIKE)).sum() > 1:
        count = int((reads["share"] >= first["share"] * (1 - _ALIKE)).sum())
        return _("Through all layers {node} reads {nodes} the most, {share:.3f} each.").format(
            node=name, nodes=nodes(count), share=first["share"]
        )
    whom = _("itself") if first["source"] == found.names[node] else called(first["source"])
    hops = int(first["hops"])
    if hops == 0:
        return _("Through all layers {node} reads {whom} the most: {share:.3f}.").format(
            node=name, whom=whom, share=first["share"]
        )
    told = ngettext(
        "Through all layers {node} reads {whom} the most: {share:.3f}, from {n} arrow away.",
        "Through all layers {node} reads {whom} the most: {share:.3f}, from {n} arrows away.",
        hops,
    )
    return told.format(node=name, whom=whom, share=first["share"], n=hops)


def what_changed(found: WhatIf) -> str:
    """The largest change of α, or that there is none."""
    top = found.top_changes(1)
    if not len(top):
        return found.sentences[0]
    return _("The largest change: {change}.").format(change=top["sentence"].iloc[0])

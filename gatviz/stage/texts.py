"""The words on the stage, apart from the code that lays them out. {…} is filled in by the browser."""

from __future__ import annotations

from gatviz.words import _, ngettext


def texts() -> dict[str, str]:
    """All that the stage says, by the names that its modules ask for, in the reader's language."""
    return {
        "graphLabel": _("Graph with attention weights on its arrows"),
        "nodeLabel": _("{shown}, a node that reads {reads}"),
        "fit": _("Fit"),
        "fitTitle": _("See the whole graph"),
        "toolbar": _("What a drag on the graph does"),
        "tool_move": _("Move"),
        "tool_moveTitle": _(
            "Drag nodes and the canvas, click to lock (V). Double-click an empty place for a new node."
        ),
        "tool_connect": _("Draw"),
        "tool_connectTitle": _("Drag from node to node for an arrow, back to the same node for a loop (D)"),
        "tool_select": _("Select"),
        "tool_selectTitle": _("Drag a box around nodes, or click them one by one (S). Ctrl+A selects all."),
        "undo": _("Undo"),
        "undoTitle": _("Undo: {what} (Ctrl+Z)"),
        "undoNothing": _("Nothing to undo"),
        "redo": _("Redo"),
        "redoTitle": _("Redo: {what} (Ctrl+Shift+Z)"),
        "redoNothing": _("Nothing to redo"),
        "newNode": _("+ Node"),
        "newNodeTitle": _("New node (N), or double-click an empty place"),
        "ways": _("What a drawn arrow gives"),
        "oneWay": _("→ one way"),
        "oneWayTitle": _("A drawn arrow j → i lets i read j"),
        "bothWays": _("⇄ both"),
        "bothWaysTitle": _("A drawn arrow lets each read the other"),
        "editNode": _("Edit"),
        "editNodeTitle": _("Name, label and features of the chosen node (F2, or double-click it)"),
        "duplicate": _("Duplicate"),
        "duplicateTitle": _("Copy the chosen nodes with the arrows among them (Ctrl+D)"),
        "remove": _("Delete"),
        "removeTitle": _("Delete what is selected or locked (Delete)"),
        "table": _("Table"),
        "tableTitle": _("Names, labels and features as a table beside the graph"),
        "weights": _("Weights"),
        "weightsTitle": _("W, a and bias of the layer on show as tables beside the graph"),
        "layout": _("Layout …"),
        "layout_spring": _("spring"),
        "layout_circular": _("circular"),
        "layout_kamada_kawai": _("Kamada–Kawai"),
        "layout_bipartite": _("bipartite"),
        "layout_grid": _("grid"),
        "clear": _("Clear"),
        "clearTitle": _("Start with an empty canvas; undo brings everything back"),
        "connecting": _("From node {source}: go to the node that shall read it (Tab), then Enter. Esc stops."),
        "addedLoopStays": _(
            "This loop is no arrow of the graph: the setting “Self-loops: add the missing” puts it there."
        ),
        "emptyCanvas": _("Double-click anywhere, or press N, for the first node. “Draw” then joins nodes by dragging."),
        "nameField": _("name"),
        "labelField": _("label"),
        "moreFeatures": _("The other columns are in the table of features."),
        "done": _("Done"),
        "arrowLegend": _(
            "arrow j → i: i attends to j · width and colour = {symbol} · number: strongest into each node"
        ),
        "baselineLegend": _("arrow j → i: i reads j · width and colour = {symbol} · number: strongest into each node"),
        "addedLegend": _("· dashed: self-loop added"),
        "edgeReadout": _("{source} → {target}, {weighting}: {symbol} = {value}"),
        "noEdgeReadout": _("{target} does not read {source}: no arrow, masked"),
        "undrawn": _("the arrow is there, but not drawn here"),
        "nodeDrawn": _("of these arrows {reads} in and {readBy} out are drawn here"),
        "whereDrawn": _(", where it is drawn"),
        "notSent": _(
            "{target} reads {source}, but there are too many arrows between these nodes to bring all of their "
            "numbers along: show the neighbourhood of {target} to see this one's."
        ),
        "outsideReads": _("{count} of all that it reads are nodes not shown here, with {value} together"),
        "outsideReadBy": _("{count} of all that read it are nodes not shown here"),
        "dashedUndrawn": _("dashed: the arrow is not drawn here"),
        "nodeReadout": _("{node} reads {reads} and is read by {readBy}"),
        "oneNode": ngettext("{count} node", "{count} nodes", 1),
        "someNodes": ngettext("{count} node", "{count} nodes", 2),
        "head": _("Head"),
        "severalLegend": _("arrow j → i: i attends to j · one stroke a head, as wide as its α"),
        "changeLegend": _(
            "Δα: gained or lost since baseline {baseline} · dotted: gone · "
            "number: largest change into each node, beside the node where its arrow is not drawn"
        ),
        "scaleUnitSigned": "±1",
        "scaleMaxSigned": _("±max"),
        "one": _("one"),
        "oneTitle": _("One head at a time"),
        "several": _("several"),
        "severalTitle": _("Several heads at once, each arrow split by head"),
        "howMany": _("One head or several at once"),
        "swatchTitle": _("Click: on or off. Double-click: this head alone, and again all of them."),
        "pin": _("Pin as baseline"),
        "pinTitle": _("Keep the present as baseline; then edit anything and see what changes"),
        "unpin": _("Forget baseline"),
        "unpinTitle": _("Let the pinned baseline go and show the present alone; pin another one at any time"),
        "since": _("since baseline {baseline}"),
        "nodes": _("What the nodes' colour stands for"),
        "nodesTitle": _(
            "Evenness: how many neighbours a node reads like (exp of the entropy of its α), as a part of those "
            "it reads; 1 is uniform. Below two neighbours there is nothing to tell."
        ),
        "nodes_class": _("nodes: label"),
        "nodes_prediction": _("nodes: prediction"),
        "nodes_evenness": _("nodes: evenness"),
        "wrongNode": _("{node}: predicted “{predicted}”, its label is “{label}”"),
        "predictedNode": _("{node}: predicted “{predicted}”"),
        "wrongLegend": _("· red ring: predicted wrongly"),
        "scale": _("scale"),
        "scaleUnit": "0…1",
        "scaleMax": _("0…max"),
        "direction": _("a node shows"),
        "reads": _("attends to"),
        "readBy": _("is attended by"),
        "digits": _("digits"),
        "unfold": _("unfold all"),
        "fold": _("fold"),
        "chain": _("The chain, stage by stage"),
        "larger": _("larger cells"),
        "smaller": _("smaller cells"),
        "cells": _("cells"),
        "range": "{low} … {high}",
        "cellReadout": _("row {row}, column {column}: {value}"),
        "noHead": _("{label} has no matrix of its own here: choose a head."),
        "noTarget": _("Point at an arrow or a node to see what its target takes in."),
        "rangeWhole": _("{low} … {high} in the whole graph"),
        "hatched": _("hatched: no arrow, masked"),
        "hatchedOrUndrawn": _(
            "hatched: no arrow, masked · with a corner: an arrow that is not drawn (small cells: point at them)"
        ),
        "cellNoArrow": _("no arrow"),
        "cellUndrawn": _("arrow not drawn"),
        "undrawnRow": "+ {count}",
        "undrawnRowNote": _("the row + {count} holds together what comes by arrows that are not drawn"),
        "moreUndrawn": _("{count} more that it reads are not drawn"),
        "editable": _("click a cell to change it"),
        "entryField": _("{parameter} at {row}, {column}: type a number, Enter takes it, Esc leaves it"),
        "rowsSum": _("each row sums to 1"),
        "rowsSumOrEmpty": _("each row that has an arrow sums to 1"),
        "rowsHere": _(" over the whole graph: {low} … {high} of it is in the rows here"),
        "rowHere": _(
            "row {name}: {here} of {all} is here, {drawn} of it drawn; "
            "{outside} goes to {count} nodes that are not shown"
        ),
        "rowAllHere": _("row {name}: all of its {all} is here, {drawn} of it drawn"),
        "rowsNeedNotSum": _("rows need not sum to 1"),
        "nothingLocked": _("Point at an arrow, a cell or a node; click to lock it."),
        "besideNode": "{value} ← {source}",
        "topChanges": _("The {count} largest changes of {here} arrows, gone ones included"),
        "topChangesBetween": _(
            "The {count} largest changes of {here} arrows between the nodes shown, drawn or not, and "
            "of those gone from there (the graph has {all})"
        ),
        "topChangesDrawn": _(
            "The {count} largest changes of {here} arrows that are drawn or gone (the graph has {all})"
        ),
        "goneArrow": _("{value}, gone"),
        "topEdges": _("The {count} strongest of {all} arrows"),
        "topEdgesBetween": _(
            "The {count} strongest of the {here} arrows between the nodes shown, drawn or not (the graph has {all})"
        ),
        "topEdgesDrawn": _("The {count} strongest of the {here} arrows that are drawn (the graph has {all})"),
        "top_source": _("source j (is read)"),
        "top_target": _("target i (reads)"),
        "top_uniform": _("uniform"),
        "lockedEdge": _("locked: {source} → {target}, {weighting}"),
        "previewEdge": _("{source} → {target}, {weighting}"),
        "lockedNode": _("locked: {node}"),
        "previewNode": "{node}",
        "release": _("release (Esc)"),
        "shareLine": _("{symbol} = {value} · uniform would be {uniform}"),
        "reverseLine": _("{source} reads {target} with {value}"),
        "noReverse": _("{source} does not read {target}"),
        "scoreTitle": _("score: raw = {raw} → e = {e}"),
        "jointScoreTitle": _("score: e = {e}"),
        "jointParts": _("a · hidden: these {count} add up to e"),
        "jointSome": _("a · hidden: the largest of {count} that add up to e"),
        "jointTarget": "Wh_target",
        "jointSource": "Wh_source",
        "jointHidden": "hidden",
        "lockForParts": _("Lock this arrow to see what each dimension adds."),
        "furtherJoint": _("Further back: the features behind the score"),
        "biasesAdd": _("The projection's bias, b_{half}, adds the rest."),
        "featuresJoint_target": _("features of {node} (as target) that moved e most"),
        "featuresJoint_source": _("features of {node} (as source) that moved e most"),
        "targetScore": _("t_i = a_target · Wh of {target} = {value}"),
        "sourceScore": _("s_j = a_source · Wh of {source} = {value}"),
        "edgeScore": _("g_ij = a_edge · W_edge f of this arrow = {value}"),
        "jointEdge": "Wf_edge",
        "featuresEdgeTitle": _("features of this arrow that moved its score most"),
        "softmaxTitle": _("softmax over what {target} reads"),
        "softmaxNote": _(
            "exp(e − {maximum}) of each node that {target} reads; "
            "the largest e is subtracted first, so nothing overflows."
        ),
        "otherTerms": _("{count} more"),
        "symbols": _("in symbols"),
        "numbers": _("in numbers"),
        "copyLatex": _("copy LaTeX"),
        "copied": _("copied"),
        "proof": _("proof"),
        "comparePyg": _("compare with PyG"),
        "derived": _("This is no head: {explanation}"),
        "maskedPair": _("{target} does not read {source}: e is masked before the softmax, so α is 0 there."),
        "nodeTitle": _("{node} as target: what it reads, {weighting}"),
        "nodeSourceTitle": _("{node} as source: who reads it, {weighting}"),
        "featuresTitle": _("features of {node} that moved a_{half} · Wh most"),
        "pairTitle": _("the textbook pair [Wh_i ‖ Wh_j] over a"),
        "pairNote": _(
            "For all pairs this tensor [N, N, 2C] would take {textbook} per head on this graph; "
            "gatviz kept {kept} for everything, since aᵀ[Wh_i ‖ Wh_j] splits into two sums."
        ),
        "further": _("Further back: the features behind the score, and the textbook pair tensor"),
        "moreTerms": _("and {count} more"),
    }

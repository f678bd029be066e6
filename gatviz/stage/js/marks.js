/** Which rows and cells of a stage belong to a focus: the links between the graph and its matrices. */

import { focusEdges } from "./scene.js";

/**
 * @param {Object} stage as packed
 * @param {import("./store.js").Focus|null} focus
 * @param {{messages: Object[], head: number|null}} shown edges listed by a "messages" stage; the head on show
 * @returns {import("./matrix_view.js").Marks}
 */
export function marksOf(scene, stage, focus, direction, shown) {
  if (!focus) return {};
  if (stage.layout === "pairs") return pairMarks(scene, focus, direction);
  if (stage.layout === "nodes") return nodeMarks(stage, focus, direction, shown.head);
  if (stage.layout === "messages") {
    const edges = new Set(focusEdges(scene, focus, direction));
    return { rows: shown.messages.flatMap((edge, row) => (edges.has(edge) ? [row] : [])) };
  }
  return {};
}

function pairMarks(scene, focus, direction) {
  if (focus.kind === "edge") return { cells: [[focus.target, focus.source]], rows: [focus.target] };
  const cells = focusEdges(scene, focus, direction).map((edge) => [edge.target, edge.source]);
  return direction === "reads" ? { cells, rows: [focus.node] } : { cells, columns: [focus.node] };
}

function nodeMarks(stage, focus, direction, head) {
  const rows =
    focus.kind === "node"
      ? stage.rows.includes(direction === "reads" ? "target" : "source") ? [focus.node] : []
      : [...new Set(stage.rows.map((role) => focus[role]))];
  if (!stage.headColumns || head === null) return { rows };
  const columns = Array.from({ length: stage.headColumns }, (_, c) => head * stage.headColumns + c);
  return { rows, cells: rows.flatMap((row) => columns.map((column) => [row, column])) };
}

/** Which rows and cells of a stage belong to a focus: the links between the graph and its matrices. */

import { focusEdges } from "./scene.js";

/**
 * @import {Focus} from "./protocol.js"
 * @import {Cell, Marks} from "./matrix_view.js"
 * @import {Edge, Scene, StageOf} from "./scene.js"
 * @import {Direction} from "./store.js"
 */

/**
 * @param {Scene} scene @param {StageOf} stage @param {Focus|null} focus @param {Direction} direction
 * @param {{messages: Edge[], head: number|null}} shown edges listed by a "messages" stage; the head on show
 * @returns {Marks}
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

/** @param {Edge} edge @returns {Cell} */
const cellOf = ({ target, source }) => [target, source];

/** @param {Scene} scene @param {Focus} focus @param {Direction} direction @returns {Marks} */
function pairMarks(scene, focus, direction) {
  if (focus.kind === "edge") return { cells: [[focus.target, focus.source]], rows: [focus.target] };
  const cells = focusEdges(scene, focus, direction).map(cellOf);
  return direction === "reads" ? { cells, rows: [focus.node] } : { cells, columns: [focus.node] };
}

/** @param {StageOf} stage @param {Focus} focus @param {Direction} direction @param {number|null} head @returns {Marks} */
function nodeMarks(stage, focus, direction, head) {
  const rows =
    focus.kind === "node"
      ? stage.rows.includes(direction === "reads" ? "target" : "source") ? [focus.node] : []
      : [...new Set(stage.rows.map((role) => focus[role]))];
  if (!stage.headColumns || head === null) return { rows };
  const count = stage.headColumns;
  const columns = Array.from({ length: count }, (_, c) => head * count + c);
  return { rows, cells: rows.flatMap((row) => columns.map((column) => /** @type {Cell} */ ([row, column]))) };
}

/** A matrix's cells as shapes, for pictures: as the canvas shows them, cut where it is scrolled. */

import { svg } from "./dom.js";
import { hatchLines, overlapOf, runs } from "./picture_parts.js";

/**
 * @import {MatrixView} from "./matrix_view.js"
 * @import {Point} from "./picture.js"
 * @import {Rect} from "./picture_parts.js"
 */

const GAP = 2;
/** Smaller cells lie side by side without rounded corners. */
const GAP_FROM = 12;
const HATCH = 6;
const CORNER = 5;

/** @param {MatrixView} matrix @param {Point} origin where its canvas begins @returns {SVGElement[]} */
export function cellShapes(matrix, { x: left, y: top }) {
  const { spec, margin, view } = matrix;
  const seen = { x: margin.left, y: margin.top, width: view.width - margin.left, height: view.height - margin.top };
  const apart = Math.min(spec.cellWidth, spec.cellHeight) >= GAP_FROM;
  const range = matrix.visible();
  /** @type {SVGElement[]} */
  const shapes = [];
  /** @param {Rect} rect @param {string} fill @param {number} rx */
  const add = (rect, fill, rx) => {
    const cut = overlapOf(rect, seen);
    if (cut) shapes.push(svg("rect", { x: round(left + cut.x), y: round(top + cut.y), width: round(cut.width), height: round(cut.height), rx, fill }));
    return cut;
  };
  /** @param {number} row @param {number} column */
  const look = (row, column) => {
    const value = spec.value(row, column);
    const masked = spec.masked(row, column);
    const fill = value === null || !Number.isFinite(value) ? spec.empty : spec.colours.fill(value);
    return { value, masked, undrawn: spec.undrawn?.(row, column) ?? false, fill: masked && value !== null ? faded(fill, spec.faded) : fill };
  };
  for (let row = range.top; row < range.bottom; row += 1) {
    if (!apart) {
      const fills = Array.from({ length: range.right - range.left }, (_, k) => look(row, range.left + k).fill);
      for (const { look: fill, from, to } of runs(fills)) {
        const { x, y } = matrix.corner(row, range.left + from);
        add({ x, y, width: (to - from) * spec.cellWidth, height: spec.cellHeight }, fill, 0);
      }
      continue;
    }
    for (let column = range.left; column < range.right; column += 1) {
      const { value, masked, undrawn, fill } = look(row, column);
      if (value === null && !masked && !undrawn) continue;
      const { x, y } = matrix.corner(row, column);
      const cut = add({ x, y, width: spec.cellWidth - GAP, height: spec.cellHeight - GAP }, fill, 3);
      if (!cut) continue;
      if (masked) shapes.push(svg("path", { d: hatchLines({ ...cut, x: left + cut.x, y: top + cut.y }, HATCH).map(({ x1, y1, x2, y2 }) => `M${round(x1)},${round(y1)}L${round(x2)},${round(y2)}`).join(""), stroke: spec.hatch, "stroke-width": 1, fill: "none" }));
      if (undrawn) shapes.push(svg("polygon", { points: `${round(left + x)},${round(top + y)} ${round(left + x + CORNER)},${round(top + y)} ${round(left + x)},${round(top + y + CORNER)}`, fill: value === null ? spec.hatch : spec.colours.ink(value) }));
    }
  }
  return shapes;
}

/** A colour as it is on white when so much of it is left. @param {string} hex @param {number} share */
function faded(hex, share) {
  const parts = [1, 3, 5].map((k) => Math.round(255 - (255 - parseInt(hex.slice(k, k + 2), 16)) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** @param {number} value */
const round = (value) => Math.round(value * 100) / 100;

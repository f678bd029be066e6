/** Several heads on one arrow: a stroke for each, side by side, in the head's colour, as wide as its α. */

import { html, svg } from "./dom.js";
import { number, shorten } from "./format.js";
import { ofHead, onEdge } from "./scene.js";

const THINNEST = 0.5;
const MAX_WIDTH = 5.5;
const GAP_BETWEEN = 0.5;
const MAX_ROWS = 8;

/**
 * @param {{path: string, across: {x: number, y: number}}} shape of the arrow; `across` is its unit normal
 * @param {number[]} shares one for each head
 * @param {string[]} colours one for each head
 * @param {number} limit the end of the scale
 */
export function splitStrokes(shape, shares, colours, limit) {
  const widths = shares.map((share) => THINNEST + (MAX_WIDTH - THINNEST) * Math.min(share / limit, 1));
  let offset = -(widths.reduce((sum, width) => sum + width, 0) + GAP_BETWEEN * (widths.length - 1)) / 2;
  return widths.map((width, k) => {
    const middle = offset + width / 2;
    offset += width + GAP_BETWEEN;
    const shift = `translate(${(shape.across.x * middle).toFixed(2)},${(shape.across.y * middle).toFixed(2)})`;
    return svg("path", { class: "split", d: shape.path, transform: shift, stroke: colours[k], "stroke-width": width.toFixed(2) });
  });
}

/**
 * What a node takes in, arrow by arrow and head by head, as a small table.
 * @param {import("./scene.js").Drawing} scene @param {import("./scene.js").Edge[]} edges @param {number[]} heads @param {"source"|"target"} end who stands in the rows
 * @param {number} digits
 */
export function sharesTable(scene, edges, heads, end, digits) {
  const weightings = heads.map((head) => ofHead(scene, head));
  /** @param {number} head */
  const dot = (head) => {
    const mark = html("i", { class: "dot" });
    mark.style.background = scene.palette.heads[head % scene.palette.heads.length];
    return mark;
  };
  const rows = edges.slice(0, MAX_ROWS).map((edge) =>
    html(
      "tr",
      {},
      html("th", {}, shorten(scene.names[edge[end]], 14)),
      ...weightings.map((weighting) => html("td", {}, number(onEdge(weighting.values, edge), Math.min(digits, 3)))),
    ),
  );
  const more = edges.length - rows.length;
  return html(
    "table",
    { class: "shares-table" },
    html("tr", {}, html("th"), ...heads.map((head) => html("td", {}, dot(head), String(head)))),
    ...rows,
    more > 0 ? html("tr", {}, html("th", {}, `+ ${more}`)) : null,
  );
}

/** LeakyReLU as a line from raw to e, with a point for each arrow that is read: where it bends, and what that does to a score. */

import { html, svg } from "./dom.js";
import { fillIn, number } from "./format.js";

/**
 * @import {Story} from "./protocol.js"
 * @import {Scene} from "./scene.js"
 */

const SIZE = { width: 250, height: 120 };
const ROOM = 12;

/** @param {Scene} scene @param {Story} story @param {number} digits */
export function bendPanel(scene, { bend, target }, digits) {
  if (!bend) return null;
  const { texts } = scene;
  const reach = bend.curve[2][0];
  const heights = [...bend.curve, ...bend.read].map(([, e]) => Math.abs(e));
  const high = Math.max(...heights) || 1;
  /** @param {number} raw @param {number} e @returns {[number, number]} */
  const at = (raw, e) => [
    SIZE.width / 2 + (raw / reach) * (SIZE.width / 2 - ROOM),
    SIZE.height / 2 - (e / high) * (SIZE.height / 2 - ROOM),
  ];
  /** @param {string} kind @param {[number, number][]} points */
  const line = (kind, points) => svg("polyline", { class: kind, points: points.map((point) => point.join()).join(" ") });
  /** @param {string} kind @param {[number, number]} point @param {number} radius */
  const dot = (kind, [x, y], radius) => svg("circle", { class: kind, cx: x, cy: y, r: radius });
  const [x, y] = at(bend.raw, bend.e);
  const title = fillIn(texts.bendTitle, { raw: number(bend.raw, digits), e: number(bend.e, digits) });
  const drawing = svg(
    "svg",
    { class: "bend", role: "img", "aria-label": title, viewBox: `0 0 ${SIZE.width} ${SIZE.height}`, width: SIZE.width, height: SIZE.height },
    line("axis", [at(-reach, 0), at(reach, 0)]),
    line("axis", [at(0, -high), at(0, high)]),
    line("straight", [at(-Math.min(reach, high), -Math.min(reach, high)), at(0, 0)]),
    line("led", [[x, SIZE.height / 2], [x, y], [SIZE.width / 2, y]]),
    line("curve", bend.curve.map(([raw, e]) => at(raw, e))),
    ...bend.read.map(([raw, e]) => dot("read", at(raw, e), 3)),
    dot("here", [x, y], 5),
    svg("text", { x: SIZE.width - ROOM, y: SIZE.height / 2 + 15, "text-anchor": "end" }, "raw"),
    svg("text", { x: SIZE.width / 2 - 6, y: ROOM + 5, "text-anchor": "end" }, "e"),
  );
  const note = fillIn(texts.bendNote, { slope: number(bend.slope, digits), node: scene.called[target] });
  return html("div", { class: "cell-panel" }, html("h4", {}, title), drawing, html("p", { class: "quiet-text" }, note));
}

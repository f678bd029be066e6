/** The score of a row as a bar on one scale with all others: from the target half on by the source half, and what LeakyReLU made of it. */

import { svg } from "./dom.js";
import { brief, number } from "./format.js";

/**
 * @import {Bars} from "./protocol.js"
 * @import {Palette} from "./protocol.js"
 */

export const WIDTH = 176;
const PAD = 14;
const THICK = 15;

/** @param {Bars} bars */
export function scaleOf({ low, high }) {
  /** @param {number} value */
  return (value) => PAD + ((value - low) / (high - low || 1)) * (WIDTH - 2 * PAD);
}

/** The numbers along the scale. @param {Bars} bars */
export function axis(bars) {
  const at = scaleOf(bars);
  const marks = bars.ticks.flatMap((tick) => {
    const x = at(tick).toFixed(1);
    return [svg("text", { x, y: 9 }, brief(tick)), svg("line", { x1: x, x2: x, y1: 15, y2: 20 })];
  });
  return svg("svg", { class: "why-axis", width: WIDTH, height: 20, "aria-hidden": "true" }, ...marks);
}

/**
 * @param {Bars} bars
 * @param {{s: number|null, g: number|null, raw: number|null, e: number|null}} score
 * @param {Palette} palette @param {number} height @param {number} digits @param {string} name by which it is found again
 */
export function bar(bars, { s, g, raw, e }, palette, height, digits, name) {
  const at = scaleOf(bars);
  const middle = height / 2;
  /** @type {SVGElement[]} */
  const parts = [];
  /** @param {number} from @param {number} to @param {string} kind */
  const span = (from, to, kind) => {
    if (from === to) return;
    const rect = svg("rect", { class: `why-bar ${kind}`, "data-slides": `${name} ${kind}`, x: Math.min(at(from), at(to)).toFixed(1), y: middle - THICK / 2, width: Math.abs(at(to) - at(from)).toFixed(1), height: THICK, rx: 2 });
    rect.style.fill = to > from ? palette.bars.plus : palette.bars.minus;
    parts.push(rect);
  };
  parts.push(svg("line", { class: "why-zero", x1: at(0), x2: at(0), y1: 0, y2: height }));
  if (bars.half !== null) {
    const [from, to] = [at(0), at(bars.half)].toSorted((a, b) => a - b);
    parts.push(svg("rect", { class: "why-band", x: from.toFixed(1), y: 0, width: Math.max(to - from, 1).toFixed(1), height }));
    const start = bars.half;
    if (s !== null) span(start, g === null && raw !== null ? raw : start + s, "s");
    if (g !== null && s !== null && raw !== null) span(start + s, raw, "g");
  } else if (e !== null) span(0, e, "e");
  if (raw !== null && e !== null && raw !== e) parts.push(svg("line", { class: "why-bend", x1: at(raw), x2: at(e), y1: middle, y2: middle }));
  if (e !== null) parts.push(svg("circle", { class: "why-e", "data-slides": `${name} e`, cx: at(e).toFixed(1), cy: middle, r: 4.5 }, svg("title", {}, `e = ${number(e, digits)}`)));
  return svg("svg", { class: "why-bars", width: WIDTH, height, "aria-hidden": "true" }, ...parts);
}

/** What a picture is put together from that needs no page: its caption, its name, hatching, runs of one colour, lines of text. */

import { fillIn, number, shorten } from "./format.js";
import { drawnValues, shownHeads, shownWeighting } from "./scene.js";

/**
 * @import {Scene} from "./scene.js"
 * @import {State} from "./store.js"
 * @typedef {{x: number, y: number, width: number, height: number}} Rect
 * @typedef {{x1: number, y1: number, x2: number, y2: number}} Line
 */

const MAX_NAME = 24;
const MAX_FILE = 60;

/** What XML cannot hold, whatever way it is written. */
// oxlint-disable-next-line no-control-regex -- these are the ones
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text as it may stand in an XML file. @param {string} text */
export function inXml(text) {
  return text.toWellFormed().replace(NOT_IN_XML, "\ufffd");
}

/** Letters of scripts that run from right to left. */
const FROM_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** @param {string} text */
export function runsFromRight(text) {
  return FROM_RIGHT.test(text);
}

/** Text whose direction does not reach beyond it: numbers and signs after it stay where they are. @param {string} text */
function apart(text) {
  return runsFromRight(text) ? `\u2068${text}\u2069` : text;
}

/** What is said below a picture. @param {string[]} parts @returns {string} */
export function captionOfParts(parts) {
  return parts.filter(Boolean).map(apart).join(" · ");
}

/** What the picture is of: graph, whose weights, layer, head, scale, what is locked, and when. @param {Scene} scene @param {State} state @param {string} date */
export function captionOf(scene, state, date) {
  const { texts } = scene;
  const heads = shownHeads(scene, state);
  const drawn = drawnValues(scene, state);
  const end = drawn.limit === 1 ? "1" : number(drawn.limit);
  const parts = [
    scene.graphTitle,
    scene.badge,
    fillIn(texts.pictureLayer, { layer: scene.layer }),
    heads ? fillIn(texts.pictureHeads, { heads: heads.join(", ") }) : shownWeighting(scene, state).title,
    drawn.kind === "signed" ? `Δα −${end} … ${end}` : `${drawn.symbol} 0 … ${end}`,
    lockOf(scene, state.locked),
    date,
  ];
  return captionOfParts(parts);
}

/** What is locked, in words. @param {Pick<Scene, "names"|"texts">} scene @param {import("./protocol.js").Focus|null} locked */
export function lockOf({ names, texts }, locked) {
  if (!locked) return "";
  /** @param {number} node */
  const name = (node) => apart(shorten(names[node], MAX_NAME));
  return locked.kind === "edge" ? fillIn(texts.lockedEdge, { source: name(locked.source), target: name(locked.target) }) : fillIn(texts.lockedNode, { node: name(locked.node) });
}

/** A name for the file that every system takes. @param {string[]} parts */
export function fileName(parts) {
  const plain = parts.map((part) => part.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, ""));
  return Array.from(plain.filter(Boolean).join("-")).slice(0, MAX_FILE).join("") || "gatviz";
}

/** The lines of a hatched cell, rising to the right, `step` apart, cut at its edges. @param {Rect} rect @param {number} step @returns {Line[]} */
export function hatchLines({ x, y, width, height }, step) {
  const lines = [];
  const [right, bottom] = [x + width, y + height];
  // All points of a line have the same x + y, and lines of neighbouring cells meet.
  for (let sum = Math.ceil((x + y) / step) * step; sum < right + bottom; sum += step) {
    const [x1, x2] = [Math.max(x, sum - bottom), Math.min(right, sum - y)];
    if (x2 > x1) lines.push({ x1, y1: sum - x1, x2, y2: sum - x2 });
  }
  return lines;
}

/** Where two rectangles overlap, null where they do not. @param {Rect} a @param {Rect} b @returns {Rect|null} */
export function overlapOf(a, b) {
  const [x, y] = [Math.max(a.x, b.x), Math.max(a.y, b.y)];
  const [width, height] = [Math.min(a.x + a.width, b.x + b.width) - x, Math.min(a.y + a.height, b.y + b.height) - y];
  return width > 0 && height > 0 ? { x, y, width, height } : null;
}

/** Neighbours that look the same, as one: where each run begins and ends. @template T @param {T[]} looks @returns {{look: T, from: number, to: number}[]} */
export function runs(looks) {
  /** @type {{look: T, from: number, to: number}[]} */
  const found = [];
  looks.forEach((look, k) => {
    const last = found.at(-1);
    if (last && last.look === look) last.to = k + 1;
    else found.push({ look, from: k, to: k + 1 });
  });
  return found;
}

/** Words in lines of so many letters at most; a word that is longer has a line of its own. @param {string} text @param {number} most */
export function inLines(text, most) {
  /** @type {string[]} */
  const lines = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The colours of "linear-gradient(90deg, …)", from left to right; none of any other image. @param {string} image */
export function gradientColours(image) {
  const inside = /^linear-gradient\(90deg,(.*)\)$/.exec(image)?.[1];
  return inside ? inside.split(/,(?![^(]*\))/).map((part) => part.trim()) : [];
}

/** A box with rounded corners as a path. @param {Rect} rect @param {number[]} radii from the top left on, clockwise */
export function roundedBox({ x, y, width, height }, [a, b, c, d]) {
  const [right, bottom] = [x + width, y + height];
  /** @param {number} radius @param {string} to */
  const bend = (radius, to) => (radius ? `A${radius},${radius} 0 0 1 ${to}` : "");
  const sides = [`M${x + a},${y}H${right - b}`, bend(b, `${right},${y + b}`), `V${bottom - c}`, bend(c, `${right - c},${bottom}`), `H${x + d}`, bend(d, `${x},${bottom - d}`), `V${y + a}`, bend(a, `${x + a},${y}`)];
  return `${sides.join("")}Z`;
}

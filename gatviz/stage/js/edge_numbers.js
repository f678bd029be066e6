/** The numbers on the picture: what the locked node reads, else the strongest arrow into each node, where there is room. */

import { fillIn, number, shorten, signed } from "./format.js";
import { overlap } from "./geometry.js";
import { numberElement } from "./graph_elements.js";

/**
 * @import {Box, Point} from "./geometry.js"
 * @import {GraphView} from "./graph_view.js"
 * @import {Drawn} from "./scene.js"
 * @typedef {Pick<GraphView, "scene"|"screen"|"radius"|"written"|"edgeElements"|"goneShape"|"frame">} Picture
 * @typedef {{value: number, text: string, places: Point[], edge: number|null}} Label
 */

const FEW_NODES = 12;
/** Of so many numbers each has a place, if need be on another; of more the table tells those that have none. */
const FEW_NUMBERS = 4;
/** How far beside its arrow a number may stand that is not left out, and in which directions from it. */
const BESIDE = [18, 28, 40, 54, 72, 92, 114];
const TURNS = [0, 4, 1, 3, 5, 7, 2, 6].map((eighth) => (eighth * Math.PI) / 4);
/** More than these are written smaller. */
const MAX_ROOMY = 6;

/**
 * The larger numbers first: among many nodes, one that would lie on another is left out.
 * @param {Picture} picture @param {Drawn} drawn @param {number} digits @param {number|null} target whose arrows are numbered; null for the strongest of each
 * @param {number|null} asked the arrow whose number is not left out in any case
 */
export function numberElements(picture, drawn, digits, target, asked = null) {
  const { scene, screen, radius } = picture;
  const { width, height } = picture.frame.there;
  const small = scene.names.length > FEW_NODES;
  const nodes = screen.map(({ x, y }) => ({ x, y, half: radius, tall: radius }));
  /** @type {Box[]} */
  const taken = [...nodes, ...picture.written];
  const told = labelsOf(picture, drawn, small && target === null ? 2 : digits, target);
  const labels = [...told.filter(({ edge }) => edge !== null && edge === asked), ...told.filter(({ edge }) => edge === null || edge !== asked)];
  const crowded = small || labels.length > FEW_NUMBERS;
  const tight = small || labels.length > MAX_ROOMY;
  return labels.flatMap(({ text, places, edge }) => {
    const size = { half: text.length * (tight ? 3.2 : 3.9) + (tight ? 3 : 5), tall: tight ? 8 : 10 };
    const { half, tall } = size;
    const points = edge !== null && edge === asked ? [...places, ...besideOf(picture.edgeElements[edge].shape)] : places;
    const boxes = points.map((at) => ({ half, tall, x: between(at.x, half + 2, width - half - 2), y: between(at.y, tall + 2, height - tall - 2) }));
    const free = boxes.find((box) => !taken.some((other) => overlap(box, other)));
    const box = free ?? (crowded && edge !== asked ? null : leastOn(boxes.filter((one) => !nodes.some((node) => overlap(one, node))), taken));
    if (!box) return [];
    taken.push(box);
    return [numberElement(text, box, edge, tight, edge !== null && edge === asked)];
  });
}

/** Points ever further from an arrow, first on both sides. @param {import("./geometry.js").EdgeShape|null} shape @returns {Point[]} */
function besideOf(shape) {
  if (!shape) return [];
  const { label, across } = shape;
  const aside = Math.atan2(across.y, across.x);
  return BESIDE.flatMap((far) => TURNS.map((turn) => ({ x: label.x + far * Math.cos(aside + turn), y: label.y + far * Math.sin(aside + turn) })));
}

/** The box that lies least on others; null if there is none. @param {Box[]} boxes @param {Box[]} taken @returns {Box|null} */
function leastOn(boxes, taken) {
  /** @param {Box} a @param {Box} b */
  const shared = (a, b) => Math.max(0, a.half + b.half - Math.abs(a.x - b.x)) * Math.max(0, a.tall + b.tall - Math.abs(a.y - b.y));
  /** @param {Box} box */
  const sum = (box) => taken.reduce((all, other) => all + shared(box, other), 0);
  return boxes.toSorted((a, b) => sum(a) - sum(b))[0] ?? null;
}

/** What is written at which point: on arrows, on gone ones, and beside nodes. @param {Picture} picture @param {Drawn} drawn @param {number} digits @param {number|null} target @returns {Label[]} */
function labelsOf(picture, { values, strongest, kind, gone, strongestGone, beside }, digits, target) {
  const { scene, screen, radius, edgeElements } = picture;
  const numbered = target === null || kind === "signed" ? strongest : scene.into[target].map((edge) => edge.index);
  /** @param {number} value */
  const say = (value) => (kind === "signed" ? signed : number)(value, digits);
  /** @param {number} value @param {Point[]|undefined} places @param {number|null} edge @param {string} text @returns {Label[]} */
  const label = (value, places, edge = null, text = say(value)) => (places ? [{ value, text, places, edge }] : []);
  /** @param {Point} point */
  const below = ({ x, y }) => ({ x, y: y + radius + 24 });
  return [
    ...numbered.flatMap((k) => (k < 0 ? [] : label(values[k], edgeElements[k].shape?.places, k))),
    ...strongestGone.flatMap((k) => (k < 0 ? [] : label(gone[k].value, picture.goneShape(gone[k])?.places))),
    ...beside.flatMap(({ node, source, value }) => {
      const text = fillIn(scene.texts.besideNode, { value: say(value), source: shorten(source, 9) });
      return label(value, [below(screen[node])], null, text);
    }),
  ].toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
}

/** @param {number} value @param {number} low @param {number} high */
const between = (value, low, high) => Math.max(low, Math.min(value, high));

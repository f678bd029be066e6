/** The numbers on the picture: the strongest arrow into each node carries its own, where there is room for it. */

import { fillIn, number, shorten, signed } from "./format.js";
import { overlap } from "./geometry.js";
import { numberElement } from "./graph_elements.js";

/**
 * @import {Box, Point} from "./geometry.js"
 * @import {GraphView} from "./graph_view.js"
 * @import {Drawn} from "./scene.js"
 * @typedef {Pick<GraphView, "scene"|"screen"|"radius"|"edgeElements"|"goneShape">} Picture
 * @typedef {{value: number, text: string, at: Point, edge: number|null}} Label
 */

const FEW_NODES = 12;

/** The larger numbers first: among many nodes, one that would lie on another is left out. @param {Picture} picture @param {Drawn} drawn @param {number} digits */
export function numberElements(picture, drawn, digits) {
  const { scene, screen, radius } = picture;
  const small = scene.names.length > FEW_NODES;
  /** @type {Box[]} */
  const taken = small ? screen.map(({ x, y }) => ({ x, y, half: radius, tall: radius })) : [];
  return labelsOf(picture, drawn, small ? 2 : digits).flatMap(({ text, at, edge }) => {
    const box = { ...at, half: text.length * (small ? 2.9 : 3.6) + 5, tall: small ? 7 : 9 };
    if (small && taken.some((other) => overlap(box, other))) return [];
    taken.push(box);
    return [numberElement(text, box, edge, small)];
  });
}

/** What is written at which point: on arrows, on gone ones, and beside nodes. @param {Picture} picture @param {Drawn} drawn @param {number} digits @returns {Label[]} */
function labelsOf(picture, { values, strongest, kind, gone, strongestGone, beside }, digits) {
  const { scene, screen, radius, edgeElements } = picture;
  /** @param {number} value */
  const say = (value) => (kind === "signed" ? signed : number)(value, digits);
  /** @param {number} value @param {Point|undefined} at @param {number|null} edge @param {string} text @returns {Label[]} */
  const label = (value, at, edge = null, text = say(value)) => (at ? [{ value, text, at, edge }] : []);
  /** @param {Point} point */
  const below = ({ x, y }) => ({ x, y: y + radius + 24 });
  return [
    ...strongest.flatMap((k) => (k < 0 ? [] : label(values[k], edgeElements[k].shape?.label, k))),
    ...strongestGone.flatMap((k) => (k < 0 ? [] : label(gone[k].value, picture.goneShape(gone[k])?.label))),
    ...beside.flatMap(({ node, source, value }) => {
      const text = fillIn(scene.texts.besideNode, { value: say(value), source: shorten(source, 9) });
      return label(value, below(screen[node]), null, text);
    }),
  ].toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
}

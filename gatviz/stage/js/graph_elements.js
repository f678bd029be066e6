/** The elements that a graph is drawn with: nodes, arrows, numbers on arrows, and what is only being drawn. */

import { svg } from "./dom.js";
import { edgeKey } from "./draft.js";
import { breadth, brief, fillIn, shorten } from "./format.js";
import { arrow, loop } from "./geometry.js";
import { nodeCount } from "./scene.js";

/**
 * @import {Box, EdgeShape, Point} from "./geometry.js"
 * @import {Drawing, Edge} from "./scene.js"
 */

const MAX_FEATURES_BESIDE = 4;
/** Among more nodes their features would lie on arrows. */
const MAX_WITH_FEATURES = 6;
export const FEW_NODES = 12;
const MANY_NODES = 100;
const UP = -Math.PI / 2;

/** @typedef {ReturnType<typeof nodeElement>} NodeElement */
/** @typedef {ReturnType<typeof edgeElement>} EdgeElement `shape` is where it runs, once it is placed */

/** Up to so many nodes are drawn with this radius; layouts are made for these. @type {[number, number][]} */
const RADII = [[12, 23], [24, 15], [40, 12], [60, 10], [100, 8], [Infinity, 6]];
const MIN_RADIUS = 4;
/** How wide a letter of a name is that stands inside its node, in the large writing of large nodes and in the usual one. */
const LETTER = { large: 9, usual: 6.8 };
const LARGE_FROM = 20;
const MAX_BESIDE = 16;

/** The nodes' radius: smaller where there are many, and so small that no two touch as they lie now. @param {number} count @param {Point[]} screen @param {number} slim */
export function nodeRadius(count, screen, slim = 1) {
  const usual = slim * (RADII.find(([most]) => count <= most)?.[1] ?? MIN_RADIUS);
  let least = Infinity;
  screen.forEach((p, k) => {
    for (let other = 0; other < k; other += 1) least = Math.min(least, Math.hypot(p.x - screen[other].x, p.y - screen[other].y));
  });
  return Math.max(MIN_RADIUS, Math.min(usual, least / 2));
}

/** @param {Drawing} scene @param {string} name @param {number} n @param {number} radius */
export function nodeElement(scene, name, n, radius) {
  const wide = breadth(name);
  const large = radius > LARGE_FROM && wide * LETTER.large <= radius * 2 - 4;
  const inside = large || wide * LETTER.usual <= radius * 2 - 4;
  const small = scene.names.length > MANY_NODES;
  const count = scene.features.shape[1];
  const beside = scene.names.length <= MAX_WITH_FEATURES && count <= MAX_FEATURES_BESIDE && count > 0;
  const features = beside ? `[${Array.from({ length: count }, (_, f) => brief(scene.features.at(n, f))).join(", ")}]` : "";
  const circle = svg("circle", { r: radius });
  const written = small || inside ? null : svg("text", { class: "outside" }, shorten(name, MAX_BESIDE));
  const title = svg("title", {}, name);
  const group = svg(
    "g",
    {
      class: "node",
      "data-node": n,
      "data-name": name,
      tabindex: 0,
      role: "button",
      "aria-label": fillIn(scene.texts.nodeLabel, { shown: `${name} ${features}`.trim(), reads: nodeCount(scene.texts, scene.whole.reads[n]) }),
    },
    circle,
    inside && !small ? svg("text", { class: large ? "inside large" : "inside" }, name) : written,
    title,
  );
  return { group, circle, title, name: written, features: beside ? svg("text", { class: "features" }, features) : null };
}

/** @param {Edge} edge */
export function edgeElement(edge) {
  const line = svg("path", { class: "line" });
  const rim = svg("path", { class: "rim" });
  const head = svg("path", { class: "head" });
  const hit = svg("path", { class: "hit" });
  const splits = svg("g", { class: "splits" });
  const group = svg("g", { class: edge.added ? "edge added" : edge.was ? "edge was" : "edge", "data-target": edge.target, "data-source": edge.source }, rim, line, head, splits, hit);
  return { group, line, rim, head, hit, splits, shape: /** @type {EdgeShape|null} */ (null) };
}

/** @param {string} text @param {Box} box @param {number|null} edge @param {boolean} small @param {boolean} asked whether it is the locked arrow's */
export function numberElement(text, { x, y, half, tall }, edge, small, asked) {
  return svg(
    "g",
    { class: ["edge-label", small ? "small" : "", asked ? "asked" : ""].join(" ").trim(), transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`, "data-edge": edge },
    svg("rect", { x: -half, y: -tall, width: 2 * half, height: 2 * tall, rx: tall }),
    svg("text", {}, text),
  );
}

/** Where an arrow runs that has no weight: not yet, or no longer. @param {Point} source @param {Point} target @param {number} radius */
export function bareShape(source, target, radius) {
  const same = source.x === target.x && source.y === target.y;
  return same ? loop(source, radius, UP) : arrow(source, target, radius, true);
}

/** A line for an arrow that is gone. @param {{path: string}} shape */
export function bareEdge(shape) {
  return svg("path", { class: "was-edge", d: shape.path });
}

/**
 * New nodes and arrows, as far as Python has not computed them yet.
 * @param {import("./draft.js").Draft} draft
 * @param {(name: string) => import("./geometry.js").Point} at where a node is drawn
 * @param {Drawing} scene @param {number} radius
 */
export function draftElements(scene, draft, at, radius) {
  const { names, between } = scene;
  const present = new Set(between.filter((edge) => !edge.added).map((edge) => edgeKey(names[edge.source], names[edge.target])));
  const lines = draft.edges
    .filter(([source, target]) => !present.has(edgeKey(source, target)) && draft.points.has(source) && draft.points.has(target))
    .map(([source, target]) => svg("path", { class: "new-edge", d: bareShape(at(source), at(target), radius).path }));
  const nodes = [...draft.added].map((name) => {
    const { x, y } = at(name);
    const group = svg("g", { class: "node new-node", "data-name": name, transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` });
    group.append(svg("circle", { r: radius }), svg("text", { class: "inside" }, shorten(name, 6)));
    return group;
  });
  return [...lines, ...nodes];
}

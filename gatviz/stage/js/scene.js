/** The data of one screen, unpacked once per arrival: what Python computed, and look-ups into it. */

import { fillIn, shorten } from "./format.js";
import { same } from "./store.js";
import { tensor } from "./tensor.js";

const MAX_IN_A_SENTENCE = 24;

/**
 * @import {Answer, Beside, Edges, Focus, GoneEdge, Packed, Palette, RowSums, Screen, Stage, Weighting as Sent} from "./protocol.js"
 * @import {Tensor} from "./tensor.js"
 * @import {Direction, State} from "./store.js"
 */

/**
 * @typedef {{index: number, source: number, target: number, added: boolean, drawn: boolean, was?: boolean}} Edge `was`: of a baseline, and no longer there
 */

/**
 * @template T
 * @typedef {{[K in keyof T]: T[K] extends Packed ? Tensor : T[K] extends Packed|null ? Tensor|null : T[K]}} Unpacked
 */

/**
 * @typedef {Omit<Unpacked<Sent>, "rows"> & {rows: Unpacked<RowSums>|null}} Weighting
 * @typedef {Unpacked<Stage>} StageOf
 * @typedef {Record<string, string>} Texts
 * @typedef {ReturnType<typeof readScene>} Scene all of a screen, its arrays unpacked
 * @typedef {Pick<Weighting, "key"|"title"|"head"|"symbol"|"values"|"strongest">} Drawable a weighting, as far as it is drawn on arrows
 * @typedef {ReturnType<typeof linksOf>} Links
 *
 * @typedef {Object} DrawnOnly what the painter asks that differs from a whole scene
 * @property {Drawable[]} weightings
 * @property {Omit<NonNullable<Scene["change"]>, "baseline">|null} change
 * @property {Pick<Scene["whole"], "reads"|"readBy"|"undrawn">} whole
 *
 * @typedef {Links & DrawnOnly & Pick<Scene, "names"|"called"|"positions"|"revision"|"structure"|"refused"|"fixed"|"freeNumber"|"texts"|"palette"|"features"|"classOf"|"classNames"|"predicted"|"wrong"|"evenness"|"readsLike"|"shareLimit">} Drawing what the painter of graphs needs
 *
 * @typedef {Object} Drawn what width, colour and number of the arrows stand for now
 * @property {"share"|"signed"} kind
 * @property {Float32Array} values of the drawn edges
 * @property {number[]} strongest
 * @property {number} limit
 * @property {string} symbol
 * @property {(GoneEdge & {value: number})[]} gone
 * @property {number[]} strongestGone
 * @property {Beside[]} beside
 */

/** @param {Screen & {palette: Palette}} data */
export function readScene(data) {
  const { change } = data;
  /** @param {Stage} stage */
  const packedOf = (stage) => (stage.valuesOf ? data.stages.find((other) => other.name === stage.valuesOf) : stage)?.values ?? null;
  /** @param {RowSums} rows */
  const rowSums = (rows) => ({ ...rows, drawn: tensor(rows.drawn), here: tensor(rows.here), outside: tensor(rows.outside), all: tensor(rows.all) });
  return {
    ...data,
    structure: JSON.stringify([data.names, data.edges, data.whole, data.classOf, data.classNames, data.features.shape]),
    ...linksOf(data.edges, data.names.length),
    features: tensor(data.features),
    weightings: data.weightings.map((w) => ({ ...w, values: tensor(w.values), rows: w.rows && rowSums(w.rows) })),
    stages: data.stages.map((s) => ({ ...s, values: tensor(packedOf(s)), pairs: tensor(s.pairs), rest: tensor(s.rest) })),
    uniform: tensor(data.uniform),
    evenness: tensor(data.evenness),
    change: change && { ...change, values: tensor(change.values), goneValues: tensor(change.goneValues) },
  };
}

/** The edges, and which lead where. @param {Edges} edges @param {number} count of nodes */
export function linksOf({ source: sources, target: targets, added, drawn }, count) {
  /** @type {Edge[]} */
  const between = sources.map((source, k) => ({ index: k, source, target: targets[k], added: Boolean(added[k]), drawn: k < drawn }));
  const edges = between.slice(0, drawn);
  /** @type {Edge[][]} */
  const into = Array.from({ length: count }, () => []);
  /** @type {Edge[][]} */
  const outOf = Array.from({ length: count }, () => []);
  const byPair = new Int32Array(count * count).fill(-1);
  for (const edge of edges) {
    into[edge.target].push(edge);
    outOf[edge.source].push(edge);
  }
  for (const edge of between) byPair[edge.target * count + edge.source] = edge.index;
  /** @param {number} target @param {number} source @returns {Edge|null} drawn or not */
  const edgeBetween = (target, source) => between[byPair[target * count + source]] ?? null;
  return { edges, between, into, outOf, edgeBetween };
}

/**
 * A field's value on an edge, drawn or not; null where there was no room to send it.
 * @param {Tensor} values [E, …], the drawn edges first @param {Edge} edge @param {number[]} rest the further index
 */
export function onEdge(values, edge, ...rest) {
  return edge.index < values.shape[0] ? values.at(edge.index, ...rest) : null;
}

/** All edges between shown nodes that end in a node ("target") or start there ("source"), drawn ones first. @param {Scene} scene @param {number} node @param {"source"|"target"} end */
export function edgesAt(scene, node, end) {
  return scene.between.filter((edge) => edge[end] === node);
}

/** The weighting that is shown, or the first one if the key is gone. @template {Drawable} W @param {{weightings: W[]}} scene @param {State} state */
export function shownWeighting(scene, state) {
  return scene.weightings.find((w) => w.key === state.weighting) ?? scene.weightings[0];
}

/** What is said of the weighting on show; of several heads at once what is said of their mean. @param {Scene} scene @param {State} state @returns {Answer} */
export function answerOf(scene, state) {
  const key = shownHeads(scene, state) && scene.weightings.some((w) => w.key === "mean") ? "mean" : shownWeighting(scene, state).key;
  return scene.answers[scene.weightings.findIndex((w) => w.key === key)];
}

/** Whether Python's answers are about what is locked now. @param {Scene} scene @param {State} state */
export function isAnswered(scene, state) {
  return same(scene.answered, state.locked);
}

/** One head's weighting. @template {Drawable} W @param {{weightings: W[]}} scene @param {number} head */
export function ofHead(scene, head) {
  const found = scene.weightings.find((weighting) => weighting.head === head);
  if (!found) throw new Error(`There is no head ${head}.`);
  return found;
}

/** A stage that every layer of this kind has. @param {Scene} scene @param {string} name */
export function stageOf(scene, name) {
  const found = scene.stages.find((stage) => stage.name === name);
  if (!found) throw new Error(`There is no stage ${name}.`);
  return found;
}

/** The values of such a stage. @param {Scene} scene @param {string} name */
export function valuesOf(scene, name) {
  const { values } = stageOf(scene, name);
  if (!values) throw new Error(`The stage ${name} came without its values.`);
  return values;
}

/** The end of the α scale: one for all heads, as they are compared with each other. @param {Pick<Drawing, "shareLimit">} scene @param {State} state */
export function shareLimit(scene, state) {
  return state.scale === "max" ? scene.shareLimit : 1;
}

/** The end of the scale of changes on both sides of 0, for arrows and matrix alike. @param {Pick<Drawing, "change">} scene @param {State} state */
export function changeLimit(scene, state) {
  return state.scale === "max" && scene.change ? scene.change.limit : 1;
}

/** The heads that are drawn at once, or null if one weighting is shown. @param {Pick<Drawing, "weightings">} scene @param {State} state */
export function shownHeads(scene, state) {
  if (state.heads === null || state.measure === "change") return null;
  return state.heads.filter((head) => scene.weightings.some((weighting) => weighting.head === head));
}

/**
 * What width, colour and number of the arrows stand for now: the weighting itself, or its change since a baseline.
 * @param {Pick<Drawing, "weightings"|"change"|"shareLimit">} scene @param {State} state @returns {Drawn}
 */
export function drawnValues(scene, state) {
  const weighting = shownWeighting(scene, state);
  const { head } = weighting;
  const { change } = scene;
  if (state.measure === "change" && change && head !== null && head < change.values.shape[0]) {
    const count = change.values.shape[1];
    return {
      kind: "signed",
      values: change.values.data.subarray(head * count, (head + 1) * count),
      strongest: change.strongest[head],
      limit: changeLimit(scene, state),
      symbol: "Δα",
      gone: change.gone.map((edge, k) => ({ ...edge, value: change.goneValues.at(head, k) })),
      strongestGone: change.strongestGone[head],
      beside: change.beside[head],
    };
  }
  return { kind: "share", values: weighting.values.data, strongest: weighting.strongest, limit: shareLimit(scene, state), symbol: weighting.symbol, gone: [], strongestGone: [], beside: [] };
}

/** "1 node", "3 nodes". @param {Record<string, string>} texts @param {number} count */
export function nodeCount(texts, count) {
  return fillIn(count === 1 ? texts.oneNode : texts.someNodes, { count });
}

/** The edges that a focus is about: of a node the drawn ones, of a pair its edge, drawn or not. @param {Links} scene @param {Focus|null} focus @param {Direction} direction @returns {Edge[]} */
export function focusEdges(scene, focus, direction) {
  if (!focus) return [];
  if (focus.kind === "node") return (direction === "reads" ? scene.into : scene.outOf)[focus.node] ?? [];
  const edge = scene.edgeBetween(focus.target, focus.source);
  return edge ? [edge] : [];
}

/** "{target} reads {source}": what nodes are called in a sentence, where a bare number would read as a count. @param {Pick<Drawing, "called">} scene @param {Focus} focus */
export function focusNames(scene, focus) {
  if (focus.kind === "node") return { node: nodeName(scene, focus.node) };
  return edgeNames(scene, focus);
}

/** What the two ends of an edge are called in a sentence. @param {Pick<Drawing, "called">} scene @param {{target: number, source: number}} edge */
export function edgeNames(scene, { target, source }) {
  return { target: nodeName(scene, target), source: nodeName(scene, source) };
}

/** @param {Pick<Drawing, "called">} scene @param {number} node */
const nodeName = (scene, node) => shorten(scene.called[node], MAX_IN_A_SENTENCE);

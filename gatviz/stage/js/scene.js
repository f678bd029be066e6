/** The data of one screen, unpacked once per arrival: what Python computed, and look-ups into it. */

import { fillIn, shorten } from "./format.js";
import { tensor } from "./tensor.js";

const LONGEST_IN_A_SENTENCE = 24;

/**
 * @typedef {Object} Weighting one set of weights on the edges: a head, the mean of the heads, or a baseline
 * @property {string} key
 * @property {string} label
 * @property {"head"|"derived"|"baseline"} kind
 * @property {number|null} head
 * @property {import("./tensor.js").Tensor} values [E + U] the drawn edges, then those between shown nodes that are not drawn
 * @property {number[]} strongest per node the edge with the largest weight of all into it, −1 if it is not drawn
 */

/** @param {Object} data as packed by gatviz/stage/pack.py */
export function readScene(data) {
  const between = data.edges.source.map((source, k) => ({
    index: k,
    source,
    target: data.edges.target[k],
    added: Boolean(data.edges.added[k]),
    drawn: k < data.edges.drawn,
  }));
  const edges = between.slice(0, data.edges.drawn);
  const into = data.names.map(() => []);
  const outOf = data.names.map(() => []);
  const count = data.names.length;
  const byPair = new Int32Array(count * count).fill(-1);
  for (const edge of edges) {
    into[edge.target].push(edge);
    outOf[edge.source].push(edge);
  }
  for (const edge of between) byPair[edge.target * count + edge.source] = edge.index;
  const stageValues = (stage) => tensor(stage.valuesOf ? data.stages.find((other) => other.name === stage.valuesOf).values : stage.values);
  return {
    ...data,
    structure: JSON.stringify([data.names, data.edges, data.whole, data.classOf, data.classNames, data.features.shape]),
    edges,
    between,
    into,
    outOf,
    edgeBetween: (target, source) => between[byPair[target * count + source]] ?? null,
    features: tensor(data.features),
    weightings: data.weightings.map((w) => ({ ...w, values: tensor(w.values), rows: w.rows && { ...w.rows, ...mapTensors(w.rows, ["drawn", "here", "outside", "all"]) } })),
    stages: data.stages.map((s) => ({ ...s, values: stageValues(s), pairs: tensor(s.pairs), rest: tensor(s.rest ?? null) })),
    softmax: mapTensors(data.softmax),
    scores: mapTensors(data.scores),
    uniform: tensor(data.uniform),
    evenness: tensor(data.evenness),
    change: data.change && { ...data.change, values: tensor(data.change.values), goneValues: tensor(data.change.goneValues) },
  };
}

function mapTensors(group, names = Object.keys(group ?? {})) {
  return group && Object.fromEntries(names.map((name) => [name, tensor(group[name])]));
}

/**
 * A field's value on an edge, drawn or not; null where there was no room to send it.
 * @param {import("./tensor.js").Tensor} values [E, …], the drawn edges first
 */
export function onEdge(values, edge, ...rest) {
  return edge.index < values.shape[0] ? values.at(edge.index, ...rest) : null;
}

/** All edges between shown nodes that end in a node ("target") or start there ("source"), drawn ones first. */
export function edgesAt(scene, node, end) {
  return scene.between.filter((edge) => edge[end] === node);
}

/** The weighting that is shown, or the first one if the key is gone. @returns {Weighting} */
export function shownWeighting(scene, state) {
  return scene.weightings.find((w) => w.key === state.weighting) ?? scene.weightings[0];
}

/** The end of the α scale: one for all heads, as they are compared with each other. */
export function shareLimit(scene, state) {
  return state.scale === "max" ? scene.shareLimit : 1;
}

/** The end of the scale of changes on both sides of 0, for arrows and matrix alike. */
export function changeLimit(scene, state) {
  return state.scale === "max" ? scene.change.limit : 1;
}

/** The heads that are drawn at once, or null if one weighting is shown. */
export function shownHeads(scene, state) {
  if (state.heads === null || state.measure === "change") return null;
  return state.heads.filter((head) => scene.weightings.some((weighting) => weighting.head === head));
}

/**
 * What width, colour and number of the arrows stand for now: the weighting itself, or its change since a baseline.
 * @returns {{kind: "share"|"signed", values: Float32Array, strongest: number[], limit: number, symbol: string, gone: Object[], strongestGone: number[], beside: Object[]}}
 */
export function drawnValues(scene, state) {
  const weighting = shownWeighting(scene, state);
  const { change } = scene;
  if (state.measure === "change" && change && weighting.head !== null && weighting.head < change.values.shape[0]) {
    const count = change.values.shape[1];
    return {
      kind: "signed",
      values: change.values.data.subarray(weighting.head * count, (weighting.head + 1) * count),
      strongest: change.strongest[weighting.head],
      limit: changeLimit(scene, state),
      symbol: "Δα",
      gone: change.gone.map((edge, k) => ({ ...edge, value: change.goneValues.at(weighting.head, k) })),
      strongestGone: change.strongestGone[weighting.head],
      beside: change.beside[weighting.head],
    };
  }
  return { kind: "share", values: weighting.values.data, strongest: weighting.strongest, limit: shareLimit(scene, state), symbol: weighting.symbol, gone: [], strongestGone: [], beside: [] };
}

/** "1 node", "3 nodes". */
export function nodeCount(texts, count) {
  return fillIn(count === 1 ? texts.oneNode : texts.someNodes, { count });
}

/** The edges that a focus is about: of a node the drawn ones, of a pair its edge, drawn or not. */
export function focusEdges(scene, focus, direction) {
  if (!focus) return [];
  if (focus.kind === "node") return (direction === "reads" ? scene.into : scene.outOf)[focus.node] ?? [];
  const edge = scene.edgeBetween(focus.target, focus.source);
  return edge ? [edge] : [];
}

/** "{target} reads {source}": what nodes are called in a sentence, where a bare number would read as a count. */
export function focusNames(scene, focus) {
  const name = (node) => shorten(scene.called[node], LONGEST_IN_A_SENTENCE);
  if (focus.kind === "node") return { node: name(focus.node) };
  return { target: name(focus.target), source: name(focus.source) };
}

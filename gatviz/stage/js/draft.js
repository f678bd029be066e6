/** What waiting edits will make of the picture: drawn without weights until Python has computed them. */

/** @import {Edit, Numbered, Screen} from "./protocol.js" */

/**
 * @typedef {Object} Draft
 * @property {Map<string, {x: number, y: number}>} points where every node will be, by name
 * @property {Set<string>} added names of new nodes
 * @property {[string, string][]} edges new edges, [source, target]
 * @property {Set<string>} gone names of nodes that are being deleted
 * @property {Set<string>} goneEdges keys of edges that are being deleted
 */

/** @param {string} source @param {string} target */
export const edgeKey = (source, target) => JSON.stringify([source, target]);

/** @param {Pick<Screen, "names"|"positions">} scene @param {Numbered[]} waiting @returns {Draft} */
export function draftOf(scene, waiting) {
  const points = new Map(scene.names.map((name, n) => [name, { x: scene.positions[n][0], y: scene.positions[n][1] }]));
  /** @type {Draft} */
  const draft = { points, added: new Set(), edges: [], gone: new Set(), goneEdges: new Set() };
  for (const { edit } of waiting) draw(draft, edit);
  return draft;
}

/** @param {Draft} draft @param {Edit} edit */
function draw(draft, edit) {
  switch (edit.kind) {
    case "add_node":
      draft.points.set(edit.name, pointOf(edit.at));
      draft.added.add(edit.name);
      break;
    case "add_edges":
      draft.edges.push(...edit.edges);
      if (edit.both) draft.edges.push(...edit.edges.map(opposite));
      break;
    case "move":
      edit.names.forEach((name, k) => draft.points.set(name, pointOf(edit.points[k])));
      break;
    case "remove":
      for (const name of edit.names ?? []) leave(draft, name);
      for (const [source, target] of edit.edges ?? []) draft.goneEdges.add(edgeKey(source, target));
      break;
    case "clear":
      for (const name of draft.points.keys()) leave(draft, name);
      break;
  }
}

/** @param {number[]} at */
const pointOf = ([x, y]) => ({ x, y });

/** @param {[string, string]} edge @returns {[string, string]} */
export const opposite = ([source, target]) => [target, source];

/** @param {Draft} draft @param {string} name */
function leave(draft, name) {
  draft.gone.add(name);
  draft.added.delete(name);
  draft.edges = draft.edges.filter((edge) => !edge.includes(name));
}

/**
 * A name for a new node that goes on as the others do: 4 after 3, D after C.
 * @param {string[]} names
 * @param {number} from a number that no node outside the picture has, nor any above it
 */
export function nextName(names, from = 0) {
  const taken = new Set(names);
  const highest = names.every((name) => /^\d{1,9}$/.test(name)) ? Math.max(-1, ...names.map(Number)) : -1;
  const letters = names.length && names.every((name) => /^[A-Z]$/.test(name)) ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "";
  const letter = [...letters].find((candidate) => !taken.has(candidate));
  if (letter) return letter;
  for (let number = Math.max(highest + 1, from); ; number += 1) if (!taken.has(String(number))) return String(number);
}

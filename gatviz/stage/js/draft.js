/** What waiting edits will make of the picture: drawn without weights until Python has computed them. */

/**
 * @typedef {Object} Draft
 * @property {Map<string, {x: number, y: number}>} points where every node will be, by name
 * @property {Set<string>} added names of new nodes
 * @property {string[][]} edges new edges, [source, target]
 * @property {Set<string>} gone names of nodes that are being deleted
 * @property {Set<string>} goneEdges keys of edges that are being deleted
 */

export const edgeKey = (source, target) => JSON.stringify([source, target]);

/**
 * @param {{names: string[], positions: number[][]}} scene
 * @param {import("./edits.js").Edit[]} waiting
 * @returns {Draft}
 */
export function draftOf(scene, waiting) {
  const points = new Map(scene.names.map((name, n) => [name, { x: scene.positions[n][0], y: scene.positions[n][1] }]));
  const draft = { points, added: new Set(), edges: [], gone: new Set(), goneEdges: new Set() };
  for (const edit of waiting) DRAW[edit.kind]?.(draft, edit);
  return draft;
}

const DRAW = {
  add_node(draft, { name, at }) {
    draft.points.set(name, { x: at[0], y: at[1] });
    draft.added.add(name);
  },
  add_edges(draft, { edges, both }) {
    draft.edges.push(...edges, ...(both ? edges.map(([source, target]) => [target, source]) : []));
  },
  move(draft, { names, points }) {
    names.forEach((name, k) => draft.points.set(name, { x: points[k][0], y: points[k][1] }));
  },
  remove(draft, { names = [], edges = [] }) {
    for (const name of names) leave(draft, name);
    for (const [source, target] of edges) draft.goneEdges.add(edgeKey(source, target));
  },
  clear(draft) {
    for (const name of [...draft.points.keys()]) leave(draft, name);
  },
};

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

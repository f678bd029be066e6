/** What the person is looking at. Views subscribe and redraw what concerns them; only the host talks to Python. */

/** @import {Focus} from "./protocol.js" */

/**
 * @typedef {"reads"|"readBy"} Direction
 * @typedef {Set<keyof State>} Changed
 * @typedef {Object} State
 * @property {string} weighting key of the head (or baseline) shown
 * @property {Focus|null} hover
 * @property {Focus|null} locked
 * @property {Direction} direction what a node's focus means
 * @property {"unit"|"max"} scale
 * @property {"class"|"prediction"|"evenness"} nodes what the nodes' colour stands for
 * @property {"share"|"change"} measure whether arrows show the weighting or its change since the baseline
 * @property {number[]|null} heads the heads that are drawn at once; null for one weighting
 * @property {number} digits
 * @property {string[]} open names of the stages that are unfolded
 * @property {"move"|"connect"|"select"} tool what a drag on the canvas does
 * @property {boolean} both whether a drawn edge gives both arrows
 * @property {string[]} selection names of the selected nodes
 * @property {string|null} connecting the node from which an arrow is being drawn by key
 * @property {string|null} edited the node in the quick editor
 * @property {number|null} guide the step of the guided minute, null outside of it
 */

/** What is looked at as a picture opens. @type {State} */
export const AT_FIRST = {
  weighting: "",
  hover: null,
  locked: null,
  direction: "reads",
  scale: "unit",
  measure: "share",
  nodes: "class",
  heads: null,
  digits: 3,
  open: [],
  tool: "move",
  both: true,
  selection: [],
  connecting: null,
  edited: null,
  guide: null,
};

export class Store {
  /** @param {State} state */
  constructor(state) {
    this.state = state;
    /** @type {Set<(state: State, changed: Changed) => void>} */
    this.listeners = new Set();
  }

  /** @param {(state: State, changed: Changed) => void} listener @returns {() => void} how to stop */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Take over some values; listeners hear only of those that differ. @param {Partial<State>} values */
  update(values) {
    const changed = new Set(keysOf(values).filter((key) => !same(this.state[key], values[key])));
    if (!changed.size) return;
    this.state = { ...this.state, ...values };
    for (const listener of this.listeners) listener(this.state, changed);
  }

  /** Lock a focus, or release it if it is the locked one already. @param {Focus} focus */
  toggleLock(focus) {
    this.update({ locked: same(this.state.locked, focus) ? null : focus });
  }
}

/** Whether any of these has changed. @param {Changed} changed @param {(keyof State)[]} keys */
export const touch = (changed, keys) => keys.some((key) => changed.has(key));

/** @param {Partial<State>} values @returns {(keyof State)[]} */
const keysOf = (values) => /** @type {any} */ (Object.keys(values));

/** Equal as values. @param {unknown} a @param {unknown} b */
export function same(a, b) {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** @param {number} target @param {number} source @returns {Focus} */
export const edgeFocus = (target, source) => ({ kind: "edge", target, source });

/** @param {number} node @returns {Focus} */
export const nodeFocus = (node) => ({ kind: "node", node });

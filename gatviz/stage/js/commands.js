/** What a person can do to the graph, by button or by key: each command once, under one name. */

import { nextName, opposite } from "./draft.js";

/** @import {LayOut} from "./protocol.js" */

const NUDGE = 14;
/** The keys of what needs no run of the model. */
const WITHOUT_RUN = /^(alt\+arrow|ctrl\+a$)/;

export class Commands {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./edits.js").Edits} edits
   * @param {import("./graph_view.js").GraphView} canvas
   */
  constructor(store, edits, canvas) {
    this.store = store;
    this.edits = edits;
    this.canvas = canvas;
    /** @type {Record<string, () => void>} */
    this.keys = {
      n: () => this.newNode(),
      e: () => this.startEdge(),
      v: () => store.update({ tool: "move" }),
      d: () => store.update({ tool: "connect" }),
      s: () => store.update({ tool: "select" }),
      f2: () => this.editNode(),
      delete: () => this.remove(),
      backspace: () => this.remove(),
      "ctrl+z": () => this.undo(),
      "ctrl+shift+z": () => this.redo(),
      "ctrl+y": () => this.redo(),
      "ctrl+a": () => this.selectAll(),
      "ctrl+d": () => this.duplicate(),
      "alt+arrowleft": () => this.nudge(-NUDGE, 0),
      "alt+arrowright": () => this.nudge(NUDGE, 0),
      "alt+arrowup": () => this.nudge(0, -NUDGE),
      "alt+arrowdown": () => this.nudge(0, NUDGE),
    };
  }

  /** Run the command of a key, if it has one. @param {KeyboardEvent} event @returns {boolean} */
  press(event) {
    const held = [event.ctrlKey || event.metaKey ? "ctrl+" : "", event.altKey ? "alt+" : "", event.shiftKey ? "shift+" : ""];
    const key = held.join("") + event.key.toLowerCase();
    const command = this.keys[key];
    if (!command || (this.canvas.scene.fixed && !WITHOUT_RUN.test(key))) return false;
    event.preventDefault();
    command();
    return true;
  }

  /** @returns {{names: string[], edges: [string, string][]}} What a command is about: the selection, else the node or arrow with the focus, else the locked one. */
  subject() {
    const { selection, locked } = this.store.state;
    if (selection.length) return { names: selection, edges: [] };
    const focus = this.canvas.input?.focused() ?? locked;
    if (!focus) return { names: [], edges: [] };
    const { names } = this.canvas.scene;
    if (focus.kind === "node") return { names: [names[focus.node]], edges: [] };
    return { names: [], edges: [[names[focus.source], names[focus.target]]] };
  }

  /** A new node, at a point of the graph or where there is room beside the focused one. @param {import("./geometry.js").Point|null} at */
  newNode(at = null) {
    const names = [...this.canvas.draft().points.keys()];
    const name = nextName(names, this.canvas.scene.freeNumber);
    const { x, y } = at ?? this.canvas.roomFor(this.subject().names[0]);
    this.canvas.focusNext = name;
    this.edits.push({ kind: "add_node", name, at: [x, y] });
  }

  /** @param {string} source @param {string} target */
  connect(source, target) {
    const { edgeBetween, names, texts } = this.canvas.scene;
    if (edgeBetween(names.indexOf(target), names.indexOf(source))?.drawn === false) this.canvas.say(texts.undrawn);
    this.edits.push({ kind: "add_edges", edges: [[source, target]], both: this.store.state.both && source !== target });
  }

  /** By key: from the focused node to the one that Enter is pressed on next. */
  startEdge() {
    const [source] = this.subject().names;
    if (source !== undefined) this.store.update({ connecting: source });
  }

  remove() {
    const { names, edges } = this.subject();
    const { edgeBetween, names: all, texts } = this.canvas.scene;
    const added = edges.some(([source, target]) => edgeBetween(all.indexOf(target), all.indexOf(source))?.added);
    if (added) this.canvas.say(texts.addedLoopStays);
    if (added || (!names.length && !edges.length)) return;
    const back = this.store.state.both ? edges.map(opposite) : [];
    this.store.update({ selection: [], locked: null, hover: null });
    this.edits.push({ kind: "remove", names, edges: [...edges, ...back] });
  }

  duplicate() {
    const { names } = this.subject();
    if (names.length) this.edits.push({ kind: "duplicate", names });
  }

  /** @param {number} right @param {number} down */
  nudge(right, down) {
    const { names } = this.subject();
    if (names.length) this.shift(names, right, down);
  }

  /** Move nodes by so many pixels, for good. @param {string[]} names @param {number} right @param {number} down */
  shift(names, right, down) {
    const { points } = this.canvas.draft();
    const by = this.canvas.frame.inGraphUnits(right, down);
    const known = names.flatMap((name) => {
      const point = points.get(name);
      return point ? [{ name, point }] : [];
    });
    this.edits.push({ kind: "move", names: known.map(({ name }) => name), points: known.map(({ point }) => [point.x + by.x, point.y + by.y]) });
  }

  editNode() {
    const { names } = this.subject();
    if (names.length === 1) this.store.update({ edited: names[0] });
  }

  selectAll() {
    this.store.update({ selection: [...this.canvas.scene.names], locked: null });
  }

  undo() {
    this.edits.push({ kind: "undo" });
  }

  redo() {
    this.edits.push({ kind: "redo" });
  }

  clear() {
    this.store.update({ selection: [], locked: null, hover: null, edited: null });
    this.edits.push({ kind: "clear" });
  }

  /** @param {LayOut["layout"]} layout */
  layout(layout) {
    this.edits.push({ kind: "layout", layout });
  }
}

/** The graph: nodes and arrows whose width and colour are the shown weight, and what is being drawn right now. */

import { focusedBeside, html, LATER, placeOn, set, svg } from "./dom.js";
import { edgeKey, draftOf } from "./draft.js";
import { numberElements } from "./edge_numbers.js";
import { fillIn, number, shorten, signed } from "./format.js";
import { Frame } from "./frame.js";
import { arrow, boundsOf, dashes, headPath, loop, loopDirection, roomAround } from "./geometry.js";
import { edgeElement, FEW_NODES, bareEdge, bareShape, draftElements, nodeElement, nodeRadius } from "./graph_elements.js";
import { colourNodes, paintClasses, writeNames } from "./node_looks.js";
import { edgeWidth, colourScale } from "./scales.js";
import { drawnValues, focusEdges, focusNames, nodeCount, ofHead, onEdge, shownHeads, shownWeighting } from "./scene.js";
import { sharesTable, splitStrokes } from "./split.js";
import { touch } from "./store.js";
import { alike } from "./tensor.js";

/**
 * @import {Point} from "./geometry.js"
 * @import {EdgeElement, NodeElement} from "./graph_elements.js"
 * @import {Focus, GoneEdge} from "./protocol.js"
 * @import {Pointing} from "./pointing.js"
 * @import {Drawing, Drawn, Edge} from "./scene.js"
 * @import {Changed} from "./store.js"
 * @import {View} from "./frame.js"
 */

const ROOM_BESIDE = 30;
/** In a picture that is not this wide all is drawn smaller. */
const NARROW = 340;
const SLIM = 0.66;
/** How much wider than the arrow its rim is: a hair, or to be seen. */
const RIM = 1;
const HOVERED_RIM = 3;
const MARKED_RIM = 5;
/** @type {("hover"|"locked")[]} */
const MARKS = ["hover", "locked"];
/** A loop turns away also from nodes that are no neighbours, if they are not so many radii away. */
const NEAR = 5;
/** More arrows than these change at once, without motion. */
const MAX_MOVING = 100;
/** A new node made by key keeps about this many pixels from the others. */
const ROOM = 96;

export class GraphView {
  /**
   * @param {import("./store.js").Store} store
   * @param {Pick<import("./edits.js").Edits, "drawn">} edits those that wait, which are drawn too
   */
  constructor(store, edits) {
    /** @type {Drawing} */
    this.scene = LATER;
    this.store = store;
    this.edits = edits;
    /** What hears pointer and keys: it is told of this view. @type {Pointing} */
    this.input = LATER;
    /** Where the nodes are: in graph units, and on the screen. @type {Point[]} */
    this.points = [];
    /** @type {Point[]} */
    this.screen = [];
    /** The scene that the elements were made for. @type {Drawing|undefined} */
    this.drawn = undefined;
    /** @type {NodeElement[]} */
    this.nodes = [];
    /** @type {EdgeElement[]} */
    this.edgeElements = [];
    this.radius = 0;
    /** How much smaller all is than in a large picture. */
    this.slim = 1;
    /** Where names and features are written. @type {import("./geometry.js").Box[]} */
    this.written = [];
    /** The middle of the picture. */
    this.centre = { x: 0, y: 0 };
    this.isTold = this.isSplit = this.isNumbered = false;
    /** Of the arrows, by their place. @type {number[]} */
    this.widths = [];
    /** How they are marked, as it stands in the page. @type {string[]} */
    this.looks = [];
    this.bounds = boundsOf([]);
    /** How far some nodes are dragged. @type {Point & {names: Set<string>}} */
    this.offset = { names: new Set(), x: 0, y: 0 };
    this.frame = new Frame();
    /** The node that gets the keyboard's focus as soon as it is there. @type {string|null} */
    this.focusNext = null;
    this.edgeLayer = svg("g");
    this.labelLayer = svg("g", { class: "edge-labels" });
    this.nodeLayer = svg("g");
    this.goneLayer = svg("g");
    this.draftLayer = svg("g", { class: "draft" });
    this.bandPath = svg("path", { class: "band" });
    this.viewport = svg("g", {}, this.goneLayer, this.edgeLayer, this.labelLayer, this.draftLayer, this.nodeLayer, this.bandPath);
    this.canvas = svg("svg", { class: "graph", role: "group", tabindex: 0 }, this.viewport);
    this.readout = html("div", { class: "readout", role: "status", "aria-live": "polite" });
    /** @type {HTMLElement} */
    this.refused = html("div", { class: "refused", role: "alert", onclick: () => this.refused.replaceChildren() });
    this.emptyHint = html("div", { class: "empty-hint" });
    this.box = html("div", { class: "graph-box" }, this.canvas, this.emptyHint, this.refused);
    this.resize = new ResizeObserver(() => this.fit());
    this.resize.observe(this.canvas);
  }

  /** @param {Pointing} input */
  listen(input) {
    this.input = input;
  }

  destroy() {
    this.resize.disconnect();
  }

  /** Take over new data. The picture is fitted to the panel only when Python says that it is another one. @param {Drawing} scene */
  setScene(scene) {
    const replaced = !this.scene || this.scene.revision !== scene.revision;
    const before = this.points;
    this.scene = scene;
    this.canvas.setAttribute("aria-label", scene.texts.graphLabel);
    this.emptyHint.textContent = scene.texts.emptyCanvas;
    this.refused.textContent = scene.refused;
    this.place();
    if (replaced) {
      this.frame.reset();
      this.bounds = boundsOf(this.points);
    }
    const rebuilt = !this.drawn || this.drawn.structure !== scene.structure || !alike(this.drawn.features.data, scene.features.data);
    if (rebuilt) this.build();
    paintClasses(this);
    if (replaced || !this.frame.map) this.fit();
    else if (rebuilt || differ(before, this.points)) this.draw();
    else this.weigh();
    this.drawDraft();
  }

  /** Edits were made that Python does not know of yet. */
  onEdits() {
    if (!this.scene) return;
    const before = this.points;
    this.offset = { names: new Set(), x: 0, y: 0 };
    this.place();
    if (differ(before, this.points)) this.draw();
    this.drawDraft();
  }

  /** The picture as the waiting edits will make it. */
  draft() {
    return draftOf(this.scene, this.edits.drawn);
  }

  /** Where every node is now: as Python says, after the waiting edits, and under the pointer. */
  place() {
    const { points } = this.draft();
    const { names, x, y } = this.offset;
    this.points = this.scene.names.map((name) => {
      const point = known(points, name);
      return names.has(name) ? { x: point.x + x, y: point.y + y } : point;
    });
  }

  /** Make the elements anew; only where nodes or edges changed, so that focus and hover survive a rerun. */
  build() {
    const { scene } = this;
    this.drawn = scene;
    this.radius ||= nodeRadius(scene.names.length, []);
    this.nodes = scene.names.map((name, n) => nodeElement(scene, name, n, this.radius));
    this.edgeElements = scene.edges.map((edge) => edgeElement(edge));
    this.looks = [];
    this.isTold = this.isSplit = false;
    const focused = focusedBeside(this.canvas)?.closest(".node");
    this.nodeLayer.replaceChildren(...this.nodes.flatMap(({ group, features }) => (features ? [group, features] : [group])));
    this.edgeLayer.replaceChildren(...this.edgeElements.map((edge) => edge.group));
    // At once: a key that is pressed while nothing here has the focus would be lost.
    if (focused) (this.nodeNamed(nameOf(focused)) ?? this.canvas).focus({ preventScroll: true });
  }

  /** The element of a node. @param {string|null} name */
  nodeNamed(name) {
    return this.nodes.find(({ group }) => nameOf(group) === name)?.group;
  }

  /** Scale the positions to the panel. */
  fit() {
    if (!this.scene) return;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    const beside = this.nodes.length <= FEW_NODES && this.scene.edges.some((edge) => edge.source === edge.target) ? ROOM_BESIDE : 0;
    this.slim = width < NARROW ? SLIM : 1;
    this.frame.fit(this.bounds, width, height, this.points.length, beside, this.slim);
    const radius = nodeRadius(this.points.length, this.points.map((p) => this.frame.onScreen(p)), this.slim);
    if (radius !== this.radius) {
      this.radius = radius;
      this.build();
      paintClasses(this);
    }
    this.applyView();
    this.draw();
  }

  resetView() {
    this.bounds = boundsOf(this.points);
    this.frame.reset();
    this.fit();
  }

  /** Look at another part: pan and zoom. @param {View} view */
  look(view) {
    this.frame.view = view;
    this.applyView();
  }

  applyView() {
    this.viewport.setAttribute("transform", this.frame.transform);
  }

  /** Where the pointer is on the canvas. @param {{clientX: number, clientY: number}} event */
  onCanvas(event) {
    return placeOn(this.canvas, event);
  }

  /** @param {string} name */
  screenOf(name) {
    return this.frame.onScreen(known(this.draft().points, name));
  }

  /** A free point beside a node, or beside all of them; in graph units. @param {string|undefined} name */
  roomFor(name) {
    const { frame } = this;
    const points = this.draft().points;
    const { width, height } = frame.there;
    const taken = [...points.values()].map((point) => frame.onCanvas(frame.onScreen(point)));
    const start = name !== undefined && points.has(name) ? frame.onCanvas(this.screenOf(name)) : { x: width / 2, y: height / 2 };
    return frame.toGraph(roomAround(start, taken, ROOM, width, height));
  }

  /** Names of the nodes in a box between two points of the canvas. @param {Point} a @param {Point} b */
  namesWithin(a, b) {
    const [p, q] = [this.frame.toScene(a), this.frame.toScene(b)];
    /** @param {number} value @param {number} one @param {number} other */
    const between = (value, one, other) => value >= Math.min(one, other) && value <= Math.max(one, other);
    return this.scene.names.filter((_, n) => between(this.screen[n].x, p.x, q.x) && between(this.screen[n].y, p.y, q.y));
  }

  /** Show nodes so far from where they were, while they are dragged. @param {string[]} names @param {Point} by */
  shiftBy(names, by) {
    this.offset = { names: new Set(names), ...by };
    this.place();
    this.draw(this.offset.names);
  }

  /** The line or box that is being drawn with the pointer; null for none. @param {string|null} path */
  band(path) {
    if (path === null) this.bandPath.removeAttribute("d");
    else this.bandPath.setAttribute("d", path);
  }

  /** Place everything, or only what touches some nodes; then weigh it. @param {Set<string>|null} moved */
  draw(moved = null) {
    if (!this.frame.map) return;
    this.screen = this.points.map((p) => this.frame.onScreen(p));
    this.centre = { x: this.frame.there.width / 2, y: this.frame.there.height / 2 };
    this.nodes.forEach((node, n) => this.placeNode(node, n));
    const { names } = this.scene;
    this.scene.edges.forEach((edge, k) => {
      if (moved === null || moved.has(names[edge.source]) || moved.has(names[edge.target])) this.placeEdge(edge, this.edgeElements[k]);
    });
    writeNames(this);
    this.weigh();
  }

  /** Widths, colours and numbers of the weighting on show; where things are stays as it is. */
  weigh() {
    if (!this.frame.map) return;
    const { scene } = this;
    const drawn = drawnValues(scene, this.store.state);
    const heads = shownHeads(scene, this.store.state);
    const colours = colourScale(drawn.kind, drawn.limit, scene.palette);
    const slim = (scene.names.length > 60 ? 0.6 : scene.names.length > 12 ? 0.8 : 1) * this.slim;
    this.canvas.classList.toggle("moves", this.edgeElements.length <= MAX_MOVING);
    // Attributes, as a CSS variable on the group would make the browser style all of its elements anew.
    this.edgeElements.forEach(({ group, line, rim, head }, k) => {
      const width = edgeWidth(Math.abs(drawn.values[k]), drawn.limit) * slim;
      const colour = colours.fill(drawn.values[k]);
      this.widths[k] = width;
      set(line, { stroke: colour, "stroke-width": width.toFixed(2) });
      set(head, { fill: colour, d: headPath(width) });
      if (scene.edges[k].added) for (const path of [line, rim]) set(path, { "stroke-dasharray": dashes(width) });
      group.classList.toggle("is-new", drawn.kind === "signed" && Boolean(scene.change?.isNew[k]));
    });
    this.drawSplit(heads, drawn.limit * (scene.names.length > 60 ? 1.8 : 1));
    this.drawGone(drawn.gone);
    this.isNumbered = heads === null;
    this.drawNumbers();
    colourNodes(this);
    this.mark();
  }

  /** The numbers on the arrows: of what the locked node reads, else the strongest into each node. */
  drawNumbers() {
    const { scene } = this;
    const { locked, digits } = this.store.state;
    const target = locked === null ? null : locked.kind === "edge" ? locked.target : locked.node;
    const asked = locked?.kind === "edge" ? (scene.edgeBetween(locked.target, locked.source)?.index ?? null) : null;
    this.labelLayer.replaceChildren(...(this.isNumbered ? numberElements(this, drawnValues(scene, this.store.state), digits, target, asked) : []));
  }

  /** Several heads at once: strokes side by side instead of one line. @param {number[]|null} heads @param {number} limit */
  drawSplit(heads, limit) {
    this.canvas.classList.toggle("several", heads !== null);
    if (heads === null && !this.isSplit) return;
    this.isSplit = heads !== null;
    const { scene } = this;
    const { palette } = scene;
    const shown = (heads ?? []).map((head) => ofHead(scene, head).values.data);
    const colours = (heads ?? []).map((head) => palette.heads[head % palette.heads.length]);
    this.edgeElements.forEach(({ splits, shape }, k) => {
      if (shape) splits.replaceChildren(...splitStrokes(shape, shown.map((values) => values[k]), colours, limit));
    });
  }

  /** Arrows of the baseline that are no longer there. @param {Drawn["gone"]} gone */
  drawGone(gone) {
    this.goneLayer.replaceChildren(...gone.map((edge) => this.goneShape(edge)).filter((shape) => shape !== null).map(bareEdge));
  }

  /** Where a gone arrow ran; null where one of its ends is not here. @param {GoneEdge} edge */
  goneShape({ source, target }) {
    return source < 0 || target < 0 ? null : bareShape(this.screen[source], this.screen[target], this.radius);
  }

  /** @param {NodeElement} element @param {number} n */
  placeNode({ group, features }, n) {
    const at = this.screen[n];
    for (const part of [group, features]) part?.setAttribute("transform", `translate(${at.x.toFixed(1)},${at.y.toFixed(1)})`);
    if (!features) return;
    const above = at.y < this.centre.y + 1;
    set(features, { y: (above ? -1 : 1) * (this.radius + 12) });
  }

  /** @param {Edge} edge @param {EdgeElement} element */
  placeEdge(edge, element) {
    const shape = this.edgeShape(edge);
    element.shape = shape;
    for (const path of [element.line, element.rim, element.hit]) path.setAttribute("d", shape.path);
    const { x, y } = shape.tip;
    element.head.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) rotate(${shape.angle.toFixed(1)})`);
  }

  /** @param {Edge} edge */
  edgeShape(edge) {
    const [source, target] = [this.screen[edge.source], this.screen[edge.target]];
    if (edge.source !== edge.target) {
      const opposite = Boolean(this.scene.edgeBetween(edge.source, edge.target)?.drawn);
      return arrow(source, target, this.radius, opposite);
    }
    const around = [...this.scene.into[edge.target], ...this.scene.outOf[edge.target]];
    const neighbours = around.map((a) => this.screen[a.source === edge.target ? a.target : a.source]);
    const beside = this.screen.filter((p) => Math.hypot(p.x - source.x, p.y - source.y) < NEAR * this.radius);
    return loop(source, this.radius, loopDirection(source, [...neighbours, ...beside], this.centre));
  }

  /** Show what is hovered and what is locked. */
  mark() {
    const { hover, locked, direction, selection, connecting } = this.store.state;
    /** @param {Focus|null} focus */
    const litBy = (focus) => new Set(focusEdges(this.scene, focus, direction).map((edge) => edge.index));
    const lit = { hover: litBy(hover), locked: litBy(locked) };
    this.edgeElements.forEach(({ group, rim }, k) => {
      const marks = { hover: lit.hover.has(k), locked: lit.locked.has(k) && locked?.kind === "edge" };
      const width = (this.widths[k] + (marks.locked ? MARKED_RIM : marks.hover ? HOVERED_RIM : RIM)).toFixed(2);
      // Setting what is there already would make the browser style every arrow anew at each move of the pointer.
      const look = `${width} ${marks.hover} ${marks.locked}`;
      if (this.looks[k] === look) return;
      this.looks[k] = look;
      for (const name of MARKS) group.classList.toggle(name, marks[name]);
      rim.setAttribute("stroke-width", width);
    });
    this.nodes.forEach(({ group }, n) => {
      group.classList.toggle("hover", touches(hover, n));
      group.classList.toggle("locked", touches(locked, n));
      group.classList.toggle("selected", selection.includes(this.scene.names[n]) || connecting === this.scene.names[n]);
    });
    if (connecting !== null) this.say(fillIn(this.scene.texts.connecting, { source: shorten(connecting, 16) }));
    else this.readout.replaceChildren(...(hover ? [this.sentence(hover), this.shares(hover)].filter((part) => part !== null) : []));
  }

  /** With several heads on: every share of what the pointer is on, head by head. @param {Focus} focus */
  shares(focus) {
    const { state } = this.store;
    const heads = shownHeads(this.scene, state);
    if (!heads) return null;
    const end = focus.kind === "node" && state.direction === "readBy" ? "target" : "source";
    return sharesTable(this.scene, focusEdges(this.scene, focus, state.direction), heads, end, state.digits);
  }

  /** "B → A, head 2: α = 0.312" @param {Focus} focus */
  sentence(focus) {
    const { scene } = this;
    const { digits } = this.store.state;
    const weighting = shownWeighting(scene, this.store.state);
    const edges = focusEdges(scene, focus, this.store.state.direction);
    if (focus.kind === "node") {
      const counts = this.counts(focus.node);
      if (this.store.state.nodes !== "evenness" || weighting.head === null) return counts;
      return `${counts} · ${weighting.title}: ${scene.readsLike[focus.node][weighting.head]}`;
    }
    const values = { ...focusNames(scene, focus), weighting: weighting.title };
    if (!edges.length) return fillIn(scene.texts.noEdgeReadout, values);
    const [edge] = edges;
    const drawn = drawnValues(scene, this.store.state);
    const value = drawn.kind === "signed" ? signed(drawn.values[edge.index], digits) : number(onEdge(weighting.values, edge), digits);
    const told = fillIn(scene.texts.edgeReadout, { ...values, symbol: drawn.symbol, value });
    return edge.drawn ? told : `${told} · ${scene.texts.undrawn}`;
  }

  /** How many a node reads and is read by in the whole graph, and how much of that is drawn. @param {number} node */
  counts(node) {
    const { called, texts, whole, into, outOf } = this.scene;
    const counts = fillIn(texts.nodeReadout, { node: called[node], reads: nodeCount(texts, whole.reads[node]), readBy: nodeCount(texts, whole.readBy[node]) });
    if (!whole.undrawn.reads[node] && !whole.undrawn.readBy[node]) return counts;
    return `${counts} · ${fillIn(texts.nodeDrawn, { reads: into[node].length, readBy: outOf[node].length })}`;
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (!this.scene) return;
    if (changed.has("nodes")) paintClasses(this);
    if (touch(changed, ["weighting", "scale", "digits", "measure", "heads", "nodes"])) this.weigh();
    else if (touch(changed, ["hover", "locked", "direction", "selection", "connecting"])) this.mark();
    if (changed.has("locked")) this.drawNumbers();
    if (changed.has("tool")) this.canvas.dataset.tool = this.store.state.tool;
  }

  /** Say something where the readout stands, until the pointer moves on. @param {string} sentence */
  say(sentence) {
    this.readout.textContent = sentence;
  }

  /** The keyboard's focus goes to the new node once it is there, unless the person has gone elsewhere since. */
  settleFocus() {
    const name = this.focusNext;
    if (name === null || this.draft().added.has(name)) return;
    this.focusNext = null;
    if (focusedBeside(this.canvas) || document.activeElement === document.body) this.nodeNamed(name)?.focus({ preventScroll: true });
  }

  /** New nodes and arrows without weights, and what is about to go. */
  drawDraft() {
    if (!this.frame.map) return;
    const draft = this.draft();
    const { names } = this.scene;
    /** @param {string} name */
    const at = (name) => this.frame.onScreen(known(draft.points, name));
    this.draftLayer.replaceChildren(...draftElements(this.scene, draft, at, this.radius));
    this.nodes.forEach(({ group, features }) => {
      for (const part of [group, features]) part?.classList.toggle("gone", draft.gone.has(nameOf(group) ?? ""));
    });
    this.edgeElements.forEach(({ group }, k) => {
      const [source, target] = [names[this.scene.edges[k].source], names[this.scene.edges[k].target]];
      group.classList.toggle("gone", draft.gone.has(source) || draft.gone.has(target) || draft.goneEdges.has(edgeKey(source, target)));
    });
    this.box.classList.toggle("empty", draft.points.size === draft.gone.size);
  }
}

/** @param {Point[]} before @param {Point[]} after */
function differ(before, after) {
  return before.length !== after.length || before.some((p, n) => Math.abs(p.x - after[n].x) > 1e-6 || Math.abs(p.y - after[n].y) > 1e-6);
}

/** @param {Focus|null} focus @param {number} n */
function touches(focus, n) {
  return focus !== null && (focus.kind === "node" ? focus.node === n : focus.target === n || focus.source === n);
}

/** @param {Element|null|undefined} element a node's */
const nameOf = (element) => element?.getAttribute("data-name") ?? null;

/** Where a node is that is there. @param {Map<string, Point>} points @param {string} name */
function known(points, name) {
  const point = points.get(name);
  if (!point) throw new Error(`There is no node ${name}.`);
  return point;
}

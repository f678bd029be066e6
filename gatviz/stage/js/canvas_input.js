/** Pointer and keys on the graph: hover, lock, drag, draw an arrow, select with a box. */

import { arrow } from "./geometry.js";
import { focusedBeside, hit, zoomOf } from "./dom.js";
import { focusEdges } from "./scene.js";
import { edgeFocus, nodeFocus, same } from "./store.js";

const CLICK_SLACK = 4;
const MOST_ZOOM = 8;
const LEAST_ZOOM = 0.3;

/**
 * @typedef {{clientX: number, clientY: number}} Pointed
 * @typedef {Object} Drag what the pressed pointer does
 * @property {"connect"|"move"|"box"|"pan"} kind
 * @property {string|null} name of the node that it began on
 * @property {string[]} names of the nodes that move
 * @property {import("./protocol.js").Focus|null} focus
 * @property {number} x where it began
 * @property {number} y
 * @property {boolean} moved
 * @property {import("./frame.js").View} zoomed
 */

export class CanvasInput {
  /**
   * @param {import("./graph_view.js").GraphView} view
   * @param {import("./store.js").Store} store
   * @param {import("./edits.js").Edits} edits
   * @param {import("./commands.js").Commands} commands
   */
  constructor(view, store, edits, commands) {
    this.view = view;
    this.store = store;
    this.edits = edits;
    this.commands = commands;
    /** @type {Drag|null} */
    this.drag = null;
    /** What the arrow keys walked to from the focused node. @type {import("./protocol.js").Focus|null} */
    this.walked = null;
    const { canvas } = view;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => (this.drag ? this.dragTo(event) : this.hoverAt(event)));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", () => this.endDrag());
    canvas.addEventListener("pointerleave", () => !this.drag && store.update({ hover: null }));
    canvas.addEventListener("dblclick", (event) => this.doubleClick(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focusin", (event) => this.focusIn(event));
    canvas.addEventListener("focusout", () => this.focusOut());
  }

  // ---- what is there ------------------------------------------------------------------------------------

  /** @returns {import("./protocol.js").Focus|null} @param {Event} event */
  focusAt(event) {
    const node = hit(event, ".node[data-node]");
    if (node) return nodeFocus(Number(node.dataset.node));
    const edge = hit(event, ".edge");
    return edge ? edgeFocus(Number(edge.dataset.target), Number(edge.dataset.source)) : null;
  }

  /** What is under the pointer: while the canvas holds the pointer, its events' target is the canvas. @param {Pointed} event */
  under(event) {
    return /** @type {Document|ShadowRoot} */ (this.view.canvas.getRootNode()).elementFromPoint(event.clientX, event.clientY);
  }

  /** The name of the node under the pointer, a new one's too. @returns {string|null} @param {Pointed} event */
  nameAt(event) {
    return /** @type {SVGElement|null|undefined} */ (this.under(event)?.closest(".node"))?.dataset.name ?? null;
  }

  /** The node with the keyboard's focus, or the arrow that was walked to from it. */
  focused() {
    const node = /** @type {SVGElement|null|undefined} */ (focusedBeside(this.view.canvas)?.closest(".node[data-node]"));
    return node ? (this.walked ?? nodeFocus(Number(node.dataset.node))) : null;
  }

  /** @param {Event} event */
  focusIn(event) {
    const node = hit(event, ".node[data-node]");
    this.walked = null;
    if (node?.matches(":focus-visible")) this.store.update({ hover: nodeFocus(Number(node.dataset.node)) });
  }

  focusOut() {
    this.walked = null;
    this.store.update({ hover: null });
  }

  /** @param {Event} event */
  hoverAt(event) {
    this.walked = null;
    this.store.update({ hover: this.focusAt(event) });
  }

  // ---- pointer --------------------------------------------------------------------------------------------

  /** @param {PointerEvent} event */
  press(event) {
    if (event.button !== 0) return;
    const { view, store } = this;
    const { tool, selection } = store.state;
    const name = this.nameAt(event);
    const connects = !view.scene.fixed && (tool === "connect" || event.shiftKey);
    const kind = name !== null ? (connects ? "connect" : "move") : tool === "select" || event.shiftKey ? "box" : "pan";
    const names = name === null ? [] : selection.includes(name) ? selection : [name];
    this.drag = { kind, name, names, focus: this.focusAt(event), x: event.clientX, y: event.clientY, moved: false, zoomed: { ...view.frame.view } };
    view.canvas.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  dragTo(event) {
    const { drag, view } = this;
    if (!drag) return;
    const [right, down] = this.way(drag, event);
    if (!drag.moved && Math.hypot(right, down) < CLICK_SLACK) return;
    drag.moved = true;
    if (drag.kind === "move") view.shiftBy(drag.names, view.frame.inGraphUnits(right, down));
    else if (drag.kind === "pan") view.look({ ...drag.zoomed, x: drag.zoomed.x + right, y: drag.zoomed.y + down });
    else if (drag.kind === "connect" && drag.name !== null) view.band(this.bandPath(drag.name, event));
    else view.band(this.boxPath(drag, event));
  }

  /** @param {PointerEvent} event */
  release(event) {
    const { drag, view, store, commands } = this;
    if (!drag) return;
    if (view.canvas.hasPointerCapture(event.pointerId)) view.canvas.releasePointerCapture(event.pointerId);
    this.drag = null;
    view.band(null);
    if (!drag.moved) return this.click(event, drag);
    if (drag.kind === "move") this.shift(drag.names, ...this.way(drag, event));
    else if (drag.kind === "connect") {
      const target = this.nameAt(event);
      if (target !== null && drag.name !== null) commands.connect(drag.name, target);
    } else if (drag.kind === "box") {
      const inside = view.namesWithin(view.onCanvas({ clientX: drag.x, clientY: drag.y }), view.onCanvas(event));
      store.update({ selection: event.shiftKey ? [...new Set([...store.state.selection, ...inside])] : inside });
    }
  }

  /** How far it was dragged, in the canvas' pixels. @param {Drag} drag @param {Pointed} event @returns {[number, number]} */
  way(drag, event) {
    const zoom = zoomOf(this.view.canvas);
    return [(event.clientX - drag.x) / zoom, (event.clientY - drag.y) / zoom];
  }

  endDrag() {
    this.drag = null;
    this.view.band(null);
    this.view.shiftBy([], { x: 0, y: 0 });
  }

  /** @param {MouseEvent} event @param {Pick<Drag, "focus"|"name">} drag */
  click(event, { focus, name }) {
    const { store } = this;
    const { selection, tool } = store.state;
    if (name !== null && (event.shiftKey || tool === "select")) {
      store.update({ selection: selection.includes(name) ? selection.filter((other) => other !== name) : [...selection, name] });
    } else if (focus) {
      if (selection.length) store.update({ selection: [] });
      store.toggleLock(focus);
    } else if (name === null) store.update({ locked: null, selection: [], edited: null });
  }

  /** @param {MouseEvent} event */
  doubleClick(event) {
    const name = this.nameAt(event);
    if (this.view.scene.fixed) return;
    if (name !== null) this.store.update({ edited: name });
    else if (!this.under(event)?.closest(".edge, .edge-labels")) this.commands.newNode(this.view.frame.toGraph(this.view.onCanvas(event)));
  }

  /** Move nodes by so many pixels, for good. @param {string[]} names @param {number} right @param {number} down */
  shift(names, right, down) {
    const { points } = this.view.draft();
    const by = this.view.frame.inGraphUnits(right, down);
    const known = names.flatMap((name) => {
      const point = points.get(name);
      return point ? [{ name, point }] : [];
    });
    this.edits.push({ kind: "move", names: known.map(({ name }) => name), points: known.map(({ point }) => [point.x + by.x, point.y + by.y]) });
  }

  /** @param {string} name where it starts @param {Pointed} event */
  bandPath(name, event) {
    const { view } = this;
    const from = view.screenOf(name);
    const to = view.frame.toScene(view.onCanvas(event));
    return arrow(from, to, 0, false).path;
  }

  /** @param {Drag} drag @param {Pointed} event */
  boxPath(drag, event) {
    const { view } = this;
    const a = view.frame.toScene(view.onCanvas({ clientX: drag.x, clientY: drag.y }));
    const b = view.frame.toScene(view.onCanvas(event));
    return `M${a.x},${a.y} H${b.x} V${b.y} H${a.x} Z`;
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const { view } = this;
    const at = view.onCanvas(event);
    const before = view.frame.view;
    const zoom = Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, before.zoom * Math.exp(-event.deltaY / 300)));
    const ratio = zoom / before.zoom;
    view.look({ zoom, x: at.x - (at.x - before.x) * ratio, y: at.y - (at.y - before.y) * ratio });
  }

  // ---- keys -------------------------------------------------------------------------------------------------

  /** On a node: Enter locks it or ends an arrow there, the arrow keys walk through the arrows that end in it. @param {KeyboardEvent} event */
  key(event) {
    const node = hit(event, ".node[data-node]");
    if (!node || event.altKey || event.ctrlKey || event.metaKey) return;
    const n = Number(node.dataset.node);
    const { connecting } = this.store.state;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (connecting === null) this.store.toggleLock(this.walked ?? nodeFocus(n));
      else {
        this.store.update({ connecting: null });
        this.commands.connect(connecting, this.view.scene.names[n]);
      }
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      this.walk(n, event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : -1);
    }
  }

  /** @param {number} n @param {1|-1} step */
  walk(n, step) {
    const { hover, direction } = this.store.state;
    const edges = focusEdges(this.view.scene, nodeFocus(n), direction);
    const ring = [nodeFocus(n), ...edges.map((edge) => edgeFocus(edge.target, edge.source))];
    const place = Math.max(0, ring.findIndex((focus) => same(focus, this.walked ?? hover)));
    this.walked = ring[(place + step + ring.length) % ring.length];
    this.store.update({ hover: this.walked });
  }
}

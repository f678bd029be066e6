/** Pointer and keys on the graph: hover, lock, drag, draw an arrow, select with a box. */

import { arrow } from "./geometry.js";
import { zoomOf } from "./dom.js";
import { Pointing } from "./pointing.js";

const CLICK_SLACK = 4;
const MAX_ZOOM = 8;
const MIN_ZOOM = 0.3;

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

export class CanvasInput extends Pointing {
  /**
   * @param {import("./graph_view.js").GraphView} view
   * @param {import("./store.js").Store} store
   * @param {import("./commands.js").Commands} commands
   */
  constructor(view, store, commands) {
    super(view, store);
    this.commands = commands;
    /** @type {Drag|null} */
    this.drag = null;
    const { canvas } = view;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => (this.drag ? this.dragTo(event) : this.hoverAt(event)));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointercancel", () => this.endDrag());
    canvas.addEventListener("dblclick", (event) => this.doubleClick(event));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  // ---- what is there ------------------------------------------------------------------------------------

  /** What is under the pointer: while the canvas holds the pointer, its events' target is the canvas. @param {Pointed} event */
  under(event) {
    return /** @type {Document|ShadowRoot} */ (this.view.canvas.getRootNode()).elementFromPoint(event.clientX, event.clientY);
  }

  /** The name of the node under the pointer, a new one's too. @returns {string|null} @param {Pointed} event */
  nameAt(event) {
    return /** @type {SVGElement|null|undefined} */ (this.under(event)?.closest(".node"))?.dataset.name ?? null;
  }

  leave() {
    if (!this.drag) super.leave();
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
    if (drag.kind === "move") commands.shift(drag.names, ...this.way(drag, event));
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
    const zoom = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, before.zoom * Math.exp(-event.deltaY / 300)));
    const ratio = zoom / before.zoom;
    view.look({ zoom, x: at.x - (at.x - before.x) * ratio, y: at.y - (at.y - before.y) * ratio });
  }

  // ---- keys -------------------------------------------------------------------------------------------------

  /** Locks a node, or ends an arrow there. @param {number} n */
  choose(n) {
    const { connecting } = this.store.state;
    if (connecting === null) return super.choose(n);
    this.store.update({ connecting: null });
    this.commands.connect(connecting, this.view.scene.names[n]);
  }
}

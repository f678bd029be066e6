/** Pointer and keys on a graph that is looked at: hover, lock, and a walk through its arrows. */

import { focusedBeside, hit } from "./dom.js";
import { focusEdges } from "./scene.js";
import { edgeFocus, nodeFocus, same } from "./store.js";

/** @import {Focus} from "./protocol.js" */

export class Pointing {
  /** @param {import("./graph_view.js").GraphView} view @param {import("./store.js").Store} store */
  constructor(view, store) {
    this.view = view;
    this.store = store;
    /** What the arrow keys walked to from the focused node. @type {Focus|null} */
    this.walked = null;
    const { canvas } = view;
    canvas.addEventListener("pointerleave", () => this.leave());
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focusin", (event) => this.focusIn(event));
    canvas.addEventListener("focusout", () => this.focusOut());
  }

  /** @returns {Focus|null} @param {Event} event */
  focusAt(event) {
    const node = hit(event, ".node[data-node]");
    if (node) return nodeFocus(Number(node.dataset.node));
    const edge = hit(event, ".edge");
    return edge ? edgeFocus(Number(edge.dataset.target), Number(edge.dataset.source)) : null;
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

  leave() {
    this.store.update({ hover: null });
  }

  /** @param {Event} event */
  hoverAt(event) {
    this.walked = null;
    this.store.update({ hover: this.focusAt(event) });
  }

  /** On a node: Enter locks it, the arrow keys walk through the arrows that end in it. @param {KeyboardEvent} event */
  key(event) {
    const node = hit(event, ".node[data-node]");
    if (!node || event.altKey || event.ctrlKey || event.metaKey) return;
    const n = Number(node.dataset.node);
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.choose(n);
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      this.walk(n, event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : -1);
    }
  }

  /** @param {number} n */
  choose(n) {
    this.store.toggleLock(this.walked ?? nodeFocus(n));
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

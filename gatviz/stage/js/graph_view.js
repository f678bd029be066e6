/** The graph: nodes that can be dragged, arrows whose width and colour are the shown weight. */

import { html, svg } from "./dom.js";
import { brief, fillIn, number, shorten } from "./format.js";
import { arrow, headPoints, loop, loopDirection } from "./geometry.js";
import { arcWidth, colourScale } from "./scales.js";
import { focusArcs, focusNames, shareLimit, shownWeighting } from "./scene.js";
import { arcFocus, nodeFocus, same } from "./store.js";

const MARGIN = { few: 62, many: 40 };
const ROOM_FOR_FEATURES = 26;
const MOST_STRETCH = 1.9;
const CLICK_SLACK = 4;
const MOST_FEATURES_BESIDE = 4;

export class GraphView {
  /**
   * @param {import("./store.js").Store} store
   * @param {{moved: (points: number[][]) => void}} host is told where the nodes were dragged to
   */
  constructor(store, host) {
    this.store = store;
    this.host = host;
    this.points = [];
    this.view = { x: 0, y: 0, zoom: 1 };
    this.arcLayer = svg("g");
    this.labelLayer = svg("g", { class: "arc-labels" });
    this.nodeLayer = svg("g");
    this.viewport = svg("g", {}, this.arcLayer, this.labelLayer, this.nodeLayer);
    this.canvas = svg("svg", { class: "graph", role: "group" }, this.viewport);
    this.readout = html("div", { class: "readout", role: "status", "aria-live": "polite" });
    this.fitButton = html("button", { class: "quiet", type: "button", onclick: () => this.resetView() });
    this.legend = html("div", { class: "legend" });
    this.element = html(
      "section",
      { class: "panel graph-panel" },
      html("div", { class: "graph-box" }, this.canvas, this.readout, this.fitButton),
      this.legend,
    );
    this.listen();
    this.resize = new ResizeObserver(() => this.fit());
    this.resize.observe(this.canvas);
  }

  destroy() {
    this.resize.disconnect();
  }

  /** Take over new data. Positions are only replaced when Python says that it did so. */
  setScene(scene) {
    const replaced = !this.scene || this.scene.revision !== scene.revision;
    this.scene = scene;
    this.canvas.setAttribute("aria-label", scene.texts.graphLabel);
    this.fitButton.textContent = scene.texts.fit;
    if (replaced || this.points.length !== scene.names.length) {
      this.points = scene.positions.map(([x, y]) => ({ x, y }));
      this.view = { x: 0, y: 0, zoom: 1 };
      this.bounds = boundsOf(this.points);
    }
    const rebuilt = this.drawn !== scene.structure;
    if (rebuilt) this.build();
    if (rebuilt || replaced || !this.map) this.fit();
    else this.weigh();
  }

  /** Make the elements anew; only where nodes or arcs changed, so that focus and hover survive a rerun. */
  build() {
    const { scene } = this;
    this.drawn = scene.structure;
    const count = scene.names.length;
    this.radius = count <= 12 ? 22 : count <= 40 ? 13 : count <= 100 ? 10 : 7;
    this.nodes = scene.names.map((name, n) => this.makeNode(name, n));
    this.arcElements = scene.arcs.map((arc) => this.makeArc(arc));
    this.nodeLayer.replaceChildren(...this.nodes.map((node) => node.group));
    this.arcLayer.replaceChildren(...this.arcElements.map((arc) => arc.group));
  }

  makeNode(name, n) {
    const { scene, radius } = this;
    const inside = Array.from(name).length * 6.2 <= radius * 2 - 4;
    const colour = scene.classOf[n] >= 0 ? scene.palette.classes[scene.classOf[n] % scene.palette.classes.length] : null;
    const small = scene.names.length > 100;
    const group = svg(
      "g",
      {
        class: "node",
        "data-node": n,
        tabindex: 0,
        role: "button",
        "aria-label": fillIn(scene.texts.nodeLabel, { node: name, count: scene.into[n].length }),
      },
      svg("circle", { r: radius, ...(colour ? { style: `--class: ${colour}`, "data-class": "" } : {}) }),
      small ? null : svg("text", { class: inside ? "inside" : "outside", y: inside ? 0 : radius + 13 }, shorten(name, inside ? 6 : 16)),
      svg("title", {}, name),
    );
    const beside = scene.names.length <= 12 && scene.features.shape[1] <= MOST_FEATURES_BESIDE && scene.features.shape[1] > 0;
    if (beside) {
      const values = Array.from({ length: scene.features.shape[1] }, (_, f) => brief(scene.features.at(n, f)));
      group.append(svg("text", { class: "features" }, `[${values.join(", ")}]`));
    }
    return { group, features: beside ? group.lastChild : null };
  }

  makeArc(arc) {
    const line = svg("path", { class: "line" });
    const rim = svg("path", { class: "rim" });
    const head = svg("polygon", { class: "head" });
    const hit = svg("path", { class: "hit" });
    const group = svg(
      "g",
      { class: arc.added ? "arc added" : "arc", "data-target": arc.target, "data-source": arc.source },
      rim,
      line,
      head,
      hit,
    );
    return { group, line, rim, head, hit };
  }

  /** Scale the positions to the panel. */
  fit() {
    if (!this.scene) return;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    const { left, right, bottom, top } = this.bounds;
    const margin = this.points.length > 12 ? MARGIN.many : MARGIN.few;
    const beside = this.nodes.some((node) => node.features) ? ROOM_FOR_FEATURES : 0;
    const across = (width - 2 * (margin + beside)) / (right - left || Infinity);
    const down = (height - 2 * margin) / (top - bottom || Infinity);
    const least = Math.max(Math.min(across || down, down || across), 1e-9);
    this.map = {
      across: Math.min(across || least, least * MOST_STRETCH),
      down: Math.min(down || least, least * MOST_STRETCH),
      x: (left + right) / 2,
      y: (bottom + top) / 2,
      width,
      height,
    };
    this.applyView();
    this.draw();
  }

  resetView() {
    this.bounds = boundsOf(this.points);
    this.view = { x: 0, y: 0, zoom: 1 };
    this.fit();
  }

  applyView() {
    const { x, y, zoom } = this.view;
    this.viewport.setAttribute("transform", `translate(${x},${y}) scale(${zoom})`);
  }

  /** Graph units → screen. */
  onScreen(point) {
    const { across, down, x, y, width, height } = this.map;
    return { x: width / 2 + (point.x - x) * across, y: height / 2 - (point.y - y) * down };
  }

  /** Place everything, or only what touches one node; then weigh it. */
  draw(moved = null) {
    if (!this.map) return;
    this.screen = this.points.map((p) => this.onScreen(p));
    this.nodes.forEach((node, n) => this.placeNode(node, n));
    this.scene.arcs.forEach((arc, k) => {
      if (moved === null || arc.source === moved || arc.target === moved) this.placeArc(arc, this.arcElements[k]);
    });
    this.weigh();
  }

  /** Widths, colours and numbers of the weighting on show; where things are stays as it is. */
  weigh() {
    if (!this.map) return;
    const { scene } = this;
    const weighting = shownWeighting(scene, this.store.state);
    const limit = shareLimit(scene, this.store.state);
    const colours = colourScale("share", limit, scene.palette);
    const slim = scene.names.length > 60 ? 0.6 : 1;
    this.arcElements.forEach(({ group, head }, k) => {
      const share = weighting.values.data[k];
      const width = arcWidth(share, limit) * slim;
      group.style.cssText = `--width:${width.toFixed(2)};--colour:${colours.fill(share)}`;
      head.setAttribute("points", headPoints(width));
    });
    this.drawLabels(weighting);
    this.drawLegend(colours);
    this.mark();
  }

  placeNode({ group, features }, n) {
    const at = this.screen[n];
    group.setAttribute("transform", `translate(${at.x.toFixed(1)},${at.y.toFixed(1)})`);
    if (!features) return;
    const right = at.x >= this.map.width / 2;
    features.setAttribute("x", (right ? 1 : -1) * (this.radius + 11));
    features.style.textAnchor = right ? "start" : "end";
  }

  placeArc(arc, element) {
    const shape = this.arcShape(arc);
    element.shape = shape;
    for (const path of [element.line, element.rim, element.hit]) path.setAttribute("d", shape.path);
    const { x, y } = shape.tip;
    element.head.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) rotate(${shape.angle.toFixed(1)})`);
  }

  arcShape(arc) {
    const [source, target] = [this.screen[arc.source], this.screen[arc.target]];
    if (arc.source !== arc.target) {
      const opposite = this.scene.arcBetween(arc.source, arc.target) !== null;
      return arrow(source, target, this.radius, opposite);
    }
    const around = [...this.scene.into[arc.target], ...this.scene.outOf[arc.target]];
    const neighbours = around.map((a) => this.screen[a.source === arc.target ? a.target : a.source]);
    return loop(source, this.radius, loopDirection(source, neighbours));
  }

  /** The strongest arrow into each node carries its number, the larger first, where there is room for it. */
  drawLabels(weighting) {
    const small = this.scene.names.length > 12;
    const values = weighting.values.data;
    const taken = small ? this.screen.map((p) => ({ ...p, half: this.radius, tall: this.radius })) : [];
    const labels = [];
    for (const k of weighting.strongest.filter((arc) => arc >= 0).sort((a, b) => values[b] - values[a])) {
      const text = number(values[k], small ? 2 : this.store.state.digits);
      const box = { ...this.arcElements[k].shape.label, half: text.length * (small ? 2.9 : 3.6) + 5, tall: small ? 7 : 9 };
      if (small && taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      labels.push(this.makeLabel(text, box, k, small));
    }
    this.labelLayer.replaceChildren(...labels);
  }

  makeLabel(text, { x, y, half, tall }, arc, small) {
    return svg(
      "g",
      { class: small ? "arc-label small" : "arc-label", transform: `translate(${x.toFixed(1)},${y.toFixed(1)})`, "data-arc": arc },
      svg("rect", { x: -half, y: -tall, width: 2 * half, height: 2 * tall, rx: tall }),
      svg("text", {}, text),
    );
  }

  drawLegend(colours) {
    const { texts } = this.scene;
    const steps = html("span", { class: "steps", "aria-hidden": "true" });
    steps.style.background = `linear-gradient(90deg, ${colours.stops.join(",")})`;
    const added = this.scene.arcs.some((arc) => arc.added) ? ` ${texts.addedLegend}` : "";
    this.legend.replaceChildren(
      html("span", {}, texts.arrowLegend + added),
      html("span", { class: "bar" }, "α 0", steps, number(colours.limit)),
    );
  }

  /** Show what is hovered and what is locked. */
  mark() {
    const { hover, locked, direction } = this.store.state;
    const lit = { hover: new Set(), locked: new Set() };
    for (const [name, focus] of Object.entries({ hover, locked })) {
      for (const arc of focusArcs(this.scene, focus, direction)) lit[name].add(arc.index);
    }
    const row = hover?.kind === "arc" ? hover.target : null;
    this.arcElements.forEach(({ group }, k) => {
      group.classList.toggle("hover", lit.hover.has(k));
      group.classList.toggle("locked", lit.locked.has(k));
      const near = row !== null && this.scene.arcs[k].target === row;
      group.classList.toggle("faint", Boolean(hover) && !near && !lit.hover.has(k) && !lit.locked.has(k));
    });
    this.nodes.forEach(({ group }, n) => {
      group.classList.toggle("hover", touches(hover, n));
      group.classList.toggle("locked", touches(locked, n));
    });
    this.readout.textContent = hover ? this.sentence(hover) : "";
  }

  /** "B → A, head 2: α = 0.312" */
  sentence(focus) {
    const { scene } = this;
    const { digits } = this.store.state;
    const weighting = shownWeighting(scene, this.store.state);
    const arcs = focusArcs(scene, focus, this.store.state.direction);
    if (focus.kind === "node") {
      return fillIn(scene.texts.nodeReadout, { node: scene.names[focus.node], reads: scene.into[focus.node].length, readBy: scene.outOf[focus.node].length });
    }
    const values = { ...focusNames(scene, focus), weighting: weighting.title };
    if (!arcs.length) return fillIn(scene.texts.noArcReadout, values);
    return fillIn(scene.texts.arcReadout, { ...values, symbol: weighting.symbol, value: number(weighting.values.data[arcs[0].index], digits) });
  }

  onState(changed) {
    if (["weighting", "scale", "digits"].some((key) => changed.has(key))) this.weigh();
    else if (["hover", "locked", "direction"].some((key) => changed.has(key))) this.mark();
  }

  // ---- pointer and keys -------------------------------------------------------------------------------

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => (this.drag ? this.dragTo(event) : this.hoverAt(event)));
    canvas.addEventListener("pointerup", (event) => this.release(event));
    canvas.addEventListener("pointerleave", () => !this.drag && this.store.update({ hover: null }));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("focusin", (event) => {
      const node = event.target.closest?.(".node");
      if (node && node.matches(":focus-visible")) this.store.update({ hover: nodeFocus(Number(node.dataset.node)) });
    });
    canvas.addEventListener("focusout", () => this.store.update({ hover: null }));
  }

  /** @returns {import("./store.js").Focus|null} */
  focusAt(event) {
    const node = event.target.closest?.(".node");
    if (node) return nodeFocus(Number(node.dataset.node));
    const arc = event.target.closest?.(".arc");
    return arc ? arcFocus(Number(arc.dataset.target), Number(arc.dataset.source)) : null;
  }

  hoverAt(event) {
    this.store.update({ hover: this.focusAt(event) });
  }

  press(event) {
    if (event.button !== 0) return;
    const focus = this.focusAt(event);
    this.drag = { focus, x: event.clientX, y: event.clientY, moved: false, view: { ...this.view } };
    if (focus?.kind === "node") this.drag.point = { ...this.points[focus.node] };
    this.canvas.setPointerCapture(event.pointerId);
  }

  dragTo(event) {
    const { drag } = this;
    const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
    if (!drag.moved && Math.hypot(dx, dy) < CLICK_SLACK) return;
    drag.moved = true;
    if (drag.point) {
      const { across, down } = this.map;
      const { zoom } = this.view;
      this.points[drag.focus.node] = { x: drag.point.x + dx / (across * zoom), y: drag.point.y - dy / (down * zoom) };
      this.draw(drag.focus.node);
    } else {
      this.view = { ...drag.view, x: drag.view.x + dx, y: drag.view.y + dy };
      this.applyView();
    }
  }

  release(event) {
    const { drag } = this;
    this.drag = null;
    if (!drag) return;
    this.canvas.releasePointerCapture(event.pointerId);
    if (drag.moved && drag.point) this.host.moved(this.points.map((p) => [p.x, p.y]));
    else if (!drag.moved && drag.focus) this.store.toggleLock(drag.focus);
    else if (!drag.moved) this.store.update({ locked: null });
  }

  wheel(event) {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = this.canvas.getBoundingClientRect();
    const at = { x: event.clientX - box.x, y: event.clientY - box.y };
    const zoom = Math.min(8, Math.max(0.3, this.view.zoom * Math.exp(-event.deltaY / 300)));
    const ratio = zoom / this.view.zoom;
    this.view = { zoom, x: at.x - (at.x - this.view.x) * ratio, y: at.y - (at.y - this.view.y) * ratio };
    this.applyView();
  }

  /** On a node: Enter locks it, the arrow keys walk through the arrows that end in it. */
  key(event) {
    const node = event.target.closest?.(".node");
    if (!node) return;
    const n = Number(node.dataset.node);
    const { hover, direction } = this.store.state;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.store.toggleLock(hover ?? nodeFocus(n));
    } else if (event.key.startsWith("Arrow")) {
      event.preventDefault();
      const arcs = focusArcs(this.scene, nodeFocus(n), direction);
      const ring = [nodeFocus(n), ...arcs.map((arc) => arcFocus(arc.target, arc.source))];
      const place = Math.max(0, ring.findIndex((focus) => same(focus, hover)));
      const step = event.key === "ArrowRight" || event.key === "ArrowDown" ? 1 : -1;
      this.store.update({ hover: ring[(place + step + ring.length) % ring.length] });
    }
  }
}

function boundsOf(points) {
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  return { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
}

function overlap(a, b) {
  return Math.abs(a.x - b.x) < a.half + b.half && Math.abs(a.y - b.y) < a.tall + b.tall;
}

function touches(focus, n) {
  return Boolean(focus) && (focus.kind === "node" ? focus.node === n : focus.target === n || focus.source === n);
}

/** Small multiples: the same graph once for each set of weights, drawn by the stage's painter, linked by what is pointed at. */

import { Camera } from "./camera.js";
import { html, LATER } from "./dom.js";
import { number, signed } from "./format.js";
import { GraphView } from "./graph_view.js";
import { classMarks, scaleBar } from "./legend.js";
import { captionOfParts, lockOf } from "./picture_parts.js";
import { Pointing } from "./pointing.js";
import { drawnValues, linksOf } from "./scene.js";
import { AT_FIRST, edgeFocus, nodeFocus, same, Store, touch } from "./store.js";
import { tensor } from "./tensor.js";
import { dressed, inLight } from "./light_or_dark.js";

/**
 * @import {Focus, Palette, Panels} from "./protocol.js"
 * @import {Drawing} from "./scene.js"
 *
 * @typedef {Object} Host what the panels tell the world around them
 * @property {(focus: Focus|null, weighting: string) => void} looked what is locked
 * @property {(panel: number) => void} opened a panel that is wanted alone
 */

/** A panel is not made narrower than this: rather there are fewer in a row. */
const NARROWEST = 190;
/** In panels that are not so wide, only what is locked is numbered. */
const WIDE = 300;
/** Of so many panels the values are told in a sentence too; above each they always are. */
const MAX_TOLD = 8;

export class PanelsView {
  /** @param {HTMLElement} root @param {Host} host */
  constructor(root, host) {
    /** @type {Panels} */
    this.data = LATER;
    /** @type {Palette} */
    this.palette = LATER;
    this.host = host;
    /** @type {PanelView[]} */
    this.panels = [];
    this.following = false;
    this.grid = html("div", { class: "panels-grid" });
    this.legend = html("div", { class: "legend" });
    this.readout = html("div", { class: "readout", role: "status", "aria-live": "polite" });
    /** @param {() => void} act */
    const paper = (act) => inLight(this.element, this.data.palettes, () => this.show(this.data), act);
    this.camera = new Camera("panels", (date) => captionOfParts([this.data.graphTitle, this.data.about, this.data.title, this.scale(), this.lock(), date]), paper, () => [{ key: "panels", name: this.data.title, elements: [this.grid, this.legend] }]);
    this.title = html("h3", { class: "panels-title" });
    this.element = html("div", { class: "gatviz-stage gatviz-panels" }, html("div", { class: "panels-head" }, this.title, this.camera.element), this.grid, html("div", { class: "graph-foot" }, this.legend, this.readout));
    // The page around hears single letters too: it would run again, or clear its cache.
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.resized = new ResizeObserver(() => this.arrange());
    this.resized.observe(this.element);
    root.append(this.element);
  }

  destroy() {
    this.resized.disconnect();
    for (const panel of this.panels) panel.graph.destroy();
    this.element.remove();
  }

  /** @param {Panels} data */
  show(data) {
    const before = this.data;
    this.data = data;
    this.palette = dressed(this.element, data.palettes).palette;
    this.title.textContent = data.title;
    this.legend.replaceChildren(html("span", { class: "legend-words" }, data.legend), ...classMarks({ palette: this.palette, classNames: data.classNames }, data.panels[0]?.nodes ? [] : data.classOf), scaleBar(this.palette, data.signed ? "signed" : "share", data.largest, data.symbol));
    this.camera.setScene({ texts: data.texts, palette: this.palette, graphTitle: data.graphTitle });
    const kept = before && same(before.names, data.names) ? this.panels[0]?.store.state.locked : data.locked;
    if (this.panels.length !== data.panels.length) this.build();
    this.panels.forEach((panel, k) => panel.show(this.drawingOf(k), kept ?? null));
    this.arrange();
    this.tell();
  }

  build() {
    for (const panel of this.panels) panel.graph.destroy();
    this.panels = this.data.panels.map((_, k) => new PanelView(k, this));
    this.grid.replaceChildren(...this.panels.map((panel) => panel.element));
  }

  /** One panel as the painter takes it. @param {number} k @returns {Drawing} */
  drawingOf(k) {
    const { data, palette } = this;
    const { edges, gone } = data;
    const { values: packed, strongest, title, nodes, told } = data.panels[k];
    const links = linksOf(edges, data.names.length);
    for (const edge of links.edges.slice(links.edges.length - gone)) edge.was = true;
    const values = tensor(packed);
    const none = tensor({ shape: [0], f32: new Float32Array() });
    const change = { values: { ...values, shape: [1, values.data.length] }, goneValues: none, strongest: [strongest], strongestGone: [[]], beside: [[]], isNew: data.new, gone: [], limit: data.largest };
    const evenness = nodes ? tensor({ shape: [data.names.length, 1], f32: nodes.f32 }) : none;
    return {
      ...links,
      ...data,
      revision: JSON.stringify(data.positions),
      structure: JSON.stringify([data.names, edges, gone, data.classOf]),
      refused: "",
      fixed: true,
      freeNumber: 0,
      edges: links.edges,
      palette,
      features: none,
      weightings: [{ key: "panel", title, head: 0, symbol: data.symbol, values, strongest }],
      change: data.signed ? change : null,
      whole: { reads: data.reads, readBy: data.readBy, undrawn: { reads: data.undrawnReads, readBy: data.undrawnReadBy } },
      predicted: [],
      wrong: [],
      evenness,
      readsLike: told.map((words) => [words]),
      shareLimit: data.largest,
    };
  }

  /** As many panels in a row as have room. */
  arrange() {
    if (!this.data) return;
    const columns = String(Math.min(this.data.columns, Math.max(1, Math.floor(this.element.clientWidth / NARROWEST))));
    this.grid.style.setProperty("--columns", columns);
    this.grid.dataset.columns = columns;
    for (const panel of this.panels) panel.number();
  }

  /** What is pointed at or locked in one panel is so in all. @param {PanelView} from @param {import("./store.js").Changed} changed */
  follow(from, changed) {
    if (this.following) return;
    const { hover, locked } = from.store.state;
    this.following = true;
    for (const panel of this.panels) panel.store.update({ hover, locked });
    this.following = false;
    this.tell();
    if (changed.has("locked")) this.host.looked(this.byNumber(locked), this.data.weighting);
  }

  /** The values of what is pointed at, or else locked: above each panel, and in a sentence. */
  tell() {
    const { hover, locked } = this.panels[0]?.store.state ?? AT_FIRST;
    for (const panel of this.panels) panel.tell(hover ?? locked);
    const words = hover ? (this.panels[0]?.told(hover, this.panels.length <= MAX_TOLD ? this.panels : []) ?? "") : "";
    if (this.readout.textContent !== words) this.readout.textContent = words;
  }

  /** @param {Focus|null} focus @returns {Focus|null} by the numbers of the whole graph; null where that has no such node */
  byNumber(focus) {
    if (!focus) return null;
    const { numbers } = this.data;
    const ends = (focus.kind === "node" ? [focus.node] : [focus.target, focus.source]).map((node) => numbers[node]);
    if (ends.some((end) => end < 0)) return null;
    return focus.kind === "node" ? nodeFocus(ends[0]) : edgeFocus(ends[0], ends[1]);
  }

  scale() {
    const { signed: both, symbol, largest } = this.data;
    const end = largest === 1 ? "1" : number(largest);
    return both ? `${symbol} −${end} … ${end}` : `${symbol} 0 … ${end}`;
  }

  lock() {
    return lockOf(this.data, this.panels[0]?.store.state.locked ?? null);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.panels[0]?.store.update({ locked: null, hover: null });
  }
}

class PanelView {
  /** @param {number} place @param {PanelsView} all */
  constructor(place, all) {
    const { data, host } = all;
    this.all = all;
    this.place = place;
    this.store = new Store({ ...AT_FIRST, weighting: "panel", scale: "max", measure: data.signed ? "change" : "share", nodes: data.panels[place].nodes ? "evenness" : "class" });
    this.graph = new GraphView(this.store, { drawn: [] });
    this.graph.listen(new PanelPointing(this.graph, this.store));
    // One of them for who does not see them: what is told there is told of all.
    if (place > 0) this.graph.canvas.setAttribute("aria-hidden", "true");
    const name = data.opens ? html("button", { type: "button", class: "panel-open", onclick: () => host.opened(place) }) : html("span", { class: "panel-name" });
    this.name = name;
    this.value = html("span", { class: "panel-value" });
    this.element = html("section", { class: "panel graph-panel" }, html("header", { class: "panel-head" }, name, this.value), this.graph.box);
    this.store.subscribe((_, changed) => {
      this.graph.onState(changed);
      if (touch(changed, ["hover", "locked"])) all.follow(this, changed);
    });
  }

  /** @param {Drawing} drawing @param {Focus|null} locked */
  show(drawing, locked) {
    const { data } = this.all;
    this.name.textContent = data.panels.length > 1 ? data.panels[this.place].title : "";
    const nodes = data.panels[this.place].nodes ? "evenness" : "class";
    this.store.state = { ...this.store.state, locked, hover: null, nodes, measure: data.signed ? "change" : "share" };
    this.graph.setScene(drawing);
    if (this.place > 0) for (const element of [this.graph.canvas, ...this.graph.nodes.map(({ group }) => group)]) element.setAttribute("tabindex", "-1");
  }

  /** Numbers on arrows only where they have room. */
  number() {
    this.element.classList.toggle("is-narrow", this.element.clientWidth < WIDE);
  }

  /** This panel's value of something. @param {Focus|null} focus */
  valueOf(focus) {
    if (!focus) return "";
    const { scene } = this.graph;
    // Where nodes are what is told of, an arrow stands for the one that reads.
    if (focus.kind === "node" || scene.readsLike.length) return scene.readsLike[focus.kind === "node" ? focus.node : focus.target]?.[0] ?? "";
    const edge = scene.edgeBetween(focus.target, focus.source);
    if (!edge) return "";
    const { kind, values } = drawnValues(scene, this.store.state);
    return kind === "signed" ? signed(values[edge.index]) : number(values[edge.index]);
  }

  /** @param {Focus|null} focus */
  tell(focus) {
    this.value.textContent = this.valueOf(focus);
  }

  /** What is pointed at, and what it is in each of these panels. @param {Focus} focus @param {PanelView[]} panels */
  told(focus, panels) {
    const { names } = this.graph.scene;
    const what = focus.kind === "node" ? this.graph.counts(focus.node) : `${names[focus.source]} → ${names[focus.target]}`;
    const values = panels.map((panel) => ({ name: panel.name.textContent, value: panel.valueOf(focus) })).filter(({ value }) => value);
    return [what, ...values.map(({ name, value }) => (name ? `${name}: ${value}` : value))].join(" · ");
  }
}

class PanelPointing extends Pointing {
  /** @param {GraphView} view @param {Store} store */
  constructor(view, store) {
    super(view, store);
    view.canvas.addEventListener("pointermove", (event) => this.hoverAt(event));
    view.canvas.addEventListener("click", (event) => {
      const focus = this.focusAt(event);
      if (focus) store.toggleLock(focus);
      else store.update({ locked: null });
    });
  }
}

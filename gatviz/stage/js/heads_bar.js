/** Which weighting is shown, or which heads at once: a tile a head, with what it gives the locked arrow; baselines behind a button. */

import { focusedBeside, focusKey, html, LATER } from "./dom.js";
import { fillIn, number, shorten } from "./format.js";
import { Menu } from "./menu.js";
import { sliding } from "./motion.js";
import { colourScale } from "./scales.js";
import { onEdge, shownWeighting } from "./scene.js";
import { touch } from "./store.js";

/**
 * @import {Edge, Scene, Weighting} from "./scene.js"
 * @import {Changed} from "./store.js"
 */

/** Above so many heads a tile is its number alone. */
const MAX_BARS = 8;
const MAX_NAME = 12;

export class HeadsBar {
  /** @param {import("./store.js").Store} store */
  constructor(store) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    /** The heads that were shown before the last click. @type {number[]} */
    this.before = [];
    /** @type {[Weighting, HTMLButtonElement][]} */
    this.swatches = [];
    this.drawnSeveral = false;
    this.menu = new Menu("baselines");
    this.caption = html("span", { class: "caption" });
    this.tiles = html("div", { class: "swatches" });
    this.even = html("span", { class: "even-legend" });
    this.element = html("div", { class: "heads-bar" }, this.caption, this.tiles, this.even, html("span", { class: "spacer" }), this.menu.element);
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    // A tile that is clicked twice must still be there at the second click.
    if (touch(changed, ["weighting", "digits", "locked"]) || (changed.has("heads") && this.drawnSeveral !== this.several)) this.draw();
    else if (changed.has("heads")) this.mark();
  }

  get several() {
    return this.store.state.heads !== null;
  }

  draw() {
    const { scene } = this;
    const { texts } = scene;
    const edge = this.lockedEdge();
    this.drawnSeveral = this.several;
    this.swatches = [];
    const focused = focusedBeside(this.element)?.dataset.key;
    const heads = scene.weightings.filter(({ kind }) => kind === "head");
    this.caption.replaceChildren(html("b", {}, texts.head), heads.length > MAX_BARS ? "" : ` · ${this.said(edge)}`);
    this.tiles.setAttribute("role", this.several ? "group" : "radiogroup");
    this.tiles.setAttribute("aria-label", texts.head);
    const slide = sliding(this.tiles);
    this.tiles.replaceChildren(...heads.map((weighting) => this.tile(weighting, edge, heads.length <= MAX_BARS)));
    slide();
    this.even.replaceChildren(...(edge && heads.length <= MAX_BARS ? [html("i", { "aria-hidden": "true" }), fillIn(texts.evenShare, { share: this.evenShare(edge) })] : []));
    this.fillMenu(heads.length);
    this.mark();
    if (focused) focusKey(this.element, focused);
  }

  /** @returns {Edge|null} */
  lockedEdge() {
    const { locked } = this.store.state;
    return locked?.kind === "edge" ? this.scene.edgeBetween(locked.target, locked.source) : null;
  }

  /** What the bars stand for. @param {Edge|null} edge */
  said(edge) {
    const { texts, names } = this.scene;
    const { locked } = this.store.state;
    /** @param {number} node */
    const name = (node) => shorten(names[node], MAX_NAME);
    if (edge) return fillIn(texts.barOfArrow, { source: name(edge.source), target: name(edge.target) });
    if (locked) return fillIn(texts.barOfNode, { node: name(locked.kind === "node" ? locked.node : locked.target) });
    return texts.barOfHead;
  }

  /** "1/3" @param {Edge} edge */
  evenShare({ target }) {
    return `1/${this.scene.whole.reads[target]}`;
  }

  /** What a head's bar is as long as: its α of the locked arrow, else how evenly it shares out. @param {Weighting} weighting @param {Edge|null} edge */
  value({ head, values }, edge) {
    const { locked } = this.store.state;
    if (edge) return onEdge(values, edge);
    const told = locked ? this.scene.evenness.at(locked.kind === "node" ? locked.node : locked.target, head ?? 0) : this.scene.headEvenness[head ?? 0];
    return told === null || Number.isNaN(told) ? null : told;
  }

  /** @param {Weighting} weighting @param {Edge|null} edge @param {boolean} bar */
  tile(weighting, edge, bar) {
    const { scene, store } = this;
    const toggles = this.several;
    const value = this.value(weighting, edge);
    const told = number(value, Math.min(store.state.digits, 6));
    const button = html(
      "button",
      {
        type: "button",
        class: "swatch head",
        role: toggles ? "checkbox" : "radio",
        "data-key": `w:${weighting.key}`,
        "aria-label": bar && value !== null ? `${weighting.label} ${told}` : weighting.label,
        title: toggles ? scene.texts.swatchTitle : bar && value !== null ? `${weighting.title}: ${told}` : weighting.title,
        onclick: (event) => (toggles ? this.toggle(weighting, event.detail) : this.store.update({ weighting: weighting.key, heads: null })),
      },
      toggles ? this.dot(weighting) : null,
      html("b", { class: "tile-name" }, weighting.label),
    );
    if (bar) button.append(" ", this.bar(value, edge, weighting.key), html("span", { class: "tile-value" }, told)); // the blank is for the name that is read out
    this.swatches.push([weighting, button]);
    return button;
  }

  /** @param {number|null} value @param {Edge|null} edge @param {string} key */
  bar(value, edge, key) {
    const { scene } = this;
    const fill = html("i", { class: edge ? "tile-fill share" : "tile-fill", "data-slides": key });
    fill.style.width = `${100 * Math.min(value ?? 0, 1)}%`;
    if (edge && value !== null) fill.style.background = colourScale("share", 1, scene.palette).fill(value);
    const tick = edge ? html("i", { class: "tile-tick" }) : null;
    if (tick && edge) tick.style.left = `${100 * scene.uniform.at(edge.target)}%`;
    return html("span", { class: "tile-track", "aria-hidden": "true" }, value === null ? null : fill, tick);
  }

  /** @param {Weighting} weighting */
  dot({ head }) {
    const { heads } = this.scene.palette;
    const dot = html("i", { class: "dot" });
    dot.style.background = heads[(head ?? 0) % heads.length];
    return dot;
  }

  /** What is no head, and several heads on the same arrows. @param {number} count of heads */
  fillMenu(count) {
    const { scene, store } = this;
    const { texts } = scene;
    const shown = shownWeighting(scene, store.state);
    const others = scene.weightings.filter(({ kind }) => kind !== "head");
    const items = others.map((weighting) => {
      const item = html(
        "button",
        { type: "button", class: `menu-item swatch ${weighting.kind}`, role: "radio", "data-key": `w:${weighting.key}`, onclick: () => store.update({ weighting: weighting.key, heads: null }) },
        html("b", {}, weighting.label),
        " ",
        html("span", { class: "quiet-text" }, weighting.explanation),
      );
      this.swatches.push([weighting, item]);
      return item;
    });
    const several = html(
      "button",
      {
        type: "button",
        class: "menu-item",
        role: "checkbox",
        "aria-checked": this.several,
        "data-key": "several",
        onclick: () => store.update(this.several ? { heads: null } : { heads: this.all(), measure: "share" }),
      },
      html("b", {}, texts.several),
      " ",
      html("span", { class: "quiet-text" }, texts.severalTitle),
    );
    const chosen = this.several ? texts.several : shown.kind === "head" ? texts.baselines : shown.label;
    this.menu.button.classList.toggle("chosen", this.several || shown.kind !== "head");
    this.menu.fill(chosen, texts.baselinesTitle, [html("div", { role: "radiogroup", "aria-label": texts.baselines }, ...items), ...(count > 1 ? [several] : [])]);
  }

  all() {
    return this.scene.weightings.flatMap(({ kind, head }) => (kind === "head" && head !== null ? [head] : []));
  }

  /** A click switches a head on or off; a double click shows it alone, and again all of them. @param {Weighting} weighting @param {number} clicks */
  toggle(weighting, clicks) {
    const { heads } = this.store.state;
    const { head, key } = weighting;
    if (head === null || heads === null) return;
    if (clicks === 2) {
      const alone = this.before.length === 1 && this.before[0] === head;
      this.store.update({ heads: alone ? this.all() : [head], weighting: key });
      return;
    }
    this.before = heads;
    const next = heads.includes(head) ? heads.filter((other) => other !== head) : [...heads, head].toSorted((a, b) => a - b);
    this.store.update({ heads: next });
  }

  mark() {
    const shown = shownWeighting(this.scene, this.store.state);
    for (const [weighting, button] of this.swatches) {
      const on = this.several && weighting.kind === "head" ? weighting.head !== null && this.store.state.heads?.includes(weighting.head) : !this.several && weighting === shown;
      button.setAttribute("aria-checked", String(on));
    }
  }
}

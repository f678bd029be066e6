/** The picture of a training as one thing: headline, graph and charts, and below them the player. */

import { Camera } from "./camera.js";
import { focusedBeside, focusKey, html, LATER } from "./dom.js";
import { fillIn, number } from "./format.js";
import { TrainCharts } from "./train_charts.js";
import { TrainEmbeddingView } from "./train_embedding.js";
import { TrainGraph } from "./train_graph.js";
import { TrainPlayer } from "./train_player.js";
import { TrainStepView } from "./train_step.js";
import { dressed, inLight } from "./light_or_dark.js";

/**
 * @import {Palette, TrainAsked, TrainPiece, TrainScreen} from "./protocol.js"
 * @typedef {(asked: Omit<TrainAsked, "count">) => void} Ask
 * @typedef {TrainScreen & {palette: Palette, theme: "dark"|"light"}} Shown what came, with the colours of the page's theme
 */

export class TrainView {
  /** @param {HTMLElement} root @param {Ask} ask */
  constructor(root, ask) {
    /** @type {Shown} */
    this.screen = LATER;
    /** What came last. @type {TrainScreen} */
    this.data = LATER;
    /** @type {Ask} */
    this.ask = (asked) => {
      if (asked.what !== "show") this.player.sought = null; // the playhead may go elsewhere now
      ask(asked);
    };
    this.headline = html("h2", { class: "train-headline", "aria-live": "polite" });
    this.below = html("p", { class: "train-below" });
    this.notice = html("p", { class: "notice", role: "status" });
    this.bar = html("div", { class: "train-bar" });
    /** A node under the pointer stands out wherever it is drawn. @param {number|null} node */
    const hover = (node) => {
      this.graph.mark(node);
      this.embedding.mark(node);
    };
    this.graph = new TrainGraph(this.ask, false, hover);
    this.inset = new TrainGraph(this.ask, true);
    this.insetBox = html("figure", { class: "train-inset" }, this.inset.canvas, html("figcaption", {}));
    this.legend = html("div", { class: "legend" });
    this.charts = new TrainCharts(this.ask);
    this.embedding = new TrainEmbeddingView(this.ask, hover);
    this.step = new TrainStepView(this.ask);
    this.tabs = html("div", { class: "train-tabs", role: "tablist" });
    this.body = html("div", { class: "train-tab-body", role: "tabpanel" });
    this.player = new TrainPlayer(this.ask);
    this.graph.onChosen = () => this.redraw();
    /** @type {import("./camera.js").Shoots} */
    const shoots = (key, subjects) => new Camera(key, (date) => `${this.screen.caption} · ${date}`, (act) => inLight(this.element, this.data.palettes, () => this.show(this.data), act), subjects);
    this.cameras = [shoots("graph", () => [{ key: "graph", name: this.screen.texts.pictureOfGraph, elements: [this.graph.canvas, this.legend] }]), shoots("side", () => [this.side()])];
    const [ofGraph, ofSide] = this.cameras.map(({ element }) => element);
    this.foot = html("p", { class: "quiet-text train-foot" });
    this.element = html(
      "div",
      { class: "gatviz-stage gatviz-train" },
      html("div", {}, this.headline, this.below),
      this.notice,
      html(
        "div",
        { class: "train-panels" },
        html("section", { class: "panel graph-panel" }, this.bar, html("div", { class: "graph-box" }, this.graph.canvas, this.insetBox), html("div", { class: "train-foot-of-graph" }, this.legend, ofGraph)),
        html("section", { class: "panel train-side" }, html("div", { class: "train-head" }, this.tabs, ofSide), this.body),
      ),
      this.player.element,
      this.foot,
    );
    // The page around hears single letters too: it would run again, or clear its cache.
    this.element.addEventListener("keydown", (event) => event.stopPropagation());
    root.append(this.element);
    this.resized = new ResizeObserver(() => this.redraw());
    this.resized.observe(this.element);
  }

  destroy() {
    this.resized.disconnect();
    this.element.remove();
  }

  /** @param {TrainScreen} data */
  show(data) {
    this.data = data;
    this.screen = { ...data, ...dressed(this.element, data.palettes) };
    for (const camera of this.cameras) camera.setScene(this.screen);
    this.headline.replaceChildren(...this.pieces(data.headline));
    this.below.replaceChildren(...this.pieces(data.below));
    this.notice.textContent = data.notice;
    this.foot.textContent = data.foot;
    this.redraw();
  }

  /** What stands beside the graph, for a picture. @returns {import("./camera.js").Subject} */
  side() {
    const { panel, texts } = this.screen;
    const of = { charts: this.charts.element, embedding: this.embedding.picture, step: this.step.element }[panel];
    const name = { charts: texts.panelCharts, embedding: texts.panelEmbedding, step: texts.panelStep }[panel];
    return { key: "side", name, elements: panel === "embedding" ? [of, this.embedding.told] : [of] };
  }

  redraw() {
    if (!this.screen) return;
    const { screen } = this;
    if (screen.fixed) this.graph.painting = false;
    this.drawBar();
    if (this.graph.chosen !== null && this.graph.chosen >= screen.names.length) this.graph.chosen = null;
    this.graph.show(screen, screen.moment);
    this.insetBox.hidden = screen.moment.epoch === 0;
    this.insetBox.dataset.corner = this.graph.corner;
    if (!this.insetBox.hidden) this.inset.show(screen, screen.first);
    const caption = this.insetBox.querySelector("figcaption");
    if (caption) caption.textContent = screen.texts.firstEpoch;
    this.drawLegend();
    this.drawSide();
    this.player.show(screen, this.graph.chosen);
  }

  /** Words, nodes as chips, numbers to three digits. @param {TrainPiece[]} pieces */
  pieces(pieces) {
    return pieces.map(({ text, node, value }) => {
      if (node !== null) return html("span", { class: "node-chip" }, this.screen.names[node] ?? "");
      return value === null ? text : html("b", {}, number(value));
    });
  }

  /** Which layer, which head, and whether arrows show α or its change. */
  drawBar() {
    const { screen } = this;
    const { texts } = screen;
    const focused = this.focusedKey(this.bar);
    /** @param {string} key @param {string} words @param {boolean} on @param {Omit<TrainAsked, "count">|(() => void)} asked @param {string|null} colour @param {string} label */
    const option = (key, words, on, asked, colour = null, label = words) => {
      const button = html("button", { type: "button", class: "option", role: "radio", "aria-checked": on, "aria-label": label, "data-key": key, title: label === words ? null : label, onclick: () => (typeof asked === "function" ? asked() : this.ask(asked)) }, words);
      if (colour) {
        const dot = html("span", { class: "dot" });
        dot.style.background = colour;
        button.prepend(dot);
      }
      return button;
    };
    /** @param {string} name @param {HTMLElement[]} options */
    const group = (name, options) => html("div", { class: "choice", role: "radiogroup", "aria-label": name }, html("span", { class: "quiet-text" }, name), ...options);
    const { heads: colours } = screen.palette;
    this.bar.replaceChildren(
      ...(screen.layers > 1 ? [group(texts.layer, range(screen.layers).map((k) => option(`layer${k}`, `${k}`, k === screen.layer, { what: "show", layer: k }, null, `${texts.layer} ${k}`)))] : []),
      group(texts.head, range(screen.heads).map((k) => option(`head${k}`, `${k}`, k === screen.head, { what: "show", head: k }, colours[k % colours.length], fillIn(texts.headLabel, { head: k })))),
      html("span", { class: "spacer" }),
      ...(screen.fixed ? [] : [this.paintButton()]),
      group("", [
        option("alpha", texts.alpha, screen.measure === "alpha", { what: "show", measure: "alpha" }),
        option("change", texts.change, screen.measure === "change", { what: "show", measure: "change" }, null, texts.changeTitle),
      ]),
      ...(this.graph.painting ? [this.brushes(option, group)] : []),
    );
    if (focused) focusKey(this.bar, focused);
  }

  /** While it is pressed, a click on a node tells its label, or tells it no longer. */
  paintButton() {
    const { texts } = this.screen;
    const pressed = this.graph.painting;
    const toggle = () => {
      this.graph.painting = !pressed;
      this.redraw();
    };
    return html("button", { type: "button", class: "option", "aria-pressed": pressed, title: texts.paintTitle, "data-key": "paint", onclick: toggle }, texts.paint);
  }

  /**
   * What painting a node does: tell its own label or not, or give it a label.
   * @param {(key: string, words: string, on: boolean, asked: () => void, colour: string|null, label: string) => HTMLElement} option
   * @param {(name: string, options: HTMLElement[]) => HTMLElement} group
   */
  brushes(option, group) {
    const { texts, classNames, palette } = this.screen;
    const { brush } = this.graph;
    /** @param {string|null} label */
    const take = (label) => {
      this.graph.brush = label;
      this.redraw();
    };
    const labels = classNames.map((label, k) => option(`brush ${k}`, label, brush === label, () => take(label), palette.classes[k % palette.classes.length].line, fillIn(texts.brushTitle, { label })));
    const choice = group(texts.brush, [option("brush", texts.brushTold, brush === null, () => take(null), null, texts.brushToldTitle), ...labels]);
    choice.classList.add("brushes");
    return choice;
  }

  /** What stands beside the graph, and the tabs that choose it. */
  drawSide() {
    const { screen, tabs } = this;
    const { texts } = screen;
    const focused = this.focusedKey(tabs);
    /** @param {"charts"|"embedding"|"step"} panel @param {string} words */
    const tab = (panel, words) => html("button", { type: "button", class: "option", role: "tab", "aria-selected": screen.panel === panel, "data-key": panel, onclick: () => this.ask({ what: "show", panel }) }, words);
    tabs.setAttribute("aria-label", texts.sidePanel);
    tabs.replaceChildren(tab("charts", texts.panelCharts), tab("embedding", texts.panelEmbedding), ...(screen.fixed ? [] : [tab("step", texts.panelStep)]));
    if (focused) focusKey(tabs, focused);
    const { element } = { charts: this.charts, embedding: this.embedding, step: this.step }[screen.panel];
    if (this.body.firstChild !== element) this.body.replaceChildren(element);
    if (screen.panel === "charts") this.charts.show(screen);
    if (screen.embedding) this.embedding.show(screen, screen.embedding);
    if (screen.panel === "step") this.step.show(screen);
  }

  /** The key of what has the focus within a part. @param {HTMLElement} part */
  focusedKey(part) {
    const active = focusedBeside(this.element);
    return active instanceof HTMLElement && part.contains(active) ? active.dataset.key : undefined;
  }

  drawLegend() {
    const { screen } = this;
    const { texts, palette } = screen;
    const classes = screen.classNames.map((name, k) => {
      const mark = html("span", { class: "legend-mark" });
      mark.style.background = palette.classes[k % palette.classes.length].line;
      return html("span", { class: "legend-item" }, mark, fillIn(texts.legendPredicted, { name }));
    });
    /** @param {string} kind @param {string} words */
    const item = (kind, words) => html("span", { class: "legend-item" }, html("span", { class: `legend-mark ${kind}` }), words);
    this.legend.replaceChildren(
      html("span", { class: "legend-items" }, ...classes, html("span", {}, texts.legendSure), item("labelled", texts.legendLabelled), item("wrong", texts.legendWrong)),
      html("span", {}, screen.measure === "change" ? texts.changeLegend : texts.arrowLegend, screen.moment?.edges.added.some(Boolean) ? ` · ${texts.addedLegend}` : "", screen.faint ? ` · ${screen.faint}` : ""),
    );
  }
}

/** 0 … count − 1. @param {number} count */
export function range(count) {
  return Array.from({ length: count }, (_, k) => k);
}

/** A graph on which nothing can be trained yet: its nodes are painted with labels, until something can. */

import { focusedBeside, focusKey, html, LATER } from "./dom.js";
import { fillIn } from "./format.js";
import { TrainGraph } from "./train_graph.js";
import { dressed } from "./light_or_dark.js";

/**
 * @import {TrainPaint} from "./protocol.js"
 * @import {GraphShown} from "./train_graph.js"
 * @import {Ask} from "./train_view.js"
 */

export class TrainPaintView {
  /** @param {HTMLElement} root @param {Ask} ask */
  constructor(root, ask) {
    /** @type {TrainPaint & GraphShown} */
    this.screen = LATER;
    /** @type {string|null} */
    this.brush = null;
    this.graph = new TrainGraph(ask);
    this.graph.painting = true;
    this.bar = html("div", { class: "train-bar" });
    this.name = html("input", { type: "text", maxlength: 80, "data-key": "new" });
    this.legend = html("div", { class: "legend" });
    this.notice = html("p", { class: "notice", role: "status" });
    this.element = html("div", { class: "gatviz-stage gatviz-train" }, this.notice, html("section", { class: "panel graph-panel" }, this.bar, html("div", { class: "graph-box" }, this.graph.canvas), this.legend));
    this.element.addEventListener("keydown", (event) => event.stopPropagation());
    root.append(this.element);
    this.resized = new ResizeObserver(() => this.screen && this.graph.show(this.screen, this.screen.moment));
    this.resized.observe(this.element);
  }

  destroy() {
    this.resized.disconnect();
    this.element.remove();
  }

  /** @param {TrainPaint} data */
  show(data) {
    this.screen = { ...data, ...dressed(this.element, data.palettes) };
    this.notice.textContent = data.notice;
    this.draw();
  }

  draw() {
    const { screen } = this;
    const { texts, palette } = screen;
    const active = focusedBeside(this.element);
    const focused = active instanceof HTMLElement && this.bar.contains(active) ? active.dataset.key : undefined;
    const brushes = this.brush === null || screen.brushes.includes(this.brush) ? screen.brushes : [...screen.brushes, this.brush];
    this.brush ??= brushes[0];
    this.graph.brush = this.brush;
    this.graph.show(screen, screen.moment);
    /** @param {string} label */
    const option = (label) => {
      const place = screen.classNames.indexOf(label);
      const dot = html("span", { class: "dot" });
      if (place >= 0) dot.style.background = palette.classes[place % palette.classes.length].line;
      return html("button", { type: "button", class: "option", role: "radio", "aria-checked": label === this.brush, title: fillIn(texts.brushTitle, { label }), "data-key": `brush ${label}`, onclick: () => this.choose(label) }, place >= 0 ? dot : null, label);
    };
    this.name.setAttribute("aria-label", texts.brushNew);
    this.name.placeholder = texts.brushNew;
    const add = html("form", { class: "choice", onsubmit: (/** @type {Event} */ event) => this.add(event) }, this.name, html("button", { type: "submit", class: "option", "data-key": "add" }, texts.brushAdd));
    this.bar.replaceChildren(html("div", { class: "choice", role: "radiogroup", "aria-label": texts.brush }, html("span", { class: "quiet-text" }, texts.brush), ...brushes.map(option)), add);
    if (focused) focusKey(this.bar, focused);
    this.legend.replaceChildren(html("span", {}, texts.arrowLegend, screen.moment.edges.added.some(Boolean) ? ` · ${texts.addedLegend}` : ""));
  }

  /** @param {string} label */
  choose(label) {
    this.brush = label;
    this.draw();
  }

  /** @param {Event} event */
  add(event) {
    event.preventDefault();
    const label = this.name.value.trim();
    if (!label) return;
    this.name.value = "";
    this.choose(label);
  }
}

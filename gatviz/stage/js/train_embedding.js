/** What a step of the model makes of each node, in two dimensions. */

import { html, LATER, set, svg } from "./dom.js";
import { fillIn, shorten } from "./format.js";

/**
 * @import {TrainEmbedding} from "./protocol.js"
 * @import {Ask, Shown} from "./train_view.js"
 */

const MARGIN = 18;
/** Up to so many nodes have their names in the picture. */
const FEW = 60;

export class TrainEmbeddingView {
  /** @param {Ask} ask @param {(node: number|null) => void} onHover */
  constructor(ask, onHover) {
    this.ask = ask;
    this.onHover = onHover;
    /** @type {Shown} */
    this.screen = LATER;
    this.axes = svg("g", { class: "tick" });
    this.layer = svg("g", {});
    this.picture = svg("svg", { class: "train-embedding", role: "img" }, this.axes, this.layer);
    this.of = html("select", { "data-key": "embedded" });
    this.of.addEventListener("change", () => ask({ what: "show", step: Number(this.of.value) }));
    this.ofLabel = html("label", { class: "quiet-text" });
    this.colours = html("div", { class: "choice", role: "radiogroup" });
    this.told = html("p", { class: "train-chart-below" });
    this.head = html("div", { class: "train-side-head" }, this.ofLabel, html("span", { class: "spacer" }), this.colours);
    this.element = html("div", { class: "train-side-body" }, this.head, this.picture, this.told);
    /** @type {SVGGElement[]} */
    this.points = [];
    this.structure = "";
  }

  /** @param {Shown} screen @param {TrainEmbedding} embedding */
  show(screen, embedding) {
    this.screen = screen;
    const { texts } = screen;
    this.told.textContent = embedding.told;
    this.ofLabel.replaceChildren(`${texts.embeddingOf} `, this.of);
    this.of.replaceChildren(...screen.steps.map((name, k) => html("option", { value: k }, name)));
    this.of.value = `${screen.step}`;
    this.colours.setAttribute("aria-label", texts.colourBy);
    /** @param {"predicted"|"label"} colour @param {string} words */
    const option = (colour, words) => html("button", { type: "button", class: "option", role: "radio", "aria-checked": screen.colour === colour, "data-key": colour, onclick: () => this.ask({ what: "show", colour }) }, words);
    this.colours.replaceChildren(html("span", { class: "quiet-text" }, texts.colourBy), option("predicted", texts.colourPredicted), option("label", texts.colourLabel));
    this.picture.setAttribute("aria-label", `${fillIn(texts.embeddingLabel, { step: screen.steps[screen.step], epoch: screen.moment.epoch })}. ${embedding.told}`);
    const { clientWidth: width, clientHeight: height } = this.picture;
    if (!width || !height) return;
    this.draw(embedding, width, height);
  }

  /** @param {TrainEmbedding} embedding @param {number} width @param {number} height */
  draw({ points, reach, reachTexts, colourOf }, width, height) {
    const { names, called, palette, texts, classNames } = this.screen;
    const [centreX, centreY] = [width / 2, height / 2];
    const unit = Math.min((centreX - MARGIN) / reach[0], (centreY - MARGIN) / reach[1]);
    const [across, down] = [unit * reach[0], unit * reach[1]];
    const structure = JSON.stringify(names);
    if (structure !== this.structure) {
      this.structure = structure;
      this.build(names);
    }
    this.axes.replaceChildren(
      svg("line", { x1: centreX - across, x2: centreX + across, y1: centreY, y2: centreY }),
      svg("line", { x1: centreX, x2: centreX, y1: centreY - down, y2: centreY + down }),
      svg("text", { x: centreX + across, y: centreY - 5, "text-anchor": "end" }, reachTexts[0]),
      svg("text", { x: centreX - across, y: centreY - 5 }, `−${reachTexts[0]}`),
      svg("text", { x: centreX + 5, y: centreY - down + 4 }, reachTexts[1]),
      svg("text", { x: centreX + 5, y: centreY + down + 4 }, `−${reachTexts[1]}`),
    );
    this.points.forEach((group, n) => {
      const [x, y] = [points.f32[2 * n], points.f32[2 * n + 1]];
      group.style.transform = `translate(${(centreX + unit * x).toFixed(1)}px, ${(centreY - unit * y).toFixed(1)}px)`;
      const kind = colourOf[n];
      const { line, lineInk } = palette.classes[Math.max(kind, 0) % palette.classes.length];
      const [circle, title] = [group.querySelector("circle"), group.querySelector("title")];
      if (circle) set(circle, { style: kind < 0 ? "fill: var(--gv-panel); stroke: var(--gv-quiet)" : `fill: ${line}; stroke: var(--gv-panel)` });
      group.style.setProperty("--class-ink", kind < 0 ? "var(--gv-ink)" : lineInk);
      if (title) title.textContent = fillIn(texts.pointTitle, { node: called[n], name: kind < 0 ? texts.noLabel : classNames[kind] });
    });
  }

  /** A circle for each node, with its name where that is short. @param {string[]} names */
  build(names) {
    const radius = names.length <= FEW ? 9 : names.length <= 200 ? 5 : 2.6;
    this.points = names.map((name, n) => {
      const inside = radius > 8 && Array.from(name).length <= 2;
      const words = radius > 8 ? svg("text", inside ? { class: "inside" } : { class: "outside", y: radius + 11 }, shorten(name, inside ? 2 : 10)) : null;
      const group = svg("g", { class: "point", "data-node": n }, svg("circle", { r: radius }), words, svg("title", {}));
      group.addEventListener("pointerenter", () => this.onHover(n));
      group.addEventListener("pointerleave", () => this.onHover(null));
      return group;
    });
    this.layer.replaceChildren(...this.points);
  }

  /** Let a node stand out. @param {number|null} node */
  mark(node) {
    this.points.forEach((group, n) => group.classList.toggle("linked", n === node));
    if (node !== null && this.points[node] && !this.points[node].matches(":hover")) this.layer.append(this.points[node]);
  }
}

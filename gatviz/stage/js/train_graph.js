/** The graph at one epoch: nodes by what is predicted there, arrows by α or by its change. */

import { LATER, set, svg } from "./dom.js";
import { fillIn, number, shorten, signed } from "./format.js";
import { Frame } from "./frame.js";
import { arrow, boundsOf, headPath, loop, loopDirection } from "./geometry.js";
import { nodeRadius } from "./graph_elements.js";
import { colourScale, edgeWidth } from "./scales.js";

/**
 * @import {Palette, TrainMoment} from "./protocol.js"
 * @import {EdgeShape, Point} from "./geometry.js"
 * @import {Ask} from "./train_view.js"
 * @typedef {{names: string[], called: string[], positions: number[][], classOf: number[], classNames: string[], labelled: number[], head: number, measure: string, locked: [number, number]|null, texts: Record<string, string>, palette: Palette, theme: "dark"|"light"}} GraphShown what of a screen a graph needs
 */

const MANY_NODES = 100;
/** What the picture of epoch 0 takes of a corner, with room for half a node beside it. */
const INSET = { width: 140, height: 138 };
const CORNERS = /** @type {const} */ (["right top", "left top", "right bottom", "left bottom"]);
/** From so many percent of a class's colour on, a name is written in that colour's own ink. */
const DEEP = { light: 85, dark: 62 };

export class TrainGraph {
  /** @param {Ask} ask @param {boolean} small a picture beside the large one: no names, nothing to click @param {(node: number|null) => void} onHover */
  constructor(ask, small = false, onHover = () => {}) {
    this.onHover = onHover;
    this.ask = ask;
    this.small = small;
    this.frame = new Frame();
    /** @type {GraphShown} */
    this.screen = LATER;
    /** @type {TrainMoment} */
    this.moment = LATER;
    this.structure = "";
    /** Where a picture beside this one covers no node. @type {typeof CORNERS[number]} */
    this.corner = CORNERS[0];
    /** Whether a click on a node paints it. */
    this.painting = false;
    /** Else it chooses the node that more can be asked about. @type {number|null} */
    this.chosen = null;
    /** Called with each other one. */
    this.onChosen = () => {};
    /** The label that it gets; without one it is told, or told no longer. @type {string|null} */
    this.brush = null;
    this.edgeLayer = svg("g", {});
    this.nodeLayer = svg("g", {});
    this.labelLayer = svg("g", { class: "edge-labels" });
    this.canvas = svg("svg", { class: small ? "train-small" : "graph", role: small ? "presentation" : "group" }, this.edgeLayer, this.labelLayer, this.nodeLayer);
    /** @type {{group: SVGGElement, line: SVGPathElement, rim: SVGPathElement, head: SVGPathElement, shape: EdgeShape}[]} */
    this.edges = [];
    /** @type {{group: SVGGElement, circle: SVGCircleElement, title: SVGTitleElement}[]} */
    this.nodes = [];
  }

  /** @param {GraphShown} screen @param {TrainMoment} moment */
  show(screen, moment) {
    this.screen = screen;
    this.moment = moment;
    if (!this.small) this.canvas.setAttribute("aria-label", fillIn(screen.texts.graphLabel, { epoch: moment.epoch }));
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    const structure = JSON.stringify([width, height, screen.names, screen.positions, moment.edges, screen.labelled]);
    if (structure !== this.structure) {
      this.structure = structure;
      this.build(width, height);
    }
    this.paint();
  }

  /** All elements, where they belong. @param {number} width @param {number} height */
  build(width, height) {
    const { screen, moment, small } = this;
    const points = screen.positions.map(([x, y]) => ({ x, y }));
    this.frame.fit(boundsOf(points), width, height, points.length, 0);
    if (small) Object.assign(this.frame.there, mapOf(points, width, height));
    let at = points.map((point) => this.frame.onScreen(point));
    if (!small) {
      const free = freeCorner(at, width, height);
      this.corner = free ?? CORNERS[0];
      if (free === null) {
        this.frame.fit(boundsOf(points), width - INSET.width, height, points.length, 0);
        at = points.map((point) => this.frame.onScreen(point));
      }
    }
    const radius = small ? 3.2 : nodeRadius(points.length, at);
    const centre = { x: width / 2, y: height / 2 };
    const { source, target, added } = moment.edges;
    const present = new Set(source.map((j, k) => `${j} ${target[k]}`));
    const labelled = new Set(screen.labelled);
    this.edges = source.map((j, k) => {
      const i = target[k];
      const shape = i === j ? loop(at[i], radius, loopDirection(at[i], neighbours(moment, i, at), centre)) : arrow(at[j], at[i], radius, present.has(`${i} ${j}`));
      const rim = svg("path", { class: "rim", d: shape.path });
      const line = svg("path", { class: "line", d: shape.path });
      const head = svg("path", { class: "head", transform: `translate(${shape.tip.x.toFixed(1)},${shape.tip.y.toFixed(1)}) rotate(${shape.angle.toFixed(1)})` });
      const hit = small ? null : svg("path", { class: "hit", d: shape.path }, svg("title", {}));
      const group = svg("g", { class: added[k] ? "edge added" : "edge", "data-target": i, "data-source": j }, rim, line, head, hit);
      if (hit) hit.addEventListener("click", () => this.lock(i, j));
      return { group, line, rim, head, shape };
    });
    this.nodes = at.map((point, n) => {
      const circle = svg("circle", { r: radius });
      const title = svg("title", {});
      const name = screen.names[n];
      const inside = Array.from(name).length * 6.2 <= radius * 2 - 4;
      const words = small || points.length > MANY_NODES ? null : svg("text", { class: inside ? "inside" : "outside", y: inside ? 0 : radius + 13 }, shorten(name, inside ? 6 : 16));
      const ring = labelled.has(n) ? svg("circle", { class: "labelled-ring", r: radius + (small ? 1.5 : 4) }) : null;
      const wrong = svg("circle", { class: "wrong-ring", r: radius + (small ? 1.5 : 4) });
      const place = { class: "node", transform: `translate(${point.x.toFixed(1)},${point.y.toFixed(1)})` };
      const group = svg("g", small ? place : { ...place, "data-node": n, tabindex: 0, role: "button" }, ring, circle, words, wrong, title);
      if (!small) {
        group.addEventListener("click", () => this.touchNode(n));
        for (const there of ["pointerenter", "focus"]) group.addEventListener(there, () => this.onHover(n));
        for (const gone of ["pointerleave", "blur"]) group.addEventListener(gone, () => this.onHover(null));
        group.addEventListener("keydown", (event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          this.touchNode(n);
        });
      }
      return { group, circle, title };
    });
    this.edgeLayer.replaceChildren(...this.edges.map(({ group }) => group));
    this.nodeLayer.replaceChildren(...this.nodes.map(({ group }) => group));
  }

  /** Let a node stand out. @param {number|null} node */
  mark(node) {
    this.nodes.forEach(({ group }, n) => group.classList.toggle("linked", n === node));
  }

  /** @param {number} node */
  touchNode(node) {
    if (!this.painting) {
      this.chosen = this.chosen === node ? null : node;
      this.onChosen();
      return;
    }
    this.ask(this.brush === null ? { what: "paint", node } : { what: "paint", node, label: this.brush });
  }

  /** Widths, colours, predictions of this epoch. */
  paint() {
    this.canvas.classList.toggle("painting", this.painting);
    const { screen, moment, small } = this;
    const { palette, texts } = screen;
    const signedValues = screen.measure === "change" && moment.change !== null;
    const packed = signedValues && moment.change ? moment.change : moment.alpha;
    const heads = packed.shape[1];
    const colours = colourScale(signedValues ? "signed" : "share", 1, palette);
    const slim = small ? 0.25 : screen.names.length > 60 ? 0.45 : screen.names.length > 12 ? 0.7 : 1;
    const { source, target } = moment.edges;
    this.edges.forEach(({ group, line, rim, head }, k) => {
      const value = packed.f32[k * heads + screen.head];
      const width = edgeWidth(Math.abs(value), 1) * slim;
      const colour = colours.fill(value);
      set(rim, { "stroke-width": (width + (small ? 0 : 0.7)).toFixed(2) });
      set(line, { stroke: colour, "stroke-width": width.toFixed(2) });
      set(head, { fill: colour, d: small ? "" : headPath(width) });
      const locked = screen.locked !== null && screen.locked[0] === target[k] && screen.locked[1] === source[k];
      group.classList.toggle("locked", locked && !small);
      const title = group.querySelector(".hit title");
      if (title) title.textContent = fillIn(texts.arrowTitle, { source: screen.called[source[k]], target: screen.called[target[k]], head: screen.head, value: number(moment.alpha.f32[k * moment.alpha.shape[1] + screen.head]) });
    });
    this.nodes.forEach(({ group, circle, title }, n) => {
      const none = moment.predicted[n] < 0;
      const { line, lineInk } = none ? { line: "var(--gv-quiet)", lineInk: "var(--gv-ink)" } : palette.classes[moment.predicted[n] % palette.classes.length];
      const sure = Math.round(30 + 70 * Math.max(0, 2 * moment.sure[n] - 1));
      circle.style.fill = `color-mix(in srgb, ${line} ${sure}%, var(--gv-panel))`;
      circle.style.stroke = line;
      group.style.setProperty("--class-ink", lineInk);
      group.classList.toggle("sure", sure > DEEP[screen.theme]);
      group.classList.toggle("is-wrong", Boolean(moment.wrong[n]));
      group.classList.toggle("chosen", n === this.chosen && !small);
      if (small) return;
      if (none) circle.style.fill = "var(--gv-panel)";
      const values = { node: screen.called[n], predicted: screen.classNames[moment.predicted[n]], sure: number(moment.sure[n]), label: screen.classNames[screen.classOf[n]] };
      title.textContent = fillIn(none ? texts.unlabelledTitle : moment.wrong[n] ? texts.nodeWrong : texts.nodeTitle, values);
      group.setAttribute("aria-label", title.textContent);
      group.setAttribute("aria-pressed", `${n === this.chosen}`);
    });
    this.labelLayer.replaceChildren(...(small ? [] : this.lockedLabel(packed, signedValues)));
  }

  /** The locked arrow's number beside it. @param {{shape: number[], f32: Float32Array}} packed @param {boolean} change */
  lockedLabel(packed, change) {
    const { locked, head } = this.screen;
    if (!locked) return [];
    const { source, target } = this.moment.edges;
    const k = source.findIndex((j, e) => j === locked[1] && target[e] === locked[0]);
    if (k < 0) return [];
    const value = packed.f32[k * packed.shape[1] + head];
    const { x, y } = this.edges[k].shape.label;
    const text = change ? signed(value) : number(value);
    return [
      svg("g", { class: "edge-label locked-label", transform: `translate(${x.toFixed(1)},${y.toFixed(1)})` }, svg("rect", { x: -21, y: -10, width: 42, height: 20, rx: 10 }), svg("text", {}, text)),
    ];
  }

  /** @param {number} target @param {number} source */
  lock(target, source) {
    const { locked } = this.screen;
    const same = locked !== null && locked[0] === target && locked[1] === source;
    this.ask({ what: "show", locked: same ? [] : [target, source] });
  }
}

/** The first corner in which no node stands; null if there is none. @param {Point[]} at @param {number} width @param {number} height */
function freeCorner(at, width, height) {
  /** @param {string} corner @param {Point} point */
  const inside = (corner, { x, y }) => (corner.startsWith("left") ? x < INSET.width : x > width - INSET.width) && (corner.endsWith("top") ? y < INSET.height : y > height - INSET.height);
  return CORNERS.find((corner) => !at.some((point) => inside(corner, point))) ?? null;
}

/** @param {TrainMoment} moment @param {number} node @param {Point[]} at */
function neighbours(moment, node, at) {
  const { source, target } = moment.edges;
  return source.flatMap((j, k) => (target[k] === node && j !== node ? [at[j]] : j === node && target[k] !== node ? [at[target[k]]] : []));
}

/** A tight fit for the small picture. @param {Point[]} points @param {number} width @param {number} height */
function mapOf(points, width, height) {
  const { left, right, bottom, top } = boundsOf(points);
  return { across: (width - 14) / (right - left || 1), down: (height - 14) / (top - bottom || 1) };
}


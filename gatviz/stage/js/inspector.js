/** One arrow's story in numbers: its score, its place in the softmax, the formulas, and the proof. */

import { bars, largest, MOST_BARS } from "./bars.js";
import { focusedBeside, html, LATER } from "./dom.js";
import { fillIn, number } from "./format.js";
import { formulaLine } from "./formula.js";
import { fraction } from "./fraction.js";
import { jointScorePanel, storyPanels } from "./story.js";
import { edgeNames, edgesAt, focusEdges, focusNames, onEdge, shownWeighting, stageOf, valuesOf } from "./scene.js";
import { touch } from "./store.js";
import { TopEdges } from "./top_edges.js";

/**
 * @import {Tensor} from "./tensor.js"
 * @import {Focus, NodeFocus} from "./protocol.js"
 * @import {Edge, Scene, Weighting} from "./scene.js"
 * @import {Changed, State} from "./store.js"
 */

/** @typedef {NonNullable<Scene["scores"]>} Scores */

export class Inspector {
  /**
   * @param {import("./store.js").Store} store
   * @param {Pick<import("./stage.js").Host, "asked">} host is told what the person wants Python to check
   */
  constructor(store, host) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    this.host = host;
    this.head = html("div", { class: "inspector-head" });
    this.body = html("div", { class: "inspector-body" });
    this.furtherOpen = false;
    this.topEdges = new TopEdges(store);
    this.element = html("section", { class: "panel inspector", "aria-live": "polite" }, this.head, this.body);
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    /** @type {(keyof State)[]} */
    const concerned = this.store.state.locked ? ["locked", "weighting", "digits", "direction"] : ["hover", "locked", "weighting", "digits", "direction", "measure"];
    if (touch(changed, concerned)) this.draw();
    if (changed.has("hover")) this.markTerms();
  }

  draw() {
    const { locked, hover } = this.store.state;
    const focus = locked ?? hover;
    const weighting = shownWeighting(this.scene, this.store.state);
    this.drawHead(focus, weighting, Boolean(locked));
    if (!locked && (!focus || this.topEdges.pointed || this.topEdges.element.contains(focusedBeside(this.element)))) {
      if (!this.topEdges.element.isConnected || !focus) this.listTop();
      return;
    }
    const panels = !focus ? [] : focus.kind === "edge" ? this.edgePanels(focus, weighting) : [this.nodePanel(focus, weighting)];
    this.body.replaceChildren(...panels.flat().filter(Boolean));
  }

  /** Nothing is locked: the strongest arrows to choose from. */
  listTop() {
    if (!this.scene.edges.length) {
      this.body.replaceChildren();
      return;
    }
    this.topEdges.draw(this.scene);
    if (!this.topEdges.element.isConnected) this.body.replaceChildren(this.topEdges.element);
  }

  /** @param {Focus|null} focus @param {Weighting} weighting @param {boolean} locked */
  drawHead(focus, weighting, locked) {
    const { texts } = this.scene;
    if (!focus) {
      this.head.replaceChildren(html("span", { class: "quiet-text" }, texts.nothingLocked));
      return;
    }
    const values = { ...focusNames(this.scene, focus), weighting: weighting.title };
    const kind = focus.kind === "edge" ? "Edge" : "Node";
    const text = fillIn(texts[(locked ? "locked" : "preview") + kind], values);
    const chip = locked
      ? html("button", { type: "button", class: "chip locked", title: texts.release, onclick: () => this.store.update({ locked: null }) }, text, html("span", { "aria-hidden": "true" }, " ×"))
      : html("span", { class: "chip" }, text);
    this.head.replaceChildren(chip, html("span", { class: "quiet-text share-line" }, this.shareLine(focus, weighting)));
  }

  /** @param {Focus} focus @param {Weighting} weighting */
  shareLine(focus, weighting) {
    const { scene } = this;
    const { texts } = scene;
    const { digits, direction } = this.store.state;
    if (focus.kind === "node") return "";
    const [edge] = focusEdges(scene, focus, direction);
    const names = focusNames(scene, focus);
    if (!edge) return fillIn(texts.maskedPair, names);
    const share = fillIn(texts.shareLine, {
      symbol: weighting.symbol,
      value: number(onEdge(weighting.values, edge), digits),
      uniform: number(scene.uniform.at(edge.target), digits),
    });
    const state = edge.drawn ? "" : ` · ${texts.undrawn}`;
    if (edge.source === edge.target) return share + state;
    const back = scene.edgeBetween(edge.source, edge.target);
    const reverse = back
      ? fillIn(texts.reverseLine, { ...names, value: number(onEdge(weighting.values, back), digits) })
      : fillIn(texts.noReverse, names);
    return `${share}${state} · ${reverse}`;
  }

  /** @param {Focus} focus @param {Weighting} weighting */
  edgePanels(focus, weighting) {
    const { scene } = this;
    const [edge] = focusEdges(scene, focus, this.store.state.direction);
    if (weighting.head === null) {
      return [html("div", { class: "cell-panel" }, html("p", { class: "say" }, fillIn(scene.texts.derived, weighting)), formulaLine(weighting.formula, scene.texts))];
    }
    if (!edge) return [];
    if (onEdge(weighting.values, edge) === null || onEdge(scene.softmax.terms, edge, weighting.head) === null)
      return [html("div", { class: "cell-panel" }, html("p", { class: "say" }, fillIn(scene.texts.notSent, focusNames(scene, focus))))];
    return [
      scene.scores ? this.scorePanel(scene.scores, edge, weighting.head) : jointScorePanel(scene, edge, weighting.head, this.store.state.digits),
      html(
        "div",
        { class: "cell-panel" },
        html("h4", {}, fillIn(scene.texts.softmaxTitle, focusNames(scene, focus))),
        fraction(scene, edge, weighting.head, this.store),
        html("p", { class: "quiet-text" }, this.softmaxNote(edge, weighting.head)),
        this.proofPanel(),
      ),
      ...storyPanels(scene, edge, weighting.head, this.store.state.digits, this),
    ];
  }

  /** @param {Edge} edge @param {number} head */
  softmaxNote(edge, head) {
    const maximum = this.scene.softmax.maxima.at(edge.target, head);
    const text = number(maximum, this.store.state.digits);
    return fillIn(this.scene.texts.softmaxNote, {
      maximum: maximum < 0 ? `(${text})` : text,
      target: edgeNames(this.scene, edge).target,
    });
  }

  /** raw as sums of signed bars, one bar per dimension. @param {Scores} scores @param {Edge} edge @param {number} head */
  scorePanel(scores, edge, head) {
    const { scene } = this;
    const { texts } = scene;
    const { digits } = this.store.state;
    /** @param {string} name */
    const value = (name) => number(onEdge(valuesOf(scene, name), edge, head), digits);
    const dimensions = Array.from({ length: scores.target.shape[2] }, (_, c) => c);
    /** @param {Tensor} tensor @param {number} node */
    const half = (tensor, node) => dimensions.map((c) => ({ name: `c${c}`, value: tensor.at(node, head, c) }));
    const halves = [half(scores.target, edge.target), half(scores.source, edge.source)];
    const ofEdge = scores.edge && dimensions.map((c) => ({ name: `c${c}`, value: /** @type {Tensor} */ (scores.edge).at(edge.index, head, c) }));
    const limit = scores.limits.at(edge.index, head);
    /** @param {string} name @param {number} node */
    const sum = (name, node) => number(valuesOf(scene, name).at(node, head, 0), digits);
    const options = { limit, digits, colours: scene.palette.bars };
    const names = edgeNames(scene, edge);
    return html(
      "div",
      { class: "cell-panel" },
      html("h4", {}, fillIn(texts.scoreTitle, { raw: value("raw"), e: value("e") })),
      bars({ ...options, title: fillIn(texts.targetScore, { target: names.target, value: sum("score_target", edge.target) }), parts: largest(halves[0]) }),
      html("p", { class: "quiet-text" }, stageOf(scene, "score_target").caption),
      bars({ ...options, title: fillIn(texts.sourceScore, { source: names.source, value: sum("score_source", edge.source) }), parts: largest(halves[1]) }),
      ofEdge ? bars({ ...options, title: fillIn(texts.edgeScore, { value: value("score_edge") }), parts: largest(ofEdge) }) : null,
      dimensions.length > MOST_BARS ? html("p", { class: "quiet-text" }, fillIn(texts.moreTerms, { count: dimensions.length - MOST_BARS })) : null,
    );
  }

  /** @param {NodeFocus} focus @param {Weighting} weighting */
  nodePanel(focus, weighting) {
    const { scene } = this;
    const { direction, digits } = this.store.state;
    const { texts, whole } = scene;
    const reads = direction === "reads";
    const edges = edgesAt(scene, focus.node, reads ? "target" : "source").filter((edge) => onEdge(weighting.values, edge) !== null);
    const parts = edges
      .map((edge) => ({ name: scene.called[reads ? edge.source : edge.target], value: onEdge(weighting.values, edge), drawn: edge.drawn }))
      .toSorted((a, b) => (b.value ?? 0) - (a.value ?? 0));
    const title = fillIn(reads ? texts.nodeTitle : texts.nodeSourceTitle, { ...focusNames(scene, focus), weighting: weighting.title });
    const listed = parts.slice(0, 3 * MOST_BARS);
    const outside = whole.outside[direction][focus.node];
    const unlisted = whole[direction][focus.node] - listed.length;
    const more = [
      unlisted ? fillIn(texts.moreTerms, { count: unlisted }) : "",
      outside ? fillIn(reads ? texts.outsideReads : texts.outsideReadBy, { count: outside, value: reads ? number(weighting.rows?.outside.at(focus.node) ?? null, digits) : "" }) : "",
    ].filter(Boolean);
    /** @param {{name: string, value: number|null, drawn: boolean}} part */
    const chip = ({ name, value, drawn }) => html("span", { class: drawn ? "share-chip" : "share-chip undrawn", title: drawn ? null : texts.undrawn }, name, html("b", {}, number(value, digits)));
    return html(
      "div",
      { class: "cell-panel shares" },
      html("h4", {}, title),
      ...listed.map(chip),
      more.length ? html("p", { class: "quiet-text" }, more.join(" · ")) : null,
      listed.some(({ drawn }) => !drawn) ? html("p", { class: "quiet-text" }, texts.dashedUndrawn) : null,
    );
  }

  proofPanel() {
    const { proofs, texts } = this.scene;
    if (!proofs?.length) return null;
    return html(
      "div",
      { class: "proof" },
      html("h4", {}, texts.proof),
      ...proofs.map((check) =>
        html("p", { "data-check": check.name, class: check.passed === null ? "check skipped" : check.passed ? "check passed" : "check failed" }, html("b", {}, check.passed === null ? "·" : check.passed ? "✓" : "✗"), ` ${check.sentence}`),
      ),
      this.scene.pygAsked
        ? null
        : html("button", { type: "button", class: "link", onclick: () => this.host.asked("pyg") }, texts.comparePyg),
    );
  }

  /** A hovered arrow lights its term in the fraction. */
  markTerms() {
    const { hover } = this.store.state;
    /** @type {NodeListOf<HTMLElement>} */
    const terms = this.element.querySelectorAll(".denominator .term");
    for (const term of terms) {
      const on = hover?.kind === "edge" && Number(term.dataset.source) === hover.source;
      term.classList.toggle("hover", Boolean(on));
    }
  }
}

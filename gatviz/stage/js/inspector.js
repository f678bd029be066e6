/** One arrow's story in numbers: its score, its place in the softmax, the formulas, and the proof. */

import { bars, largest, MOST_BARS } from "./bars.js";
import { html } from "./dom.js";
import { fillIn, number } from "./format.js";
import { formulaLine } from "./formula.js";
import { fraction } from "./fraction.js";
import { jointScorePanel, storyPanels } from "./story.js";
import { arcsAt, focusArcs, focusNames, onArc, shownWeighting } from "./scene.js";
import { arcFocus } from "./store.js";
import { TopArcs } from "./top_arcs.js";

export class Inspector {
  /**
   * @param {import("./store.js").Store} store
   * @param {{asked: (what: string) => void}} host is told what the person wants Python to check
   */
  constructor(store, host) {
    this.store = store;
    this.host = host;
    this.head = html("div", { class: "inspector-head" });
    this.body = html("div", { class: "inspector-body" });
    this.furtherOpen = false;
    this.topArcs = new TopArcs(store);
    this.element = html("section", { class: "panel inspector", "aria-live": "polite" }, this.head, this.body);
  }

  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  onState(changed) {
    const concerned = this.store.state.locked ? ["locked", "weighting", "digits", "direction"] : ["hover", "locked", "weighting", "digits", "direction", "measure"];
    if (concerned.some((key) => changed.has(key))) this.draw();
    if (changed.has("hover")) this.markTerms();
  }

  draw() {
    const { locked, hover } = this.store.state;
    const focus = locked ?? hover;
    const weighting = shownWeighting(this.scene, this.store.state);
    this.drawHead(focus, weighting, Boolean(locked));
    if (!locked && (!focus || this.topArcs.pointed || this.topArcs.element.contains(this.element.getRootNode().activeElement))) {
      if (!this.topArcs.element.isConnected || !focus) this.listTop();
      return;
    }
    const panels = !focus ? [] : focus.kind === "arc" ? this.arcPanels(focus, weighting) : [this.nodePanel(focus, weighting)];
    this.body.replaceChildren(...panels.flat().filter(Boolean));
  }

  /** Nothing is locked: the strongest arrows to choose from. */
  listTop() {
    if (!this.scene.arcs.length) {
      this.body.replaceChildren();
      return;
    }
    this.topArcs.draw(this.scene);
    if (!this.topArcs.element.isConnected) this.body.replaceChildren(this.topArcs.element);
  }

  drawHead(focus, weighting, locked) {
    const { texts } = this.scene;
    if (!focus) {
      this.head.replaceChildren(html("span", { class: "quiet-text" }, texts.nothingLocked));
      return;
    }
    const values = { ...focusNames(this.scene, focus), weighting: weighting.title };
    const kind = focus.kind === "arc" ? "Arc" : "Node";
    const text = fillIn(texts[(locked ? "locked" : "preview") + kind], values);
    const chip = locked
      ? html("button", { type: "button", class: "chip locked", title: texts.release, onclick: () => this.store.update({ locked: null }) }, text, html("span", { "aria-hidden": "true" }, " ×"))
      : html("span", { class: "chip" }, text);
    this.head.replaceChildren(chip, html("span", { class: "quiet-text share-line" }, this.shareLine(focus, weighting)));
  }

  shareLine(focus, weighting) {
    const { scene } = this;
    const { texts } = scene;
    const { digits, direction } = this.store.state;
    if (focus.kind === "node") return "";
    const [arc] = focusArcs(scene, focus, direction);
    const names = focusNames(scene, focus);
    if (!arc) return fillIn(texts.maskedPair, names);
    const share = fillIn(texts.shareLine, {
      symbol: weighting.symbol,
      value: number(onArc(weighting.values, arc), digits),
      uniform: number(scene.uniform.at(arc.target), digits),
    });
    const state = arc.drawn ? "" : ` · ${texts.undrawn}`;
    if (arc.source === arc.target) return share + state;
    const back = scene.arcBetween(arc.source, arc.target);
    const reverse = back
      ? fillIn(texts.reverseLine, { ...names, value: number(onArc(weighting.values, back), digits) })
      : fillIn(texts.noReverse, names);
    return `${share}${state} · ${reverse}`;
  }

  arcPanels(focus, weighting) {
    const { scene } = this;
    const [arc] = focusArcs(scene, focus, this.store.state.direction);
    if (weighting.head === null) {
      return [html("div", { class: "cell-panel" }, html("p", { class: "say" }, fillIn(scene.texts.derived, weighting)), formulaLine(weighting.formula, scene.texts))];
    }
    if (!arc) return [];
    if (onArc(weighting.values, arc) === null || onArc(scene.softmax.terms, arc, weighting.head) === null)
      return [html("div", { class: "cell-panel" }, html("p", { class: "say" }, fillIn(scene.texts.notSent, focusNames(scene, focus))))];
    return [
      scene.scores ? this.scorePanel(arc, weighting.head) : jointScorePanel(scene, arc, weighting.head, this.store.state.digits),
      html(
        "div",
        { class: "cell-panel" },
        html("h4", {}, fillIn(scene.texts.softmaxTitle, focusNames(scene, focus))),
        fraction(scene, arc, weighting.head, this.store),
        html("p", { class: "quiet-text" }, this.softmaxNote(arc, weighting.head)),
        this.proofPanel(),
      ),
      ...storyPanels(scene, arc, weighting.head, this.store.state.digits, this),
    ];
  }

  softmaxNote(arc, head) {
    const maximum = this.scene.softmax.maxima.at(arc.target, head);
    const text = number(maximum, this.store.state.digits);
    return fillIn(this.scene.texts.softmaxNote, {
      maximum: maximum < 0 ? `(${text})` : text,
      target: focusNames(this.scene, arcFocus(arc.target, arc.source)).target,
    });
  }

  /** raw as two sums of signed bars, one bar per dimension. */
  scorePanel(arc, head) {
    const { scene } = this;
    const { texts, scores } = scene;
    const { digits } = this.store.state;
    const stage = (name) => scene.stages.find((s) => s.name === name);
    const value = (name) => number(onArc(stage(name).values, arc, head), digits);
    const dimensions = Array.from({ length: scores.target.shape[2] }, (_, c) => c);
    const half = (tensor, node) => dimensions.map((c) => ({ name: `c${c}`, value: tensor.at(node, head, c) }));
    const halves = [half(scores.target, arc.target), half(scores.source, arc.source)];
    const limit = scores.limits.at(arc.index, head);
    const sum = (name, node) => number(stage(name).values.at(node, head, 0), digits);
    const options = { limit, digits, colours: scene.palette.bars };
    const names = focusNames(scene, arcFocus(arc.target, arc.source));
    return html(
      "div",
      { class: "cell-panel" },
      html("h4", {}, fillIn(texts.scoreTitle, { raw: value("raw"), e: value("e") })),
      bars({ ...options, title: fillIn(texts.targetScore, { target: names.target, value: sum("score_target", arc.target) }), parts: largest(halves[0]) }),
      html("p", { class: "quiet-text" }, stage("score_target").caption),
      bars({ ...options, title: fillIn(texts.sourceScore, { source: names.source, value: sum("score_source", arc.source) }), parts: largest(halves[1]) }),
      ...(scores.edge ? [bars({ ...options, title: fillIn(texts.edgeScore, { value: value("score_edge") }), parts: largest(dimensions.map((c) => ({ name: `c${c}`, value: scores.edge.at(arc.index, head, c) }))) })] : []),
      dimensions.length > MOST_BARS ? html("p", { class: "quiet-text" }, fillIn(texts.moreTerms, { count: dimensions.length - MOST_BARS })) : null,
    );
  }

  nodePanel(focus, weighting) {
    const { scene } = this;
    const { direction, digits } = this.store.state;
    const { texts, whole } = scene;
    const reads = direction === "reads";
    const arcs = arcsAt(scene, focus.node, reads ? "target" : "source").filter((arc) => onArc(weighting.values, arc) !== null);
    const parts = arcs
      .map((arc) => ({ name: scene.called[reads ? arc.source : arc.target], value: onArc(weighting.values, arc), drawn: arc.drawn }))
      .sort((a, b) => b.value - a.value);
    const title = fillIn(reads ? texts.nodeTitle : texts.nodeSourceTitle, { ...focusNames(scene, focus), weighting: weighting.title });
    const listed = parts.slice(0, 3 * MOST_BARS);
    const outside = whole.outside[direction][focus.node];
    const unlisted = whole[direction][focus.node] - listed.length;
    const more = [
      unlisted ? fillIn(texts.moreTerms, { count: unlisted }) : "",
      outside ? fillIn(reads ? texts.outsideReads : texts.outsideReadBy, { count: outside, value: reads ? number(weighting.rows.outside.at(focus.node), digits) : "" }) : "",
    ].filter(Boolean);
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
    for (const term of this.element.querySelectorAll(".denominator .term")) {
      const on = hover?.kind === "arc" && Number(term.dataset.source) === hover.source;
      term.classList.toggle("hover", Boolean(on));
    }
  }
}

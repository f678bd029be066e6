/** Why this one, and not the others: a row for each node that the target reads, from its score to what arrives. */

import { html, LATER } from "./dom.js";
import { fillIn, shorten } from "./format.js";
import { formulaLine } from "./formula.js";
import { sliding } from "./motion.js";
import { answerOf, isAnswered, shownWeighting } from "./scene.js";
import { sentence } from "./sentence.js";
import { edgeFocus, same, touch } from "./store.js";
import { furtherBack, isTold } from "./story.js";
import { tensor } from "./tensor.js";
import { TopEdges } from "./top_edges.js";
import { sumLine } from "./why_sum.js";
import { whyTable } from "./why_table.js";

/**
 * @import {Why} from "./protocol.js"
 * @import {Scene} from "./scene.js"
 * @import {Changed} from "./store.js"
 * @typedef {ReturnType<typeof readWhy>} Table the table, its arrays unpacked
 */

const MAX_NAME = 14;

export class WhyView {
  /**
   * @param {import("./store.js").Store} store
   * @param {Pick<import("./stage.js").Host, "asked">} host is told what the person wants Python to check
   * @param {import("./camera.js").Shoots} shoots
   */
  constructor(store, host, shoots) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    this.host = host;
    this.furtherOpen = false;
    this.listed = false;
    this.topEdges = new TopEdges(store);
    this.title = html("h3");
    this.lock = html("span");
    this.remark = html("p", { class: "quiet-text why-remark" });
    this.links = html("span", { class: "why-links" });
    this.camera = shoots("why", () => [{ key: "why", name: this.scene.texts.pictureOfWhy, elements: [this.head, this.body] }]);
    this.head = html("div", { class: "why-head" }, this.title, this.lock, this.remark, this.links, this.camera.element);
    this.body = html("div", { class: "why-body" });
    this.element = html("section", { class: "panel why" }, this.head, this.body);
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.camera.setScene(scene);
    this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (touch(changed, ["weighting", "digits", "heads", "direction"]) || (this.listed && touch(changed, ["measure", "scale"]))) this.draw();
    else if (changed.has("locked")) this.draw();
    else if (changed.has("hover")) this.markHover();
  }

  draw() {
    const { scene, store } = this;
    const { texts } = scene;
    const { why } = answerOf(scene, store.state);
    const table = why && readWhy(why);
    this.element.toggleAttribute("data-stale", !isAnswered(scene, store.state) && store.state.locked !== null);
    const nothing = html("span", { class: "quiet-text" }, scene.edges.some(({ source, target }) => source !== target) ? texts.whyNothing : texts.noReason);
    this.title.replaceChildren(...(this.listed ? [texts.allArrows] : why ? sentence(why.title, store) : [nothing]));
    this.remark.replaceChildren(...(why && !this.listed ? sentence(why.remark, store) : []));
    this.drawLock();
    this.drawLinks(table);
    if (this.listed) {
      this.topEdges.draw(scene);
      if (this.topEdges.element.parentNode !== this.body) this.body.replaceChildren(this.topEdges.element);
      return;
    }
    this.element.toggleAttribute("data-empty", !table);
    this.camera.element.toggleAttribute("hidden", !table);
    const weighting = shownWeighting(scene, store.state);
    const stable = why?.stable.length ? [html("p", { class: "quiet-text why-stable", role: "status" }, ...sentence(why.stable, store))] : [];
    const slide = sliding(this.body);
    this.body.replaceChildren(...(table ? [...stable, whyTable(scene, table, this.chosen(table), store), sumLine(scene, table, this.chosen(table), store)] : []));
    slide();
    if (table && this.furtherOpen && weighting.head !== null) this.body.append(this.further(weighting.head));
    this.markHover();
  }

  /** The row of the locked arrow: also before Python has answered, if it is one of these. @param {Table} table */
  chosen(table) {
    const { locked } = this.store.state;
    if (locked?.kind !== "edge" || locked.target !== table.target) return -1;
    return table.rows.findIndex(({ node }) => node === locked.source);
  }

  drawLock() {
    const { locked } = this.store.state;
    const { scene } = this;
    if (!locked) {
      this.lock.replaceChildren();
      return;
    }
    /** @param {number} node */
    const name = (node) => shorten(scene.names[node], MAX_NAME);
    const names = locked.kind === "edge" ? { source: name(locked.source), target: name(locked.target) } : { node: name(locked.node) };
    const text = fillIn(scene.texts[locked.kind === "edge" ? "lockedEdge" : "lockedNode"], names);
    this.lock.replaceChildren(
      html("button", { type: "button", class: "chip locked", title: scene.texts.release, onclick: () => this.store.update({ locked: null }) }, text, html("span", { class: "use", "aria-hidden": "true" }, " ×")),
    );
  }

  /** @param {Table|null} table */
  drawLinks(table) {
    const { scene } = this;
    const { texts } = scene;
    /** @param {string} key @param {boolean} on @param {string} label @param {() => void} run */
    const link = (key, on, label, run) => html("button", { type: "button", class: "link", "data-key": key, "aria-expanded": on, onclick: run }, label, html("span", { "aria-hidden": "true" }, on ? " ⌄" : " ›"));
    const { story } = scene;
    const told = table && !this.listed && story && isTold(story, this.store.state) && isAnswered(scene, this.store.state);
    const further = told ? link("further", this.furtherOpen, story.score ? texts.whereFromJoint : texts.whereFrom, () => this.toggle("furtherOpen")) : null;
    const { locked } = this.store.state;
    const edge = locked?.kind === "edge" && scene.edgeBetween(locked.target, locked.source);
    const without = edge && !edge.added && !this.listed ? html("button", { type: "button", class: "link", "data-key": "without", title: texts.withoutTitle, onclick: () => this.host.asked("without") }, texts.without) : null;
    const list = scene.edges.length ? link("listed", this.listed, texts.allArrows, () => this.toggle("listed")) : null;
    const { stableAsked } = scene;
    const stable = table && !this.listed && locked !== null && stableAsked !== null ? link("stable", stableAsked, texts.howStable, () => this.host.asked("stable")) : null;
    if (stable) stable.title = texts.howStableTitle;
    this.links.replaceChildren(...[without, further, stable, list].filter((each) => each !== null));
  }

  /** @param {"furtherOpen"|"listed"} what */
  toggle(what) {
    this[what] = !this[what];
    this.draw();
    this.body.lastElementChild?.scrollIntoView({ block: "nearest" });
  }

  /** The features behind the score, the formulas and the proof. @param {number} head */
  further(head) {
    const { scene, store } = this;
    const { texts } = scene;
    const parts = scene.story && scene.story.head === head && isTold(scene.story, store.state) ? furtherBack(scene, scene.story, store.state.digits) : [];
    const symbols = html("div", { class: "cell-panel formulas" }, html("h4", {}, texts.symbols), ...scene.formulas.map((formula) => formulaLine(formula, texts)));
    return html("div", { class: "further" }, ...parts, symbols, this.proofPanel());
  }

  proofPanel() {
    const { proofs, texts } = this.scene;
    return html(
      "div",
      { class: "cell-panel proof" },
      html("h4", {}, texts.proof),
      ...proofs.map((check) =>
        html("p", { "data-check": check.name, class: check.passed === null ? "check skipped" : check.passed ? "check passed" : "check failed" }, html("b", {}, check.passed === null ? "·" : check.passed ? "✓" : "✗"), ` ${check.sentence}`),
      ),
      this.scene.pygAsked ? null : html("button", { type: "button", class: "link", onclick: () => this.host.asked("pyg") }, texts.comparePyg),
    );
  }

  /** A hovered arrow lights its row and its term. */
  markHover() {
    const { hover } = this.store.state;
    /** @type {NodeListOf<HTMLElement>} */
    const parts = this.body.querySelectorAll("[data-source]");
    for (const part of parts) {
      const on = hover?.kind === "edge" && same(edgeFocus(Number(part.dataset.target), Number(part.dataset.source)), hover);
      part.classList.toggle("hover", Boolean(on));
    }
  }
}

/** @param {Why} why */
function readWhy(why) {
  const keys = why.columns.filter(({ stage }) => stage === null).map(({ key }) => key);
  const vectorKeys = why.columns.filter(({ stage }) => stage !== null).map(({ key }) => key);
  const numbers = tensor(why.numbers);
  const vectors = why.vectors.map((vector) => tensor(vector));
  const ends = why.whiskers && tensor(why.whiskers);
  return {
    ...why,
    /** @param {number} row @param {string} key @returns {number|null} */
    number: (row, key) => (keys.includes(key) ? known(numbers.at(row, keys.indexOf(key))) : null),
    /** @param {string} key */
    sum: (key) => why.sums[keys.indexOf(key)] ?? null,
    /** @param {string} key */
    restOf: (key) => why.rest?.numbers[keys.indexOf(key)] ?? null,
    /** @param {number} row @param {string} key @returns {number[]|null} null where there is none */
    vector: (row, key) => {
      const vector = vectors[vectorKeys.indexOf(key)];
      if (!vector) return null;
      const values = Array.from({ length: vector.shape[1] }, (_, c) => vector.at(row, c));
      return values.every(Number.isNaN) ? null : values;
    },
    /** The least and the most of a row's α while one arrow comes or goes. @param {number} row @returns {[number, number]|null} */
    range: (row) => (ends && !Number.isNaN(ends.at(row, 0)) ? [ends.at(row, 0), ends.at(row, 1)] : null),
    brought: why.rest?.brings ? [...why.rest.brings.f32] : null,
    hPrime: why.hPrime && [...why.hPrime.f32],
    out: why.out && [...why.out.f32],
  };
}

/** @param {number} value */
const known = (value) => (Number.isNaN(value) ? null : value);

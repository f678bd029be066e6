/** A page that stands alone: the stage, and in Python's place what it would say of every node and arrow, packed beforehand. */

import { html } from "./dom.js";
import { Stage } from "./stage.js";
import { same } from "./store.js";
import { decode } from "./wire.js";

/**
 * @import {Answer, Focus, Numbered, Report, ReportLayer, Screen, Story, TargetTold} from "./protocol.js"
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 * @typedef {Pick<Screen, "answers"|"answered"|"story">} Told
 */

/** @param {HTMLElement} root @param {Bytes} packed @param {(Bytes|null)[][]} told by layer and node, null where there was no room */
export async function open(root, packed, told) {
  const page = new Page(root, /** @type {Report} */ (await decode(packed)), told);
  await page.show(page.report.layerAtStart, true);
  return page;
}

class Page {
  /** @param {HTMLElement} root @param {Report} report @param {(Bytes|null)[][]} told */
  constructor(root, report, told) {
    this.report = report;
    this.told = told;
    this.layer = report.layerAtStart;
    /** @type {Map<string, Promise<TargetTold>>} */
    this.unpacked = new Map();
    this.asked = 0;
    this.switch = html("span", { class: "report-layers", role: "radiogroup", "aria-label": report.texts.layers });
    const head = html("header", { class: "report-head" }, html("h1", {}, report.title), report.layers.length > 1 ? this.switch : null, html("span", {}, report.line || report.texts.made));
    const place = html("div");
    root.classList.add("report");
    root.append(head, place, html("div", { class: "report-chapters" }, ...report.chapters.map(chapter)));
    this.stage = new Stage(place, {
      edited: (edits) => this.moved(edits),
      looked: () => void this.tell(),
      asked: () => {},
    });
  }

  /** What of the report is on show. @returns {ReportLayer} */
  get shown() {
    return this.report.layers[this.layer];
  }

  /** @param {number} layer @param {boolean} first */
  async show(layer, first = false) {
    this.layer = layer;
    const buttons = this.report.layers.map(({ title }, k) => html("button", { type: "button", role: "radio", "aria-checked": k === layer, onclick: () => void this.show(k) }, title));
    this.switch.replaceChildren(...buttons);
    const { screen, ofAll } = this.shown;
    // What is locked is found again by its names, also where another part of the graph is on show.
    this.stage.show(first ? screen : { ...screen, answers: ofAll, answered: null, story: null });
    if (!first) await this.tell();
  }

  /** Answer for what is locked now; what was asked before no longer counts. */
  async tell() {
    const asked = ++this.asked;
    const { locked } = this.stage.store.state;
    const told = await this.about(locked);
    if (asked !== this.asked || !same(locked, this.stage.store.state.locked)) return;
    this.stage.show({ ...this.shown.screen, ...told });
  }

  /** @param {Focus|null} focus @returns {Promise<Told>} */
  async about(focus) {
    const { ofAll, leftOut, screen } = this.shown;
    if (!focus) return { answers: ofAll, answered: null, story: null };
    const target = await this.target(focus.kind === "node" ? focus.node : focus.target);
    const silent = { answers: screen.weightings.map(() => leftOut), answered: focus, story: null };
    if (!target) return silent;
    if (focus.kind === "node") return { answers: target.ofNode, answered: focus, story: null };
    const place = target.sources.indexOf(focus.source);
    if (place < 0) return silent;
    const head = screen.weightings.find(({ key }) => key === this.stage.store.state.weighting)?.head ?? null;
    return { answers: target.ofPairs.map((pairs) => pairs[place]), answered: focus, story: head === null ? null : target.stories[head][place] };
  }

  /** @param {number} node @returns {Promise<TargetTold|null>} */
  async target(node) {
    const packed = this.told[this.layer][node];
    if (!packed) return null;
    const key = `${this.layer} ${node}`;
    const known = this.unpacked.get(key) ?? decode(packed);
    this.unpacked.set(key, known);
    return /** @type {Promise<TargetTold>} */ (known);
  }

  /** Where nodes are is all that can be changed here: every layer shows them there. @param {Numbered[]} edits */
  moved(edits) {
    const taken = Math.max(0, ...edits.map(({ number }) => number));
    const moves = edits.flatMap(({ edit }) => (edit.kind === "move" ? edit.names.map((name, k) => /** @type {[string, number[]]} */ ([name, edit.points[k]])) : []));
    const places = new Map(moves);
    for (const layer of this.report.layers) {
      const { names, positions } = layer.screen;
      layer.screen = { ...layer.screen, positions: names.map((name, n) => places.get(name) ?? positions[n]), editsTaken: taken };
    }
    void this.tell();
  }
}

/** @param {Report["chapters"][number]} chapter */
function chapter({ title, sentences, values }) {
  return html(
    "section",
    {},
    html("h2", {}, title),
    ...sentences.map((sentence) => html("p", {}, sentence)),
    values.length ? html("dl", {}, ...values.flatMap(([name, value]) => [html("dt", {}, name), html("dd", {}, value)])) : null,
  );
}

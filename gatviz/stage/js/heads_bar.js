/** Which weighting is shown, or which heads at once; what a node's focus means; how many digits. */

import { focusedBeside, focusKey, html, LATER } from "./dom.js";
import { options } from "./options.js";
import { shownWeighting } from "./scene.js";
import { touch } from "./store.js";

/**
 * @import {Scene, Weighting} from "./scene.js"
 * @import {Changed} from "./store.js"
 */

const DIGITS = [3, 6];

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
    this.element = html("div", { class: "heads-bar" });
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (touch(changed, ["weighting", "digits", "direction"]) || (changed.has("heads") && this.drawnSeveral !== this.several)) this.draw();
    else if (changed.has("heads")) this.mark();
  }

  get several() {
    return this.store.state.heads !== null;
  }

  draw() {
    const { scene, store } = this;
    const { texts } = scene;
    this.drawnSeveral = this.several;
    this.swatches = scene.weightings.map((weighting) => [weighting, this.swatch(weighting)]);
    this.mark();
    const focused = focusedBeside(this.element)?.dataset.key;
    const count = scene.weightings.filter((weighting) => weighting.kind === "head").length;
    this.element.replaceChildren(
      html("span", { class: "caption" }, texts.head),
      html("div", { class: "swatches", role: this.several ? "group" : "radiogroup", "aria-label": texts.head }, ...this.swatches.map(([, button]) => button)),
      ...(count > 1 ? [this.howMany()] : []),
      html("span", { class: "spacer" }),
      options(store, texts.direction, "direction", [
        ["reads", texts.reads],
        ["readBy", texts.readBy],
      ]),
      options(store, texts.digits, "digits", DIGITS.map((n) => [n, String(n)])),
    );
    if (focused) focusKey(this.element, focused);
  }

  /** One head at a time, or several on the same arrows. */
  howMany() {
    const { texts } = this.scene;
    /** @param {boolean} several @param {() => void} run */
    const button = (several, run) =>
      html(
        "button",
        { type: "button", class: "option", role: "radio", "aria-checked": this.several === several, "data-key": `several:${several}`, title: texts[several ? "severalTitle" : "oneTitle"], onclick: run },
        texts[several ? "several" : "one"],
      );
    return html(
      "span",
      { class: "choice", role: "radiogroup", "aria-label": texts.howMany },
      button(false, () => this.store.update({ heads: null })),
      button(true, () => this.store.update({ heads: this.all(), measure: "share" })),
    );
  }

  all() {
    return this.scene.weightings.flatMap(({ kind, head }) => (kind === "head" && head !== null ? [head] : []));
  }

  /** @param {Weighting} weighting */
  swatch(weighting) {
    const toggles = this.several && weighting.kind === "head";
    const dot = weighting.kind === "head" ? html("i", { class: "dot" }) : null;
    if (dot) dot.style.background = this.scene.palette.heads[(weighting.head ?? 0) % this.scene.palette.heads.length];
    return html(
      "button",
      {
        type: "button",
        class: `swatch ${weighting.kind}`,
        role: toggles ? "checkbox" : "radio",
        "data-key": `w:${weighting.key}`,
        title: toggles ? this.scene.texts.swatchTitle : weighting.explanation,
        onclick: (event) => (toggles ? this.toggle(weighting, event.detail) : this.store.update({ weighting: weighting.key, heads: null })),
      },
      dot,
      weighting.label,
    );
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

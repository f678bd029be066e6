/** The guided first minute: a button that begins it, then back, next and leave; what each step lights and says is data. */

import { focusedBeside, focusKey, html, LATER } from "./dom.js";
import { fillIn } from "./format.js";
import { same } from "./store.js";

/**
 * @import {Scene} from "./scene.js"
 * @import {Changed} from "./store.js"
 */

export class GuideView {
  /** @param {import("./store.js").Store} store */
  constructor(store) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    /** Whether it was gone through: then it is no longer what the screen asks for first. */
    this.seen = false;
    /** Whether the person has pointed at what the step is about. */
    this.understood = false;
    this.element = html("div", { class: "guide" });
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (changed.has("guide")) this.understood = false;
    if (changed.has("hover") && this.isPointedAt()) this.understood = true;
    else if (!changed.has("guide")) return;
    this.draw();
  }

  isPointedAt() {
    const { guide, hover } = this.store.state;
    const step = guide === null ? undefined : this.scene.guide?.steps[guide];
    return Boolean(step) && !this.understood && hover !== null && same(hover, step?.completes);
  }

  draw() {
    const { guide } = this.scene;
    const focused = focusedBeside(this.element)?.dataset.key;
    this.element.replaceChildren(...(!guide ? [] : this.store.state.guide === null ? [this.beginning(guide.steps.length)] : this.walking(guide.steps.length, this.store.state.guide)));
    if (focused) focusKey(this.element, focused);
  }

  /** @param {number} count */
  beginning(count) {
    const { texts } = this.scene;
    return html(
      "button",
      { type: "button", class: this.seen ? "link" : "filled", "data-key": "guide", title: texts.showHowTitle, onclick: () => this.begin() },
      this.seen ? texts.showHow : html("span", {}, "▸ ", texts.showHow, html("small", {}, ` ${fillIn(texts.guideStep, { step: 1, count })}`)),
    );
  }

  /** @param {number} count @param {number} step */
  walking(count, step) {
    const { texts } = this.scene;
    const last = step + 1 === count;
    /** @param {string} key @param {string} label @param {string} kind @param {() => void} run */
    const button = (key, label, kind, run) => html("button", { type: "button", class: kind, "data-key": key, onclick: run }, label);
    return [
      step ? button("guide-back", texts.guideBack, "link", () => this.go(step - 1)) : null,
      html("button", { type: "button", class: this.understood ? "filled understood" : "filled", "data-key": "guide", onclick: () => (last ? this.leave() : this.go(step + 1)) }, last ? texts.guideDone : texts.guideNext, html("small", {}, ` ${fillIn(texts.guideStep, { step: step + 1, count })}`)),
      html("button", { type: "button", class: "link", "data-key": "guide-leave", title: texts.guideLeave, "aria-label": texts.guideLeave, onclick: () => this.leave() }, "×"),
    ].filter((each) => each !== null);
  }

  begin() {
    const { guide } = this.scene;
    if (guide) this.store.update({ guide: 0, locked: guide.focus, weighting: guide.weighting, heads: null, measure: "share", hover: null });
  }

  /** @param {number} step */
  go(step) {
    this.store.update({ guide: step, hover: null });
  }

  leave() {
    this.seen = true;
    this.store.update({ guide: null });
  }
}

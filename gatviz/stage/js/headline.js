/** The sentence that answers, what is behind it, and whose weights these are. */

import { html, LATER } from "./dom.js";
import { answerOf, isAnswered } from "./scene.js";
import { sentence } from "./sentence.js";
import { touch } from "./store.js";

/**
 * @import {Scene} from "./scene.js"
 * @import {Changed} from "./store.js"
 */

export class Headline {
  /** @param {import("./store.js").Store} store */
  constructor(store) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    this.words = html("h2", { class: "headline", "aria-live": "polite" });
    this.line = html("p", { class: "answer-line" });
    this.badge = html("span", { class: "badge" });
    this.aside = html("div", { class: "headline-aside" });
    this.element = html("header", { class: "answer" }, html("div", { class: "answer-words" }, this.words, this.badge), this.aside, this.line);
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (touch(changed, ["weighting", "digits", "heads", "guide"])) this.draw();
    if (changed.has("locked")) this.wait();
  }

  draw() {
    const { scene, store } = this;
    const { guide } = store.state;
    const { headline, line } = (guide !== null && scene.guide?.steps[guide]) || answerOf(scene, store.state);
    this.badge.textContent = scene.badge;
    this.badge.title = scene.whoseWeights;
    this.words.replaceChildren(...sentence(headline, store));
    this.line.replaceChildren(...sentence(line, store));
    this.wait();
  }

  /** Until Python has answered for what is locked now, the old answer steps back. */
  wait() {
    this.element.toggleAttribute("data-stale", !isAnswered(this.scene, this.store.state));
  }
}

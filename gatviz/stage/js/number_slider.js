/** A slider for a number of the model or of a node: what it is dragged to is sent at once, the newest, one at a time. */

import { html } from "./dom.js";

/** @import {Edit} from "./protocol.js" */

/** So often it is looked whether the last value has been taken. */
const WAIT = 15;
const DIGITS = 6;

/** The newest of many values, sent as soon as nothing is on its way: none between is waited for, the last is always sent. */
export class Newest {
  /** @param {Pick<import("./edits.js").Edits, "push"|"waiting">} edits */
  constructor(edits) {
    this.edits = edits;
    /** @type {Edit|null} */
    this.next = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
  }

  /** @param {Edit} edit */
  push(edit) {
    this.next = edit;
    if (this.timer === undefined) this.flush();
  }

  flush() {
    this.timer = undefined;
    if (this.next === null) return;
    if (this.edits.waiting.length) {
      this.timer = setTimeout(() => this.flush(), WAIT);
      return;
    }
    const { next } = this;
    this.next = null;
    this.edits.push(next);
  }
}

/** From where to where a number can be dragged, and in which steps: as far as it is large to both sides, at least by 1. @param {number} value */
export function reachOf(value) {
  const reach = Math.max(1, Math.abs(value));
  const step = 10 ** Math.floor(Math.log10(reach / 50));
  const [low, high] = [Math.floor((value - reach) / step), Math.ceil((value + reach) / step)];
  return { min: rounded(low * step), max: rounded(high * step), step };
}

/** @param {number} value without the last digits, which only reckoning has made */
const rounded = (value) => Number(value.toPrecision(DIGITS));

/**
 * @param {Pick<import("./edits.js").Edits, "push"|"waiting">} edits
 * @param {number} value @param {string} label
 * @param {(value: number, drag: string) => Edit} edit what a value means; those of one drag are one step
 * @param {(text: string) => void} told what it is dragged to
 */
export function numberSlider(edits, value, label, edit, told) {
  const newest = new Newest(edits);
  const slider = html("input", { type: "range", class: "number-slider", "aria-label": label, title: label, ...reachOf(value), value });
  let drag = "";
  const begin = () => (drag = `${Date.now()} ${label}`);
  slider.addEventListener("pointerdown", begin);
  slider.addEventListener("focus", begin);
  slider.addEventListener("input", () => {
    const now = rounded(Number(slider.value));
    told(String(now));
    newest.push(edit(now, drag));
  });
  slider.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation());
  return slider;
}

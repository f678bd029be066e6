/** A field over one cell of a matrix of weights, in which its number is typed anew. */

import { html } from "./dom.js";
import { readNumber } from "./format.js";
import { numberSlider } from "./number_slider.js";

/** @import {Cell, MatrixView} from "./matrix_view.js" */

const MIN_FIELD = { width: 76, height: 26 };
/** How tall the slider is. */
const SLIDER = 22;
/** As many digits as tell one float32 from the next. */
const FIELD_DIGITS = 8;

/** @typedef {Omit<SetWeight, "kind"|"value">} Entry one number of the model */

/** @typedef {import("./protocol.js").SetWeight} SetWeight */

export class CellEditor {
  /** @param {import("./edits.js").Edits} edits */
  constructor(edits) {
    this.edits = edits;
    /** @type {HTMLInputElement|null} */
    this.input = null;
    /** @type {HTMLInputElement|undefined} */
    this.slider = undefined;
  }

  /**
   * @param {import("./matrix_view.js").MatrixView} matrix
   * @param {Cell} cell
   * @param {Entry} entry what the cell stands for
   * @param {string} label for screen readers
   */
  open(matrix, cell, entry, label) {
    this.close();
    let now = String(Number(matrix.spec.value(...cell)?.toPrecision(FIELD_DIGITS)));
    const input = html("input", { class: "cell-editor", "aria-label": label, title: label, autocomplete: "off", spellcheck: "false" });
    input.value = now;
    const slider = numberSlider(this.edits, Number(now), label, (value, drag) => ({ kind: "set_weight", ...entry, value, drag }), (text) => {
      input.value = text;
      input.classList.remove("wrong");
      now = text;
    });
    this.put(matrix, cell, input, slider);
    for (const event of ["pointermove", "click", "dblclick"]) for (const field of [input, slider]) field.addEventListener(event, (e) => e.stopPropagation());
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      if (event.key === "Enter" && !this.take(input, now, entry)) return;
      this.close();
      matrix.element.focus({ preventScroll: true });
    });
    for (const field of [input, slider]) {
      field.addEventListener("blur", (event) => {
        if (this.input !== input || event.relatedTarget === slider || event.relatedTarget === input) return;
        this.take(input, now, entry);
        this.close();
      });
    }
    this.input = input;
    this.slider = slider;
    input.focus({ preventScroll: true });
    input.select();
  }

  /** The slider stands below the field, or above it where there is no room. @param {MatrixView} matrix @param {Cell} cell @param {HTMLInputElement} input @param {HTMLInputElement} slider */
  put(matrix, cell, input, slider) {
    const { x, y } = matrix.corner(...cell);
    const width = Math.max(MIN_FIELD.width, matrix.spec.cellWidth);
    const height = Math.max(MIN_FIELD.height, matrix.spec.cellHeight);
    /** @param {number} at @param {number} size @param {number} room */
    const within = (at, size, room) => Math.max(0, Math.min(at, room - size));
    Object.assign(input.style, {
      left: `${within(x, width, matrix.view.width)}px`,
      top: `${within(y, height, matrix.view.height)}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    const below = within(y, height, matrix.view.height) + height;
    const top = below + SLIDER <= matrix.view.height ? below : within(y, height, matrix.view.height) - SLIDER;
    Object.assign(slider.style, { left: input.style.left, top: `${top}px`, width: input.style.width, height: `${SLIDER}px` });
    matrix.sticky.append(input, slider);
  }

  /** Send what was typed, unless it is the same. @returns {boolean} whether it is a number @param {HTMLInputElement} input @param {string} before @param {Entry} entry */
  take(input, before, entry) {
    const value = readNumber(input.value);
    input.classList.toggle("wrong", value === null);
    if (value !== null && input.value !== before) this.edits.push({ kind: "set_weight", ...entry, value });
    return value !== null;
  }

  close() {
    const { input } = this;
    this.input = null;
    input?.remove();
    this.slider?.remove();
  }
}

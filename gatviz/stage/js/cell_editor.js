/** A field over one cell of a matrix of weights, in which its number is typed anew. */

import { html } from "./dom.js";
import { readNumber } from "./format.js";

/** @import {Cell, MatrixView} from "./matrix_view.js" */

const LEAST_FIELD = { width: 76, height: 26 };
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
  }

  /**
   * @param {import("./matrix_view.js").MatrixView} matrix
   * @param {Cell} cell
   * @param {Entry} entry what the cell stands for
   * @param {string} label for screen readers
   */
  open(matrix, cell, entry, label) {
    this.close();
    const now = String(Number(matrix.spec.value(...cell)?.toPrecision(FIELD_DIGITS)));
    const input = html("input", { class: "cell-editor", "aria-label": label, title: label, autocomplete: "off", spellcheck: "false" });
    input.value = now;
    this.put(matrix, cell, input);
    for (const event of ["pointermove", "click", "dblclick"]) input.addEventListener(event, (e) => e.stopPropagation());
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      if (event.key === "Enter" && !this.take(input, now, entry)) return;
      this.close();
      matrix.element.focus({ preventScroll: true });
    });
    input.addEventListener("blur", () => {
      if (this.input !== input) return;
      this.take(input, now, entry);
      this.close();
    });
    this.input = input;
    input.focus({ preventScroll: true });
    input.select();
  }

  /** @param {MatrixView} matrix @param {Cell} cell @param {HTMLInputElement} input */
  put(matrix, cell, input) {
    const { x, y } = matrix.corner(...cell);
    const width = Math.max(LEAST_FIELD.width, matrix.spec.cellWidth);
    const height = Math.max(LEAST_FIELD.height, matrix.spec.cellHeight);
    /** @param {number} at @param {number} size @param {number} room */
    const within = (at, size, room) => Math.max(0, Math.min(at, room - size));
    Object.assign(input.style, {
      left: `${within(x, width, matrix.view.width)}px`,
      top: `${within(y, height, matrix.view.height)}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    matrix.sticky.append(input);
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
  }
}

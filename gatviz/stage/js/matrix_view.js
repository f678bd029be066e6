/**
 * A matrix as a heatmap: numbers in the cells while they fit, names that stay in view while it scrolls.
 * Only what is visible is drawn, so a 200 × 200 matrix costs no more than what fits on the screen.
 */

import { html, LATER, placeOn, set, svg } from "./dom.js";
import { breadth, number, shorten, shortenFront } from "./format.js";
import { cellShapes } from "./matrix_picture.js";
import { fade } from "./motion.js";
import { drawnAs } from "./picture.js";

/**
 * @typedef {Object} MatrixSpec
 * @property {string} label for screen readers
 * @property {string[]} rowNames
 * @property {string[]} columnNames
 * @property {(row: number, column: number) => number|null} value null where there is nothing to show
 * @property {(row: number, column: number) => boolean} masked hatched: no edge there
 * @property {(row: number, column: number) => boolean} [undrawn] with a corner: an edge that the graph does not show
 * @property {import("./scales.js").ColourScale} colours
 * @property {string} empty the colour of cells without a value
 * @property {string} hatch the colour of the lines across masked cells
 * @property {number} faded how much of its colour a masked cell keeps
 * @property {number} digits
 * @property {number} cellWidth
 * @property {number} cellHeight
 * @property {number} maxWidth of the part in view, names included
 * @property {number} maxHeight
 *
 * @typedef {[number, number]} Cell row and column
 * @typedef {{cells?: Cell[], rows?: number[], columns?: number[]}} Marks
 * @typedef {{left: number, right: number, top: number, bottom: number}} Cells the rows and columns in view
 * @typedef {CanvasRenderingContext2D} Pen
 */

/** @type {Record<string, Cell|undefined>} */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const NUMBERS_FIT = { width: 34, height: 15 };
/** The width of a letter of a name, and of a digit, in pixels. */
const LETTER = 7;
const DIGIT = 6.4;
/** Down to this part of what numbers take they are written a little smaller. */
const TIGHT = 0.91;
/** A locked name is a chip of this height where its row has that. */
const CHIP = 18;
const CHIP_LETTER = 6.4;
/** Between a row's name and its cells. */
const NAME_GAP = 8;
const MAX_TURNED = 9;
const GAP_FROM = 12;
/** More cells than these change at once, without motion. */
const MAX_MOVING = 2500;
const GAP = 2;
const NAME_LETTERS = 9;
const NARROW_LETTERS = 3;
/** Turned names need so many pixels each, those of every few columns then. */
const TURNED = 13;
const CORNER = 5;
/** What is hovered lies above what is locked. @type {("locked"|"hover")[]} */
const KINDS = ["locked", "hover"];

export class MatrixView {
  /**
   * @param {{hover: (cell: Cell|null) => void, choose: (cell: Cell) => void}} listener
   */
  constructor(listener) {
    this.listener = listener;
    /** @type {MatrixSpec} */
    this.spec = LATER;
    /** The cell that the keys are on. @type {Cell|null} */
    this.at = null;
    /** @type {{hover?: Marks, locked?: Marks}} */
    this.marks = {};
    this.margin = { left: 0, top: 0 };
    this.view = { width: 0, height: 0 };
    this.longestColumn = 1;
    this.turned = false;
    // Kept, as asking the element makes the browser lay out the whole page first.
    this.scrolled = { left: 0, top: 0 };
    this.painter = html("canvas");
    /** The cells as they were, which give way. */
    this.faded = html("canvas", { class: "faded", "aria-hidden": "true" });
    drawnAs(this.painter, (origin) => cellShapes(this, origin));
    this.names = svg("g", { class: "names" });
    this.numbers = svg("g", { class: "numbers" });
    this.overlay = svg("g", { class: "marks" });
    this.drawing = svg("svg", { "aria-hidden": "true" }, this.numbers, this.overlay, this.names);
    this.sticky = html("div", { class: "matrix-view" }, this.painter, this.faded, this.drawing);
    this.sizer = html("div", {}, this.sticky);
    this.element = html("div", { class: "matrix", tabindex: 0, role: "img" }, this.sizer);
    this.element.addEventListener("scroll", () => {
      this.scrolled = { left: this.element.scrollLeft, top: this.element.scrollTop };
      this.draw();
    });
    this.sticky.addEventListener("pointermove", (event) => this.listener.hover(this.cellAt(event)));
    this.sticky.addEventListener("pointerleave", () => this.listener.hover(null));
    this.sticky.addEventListener("click", (event) => {
      const cell = this.cellAt(event);
      if (!cell) return;
      this.at = cell;
      this.listener.choose(cell);
    });
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("blur", () => this.listener.hover(null));
  }

  /** @param {MatrixSpec} spec */
  show(spec) {
    const before = this.spec;
    this.spec = spec;
    const longest = Math.max(0, ...spec.rowNames.map((name) => breadth(shorten(name, NAME_LETTERS))));
    this.longestColumn = Math.ceil(Math.max(1, ...spec.columnNames.map(breadth)));
    // Names that do not fit over their column are turned instead of cut.
    this.turned = this.longestColumn * LETTER > spec.cellWidth && this.longestColumn > NARROW_LETTERS;
    const turnedName = Math.max(...spec.columnNames.map((name) => breadth(shortenFront(name, MAX_TURNED))));
    this.margin = { left: NAME_GAP + 8 + longest * LETTER, top: this.turned ? 8 + turnedName * LETTER : 23 };
    const inner = { width: spec.columnNames.length * spec.cellWidth, height: spec.rowNames.length * spec.cellHeight };
    const full = { width: this.margin.left + inner.width + 2, height: this.margin.top + inner.height + 2 };
    const bars = { x: full.height > spec.maxHeight ? 12 : 0, y: full.width > spec.maxWidth ? 12 : 0 };
    this.view = {
      width: Math.max(20, Math.min(full.width, spec.maxWidth - bars.x)),
      height: Math.max(20, Math.min(full.height, spec.maxHeight - bars.y)),
    };
    this.scrolled.left = Math.max(0, Math.min(this.scrolled.left, full.width - this.view.width));
    this.scrolled.top = Math.max(0, Math.min(this.scrolled.top, full.height - this.view.height));
    Object.assign(this.sizer.style, { width: `${full.width}px`, height: `${full.height}px` });
    Object.assign(this.sticky.style, { width: `${this.view.width}px`, height: `${this.view.height}px` });
    Object.assign(this.element.style, { width: `${this.view.width + bars.x}px`, height: `${this.view.height + bars.y}px` });
    this.element.setAttribute("aria-label", spec.label);
    if (before && this.changes(before)) this.fade();
    this.draw();
  }

  /** Whether the same cells have got other values; cells that may be seen one by one. @param {MatrixSpec} before */
  changes(before) {
    const { rowNames, columnNames, cellWidth, cellHeight, value } = this.spec;
    const [rows, columns] = [rowNames.length, columnNames.length];
    const alike = before.rowNames.length === rows && before.columnNames.length === columns && before.cellWidth === cellWidth && before.cellHeight === cellHeight;
    return alike && rows * columns <= MAX_MOVING && rowNames.some((_, row) => columnNames.some((__, column) => value(row, column) !== before.value(row, column)));
  }

  /** Let what is painted give way to what will be. */
  fade() {
    const { painter, faded } = this;
    if (!painter.width || !painter.height) return;
    faded.width = painter.width;
    faded.height = painter.height;
    penOf(faded).drawImage(painter, 0, 0);
    fade(faded);
  }

  /** @param {{hover?: Marks, locked?: Marks}} marks */
  mark(marks) {
    this.marks = marks;
    this.drawMarks();
  }

  /** @returns {Cells} */
  visible() {
    const { cellWidth, cellHeight, rowNames, columnNames } = this.spec;
    const { left, top } = this.scrolled;
    /** @param {number} offset @param {number} size @param {number} cell @param {number} count */
    const last = (offset, size, cell, count) => Math.min(count, Math.ceil((offset + size) / cell));
    return {
      left: Math.floor(left / cellWidth),
      right: last(left, this.view.width - this.margin.left, cellWidth, columnNames.length),
      top: Math.floor(top / cellHeight),
      bottom: last(top, this.view.height - this.margin.top, cellHeight, rowNames.length),
    };
  }

  /** Where a cell's corner is in the drawing. @param {number} row @param {number} column */
  corner(row, column) {
    const { cellWidth, cellHeight } = this.spec;
    return {
      x: this.margin.left + column * cellWidth - this.scrolled.left,
      y: this.margin.top + row * cellHeight - this.scrolled.top,
    };
  }

  draw() {
    if (!this.spec) return;
    const range = this.visible();
    this.paint(range);
    this.drawNames(range);
    this.drawNumbers(range);
    this.drawMarks();
  }

  /** @param {Cells} range */
  paint({ left, right, top, bottom }) {
    const { spec, view, painter } = this;
    const ratio = window.devicePixelRatio || 1;
    painter.width = Math.round(view.width * ratio);
    painter.height = Math.round(view.height * ratio);
    const pen = penOf(painter);
    pen.scale(ratio, ratio);
    pen.beginPath();
    pen.rect(this.margin.left, this.margin.top, view.width, view.height);
    pen.clip();
    const cells = Math.min(spec.cellWidth, spec.cellHeight) >= GAP_FROM;
    if (cells) this.paintCells(pen, { left, right, top, bottom });
    else this.paintPixels(pen, { left, right, top, bottom });
  }

  /** Cells with rounded corners, hatched where they are masked. @param {Pen} pen @param {Cells} range */
  paintCells(pen, { left, right, top, bottom }) {
    const { spec } = this;
    const hatch = hatching(pen, spec.hatch);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const value = spec.value(row, column);
        const masked = spec.masked(row, column);
        const undrawn = spec.undrawn?.(row, column);
        if (value === null && !masked && !undrawn) continue;
        const { x, y } = this.corner(row, column);
        /** @type {[number, number, number, number, number]} */
        const shape = [x, y, spec.cellWidth - GAP, spec.cellHeight - GAP, 3];
        pen.globalAlpha = masked && value !== null ? spec.faded : 1;
        pen.fillStyle = value === null || !Number.isFinite(value) ? spec.empty : spec.colours.fill(value);
        roundedCell(pen, ...shape);
        pen.globalAlpha = 1;
        if (masked) {
          pen.fillStyle = hatch;
          roundedCell(pen, ...shape);
        }
        if (undrawn) corner(pen, x, y, value === null ? spec.hatch : spec.colours.ink(value));
      }
    }
  }

  /** Many small cells: one pixel each, then drawn larger in one go. Masked ones are pale. @param {Pen} pen @param {Cells} range */
  paintPixels(pen, { left, right, top, bottom }) {
    const { spec } = this;
    const [width, height] = [right - left, bottom - top];
    if (width <= 0 || height <= 0) return;
    const pixels = new ImageData(width, height);
    for (let row = top, at = 0; row < bottom; row++) {
      for (let column = left; column < right; column++, at += 4) {
        const value = spec.value(row, column);
        if (value === null || !Number.isFinite(value)) continue;
        pixels.data.set(spec.colours.rgb(value), at);
        pixels.data[at + 3] = spec.masked(row, column) ? Math.round(255 * spec.faded) : 255;
      }
    }
    const small = document.createElement("canvas");
    Object.assign(small, { width, height });
    penOf(small).putImageData(pixels, 0, 0);
    const { x, y } = this.corner(top, left);
    pen.fillStyle = spec.empty;
    pen.fillRect(x, y, width * spec.cellWidth, height * spec.cellHeight);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, x, y, width * spec.cellWidth, height * spec.cellHeight);
  }

  /** @param {Cells} range */
  drawNames({ left, right, top, bottom }) {
    const { spec, margin } = this;
    const rowStep = Math.ceil(12 / spec.cellHeight);
    const letters = Math.max(1, Math.min(NAME_LETTERS, Math.floor(spec.cellWidth / LETTER)));
    const wanted = this.turned ? MAX_TURNED : Math.min(this.longestColumn, Math.max(letters, NARROW_LETTERS));
    const columnStep = this.turned ? Math.ceil(TURNED / spec.cellWidth) : Math.max(1, Math.ceil((LETTER * wanted + (wanted > letters ? 4 : 0)) / spec.cellWidth));
    /** @type {SVGTextElement[]} */
    const names = [];
    for (let row = top; row < bottom; row++) {
      if (row % rowStep) continue;
      const { y } = this.corner(row, 0);
      const text = shorten(spec.rowNames[row], NAME_LETTERS);
      if (y + spec.cellHeight / 2 > margin.top) names.push(this.name("row", row, text, margin.left - NAME_GAP, y + spec.cellHeight / 2, "end"));
    }
    for (let column = left; column < right; column++) {
      if (column % columnStep) continue;
      const { x } = this.corner(0, column);
      const text = shortenFront(spec.columnNames[column], wanted);
      if (x + spec.cellWidth / 2 > margin.left) {
        // The last one may be wider than its column: it stands within the matrix.
        const end = column === spec.columnNames.length - 1 && !this.turned ? this.view.width - (breadth(text) * LETTER) / 2 : Infinity;
        const name = this.name("column", column, text, Math.min(x + spec.cellWidth / 2, end), this.turned ? margin.top - 6 : 10, this.turned ? "start" : "middle");
        if (this.turned) name.setAttribute("transform", `rotate(-90 ${(x + spec.cellWidth / 2).toFixed(1)} ${margin.top - 6})`);
        names.push(name);
      }
    }
    this.names.replaceChildren(...names);
  }

  /** @param {"row"|"column"} axis @param {number} place @param {string} text @param {number} x @param {number} y @param {"start"|"middle"|"end"} anchor */
  name(axis, place, text, x, y, anchor) {
    return svg("text", { [`data-${axis}-name`]: place, x: x.toFixed(1), y: y.toFixed(1), "text-anchor": anchor }, text);
  }

  /** @param {Cells} range */
  drawNumbers({ left, right, top, bottom }) {
    const { spec } = this;
    /** @type {SVGTextElement[]} */
    const numbers = [];
    let longest = 0;
    if (spec.cellWidth >= NUMBERS_FIT.width && spec.cellHeight >= NUMBERS_FIT.height) {
      for (let row = top; row < bottom; row++) {
        for (let column = left; column < right; column++) {
          const value = spec.value(row, column);
          if (value === null) continue;
          const { x, y } = this.corner(row, column);
          if (x < this.margin.left - 1 || y < this.margin.top - 1) continue;
          const masked = spec.masked(row, column);
          const told = number(value, spec.digits);
          const text = svg(
            "text",
            { "data-row": row, "data-column": column, class: masked ? "masked" : spec.undrawn?.(row, column) ? "undrawn" : null, x: x + spec.cellWidth / 2 - 1, y: y + spec.cellHeight / 2 },
            told,
          );
          if (!masked) text.style.fill = spec.colours.ink(value);
          longest = Math.max(longest, told.length);
          numbers.push(text);
        }
      }
    }
    // One size for all of a matrix: a smaller number would look like a lesser one.
    const fits = (spec.cellWidth - 4) / (longest * DIGIT);
    this.numbers.classList.toggle("tight", fits < 1 && fits >= TIGHT);
    this.numbers.classList.toggle("tighter", fits < TIGHT);
    this.numbers.replaceChildren(...numbers);
  }

  drawMarks() {
    if (!this.spec) return;
    const { spec, margin, view } = this;
    const rounded = Math.min(spec.cellWidth, spec.cellHeight) >= GAP_FROM;
    /** @type {SVGRectElement[]} */
    const rects = [];
    /** @param {string} kind @param {string} shape @param {number} row @param {number} column @param {number} rows @param {number} columns */
    const box = (kind, shape, row, column, rows, columns) => {
      const { x, y } = this.corner(row, column);
      const clipped = {
        x: Math.max(x - 1, margin.left - 2),
        y: Math.max(y - 1, margin.top - 2),
        right: Math.min(x + columns * spec.cellWidth, view.width),
        bottom: Math.min(y + rows * spec.cellHeight, view.height),
      };
      if (clipped.right <= clipped.x || clipped.bottom <= clipped.y) return;
      rects.push(
        svg("rect", {
          class: `${kind} ${shape}${rounded ? "" : " small"}`,
          "data-row": row,
          "data-column": column,
          x: clipped.x,
          y: clipped.y,
          width: clipped.right - clipped.x,
          height: clipped.bottom - clipped.y,
          rx: rounded ? 3 : null,
        }),
      );
    };
    for (const kind of KINDS) {
      const marks = this.marks[kind];
      if (kind === "hover") for (const row of marks?.rows ?? []) box(kind, "row", row, 0, 1, spec.columnNames.length);
      for (const column of marks?.columns ?? []) box(kind, "column", 0, column, spec.rowNames.length, 1);
      for (const [row, column] of marks?.cells ?? []) box(kind, "cell", row, column, 1, 1);
    }
    this.overlay.replaceChildren(...rects);
    this.markNames();
  }

  /** Names of what is hovered or locked; those of the locked arrow's ends as chips. */
  markNames() {
    const { spec } = this;
    for (const text of this.names.querySelectorAll("text")) {
      const [row, column] = [text.getAttribute("data-row-name"), text.getAttribute("data-column-name")];
      /** @param {"locked"|"hover"} kind */
      const on = (kind) => {
        const marks = this.marks[kind];
        if (row !== null) return Boolean(marks?.rows?.includes(Number(row)));
        return column !== null && Boolean(marks?.columns?.includes(Number(column)) || marks?.cells?.some((cell) => cell[1] === Number(column)));
      };
      set(text, { class: KINDS.filter(on).join(" ") });
    }
    const isRoomy = spec.cellHeight >= CHIP && spec.cellWidth >= CHIP;
    const chips = [...this.names.querySelectorAll("text.locked")].flatMap((text) => {
      if (!isRoomy || (this.turned && text.hasAttribute("data-column-name"))) return [];
      const written = breadth(text.textContent ?? "") * CHIP_LETTER;
      const half = Math.max(CHIP, written + 10) / 2;
      const [x, y] = [Number(text.getAttribute("x")), Number(text.getAttribute("y"))];
      const middle = text.getAttribute("text-anchor") === "end" ? x - written / 2 : x;
      return [svg("rect", { class: "name-chip", x: middle - half, y: y - CHIP / 2, width: 2 * half, height: CHIP, rx: CHIP / 2 })];
    });
    this.overlay.append(...chips);
  }

  /** @returns {Cell|null} under the pointer @param {MouseEvent} event */
  cellAt(event) {
    const { spec } = this;
    const { x, y } = placeOn(this.sticky, event);
    if (x < this.margin.left || y < this.margin.top) return null;
    const row = Math.floor((y - this.margin.top + this.element.scrollTop) / spec.cellHeight);
    const column = Math.floor((x - this.margin.left + this.element.scrollLeft) / spec.cellWidth);
    const inside = row >= 0 && row < spec.rowNames.length && column >= 0 && column < spec.columnNames.length;
    return inside ? [row, column] : null;
  }

  /** The arrow keys walk from cell to cell, Enter locks. @param {KeyboardEvent} event */
  key(event) {
    const step = STEPS[event.key];
    if (step) {
      event.preventDefault();
      const [row, column] = this.at ?? [0, step[1] ? -1 : 0];
      const { rowNames, columnNames } = this.spec;
      this.at = [
        Math.min(Math.max(row + step[0], 0), rowNames.length - 1),
        Math.min(Math.max(column + step[1], 0), columnNames.length - 1),
      ];
      this.scrollTo(this.at);
      this.listener.hover(this.at);
    } else if ((event.key === "Enter" || event.key === " ") && this.at) {
      event.preventDefault();
      this.listener.choose(this.at);
    }
  }

  /** @param {Cell} cell */
  scrollTo([row, column]) {
    const { x, y } = this.corner(row, column);
    const { cellWidth, cellHeight } = this.spec;
    if (x < this.margin.left) this.element.scrollLeft -= this.margin.left - x;
    if (y < this.margin.top) this.element.scrollTop -= this.margin.top - y;
    if (x + cellWidth > this.view.width) this.element.scrollLeft += x + cellWidth - this.view.width;
    if (y + cellHeight > this.view.height) this.element.scrollTop += y + cellHeight - this.view.height;
  }
}

/** @param {HTMLCanvasElement} canvas */
function penOf(canvas) {
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser draws no canvas.");
  return pen;
}

/** @param {Pen} pen @param {number} x @param {number} y @param {number} width @param {number} height @param {number} radius */
function roundedCell(pen, x, y, width, height, radius) {
  pen.beginPath();
  pen.roundRect(x, y, width, height, radius);
  pen.fill();
}

/** The mark of an edge that the graph does not show. @param {Pen} pen @param {number} x @param {number} y @param {string} colour */
function corner(pen, x, y, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(x, y);
  pen.lineTo(x + CORNER, y);
  pen.lineTo(x, y + CORNER);
  pen.fill();
}

/** @param {Pen} pen @param {string} colour */
function hatching(pen, colour) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const ink = penOf(tile);
  ink.strokeStyle = colour;
  ink.lineWidth = 1;
  ink.beginPath();
  for (const shift of [-6, 0, 6]) {
    ink.moveTo(shift, 6);
    ink.lineTo(shift + 6, 0);
  }
  ink.stroke();
  return pen.createPattern(tile, "repeat") ?? colour;
}

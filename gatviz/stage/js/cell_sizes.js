/** How large the cells of the matrices are: as large as the panel allows, rows equally high everywhere so that nodes line up. */

import { zoomOf } from "./dom.js";
import { breadth, shorten } from "./format.js";

/**
 * @import {ChainView} from "./chain_view.js"
 * @import {StageOf} from "./scene.js"
 * @typedef {Pick<ChainView, "scene"|"store"|"strip"|"element"|"width"|"zoom"|"unfolded"|"openStages"|"columnNames">} Chain
 */

/** What holds a number: a share has no sign, and what is signed can be as long as −0.00918. @type {Record<string, number>} */
const NUMBER_WIDTH = { share: 46, signed: 57 };
const NUMBER_HEIGHT = 40;
const MIN_NUMBER = 50;
const MAX_CELL = 62;
/** Up to so many rows cells hold numbers. */
const MAX_NUMBERED = 12;
const MIN_CELL = 3;
const MIN_ROW = 17;
/** Of more rows none is so low that a few more would fit. */
const MIN_MATRIX = 205;
const MAX_MATRIX = 300;
/** What else stands above and below the matrices in a window: cells without numbers may push more of it down. */
const AROUND = { numbered: 690, small: 560 };
/** On a large screen cells are so much larger, from this width of the panel and height of the window on. */
const LARGE = { times: 1.25, width: 800, height: 960 };
/** Below this width of a cell one stage alone is shown. */
const TAB_CELL = 40;
/** Smaller cells than these, and alone so much larger ones, or in a panel so narrow not all of them: one stage alone is shown. */
const SMALL = { cell: 5, gain: 1.5, panel: 560 };
/** Below this width of the panel one stage alone is shown, numbers or not. */
const TAB_PANEL = 420;
const CARD_GAP = 19;
const MIN_CARD = 132;
/** What the columns of a narrow matrix may fill of a card. */
const CARD_COLUMNS = MIN_CARD - 30;
const LETTER = 7.2;
const NARROW_COLUMN = 14;
const HEADER_ROOM = 40;
const SIDES = 24;

/** What the names of the rows take. @param {Chain} view */
function nameRoom(view) {
  return Math.max(...view.scene.names.map((name) => breadth(shorten(name, 9))), 1) * LETTER + 18;
}

/** Whether the few stages that are open could not hold their numbers side by side, but one alone can. @param {Chain} view @param {StageOf[]} open */
export function isTabbed(view, open) {
  const rows = view.scene.names.length;
  if (view.unfolded || open.length < 2 || open.length > 4 || !rows) return false;
  if (view.width < TAB_PANEL) return true;
  /** @param {StageOf} stage a matrix of nodes may shrink, one of pairs holds its numbers */
  const least = (stage) => view.columnNames(stage).length * (stage.layout === "pairs" ? TAB_CELL : NARROW_COLUMN);
  const needed = open.reduce((sum, stage) => sum + least(stage) + nameRoom(view) + CARD_GAP, 0);
  if (rows <= MAX_NUMBERED) return needed > view.width;
  const pairs = open.filter((stage) => stage.layout === "pairs").length;
  const cell = (view.width - SIDES - pairs * (nameRoom(view) + CARD_GAP) - (open.length - pairs) * (MIN_CARD + CARD_GAP)) / (pairs * rows);
  if (cell < MIN_CELL && view.width < SMALL.panel) return true;
  return cell < SMALL.cell && MAX_MATRIX / rows > SMALL.gain * Math.max(cell, MIN_CELL);
}

/** The sizes of all that is open now. */
export class CellSizes {
  /** @param {Chain} view */
  constructor(view) {
    this.view = view;
    this.open = view.openStages();
    this.names = nameRoom(view);
    this.rows = view.scene.names.length;
    this.isNumbered = this.rows <= MAX_NUMBERED;
    const height = window.innerHeight / zoomOf(view.element);
    /** How much larger than on a laptop the cells are. */
    this.larger = view.width >= LARGE.width && height >= LARGE.height ? LARGE.times : 1;
    const most = MAX_MATRIX * this.larger;
    this.maxHeight = Math.max(MIN_MATRIX, Math.min(height - (this.isNumbered ? AROUND.numbered : AROUND.small), most));
    const down = this.maxHeight / Math.max(this.rows, 1);
    const room = this.acrossAll();
    if (this.isNumbered) {
      const needed = this.open.reduce((sum, stage) => sum + (this.isWide(stage) ? this.count(stage) * need(stage) : 0), 0);
      this.times = Math.max(this.open.length > 3 ? 1 : 0, room / Math.max(needed, 1)) * view.zoom;
      this.pixels = 0;
      this.height = Math.min(NUMBER_HEIGHT * this.larger, Math.max(down, MIN_ROW));
    } else {
      const columns = this.open.reduce((sum, stage) => sum + (this.isWide(stage) ? this.count(stage) : 0), 0);
      this.times = 0;
      this.pixels = Math.max(this.open.length > 3 ? 9 : MIN_CELL, Math.min(room / Math.max(columns, 1), down)) * view.zoom;
      this.height = Math.min(this.pixels, NUMBER_HEIGHT);
    }
  }

  /** What is left for the wide ones' cells. */
  acrossAll() {
    /** @param {StageOf} stage */
    const narrow = (stage) => Math.max(MIN_CARD, Math.min(this.names + this.count(stage) * NARROW_COLUMN, this.share()));
    const taken = this.open.map((stage) => (this.isWide(stage) ? this.names : narrow(stage)));
    return this.view.width - SIDES - this.open.length * CARD_GAP - taken.reduce((a, b) => a + b, 0);
  }

  /** @param {StageOf} stage */
  of(stage) {
    const isFew = stage.layout === "weights" || stage.layout === "messages";
    return {
      cellWidth: this.width(stage),
      cellHeight: isFew ? Math.max(this.height, 16) : this.height,
      maxWidth: this.widest(stage),
      // Of rows with numbers none is hidden: these are low enough to stand there all.
      maxHeight: this.isNumbered && !isFew ? Infinity : this.maxHeight + HEADER_ROOM,
    };
  }

  /** @param {StageOf} stage */
  width(stage) {
    const cell = this.isNumbered ? need(stage) * this.times : this.pixels;
    const width = Math.min(cell, MAX_CELL * this.larger * Math.max(1, this.view.zoom / 2));
    if (this.isWide(stage)) return width;
    return Math.max(NARROW_COLUMN, Math.min(width, CARD_COLUMNS / this.count(stage)));
  }

  /** Whether a stage holds numbers: one of nodes only where it has the room for it, else it is colour alone. @param {StageOf} stage */
  isWide(stage) {
    return stage.layout === "pairs" || (this.isNumbered && this.names + this.count(stage) * MIN_NUMBER <= this.share());
  }

  /** How much of the panel's width one of the open stages may take; beyond three the panel scrolls. */
  share() {
    const open = this.open.length;
    return open > 3 ? Infinity : (this.view.width - SIDES) / open - CARD_GAP;
  }

  /** Up to three stages stand side by side whatever their size: one that is too wide then scrolls within its share. @param {StageOf} stage */
  widest(stage) {
    const { open } = this;
    const { width } = this.view;
    if (open.length > 3) return Math.max(160, width - 40);
    if (this.isNumbered && this.isWide(stage)) return Infinity;
    if (stage.layout !== "pairs") return Math.max(160, Math.min(width - 40, this.share()));
    const narrow = open.filter((other) => other.layout !== "pairs").length;
    const room = width - SIDES - narrow * (MIN_CARD + CARD_GAP) - (open.length - narrow) * CARD_GAP;
    return Math.max(160, room / (open.length - narrow));
  }

  /** @param {StageOf} stage */
  count(stage) {
    return this.view.columnNames(stage).length;
  }
}

/** @param {StageOf} stage */
const need = (stage) => NUMBER_WIDTH[stage.colour] ?? NUMBER_WIDTH.signed;

/** The strongest arrows as a table: sorted as one likes, linked to the canvas by hover, locked by a click. */

import { html } from "./dom.js";
import { fillIn, number, shorten, signed } from "./format.js";
import { drawnValues, shownWeighting } from "./scene.js";
import { edgeFocus } from "./store.js";

/** @import {Edge, Scene, Texts} from "./scene.js" */

const MAX_LISTED = 100;
/** @type {Column[]} */
const LISTED_COLUMNS = ["source", "target", "value", "uniform"];
const LISTED_LETTERS = 28;

/**
 * @typedef {"source"|"target"|"value"|"uniform"} Column
 * @typedef {Object} Row an edge by the names of its ends; a gone one has no place on the stage
 * @property {string} from
 * @property {string} to
 * @property {number} value
 * @property {number|null} even the share of each, were they all the same
 * @property {Edge|null} edge
 */

export class TopEdges {
  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.store = store;
    /** @type {Column} */
    this.by = "value";
    this.element = html("div", { class: "top-edges", tabindex: 0 });
    this.element.addEventListener("pointerleave", () => store.update({ hover: null }));
  }

  /** Whether the pointer is on it: then what it hovers must not replace it. */
  get pointed() {
    return this.element.matches(":hover");
  }

  /** @param {Scene} scene */
  draw(scene) {
    const { texts, names, whole } = scene;
    const { digits } = this.store.state;
    const present = whole.sent ? scene.between : scene.edges;
    const { values, symbol, kind, gone } = drawnValues(scene, this.store.state);
    const weighting = shownWeighting(scene, this.store.state);
    /** @type {Row[]} */
    const rowsOf = [
      ...present.map((edge) => ({ edge, from: names[edge.source], to: names[edge.target], value: values[edge.index], even: scene.uniform.at(edge.target) })),
      ...gone.map(({ names: [from, to], value }) => ({ edge: null, from, to, value, even: null })),
    ];
    /** @type {Record<Column, (a: Row, b: Row) => number>} */
    const key = {
      source: (a, b) => a.from.localeCompare(b.from, undefined, { numeric: true }),
      target: (a, b) => a.to.localeCompare(b.to, undefined, { numeric: true }),
      value: (a, b) => Math.abs(b.value) - Math.abs(a.value),
      uniform: (a, b) => (b.even ?? 0) - (a.even ?? 0),
    };
    const strongest = rowsOf.toSorted(key.value).slice(0, MAX_LISTED);
    const say = kind === "signed" ? signed : number;
    const rows = strongest.toSorted(key[this.by]).map((row) => this.row(row, texts, say, digits));
    const all = kind !== "signed" && !whole.cut && rows.length === whole.edges;
    const what = kind === "signed" ? "topChanges" : all ? "topAll" : "topEdges";
    const among = !whole.cut ? "" : whole.sent ? "Between" : "Drawn";
    const title = fillIn(texts[`${what}${among}`], { count: rows.length, here: rowsOf.length, all: whole.edges });
    const heads = LISTED_COLUMNS.map((column) =>
      html(
        "th",
        { scope: "col", "aria-sort": this.by === column ? "ascending" : null },
        html("button", { type: "button", class: "tool", "aria-pressed": this.by === column, onclick: () => this.sort(column, scene) }, column === "value" ? (weighting.head === null ? weighting.title : `${symbol}, ${weighting.title}`) : texts[`top_${column}`]),
      ),
    );
    this.element.setAttribute("aria-label", title);
    this.element.replaceChildren(
      html("h4", {}, title),
      html("table", {}, html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...rows)),
    );
  }

  /** One arrow; a gone one can be read, but not pointed at: it is nowhere on the stage but as a dotted line. @param {Row} row @param {Texts} texts @param {(value: number, digits: number) => string} say @param {number} digits */
  row({ edge, from, to, value, even }, texts, say, digits) {
    const gone = edge === null;
    const drawn = edge?.drawn;
    const focus = edge && edgeFocus(edge.target, edge.source);
    const told = say(value, digits);
    return html(
      "tr",
      {
        tabindex: gone ? null : 0,
        class: gone ? "lost" : drawn ? null : "undrawn",
        title: gone || drawn ? null : texts.undrawn,
        onpointerenter: () => this.store.update({ hover: focus }),
        onfocus: () => this.store.update({ hover: focus }),
        onclick: () => focus && this.store.toggleLock(focus),
        onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && focus && this.store.toggleLock(focus),
      },
      html("td", {}, shorten(from, LISTED_LETTERS)),
      html("td", {}, shorten(to, LISTED_LETTERS)),
      html("td", {}, gone ? fillIn(texts.goneArrow, { value: told }) : told),
      html("td", {}, number(even, digits)),
    );
  }

  /** @param {Column} column @param {Scene} scene */
  sort(column, scene) {
    this.by = column;
    this.draw(scene);
  }
}

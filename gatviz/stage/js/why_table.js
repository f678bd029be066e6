/** The table of reasons: columns as Python orders them, rows that light up and lock their arrow. */

import { html } from "./dom.js";
import { fillIn, number, shorten, signed } from "./format.js";
import { math } from "./formula.js";
import { colourScale } from "./scales.js";
import { edgeFocus } from "./store.js";
import { isFew, vectorCells } from "./vector_cells.js";
import { axis, bar } from "./why_bars.js";

/**
 * @import {Column} from "./protocol.js"
 * @import {Scene} from "./scene.js"
 * @import {Store} from "./store.js"
 * @import {Table} from "./why.js"
 */

const MAX_NAME = 14;
const ROOMY = { rows: 4, height: 44 };
const TIGHT = 31;
const SIGNED = new Set(["s", "g"]);
const SHARE = "share";
/** The column with the α of each head. */
const HEADS = "heads";
/** With more vectors, or columns of any kind, than these the cells are small. */
const MAX_VECTORS = 2;
const MAX_COLUMNS = 7;
/** What stands before a vector. @type {Record<string, string>} */
const SIGNS = { reads: "×", brings: "=" };

/** @param {Scene} scene @param {Table} table @param {number} chosen @param {Store} store */
export function whyTable(scene, table, chosen, store) {
  const height = table.rows.length + (table.rest ? 1 : 0) <= ROOMY.rows ? ROOMY.height : TIGHT;
  const rows = table.rows.map((_, k) => row(scene, table, k, k === chosen, store, height));
  return html(
    "div",
    { class: "why-scroll" },
    html("table", { class: `why-table ${looks(table)}`.trim() }, html("thead", {}, heads(scene, table)), html("tbody", {}, ...rows, table.rest ? rest(scene, table, store) : null), html("tfoot", {}, sums(scene, table, store))),
  );
}

/** Small cells where there are many, and no wider than need be where there are few columns. @param {Table} table */
function looks({ columns, bars }) {
  if (columns.filter(({ stage }) => stage).length > MAX_VECTORS || columns.length > MAX_COLUMNS) return "crowded";
  return bars ? "" : "narrow";
}

/** @param {Scene} scene @param {Table} table */
function heads(scene, table) {
  const { texts } = scene;
  const name = html("th", { scope: "col", class: "name" }, fillIn(texts.whyReads, { node: shorten(table.name, MAX_NAME) }));
  const bars = table.bars && html("th", { scope: "col", class: "bars-head" }, html("span", { class: "caption-line" }, table.bars.caption), axis(table.bars));
  /** @param {Column} column */
  const head = ({ key, symbol, caption, stage }) => {
    const values = key === HEADS ? table.vector(0, key) : null;
    const names = values && isFew(values) ? headNames(scene, values.length) : null;
    return html(
      "th",
      { scope: "col", class: `${stage ? "vector-head" : "number-head"} ${key}` },
      html("span", { class: "symbol" }, math(symbol), names ? html("span", { class: "quiet-text" }, ` ${caption}`) : null),
      names ?? html("span", { class: "caption-line" }, caption),
    );
  };
  return html("tr", {}, name, bars, ...table.columns.map(head), html("th", { class: "note", "aria-label": texts.whyNote }));
}

/** Over the α of each head which head it is, with its colour. @param {Scene} scene @param {number} count */
function headNames(scene, count) {
  const colours = scene.palette.heads;
  const name = (/** @type {number} */ head) => {
    const dot = html("i", { class: "dot", "aria-hidden": "true" });
    dot.style.background = colours[head % colours.length];
    return html("span", { class: "vector-cell" }, dot, `${head}`);
  };
  return html("span", { class: "caption-line" }, html("span", { class: "vector head-names" }, ...Array.from({ length: count }, (_, head) => name(head))));
}

/** @param {Scene} scene @param {Table} table @param {number} k @param {boolean} chosen @param {Store} store @param {number} height */
function row(scene, table, k, chosen, store, height) {
  const { texts } = scene;
  const reason = table.rows[k];
  const { digits } = store.state;
  const focus = reason.node < 0 || table.target < 0 ? null : edgeFocus(table.target, reason.node);
  /** @param {"s"|"g"|"raw"|"e"} key */
  const value = (key) => table.number(k, key);
  const score = { s: value("s"), g: value("g"), raw: value("raw"), e: value("e") };
  const undrawn = focus && scene.edgeBetween(table.target, reason.node)?.drawn === false;
  const note = [reason.note, undrawn ? texts.notDrawn : reason.node < 0 ? texts.notShown : ""].filter(Boolean).join(" · ");
  const label = fillIn(texts.whyRow, { source: reason.name, value: number(table.number(k, "share"), digits) });
  const lock = () => focus && !chosen && store.update({ locked: focus });
  return html(
    "tr",
    {
      class: [chosen ? "chosen" : "", reason.masked ? "masked" : ""].join(" ").trim(),
      tabindex: focus ? 0 : null,
      "aria-label": label,
      "aria-selected": chosen ? "true" : null,
      "data-source": focus && reason.node,
      "data-target": focus && table.target,
      style: `--row: ${height}px`,
      onpointerenter: () => store.update({ hover: focus }),
      onpointerleave: () => store.update({ hover: null }),
      onfocus: () => store.update({ hover: focus }),
      onblur: () => store.update({ hover: null }),
      onclick: lock,
      onkeydown: (/** @type {KeyboardEvent} */ event) => event.key === "Enter" && lock(),
    },
    html("th", { scope: "row", class: "name" }, html("span", { class: "node-chip", title: reason.name }, shorten(reason.name, MAX_NAME)), reason.own ? html("span", { class: "quiet-text" }, texts.whyItself) : null),
    table.bars && html("td", { class: "bars" }, bar(table.bars, score, scene.palette, height, digits, reason.name)),
    ...table.columns.map((column) => cell(scene, table, k, column, chosen, digits)),
    html("td", { class: "note quiet-text" }, note),
  );
}

/** @param {Scene} scene @param {Table} table @param {number} k @param {Column} column @param {boolean} chosen @param {number} digits */
function cell(scene, table, k, { key, stage }, chosen, digits) {
  if (stage) {
    const values = table.vector(k, key);
    return html("td", { class: `vector-cell-of ${key}` }, key in SIGNS ? html("span", { class: "sign", "aria-hidden": "true" }, values && SIGNS[key]) : null, values && vectorCells(scene, stage, values, digits, key === HEADS ? (head) => `${scene.texts.head} ${head}` : undefined));
  }
  const value = table.number(k, key);
  if (key === SHARE) return html("td", { class: "share" }, html("span", { class: "share-cell" }, shareBar(scene, value, table, k, chosen, digits), html("b", { class: chosen ? "alpha" : null }, number(value, digits))));
  const tone = SIGNED.has(key) && value ? (value < 0 ? " minus" : " plus") : "";
  return html("td", { class: `number ${key}${tone}` }, (SIGNED.has(key) ? signed : number)(value, digits));
}

/** @param {Scene} scene @param {number|null} value @param {Table} table @param {number} k @param {boolean} chosen @param {number} digits */
function shareBar(scene, value, table, k, chosen, digits) {
  const { even } = table;
  const range = table.range(k);
  const fill = html("i", { class: chosen ? "tile-fill share chosen" : "tile-fill share", "data-slides": `${table.rows[k].name} share` });
  fill.style.width = `${100 * Math.min(value ?? 0, 1)}%`;
  if (value !== null) fill.style.background = colourScale("share", 1, scene.palette).fill(value);
  const tick = html("i", { class: "tile-tick" });
  tick.style.left = `${100 * even}%`;
  const track = html("span", { class: "tile-track", "aria-hidden": "true" }, value === null ? null : fill, tick);
  if (range) {
    const [low, high] = range;
    const whisker = html("i", { class: "share-whisker" });
    whisker.style.left = `${100 * low}%`;
    whisker.style.width = `${100 * (high - low)}%`;
    track.title = fillIn(scene.texts.whiskers, { low: number(low, digits), high: number(high, digits) });
    track.append(whisker);
  }
  return track;
}

/** The neighbours without a row: what adds up. @param {Scene} scene @param {Table} table @param {Store} store */
function rest(scene, table, store) {
  const { digits } = store.state;
  const span = table.bars ? 2 : 1;
  const cells = table.columns.map(({ key, stage }) => {
    if (key === "brings" && table.brought && stage) return html("td", { class: "vector-cell-of brings" }, html("span", { class: "sign", "aria-hidden": "true" }, "="), vectorCells(scene, stage, table.brought, digits));
    const value = table.restOf(key);
    return html("td", { class: key === SHARE ? "share" : `number ${key}` }, value === null ? null : html(key === SHARE ? "b" : "span", {}, number(value, digits)));
  });
  return html("tr", { class: "rest" }, html("th", { scope: "row", colspan: span, class: "name" }, table.rest?.text), ...cells, html("td", { class: "note" }));
}

/** What stands under the line: the sums of the columns that have one. @param {Scene} scene @param {Table} table @param {Store} store */
function sums(scene, table, store) {
  const { digits } = store.state;
  const { texts } = scene;
  const legend = table.bars && [
    ...(table.bars.half === null ? [] : [html("i", { class: "band-mark" }), html("span", {}, math(table.bars.symbol), ` = ${number(table.bars.half, digits)}, ${texts.whySame}`)]),
    html("i", { class: "e-mark" }),
    html("span", {}, "e"),
  ];
  const cells = table.columns.map(({ key, stage }) => {
    if (key === "brings" && table.hPrime && stage) return html("td", { class: "vector-cell-of brings" }, html("span", { class: "sign", "aria-hidden": "true" }, "="), vectorCells(scene, stage, table.hPrime, digits));
    if (key === "reads" && table.hPrime) return html("td", { class: "sum-name" }, html("i", {}, "h′"), html("sub", {}, shorten(table.name, 9)));
    const value = table.sum(key);
    return html("td", { class: key === SHARE ? "share" : `number ${key}` }, value === null ? null : html("b", { class: key === "power" ? "sum" : null }, number(value, digits)));
  });
  return html("tr", {}, html("th", { scope: "row", class: "name legend-cell", colspan: table.bars ? 2 : 1 }, ...(legend ?? [texts.whySum])), ...cells, html("td", { class: "note" }));
}

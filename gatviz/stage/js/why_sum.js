/** Below the table: the chosen share as a fraction, h′ as a sum of what arrives, and the columns of the output that it fills. */

import { html } from "./dom.js";
import { fillIn, number, shorten } from "./format.js";
import { math } from "./formula.js";
import { edgeFocus } from "./store.js";
import { vectorCells } from "./vector_cells.js";

/**
 * @import {Scene} from "./scene.js"
 * @import {Store} from "./store.js"
 * @import {Table} from "./why.js"
 */

const MAX_SUBSCRIPT = 9;
const MAX_SUMMED = 6;

/** @param {Scene} scene @param {Table} table @param {number} chosen @param {Store} store */
export function sumLine(scene, table, chosen, store) {
  const { digits } = store.state;
  const parts = [];
  if (chosen >= 0 && table.number(chosen, "power") !== null && table.number(chosen, "share") !== null) parts.push(fraction(scene, table, chosen, store));
  if (table.hPrime) parts.push(takenIn(scene, table, chosen, digits));
  if (table.out) parts.push(html("span", { class: "out-line" }, math(table.outSymbol), " =", vectorCells(scene, "out", table.out, digits), html("span", { class: "quiet-text" }, table.outColumns)));
  return parts.length ? html("div", { class: "sum-line" }, ...parts) : "";
}

/** α = its term over the sum of all terms; each term is tied to its arrow. @param {Scene} scene @param {Table} table @param {number} chosen @param {Store} store */
function fraction(scene, table, chosen, store) {
  const { digits } = store.state;
  /** @param {number} k */
  const power = (k) => number(table.number(k, "power"), digits);
  const terms = table.rows.flatMap(({ node, masked, name }, k) => {
    if (masked) return [];
    const focus = node < 0 ? null : edgeFocus(table.target, node);
    const term = html(
      "button",
      {
        type: "button",
        class: k === chosen ? "term chosen" : "term",
        title: name,
        "data-source": focus && node,
        "data-target": focus && table.target,
        "data-value": table.number(k, "power"),
        onpointerenter: () => store.update({ hover: focus }),
        onpointerleave: () => store.update({ hover: null }),
        onclick: () => focus && store.update({ locked: focus }),
      },
      power(k),
    );
    return [term];
  });
  const more = table.rest ? [html("span", { class: "term", title: table.rest.text, "data-value": table.restOf("power") }, number(table.restOf("power"), digits))] : [];
  const summed = [...terms, ...more].flatMap((term, k) => (k ? [html("span", { class: "plus-sign" }, "+"), term] : [term]));
  const subscript = [table.name, table.rows[chosen].name].map((name) => shorten(name, MAX_SUBSCRIPT)).join(", ");
  return html(
    "span",
    { class: "fraction-line" },
    html("span", { class: "left" }, "α", html("sub", {}, subscript), " ="),
    html("span", { class: "fraction" }, html("span", { class: "numerator" }, html("span", { class: "term chosen" }, power(chosen))), html("span", { class: "denominator" }, ...summed)),
    html("span", {}, "="),
    html("span", { class: "fraction" }, html("span", { class: "numerator" }, power(chosen)), html("span", { class: "denominator" }, number(table.sum("power"), digits))),
    html("span", {}, "= ", html("b", { class: "fraction-alpha" }, number(table.number(chosen, "share"), digits))),
  );
}

/** What is read along one arrow: the symbol of all of them, its i and j replaced by names. @param {string} symbol @param {string} target @param {string} source */
function readOf(symbol, target, source) {
  const made = math(symbol);
  for (const letter of made instanceof Element ? made.querySelectorAll("mi") : []) {
    if (letter.textContent === "j") letter.textContent = source;
    else if (letter.textContent === "i") letter.textContent = `${target},`;
  }
  return made;
}

/** "h′₀ = 0.240 Wh₀ + 0.508 Wh₁ + …" @param {Scene} scene @param {Table} table @param {number} chosen @param {number} digits */
function takenIn(scene, table, chosen, digits) {
  /** @param {string} name */
  const sub = (name) => html("sub", {}, shorten(name, MAX_SUBSCRIPT));
  const symbol = table.columns.find(({ key }) => key === "reads")?.symbol ?? "";
  const read = table.rows.flatMap(({ name, masked }, k) => (masked ? [] : [{ name, k, used: table.number(k, table.shares) }]));
  const shown = read.length > MAX_SUMMED ? read.slice(0, MAX_SUMMED) : read;
  const terms = shown.flatMap(({ name, k, used }, place) => [
    place ? " + " : "",
    html(k === chosen ? "b" : "span", { class: k === chosen ? "chosen-term" : null }, `${number(used, digits)} `, readOf(symbol, shorten(table.name, MAX_SUBSCRIPT), shorten(name, MAX_SUBSCRIPT))),
  ]);
  const left = read.length - shown.length + (table.rest ? 1 : 0);
  return html("span", { class: "taken-in" }, html("i", {}, "h′"), sub(table.name), " = ", ...terms, left ? ` + ${fillIn(scene.texts.whyMore, {})}` : "");
}

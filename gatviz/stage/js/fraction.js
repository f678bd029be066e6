/** The softmax as a fraction: the numerator's term over the sum of all terms, each tied to its arrow. */

import { html } from "./dom.js";
import { fillIn, number, shorten } from "./format.js";
import { arcsAt, onArc } from "./scene.js";
import { arcFocus, same } from "./store.js";

const MOST_TERMS = 14;
const LONGEST_SUBSCRIPT = 9;

/**
 * @param {Object} scene
 * @param {{index: number, target: number, source: number}} arc the numerator's arc
 * @param {number} head
 * @param {import("./store.js").Store} store
 */
export function fraction(scene, arc, head, store) {
  const { texts, softmax, names, whole } = scene;
  const { digits } = store.state;
  const term = (k) => number(softmax.terms.at(k, head), digits);
  const arcs = arcsAt(scene, arc.target, "target").filter((a) => onArc(softmax.terms, a, head) !== null);
  const shown = arcs.length > MOST_TERMS ? withLargest(arcs, arc, (a) => softmax.terms.at(a.index, head)) : arcs;
  const hidden = whole.reads[arc.target] - shown.length;
  const denominator = shown.flatMap((other, k) => [k ? html("span", { class: "plus-sign" }, "+") : null, termButton(other)]);
  if (hidden > 0) denominator.push(html("span", { class: "plus-sign" }, "+"), html("span", { class: "quiet-text" }, fillIn(texts.otherTerms, { count: hidden })));

  function termButton(other) {
    const focus = arcFocus(other.target, other.source);
    return html(
      "button",
      {
        type: "button",
        class: `term${other === arc ? " chosen" : ""}${other.drawn ? "" : " undrawn"}`,
        title: other.drawn ? null : texts.undrawn,
        "data-source": other.source,
        "data-value": softmax.terms.at(other.index, head),
        onpointerenter: () => store.update({ hover: focus }),
        onpointerleave: () => store.update({ hover: null }),
        onclick: () => !same(store.state.locked, focus) && store.update({ locked: focus }),
      },
      term(other.index),
      html("sub", {}, shorten(names[other.source], LONGEST_SUBSCRIPT)),
    );
  }

  const shares = scene.weightings.find((w) => w.head === head).values;
  return html(
    "div",
    { class: "fraction-line" },
    html("span", { class: "left" }, "α", html("sub", {}, [arc.target, arc.source].map((n) => shorten(names[n], LONGEST_SUBSCRIPT)).join(", ")), " ="),
    html(
      "span",
      { class: "fraction" },
      html("span", { class: "numerator" }, html("span", { class: "term chosen" }, term(arc.index))),
      html("span", { class: "denominator" }, ...denominator),
    ),
    html(
      "span",
      { class: "right" },
      html("span", {}, "= ", term(arc.index), " / ", html("b", { class: "sum" }, number(softmax.denominators.at(arc.target, head), digits))),
      html("span", {}, "= ", html("b", { class: "alpha" }, number(onArc(shares, arc), digits))),
    ),
  );
}

/** The largest terms, the numerator's always among them, in the order of the sources. */
function withLargest(arcs, arc, size) {
  const largest = [...arcs].sort((a, b) => size(b) - size(a)).slice(0, MOST_TERMS);
  if (!largest.includes(arc)) largest[MOST_TERMS - 1] = arc;
  return arcs.filter((a) => largest.includes(a));
}

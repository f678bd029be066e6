/** The softmax as a fraction: the numerator's term over the sum of all terms, each tied to its arrow. */

import { html } from "./dom.js";
import { fillIn, number, shorten } from "./format.js";
import { edgesAt, ofHead, onEdge } from "./scene.js";
import { edgeFocus, same } from "./store.js";

/** @import {Edge} from "./scene.js" */

const MOST_TERMS = 14;
const LONGEST_SUBSCRIPT = 9;

/**
 * @param {import("./scene.js").Scene} scene
 * @param {Edge} edge the numerator's edge
 * @param {number} head
 * @param {import("./store.js").Store} store
 */
export function fraction(scene, edge, head, store) {
  const { texts, softmax, names, whole } = scene;
  const { digits } = store.state;
  /** @param {number} k */
  const term = (k) => number(softmax.terms.at(k, head), digits);
  const edges = edgesAt(scene, edge.target, "target").filter((a) => onEdge(softmax.terms, a, head) !== null);
  const shown = edges.length > MOST_TERMS ? withLargest(edges, edge, (a) => softmax.terms.at(a.index, head)) : edges;
  const hidden = whole.reads[edge.target] - shown.length;
  const denominator = shown.flatMap((other, k) => [k ? html("span", { class: "plus-sign" }, "+") : null, termButton(other)]);
  if (hidden > 0) denominator.push(html("span", { class: "plus-sign" }, "+"), html("span", { class: "quiet-text" }, fillIn(texts.otherTerms, { count: hidden })));

  /** @param {Edge} other */
  function termButton(other) {
    const focus = edgeFocus(other.target, other.source);
    return html(
      "button",
      {
        type: "button",
        class: `term${other === edge ? " chosen" : ""}${other.drawn ? "" : " undrawn"}`,
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

  const { values: shares } = ofHead(scene, head);
  return html(
    "div",
    { class: "fraction-line" },
    html("span", { class: "left" }, "α", html("sub", {}, [edge.target, edge.source].map((n) => shorten(names[n], LONGEST_SUBSCRIPT)).join(", ")), " ="),
    html(
      "span",
      { class: "fraction" },
      html("span", { class: "numerator" }, html("span", { class: "term chosen" }, term(edge.index))),
      html("span", { class: "denominator" }, ...denominator),
    ),
    html(
      "span",
      { class: "right" },
      html("span", {}, "= ", term(edge.index), " / ", html("b", { class: "sum" }, number(softmax.denominators.at(edge.target, head), digits))),
      html("span", {}, "= ", html("b", { class: "alpha" }, number(onEdge(shares, edge), digits))),
    ),
  );
}

/** The largest terms, the numerator's always among them, in the order of the sources. @param {Edge[]} edges @param {Edge} edge @param {(edge: Edge) => number} size */
function withLargest(edges, edge, size) {
  const largest = edges.toSorted((a, b) => size(b) - size(a)).slice(0, MOST_TERMS);
  if (!largest.includes(edge)) largest[MOST_TERMS - 1] = edge;
  return edges.filter((a) => largest.includes(a));
}

/** Sentences from Python: nodes as chips, numbers that light up what they belong to. */

import { html } from "./dom.js";
import { number, shorten, signed } from "./format.js";

/**
 * @import {Said} from "./protocol.js"
 * @import {Store} from "./store.js"
 */

const MAX_NAME = 22;

/** @param {Said[]} parts @param {Store} store @returns {Node[]} */
export function sentence(parts, store) {
  return parts.map((part) => piece(part, store));
}

/** @param {Said} part @param {Store} store */
function piece(part, store) {
  const { kind, text, focus } = part;
  if (kind === "words") return document.createTextNode(text);
  const shown = kind === "node" ? shorten(text, MAX_NAME) : told(part, store.state.digits);
  const tone = part.sign && part.value ? (part.value < 0 ? " minus" : " plus") : "";
  return html(
    "span",
    {
      class: kind === "node" ? "node-chip" : `said-number${tone}`,
      title: shown === text || kind === "number" ? null : text,
      onpointerenter: focus && (() => store.update({ hover: focus })),
      onpointerleave: focus && (() => store.update({ hover: null })),
    },
    shown,
  );
}

/** @param {Said} part @param {number} digits */
const told = ({ value, sign }, digits) => (sign ? signed : number)(value, digits);

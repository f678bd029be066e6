/** Signed bars: parts that add up to a sum, right of the axis if positive, left if negative. */

import { html } from "./dom.js";
import { signed } from "./format.js";

/** @import {Bar} from "./protocol.js" */

export const MAX_BARS = 8;

/** The largest parts by size, in their own order. @template {Bar} P @param {P[]} parts */
export function largest(parts) {
  const kept = new Set(parts.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, MAX_BARS));
  return parts.filter((part) => kept.has(part));
}

/**
 * @param {{title: string, parts: {name: string, value: number}[], limit: number, digits: number, colours: {plus: string, minus: string}}} options
 */
export function bars({ title, parts, limit, digits, colours }) {
  return html(
    "div",
    { class: "bars" },
    html("div", { class: "bars-title" }, title),
    ...parts.map(({ name, value }) => {
      const share = limit > 0 ? Math.min(Math.abs(value) / limit, 1) : 0;
      const bar = html("i", { class: value < 0 ? "bar-fill minus" : "bar-fill plus" });
      bar.style.width = `${share * 50}%`;
      bar.style.background = value < 0 ? colours.minus : colours.plus;
      return html(
        "div",
        { class: "bar-row" },
        html("span", { class: "bar-name" }, name),
        html("span", { class: "bar-track" }, bar),
        html("span", { class: "bar-value" }, signed(value, digits)),
      );
    }),
  );
}

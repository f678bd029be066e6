/** A few choices side by side, one of them taken. */

import { html } from "./dom.js";

/** @import {State, Store} from "./store.js" */

/**
 * @template {keyof State} K
 * @param {Store} store
 * @param {string} caption said to those who cannot see; shown too unless `bare`
 * @param {K} key which part of the state is chosen
 * @param {[State[K], string][]} choices value and label
 * @param {boolean} bare
 */
export function options(store, caption, key, choices, bare = false) {
  return html(
    "span",
    { class: "choice", role: "radiogroup", "aria-label": caption },
    bare ? null : html("span", { class: "quiet-text" }, caption),
    ...choices.map(([value, label]) =>
      html(
        "button",
        {
          type: "button",
          class: "option",
          role: "radio",
          "aria-checked": store.state[key] === value,
          "data-key": `${key}:${value}`,
          onclick: () => store.update({ [key]: value }),
        },
        label,
      ),
    ),
  );
}

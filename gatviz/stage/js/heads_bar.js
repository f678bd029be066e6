/** Which weighting is shown, on which scale, with how many digits. */

import { html } from "./dom.js";
import { shownWeighting } from "./scene.js";

const DIGITS = [3, 6];

export class HeadsBar {
  /** @param {import("./store.js").Store} store */
  constructor(store) {
    this.store = store;
    this.element = html("div", { class: "heads-bar" });
  }

  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  onState(changed) {
    if (["weighting", "scale", "digits", "direction"].some((key) => changed.has(key))) this.draw();
  }

  draw() {
    const { scene, store } = this;
    const { texts } = scene;
    const shown = shownWeighting(scene, store.state);
    const heads = scene.weightings.map((weighting) => this.swatch(weighting, weighting === shown));
    const focused = this.element.getRootNode().activeElement?.dataset?.key;
    this.element.replaceChildren(
      html("span", { class: "caption" }, texts.head),
      html("div", { class: "swatches", role: "radiogroup", "aria-label": texts.head }, ...heads),
      html("span", { class: "spacer" }),
      this.choice(texts.direction, "direction", [
        ["reads", texts.reads],
        ["readBy", texts.readBy],
      ]),
      this.choice(texts.scale, "scale", [
        ["unit", texts.scaleUnit],
        ["max", texts.scaleMax],
      ]),
      this.choice(texts.digits, "digits", DIGITS.map((n) => [n, String(n)])),
    );
    if (focused) this.element.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  swatch(weighting, chosen) {
    const dot = weighting.kind === "head" ? html("i", { class: "dot" }) : null;
    if (dot) dot.style.background = this.scene.palette.heads[weighting.head % this.scene.palette.heads.length];
    return html(
      "button",
      {
        type: "button",
        class: `swatch ${weighting.kind}`,
        role: "radio",
        "aria-checked": chosen,
        "data-key": `w:${weighting.key}`,
        title: weighting.explanation,
        onclick: () => this.store.update({ weighting: weighting.key }),
      },
      dot,
      weighting.label,
    );
  }

  choice(caption, key, options) {
    return html(
      "span",
      { class: "choice", role: "radiogroup", "aria-label": caption },
      html("span", { class: "quiet-text" }, caption),
      ...options.map(([value, label]) =>
        html(
          "button",
          {
            type: "button",
            class: "option",
            role: "radio",
            "aria-checked": this.store.state[key] === value,
            "data-key": `${key}:${value}`,
            onclick: () => this.store.update({ [key]: value }),
          },
          label,
        ),
      ),
    );
  }
}

/** Above the matrices: whose head they are, a stage to choose where there is room for one alone, and all steps of the chain. */

import { isTabbed } from "./cell_sizes.js";
import { focusedBeside, focusKey, html } from "./dom.js";
import { shownWeighting } from "./scene.js";

/**
 * @import {ChainView} from "./chain_view.js"
 * @import {StageOf} from "./scene.js"
 */

const ZOOM_STEP = 1.5;

/** @param {ChainView} view */
export function drawHead(view) {
  const { texts } = view.scene;
  if (!view.scene.names.length) return view.head.replaceChildren(html("span", { class: "quiet-text" }, texts.noMatrices));
  const weighting = shownWeighting(view.scene, view.store.state);
  const open = view.scene.stages.filter((stage) => view.store.state.open.includes(stage.name));
  const tabs = isTabbed(view, open)
    ? open.map((stage) =>
        html(
          "button",
          { type: "button", class: "option", role: "radio", "aria-checked": stage.name === view.shownTab(open), title: stage.caption, "data-key": `tab:${stage.name}`, onclick: () => view.showTab(stage.name) },
          stage.plain,
        ),
      )
    : [];
  const focused = focusedBeside(view.head)?.dataset.key;
  view.head.replaceChildren(
    html("b", { class: "chain-title" }, weighting.title),
    tabs.length ? html("span", { class: "choice", role: "radiogroup", "aria-label": texts.chain }, ...tabs) : "",
    html("span", { class: "quiet-text chain-legend" }, texts.matricesLegend),
    html("span", { class: "spacer" }),
    view.camera.element,
    html("button", { type: "button", class: "link", "data-key": "all-steps", "aria-expanded": view.unfolded, onclick: () => view.unfold() }, texts.allSteps, html("span", { "aria-hidden": "true" }, view.unfolded ? " ⌄" : " ›")),
  );
  if (focused) focusKey(view.head, focused);
}

/** @param {ChainView} view */
export function drawSteps(view) {
  const { texts, stages } = view.scene;
  const open = view.store.state.open;
  /** @param {string} name */
  const toggle = (name) => {
    view.store.update({ open: open.includes(name) ? open.filter((n) => n !== name) : [...open, name] });
    view.cards.get(name)?.element.scrollIntoView({ block: "nearest", inline: "center" });
  };
  const all = open.length >= stages.length;
  /** @param {StageOf} stage */
  const chip = (stage) =>
    html(
      "button",
      { type: "button", class: "step", "aria-pressed": open.includes(stage.name), title: stage.caption, "data-stage": stage.name, onclick: () => toggle(stage.name) },
      stage.plain,
    );
  /** @param {number} factor */
  const zoomBy = (factor) => () => {
    view.zoom = Math.min(16, Math.max(1, view.zoom * factor));
    view.fillCards();
  };
  view.steps.setAttribute("aria-label", texts.chain);
  view.steps.replaceChildren(
    ...stages.flatMap((stage, k) => (k ? [html("i", { "aria-hidden": "true" }, "›"), chip(stage)] : [chip(stage)])),
    html(
      "button",
      { type: "button", class: "link unfold", onclick: () => view.store.update({ open: all ? view.scene.openAtStart : stages.map((s) => s.name) }) },
      all ? texts.fold : texts.unfold,
    ),
    html("span", { class: "spacer" }),
    html("span", { class: "quiet-text" }, texts.cells),
    html("button", { type: "button", class: "option", "aria-label": texts.smaller, onclick: zoomBy(1 / ZOOM_STEP) }, "−"),
    html("button", { type: "button", class: "option", "aria-label": texts.larger, onclick: zoomBy(ZOOM_STEP) }, "+"),
  );
}

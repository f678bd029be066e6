/** What Python tells of the locked arrow alone: formulas with its numbers, the features behind its score, the pair tensor. */

import { bars } from "./bars.js";
import { html } from "./dom.js";
import { fillIn, number } from "./format.js";
import { formulaLine } from "./formula.js";
import { colourScale } from "./scales.js";

/**
 * Panels for an arrow; the story is left out unless it is this very arrow's in this very head.
 * @param {Object} scene @param {{target: number, source: number}} arc @param {number} head @param {number} digits
 * @param {{furtherOpen: boolean}} memory whether the person has opened what lies further back
 */
export function storyPanels(scene, arc, head, digits, memory) {
  const { story } = scene;
  const told = story && story.target === arc.target && story.source === arc.source && story.head === head;
  return told ? [formulaPanel(scene, story), furtherBack(scene, story, digits, memory)] : [formulaPanel(scene, null)];
}

/** Features and the pair tensor: there for who asks, out of the first picture. */
function furtherBack(scene, story, digits, memory) {
  const parts = [...featurePanels(scene, story, digits), pairPanel(scene, story, digits)].filter(Boolean);
  const details = html("details", { class: "further" }, html("summary", {}, scene.texts.further), html("div", {}, ...parts));
  details.open = memory.furtherOpen;
  details.addEventListener("toggle", () => (memory.furtherOpen = details.open));
  return details;
}

function formulaPanel(scene, story) {
  const { texts } = scene;
  return html(
    "div",
    { class: "cell-panel formulas" },
    html("h4", {}, texts.symbols),
    ...scene.formulas.map((formula) => formulaLine(formula, texts)),
    ...(story ? [html("h4", {}, texts.numbers), ...story.formulas.map((formula) => formulaLine(formula, texts))] : []),
  );
}

function featurePanels(scene, story, digits) {
  return story.features.map(({ node, half, parts, more }) => {
    const limit = Math.max(...parts.map(({ value }) => Math.abs(value)), 0);
    return html(
      "div",
      { class: "cell-panel" },
      html("h4", {}, fillIn(scene.texts.featuresTitle, { node: scene.names[node], half })),
      bars({ title: "", parts, limit, digits, colours: colourScale("signed", 1, scene.palette) }),
      more ? html("p", { class: "quiet-text" }, fillIn(scene.texts.moreTerms, { count: more })) : null,
    );
  });
}

/** [Wh_i ‖ Wh_j] as a row of cells over a. */
function pairPanel(scene, story, digits) {
  const { pair, texts } = { pair: story.pair, texts: scene.texts };
  if (!pair) return null;
  const row = (name, values, limit) => {
    const colours = colourScale("signed", limit, scene.palette);
    return html(
      "tr",
      {},
      html("th", { scope: "row" }, name),
      ...values.map((value, k) => {
        const cell = html("td", { class: k === values.length / 2 ? "second-half" : null }, number(value, digits));
        cell.style.background = colours.fill(value);
        cell.style.color = colours.ink(value);
        return cell;
      }),
    );
  };
  return html(
    "div",
    { class: "cell-panel wide" },
    html("h4", {}, texts.pairTitle),
    html("div", { class: "pair-scroll", tabindex: 0 }, html("table", { class: "pair" }, html("tbody", {}, row("[Wh_i ‖ Wh_j]", pair.Wh, pair.limitWh), row("a", pair.a, pair.limitA)))),
    html("p", { class: "quiet-text" }, fillIn(texts.pairNote, pair)),
  );
}

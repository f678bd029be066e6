/** What Python tells of the locked arrow alone: formulas with its numbers, the features behind its score, the pair tensor. */

import { bars, largest } from "./bars.js";
import { html } from "./dom.js";
import { fillIn, number } from "./format.js";
import { formulaLine } from "./formula.js";
import { colourScale } from "./scales.js";
import { onEdge, valuesOf } from "./scene.js";

/**
 * @import {Story} from "./protocol.js"
 * @import {Edge, Scene} from "./scene.js"
 */

/**
 * Panels for an arrow; the story is left out unless it is this very arrow's in this very head.
 * @param {Scene} scene @param {EdgeEnds} edge @param {number} head @param {number} digits
 * @param {Memory} memory whether the person has opened what lies further back
 */
export function storyPanels(scene, edge, head, digits, memory) {
  const { story } = scene;
  return story && isTold(story, edge, head) ? [formulaPanel(scene, story), furtherBack(scene, story, digits, memory)] : [formulaPanel(scene, null)];
}

/** @typedef {{furtherOpen: boolean}} Memory @typedef {{target: number, source: number}} EdgeEnds */

/** GATv2's score: one bar per dimension of a · LeakyReLU(Wh_i + Wh_j), with what met there; told for the locked arrow. @param {Scene} scene @param {Edge} edge @param {number} head @param {number} digits */
export function jointScorePanel(scene, edge, head, digits) {
  const { texts, story } = scene;
  const e = onEdge(valuesOf(scene, "e"), edge, head);
  const title = html("h4", {}, fillIn(texts.jointScoreTitle, { e: number(e, digits) }));
  if (!isTold(story, edge, head) || !story?.score) return html("div", { class: "cell-panel" }, title, html("p", { class: "quiet-text" }, texts.lockForParts));
  const parts = story.score.parts;
  const { limit } = story;
  const shown = largest(parts);
  /** @type {["target"|"source"|"edge"|"hidden"|"a", string][]} */
  const words = [["target", texts.jointTarget], ["source", texts.jointSource], ["edge", texts.jointEdge], ["hidden", texts.jointHidden], ["a", "a"]];
  const columns = words.filter(([key]) => parts.every((part) => part[key] !== null));
  const told = fillIn(shown.length < parts.length ? texts.jointSome : texts.jointParts, { count: parts.length });
  return html(
    "div",
    { class: "cell-panel" },
    title,
    bars({ title: told, parts: shown, limit, digits, colours: scene.palette.bars }),
    html(
      "table",
      { class: "shares-table" },
      html("tr", {}, html("th"), ...columns.map(([, word]) => html("td", {}, word))),
      ...shown.map((part) => html("tr", {}, html("th", {}, part.name), ...columns.map(([key]) => html("td", {}, number(part[key] ?? 0, digits))))),
    ),
    parts.length > shown.length ? html("p", { class: "quiet-text" }, fillIn(texts.moreTerms, { count: parts.length - shown.length })) : null,
  );
}

/** Features and the pair tensor: there for who asks, out of the first picture. @param {Scene} scene @param {Story} story @param {number} digits @param {Memory} memory */
function furtherBack(scene, story, digits, memory) {
  const parts = [...featurePanels(scene, story, digits), pairPanel(scene, story, digits)];
  const details = html("details", { class: "further" }, html("summary", {}, story.pair ? scene.texts.further : scene.texts.furtherJoint), html("div", {}, ...parts));
  details.open = memory.furtherOpen;
  details.addEventListener("toggle", () => (memory.furtherOpen = details.open));
  return details;
}

/** @param {Story|null} story @param {EdgeEnds} edge @param {number} head */
function isTold(story, edge, head) {
  return story !== null && story.target === edge.target && story.source === edge.source && story.head === head;
}

/** @param {Scene} scene @param {Story|null} story */
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

/** @param {Scene} scene @param {Story} story @param {number} digits */
function featurePanels(scene, story, digits) {
  const panels = story.features.map(({ node, half, parts, more }) => {
    return html(
      "div",
      { class: "cell-panel" },
      html("h4", {}, fillIn(scene.texts[story.pair ? "featuresTitle" : `featuresJoint_${half}`], { node: scene.called[node], half })),
      bars({ title: "", parts, limit: story.limit, digits, colours: scene.palette.bars }),
      more ? html("p", { class: "quiet-text" }, fillIn(scene.texts.moreTerms, { count: more })) : null,
      story.biased ? html("p", { class: "quiet-text" }, fillIn(scene.texts.biasesAdd, { half })) : null,
    );
  });
  const { ofEdge } = story;
  if (!ofEdge) return panels;
  const bar = bars({ title: "", parts: ofEdge.parts, limit: story.limit, digits, colours: scene.palette.bars });
  const more = ofEdge.more ? html("p", { class: "quiet-text" }, fillIn(scene.texts.moreTerms, { count: ofEdge.more })) : null;
  return [...panels, html("div", { class: "cell-panel" }, html("h4", {}, scene.texts.featuresEdgeTitle), bar, more)];
}

/** [Wh_i ‖ Wh_j] as a row of cells over a. @param {Scene} scene @param {Story} story @param {number} digits */
function pairPanel(scene, story, digits) {
  const { pair } = story;
  const { texts } = scene;
  if (!pair) return null;
  /** @param {string} name @param {number[]} values @param {number} limit */
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
    html("div", { class: "pair-scroll", tabindex: 0 }, html("table", { class: "pair" }, html("tbody", {}, row("[Wh_i ‖ Wh_j]", pair.Wh, pair.limit), row("a", pair.a, pair.limit)))),
    html("p", { class: "quiet-text" }, fillIn(texts.pairNote, pair)),
  );
}

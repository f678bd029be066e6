/** What Python tells of the locked arrow alone: formulas with its numbers, the features behind its score, the pair tensor. */

import { bars, largest } from "./bars.js";
import { html } from "./dom.js";
import { fillIn, number } from "./format.js";
import { formulaLine } from "./formula.js";
import { colourScale } from "./scales.js";
import { onArc } from "./scene.js";

/**
 * Panels for an arrow; the story is left out unless it is this very arrow's in this very head.
 * @param {Object} scene @param {{target: number, source: number}} arc @param {number} head @param {number} digits
 * @param {{furtherOpen: boolean}} memory whether the person has opened what lies further back
 */
export function storyPanels(scene, arc, head, digits, memory) {
  const { story } = scene;
  return isTold(story, arc, head) ? [formulaPanel(scene, story), furtherBack(scene, story, digits, memory)] : [formulaPanel(scene, null)];
}

/** GATv2's score: one bar per dimension of a · LeakyReLU(Wh_i + Wh_j), with what met there; told for the locked arrow. */
export function jointScorePanel(scene, arc, head, digits) {
  const { texts, story } = scene;
  const e = onArc(scene.stages.find((stage) => stage.name === "e").values, arc, head);
  const title = html("h4", {}, fillIn(texts.jointScoreTitle, { e: number(e, digits) }));
  if (!isTold(story, arc, head) || !story.score) return html("div", { class: "cell-panel" }, title, html("p", { class: "quiet-text" }, texts.lockForParts));
  const parts = story.score.parts;
  const { limit } = story;
  const shown = largest(parts);
  const columns = [["target", texts.jointTarget], ["source", texts.jointSource], ["edge", texts.jointEdge], ["hidden", texts.jointHidden], ["a", "a"]].filter(([key]) => key in parts[0]);
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
      ...shown.map((part) => html("tr", {}, html("th", {}, part.name), ...columns.map(([key]) => html("td", {}, number(part[key], digits))))),
    ),
    parts.length > shown.length ? html("p", { class: "quiet-text" }, fillIn(texts.moreTerms, { count: parts.length - shown.length })) : null,
  );
}

/** Features and the pair tensor: there for who asks, out of the first picture. */
function furtherBack(scene, story, digits, memory) {
  const parts = [...featurePanels(scene, story, digits), pairPanel(scene, story, digits)].filter(Boolean);
  const details = html("details", { class: "further" }, html("summary", {}, story.pair ? scene.texts.further : scene.texts.furtherJoint), html("div", {}, ...parts));
  details.open = memory.furtherOpen;
  details.addEventListener("toggle", () => (memory.furtherOpen = details.open));
  return details;
}

function isTold(story, arc, head) {
  return Boolean(story) && story.target === arc.target && story.source === arc.source && story.head === head;
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
  const panels = story.features.map(({ node, half, parts, more }) => {
    return html(
      "div",
      { class: "cell-panel" },
      html("h4", {}, fillIn(story.pair ? scene.texts.featuresTitle : scene.texts.featuresJointTitle, { node: scene.called[node], half })),
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
    html("div", { class: "pair-scroll", tabindex: 0 }, html("table", { class: "pair" }, html("tbody", {}, row("[Wh_i ‖ Wh_j]", pair.Wh, pair.limit), row("a", pair.a, pair.limit)))),
    html("p", { class: "quiet-text" }, fillIn(texts.pairNote, pair)),
  );
}

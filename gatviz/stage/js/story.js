/** Where the locked arrow's score comes from: its dimensions, the features behind them, the pair tensor, the numbers in the formulas. */

import { bars, largest } from "./bars.js";
import { bendPanel } from "./bend.js";
import { html } from "./dom.js";
import { fillIn, number } from "./format.js";
import { formulaLine } from "./formula.js";
import { colourScale } from "./scales.js";

/**
 * @import {Half, Story} from "./protocol.js"
 * @import {Scene} from "./scene.js"
 * @import {State} from "./store.js"
 */

/** Whether the story is about what is locked. @param {Story} story @param {State} state */
export function isTold({ target, source, head }, { locked, weighting }) {
  return locked?.kind === "edge" && locked.target === target && locked.source === source && weighting === `head-${head}`;
}

/** Where the score comes from: by dimension and by feature, the pair tensor, the formulas with numbers. @param {Scene} scene @param {Story} story @param {number} digits */
export function furtherBack(scene, story, digits) {
  const { texts } = scene;
  const numbers = html("div", { class: "cell-panel formulas" }, html("h4", {}, texts.numbers), ...story.formulas.map((formula) => formulaLine(formula, texts)));
  return [...story.halves.map((half) => halfPanel(scene, story, half, digits)), bendPanel(scene, story, digits), jointPanel(scene, story, digits), edgePanel(scene, story, digits), pairPanel(scene, story, digits), numbers];
}

/** One end of the arrow: its half of the score by dimension, and by feature. @param {Scene} scene @param {Story} story @param {Half} half @param {number} digits */
function halfPanel(scene, story, half, digits) {
  const { texts } = scene;
  const names = { node: scene.called[half.node], half: half.half, added: half.added, value: number(half.value, digits) };
  const title = fillIn(texts[story.pair ? `${half.half}Score` : `featuresJoint_${half.half}`], names);
  const options = { limit: story.limit, digits, colours: scene.palette.bars };
  const hidden = half.byDimension.length - largest(half.byDimension).length;
  const more = [hidden ? fillIn(texts.moreTerms, { count: hidden }) : ""].filter(Boolean);
  return html(
    "div",
    { class: "cell-panel" },
    html("h4", {}, title),
    half.byDimension.length ? bars({ ...options, title: texts.byDimension, parts: largest(half.byDimension) }) : null,
    more.length ? html("p", { class: "quiet-text" }, more.join(" · ")) : null,
    bars({ ...options, title: texts.byFeature, parts: half.byFeature }),
    half.more ? html("p", { class: "quiet-text" }, fillIn(texts.moreTerms, { count: half.more })) : null,
    half.rest ? html("p", { class: "quiet-text" }, half.rest) : null,
  );
}

/** GATv2's score: one bar per dimension of a · LeakyReLU(Wh_i + Wh_j), with what met there. @param {Scene} scene @param {Story} story @param {number} digits */
function jointPanel(scene, story, digits) {
  const { texts } = scene;
  const { score, limit } = story;
  if (!score) return null;
  const { parts } = score;
  const shown = largest(parts);
  /** @type {["target"|"source"|"edge"|"hidden"|"a", string][]} */
  const words = [["target", texts.jointTarget], ["source", texts.jointSource], ["edge", texts.jointEdge], ["hidden", texts.jointHidden], ["a", "a"]];
  const columns = words.filter(([key]) => parts.every((part) => part[key] !== null));
  const told = fillIn(shown.length < parts.length ? texts.jointSome : texts.jointParts, { count: parts.length });
  return html(
    "div",
    { class: "cell-panel" },
    html("h4", {}, fillIn(texts.jointScoreTitle, { e: number(score.e, digits) })),
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

/** What the arrow's own features added. @param {Scene} scene @param {Story} story @param {number} digits */
function edgePanel(scene, { ofEdge, limit }, digits) {
  if (!ofEdge) return null;
  const bar = bars({ title: "", parts: ofEdge.parts, limit, digits, colours: scene.palette.bars });
  const more = ofEdge.more ? html("p", { class: "quiet-text" }, fillIn(scene.texts.moreTerms, { count: ofEdge.more })) : null;
  return html("div", { class: "cell-panel" }, html("h4", {}, scene.texts.featuresEdgeTitle), bar, more);
}

/** [Wh_i ‖ Wh_j] as a row of cells over a. @param {Scene} scene @param {Story} story @param {number} digits */
function pairPanel(scene, story, digits) {
  const { pair } = story;
  const { texts } = scene;
  if (!pair) return null;
  /** @param {(string|Element)[]} name @param {number[]} values @param {number} limit */
  const row = (name, values, limit) => {
    const colours = colourScale("signed", limit, scene.palette);
    return html(
      "tr",
      {},
      html("th", { scope: "row" }, ...name),
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
    html("div", { class: "pair-scroll", tabindex: 0 }, html("table", { class: "pair" }, html("tbody", {}, row(["[Wh", html("sub", {}, "i"), " ‖ Wh", html("sub", {}, "j"), "]"], pair.Wh, pair.limit), row(["a"], pair.a, pair.limit)))),
    html("p", { class: "quiet-text" }, fillIn(texts.pairNote, pair)),
  );
}

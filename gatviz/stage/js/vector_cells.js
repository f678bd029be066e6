/** A vector in a row: a coloured cell a number while they are few, else a strip of colour that tells its numbers by pointing. */

import { html } from "./dom.js";
import { number } from "./format.js";
import { colourScale } from "./scales.js";
import { stageOf } from "./scene.js";

const MAX_CELLS = 4;
const MAX_LENGTH = 7;

/**
 * @param {import("./scene.js").Scene} scene
 * @param {string} stage whose scale it is coloured on
 * @param {number[]} values @param {number} digits
 */
export function vectorCells(scene, stage, values, digits) {
  const { colour, limit } = stageOf(scene, stage);
  const colours = colourScale(colour, limit, scene.palette);
  const few = values.length <= MAX_CELLS;
  const cells = values.map((value, c) => {
    const told = number(value, digits);
    const cell = html("span", { class: told.length > MAX_LENGTH ? "vector-cell tight" : "vector-cell", title: few ? null : `c${c}: ${told}` }, few ? told : null);
    cell.style.background = colours.fill(value);
    cell.style.color = colours.ink(value);
    return cell;
  });
  if (few) return html("span", { class: "vector" }, ...cells);
  return html("span", { class: "vector colour-strip", role: "img", "aria-label": values.map((value) => number(value, digits)).join(", ") }, ...cells);
}

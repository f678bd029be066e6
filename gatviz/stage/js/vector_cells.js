/** A vector in a row: a coloured cell a number while they are few, else a strip of colour that tells its numbers by pointing. */

import { html } from "./dom.js";
import { number } from "./format.js";
import { colourScale } from "./scales.js";
import { stageOf } from "./scene.js";

const MAX_CELLS = 4;
const MAX_LENGTH = 7;

/** Whether each number has a cell. @param {number[]} values */
export const isFew = (values) => values.length <= MAX_CELLS;

/**
 * @param {import("./scene.js").Scene} scene
 * @param {string} stage whose scale it is coloured on
 * @param {number[]} values @param {number} digits @param {(place: number) => string} called what a number is called, if it is not of a dimension
 */
export function vectorCells(scene, stage, values, digits, called = (c) => `c${c}`) {
  const { colour, limit } = stageOf(scene, stage);
  const colours = colourScale(colour, limit, scene.palette);
  const few = isFew(values);
  const cells = values.map((value, c) => {
    const told = number(value, digits);
    const cell = html("span", { class: told.length > MAX_LENGTH ? "vector-cell tight" : "vector-cell", title: few ? null : `${called(c)}: ${told}` }, few ? told : null);
    cell.style.background = colours.fill(value);
    cell.style.color = colours.ink(value);
    return cell;
  });
  if (few) return html("span", { class: "vector" }, ...cells);
  return html("span", { class: "vector colour-strip", role: "img", "aria-label": values.map((value) => number(value, digits)).join(", ") }, ...cells);
}

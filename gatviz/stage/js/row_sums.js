/** What the rows of α add up to, in words: of the whole graph, of what is here, and of what is drawn. */

import { fillIn, number, shorten } from "./format.js";
import { shownWeighting } from "./scene.js";

/**
 * @import {ChainView} from "./chain_view.js"
 * @import {StageOf, Weighting} from "./scene.js"
 */

/** What the rows add up to; of a cut part also how much of it is here. @param {ChainView} view @param {Weighting} weighting */
export function rowsSum(view, { rowsSumToOne, rows }) {
  const { texts, whole } = view.scene;
  const { digits } = view.store.state;
  const sums = !rowsSumToOne ? texts.rowsNeedNotSum : whole.emptyRows ? texts.rowsSumOrEmpty : texts.rowsSum;
  if (!rows?.hereRange) return sums;
  const [low, high] = rows.hereRange.map((value) => number(value, digits));
  return `${sums}${fillIn(texts.rowsHere, { low, high })}`;
}

/** How much of the row in focus is in the matrix, and how much of it is drawn. @param {ChainView} view @param {StageOf} stage @param {number|null} row */
export function rowSum(view, stage, row) {
  const { texts, whole, names } = view.scene;
  const { rows } = shownWeighting(view.scene, view.store.state);
  if (stage.name !== "alpha" || !rows || row === null || !whole.reads[row]) return "";
  /** @param {"drawn"|"here"|"outside"|"all"} name */
  const value = (name) => number(rows[name].at(row), view.store.state.digits);
  const count = whole.outside.reads[row];
  return fillIn(count ? texts.rowHere : texts.rowAllHere, { name: shorten(names[row], 24), here: value("here"), drawn: value("drawn"), all: value("all"), outside: value("outside"), count });
}

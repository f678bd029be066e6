/** Which of the matrices have room beside each other. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { isTabbed } from "../../gatviz/stage/js/cell_sizes.js";
import { stage } from "./made.js";

const open = ["Wh", "e", "alpha"].map((name) => stage({ name, layout: name === "Wh" ? "nodes" : "pairs" }));

/** @param {number} nodes @param {number} width of the panel */
function tabs(nodes, width) {
  const names = Array.from({ length: nodes }, (_, k) => `${k}`);
  const columnNames = (/** @type {{layout: string}} */ { layout }) => (layout === "pairs" ? names : ["c0", "c1", "c2"]);
  return isTabbed(/** @type {any} */ ({ scene: { names }, unfolded: false, width, columnNames }), /** @type {any} */ (open));
}

test("one matrix stands alone where all side by side could not be read, and it alone can", () => {
  assert.deepEqual([4, 12, 34].map((nodes) => tabs(nodes, 460)), [true, true, true]);
  assert.deepEqual([4, 12, 34].map((nodes) => tabs(nodes, 700)), [false, true, false]);
  assert.deepEqual([tabs(34, 1100), tabs(200, 700), tabs(200, 460)], [false, false, true]);
});

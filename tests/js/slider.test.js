/** A number that is dragged: the newest value goes, one at a time, and the last always. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Newest, reachOf } from "../../gatviz/stage/js/number_slider.js";

/** @import {Edit} from "../../gatviz/stage/js/protocol.js" */

/** @param {number} value @returns {Edit} */
const edit = (value) => ({ kind: "set_node", name: "0", features: { x: value }, drag: "d" });

test("while one value is on its way only the newest waits, and it is sent", async () => {
  /** @type {Edit[]} */
  const sent = [];
  /** @type {any[]} */
  const waiting = [];
  const newest = new Newest({
    push: (one) => {
      sent.push(one);
      waiting.push(one);
    },
    get waiting() {
      return waiting;
    },
  });
  newest.push(edit(1));
  for (const value of [2, 3, 4]) newest.push(edit(value));
  assert.deepEqual(sent, [edit(1)]);
  waiting.length = 0;
  await new Promise((settle) => setTimeout(settle, 60));
  assert.deepEqual(sent, [edit(1), edit(4)]);
  waiting.length = 0;
  await new Promise((settle) => setTimeout(settle, 60));
  assert.equal(sent.length, 2);
});

test("a number is dragged as far as it is large to both sides, in round steps", () => {
  for (const value of [0, 0.3, -0.7, 1, -12.345, 5e6, 1e-9]) {
    const { min, max, step } = reachOf(value);
    const reach = Math.max(1, Math.abs(value));
    assert.ok(min <= value - reach * 0.999 && max >= value + reach * 0.999, `${value}`);
    assert.ok((max - min) / step >= 100 && (max - min) / step <= 1100, `${value}`);
    assert.ok(Math.abs(Math.log10(step) - Math.round(Math.log10(step))) < 1e-9);
  }
});

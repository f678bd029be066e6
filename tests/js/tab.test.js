/** What a tab leaves for its next page arrives there once, and not after all was forgotten. */

import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {Map<string, string>} */
const held = new Map();
Object.defineProperty(globalThis, "sessionStorage", {
  value: {
    getItem: (/** @type {string} */ key) => held.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void held.set(key, value),
  },
});
const { leave, left, silence } = await import("../../gatviz/stage/js/tab.js");

/** @type {import("../../gatviz/stage/js/protocol.js").Numbered[]} */
const edits = [{ number: 3, session: "s", drawing: 1, edit: { kind: "undo" } }];

test("edits that wait are there for the next page, once", () => {
  assert.deepEqual(left(), []);
  leave(edits);
  assert.deepEqual(left(), edits);
  assert.deepEqual(left(), []);
});

test("a tab in which all was forgotten leaves nothing", () => {
  leave(edits);
  silence();
  assert.deepEqual(left(), []);
  leave(edits);
  assert.deepEqual(left(), []);
});

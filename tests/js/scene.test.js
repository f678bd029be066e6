/** The data as it arrives, and look-ups into it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateSync } from "node:zlib";

import { marksOf } from "../../gatviz/stage/js/marks.js";
import { drawnValues, edgesAt, focusEdges, focusNames, nodeCount, ofHead, onEdge, readScene, shareLimit, shownHeads, shownWeighting, stageOf, valuesOf } from "../../gatviz/stage/js/scene.js";
import { edgeFocus, nodeFocus, same, Store, touch } from "../../gatviz/stage/js/store.js";
import { alike, tensor } from "../../gatviz/stage/js/tensor.js";
import { decode } from "../../gatviz/stage/js/wire.js";
import { packed, screen, stage, state } from "./made.js";

/** @import {Edge} from "../../gatviz/stage/js/scene.js" */

/** @param {object} data @param {number[]} numbers */
function wired(data, numbers) {
  const text = Buffer.from(JSON.stringify(data));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const padding = Buffer.alloc((4 - (text.length % 4)) % 4);
  return new Uint8Array(deflateSync(Buffer.concat([length, text, padding, Buffer.from(new Float32Array(numbers).buffer)])));
}

test("bytes become the data again, arrays bit for bit", async () => {
  const check = async (/** @type {string} */ word) => {
    const sent = { word, whole: { shape: [2, 2], f32: 1 }, none: null, empty: { shape: [0, 3], f32: 0 }, f32: "a text" };
    const found = /** @type {any} */ (await decode(wired(sent, [9, 0.1, -0, Number.NaN, Infinity])));
    assert.deepEqual([...found.whole.f32], [Math.fround(0.1), -0, Number.NaN, Infinity]);
    assert.equal(found.empty.f32.length, 0);
    assert.deepEqual([found.word, found.none, found.f32], [word, null, "a text"]);
  };
  await Promise.all(["", "a", "ab", "abc"].map(check));
});

test("a tensor reads by index, row by row", () => {
  const values = tensor(packed([2, 3, 2], Array.from({ length: 12 }, (_, k) => k)));
  assert.deepEqual([values.at(0, 0, 0), values.at(0, 2, 1), values.at(1, 0, 1)], [0, 5, 7]);
  assert.equal(tensor(null), null);
  const some = new Float32Array([1, 2]);
  assert.ok(alike(some, some) && alike(some, new Float32Array([1, 2])));
  assert.ok(!alike(undefined, some) && !alike(some, new Float32Array([1])) && !alike(some, new Float32Array([1, 3])));
});

test("a scene knows its edges by both ends, those that are not drawn too", () => {
  const scene = readScene(screen());
  const ends = (/** @type {Edge[]} */ edges) => edges.map(({ source, target }) => [source, target]);
  assert.deepEqual(ends(scene.edges), [[0, 1], [1, 1], [2, 0]]);
  assert.deepEqual([ends(scene.into[1]), ends(scene.outOf[1])], [[[0, 1], [1, 1]], [[1, 1]]]);
  assert.equal(scene.edgeBetween(0, 1)?.drawn, false);
  assert.equal(scene.edgeBetween(1, 1)?.added, true);
  assert.equal(scene.edgeBetween(2, 0), null);
  assert.deepEqual(ends(edgesAt(scene, 0, "target")), [[2, 0], [1, 0]]);
  assert.equal(valuesOf(scene, "masked_e").at(3, 0), 4);
  assert.equal(onEdge(valuesOf(scene, "e"), scene.between[3], 0), 4);
  assert.equal(onEdge(ofHead(readScene(screen()), 0).values, { ...scene.between[3], index: 4 }), null);
  assert.throws(() => stageOf(scene, "nothing"), /no stage nothing/);
  assert.throws(() => ofHead(scene, 7), /no head 7/);
  assert.deepEqual([nodeCount(scene.texts, 1), nodeCount(scene.texts, 2)], ["1 node", "2 nodes"]);
});

test("what is shown follows the state", () => {
  const scene = readScene(screen());
  assert.equal(shownWeighting(scene, state({ weighting: "gone" })).key, "head-0");
  assert.deepEqual([shareLimit(scene, state()), shareLimit(scene, state({ scale: "max" }))], [1, 0.75]);
  assert.equal(shownHeads(scene, state()), null);
  assert.deepEqual(shownHeads(scene, state({ heads: [0, 5] })), [0]);
  assert.equal(shownHeads(scene, state({ heads: [0], measure: "change" })), null);
  assert.equal(drawnValues(scene, state({ measure: "change" })).kind, "share");
});

test("a change is drawn for the head on show, with what is gone", () => {
  const change = {
    values: packed([1, 4], [0.1, -0.2, 0.3, 0]),
    strongest: [[2, 1, -1]],
    strongestGone: [[-1, -1, 0]],
    beside: [[]],
    isNew: [0, 0, 1],
    gone: [{ source: 0, target: 2, names: /** @type {[string, string]} */ (["A", "C"]) }],
    goneValues: packed([1, 1], [-1]),
    limit: 0.4,
    baseline: "A",
  };
  const drawn = drawnValues(readScene(screen({ change })), state({ measure: "change", scale: "max" }));
  assert.deepEqual([drawn.kind, drawn.limit, drawn.gone[0].value, drawn.values.length], ["signed", 0.4, -1, 4]);
});

test("a focus is about its edges, and marks its cells and rows", () => {
  const scene = readScene(screen());
  const [pairs] = scene.stages;
  const shown = { messages: scene.into[1], head: 0 };
  assert.deepEqual(focusEdges(scene, null, "reads"), []);
  assert.equal(focusEdges(scene, nodeFocus(1), "reads").length, 2);
  assert.equal(focusEdges(scene, nodeFocus(1), "readBy").length, 1);
  assert.equal(focusEdges(scene, edgeFocus(0, 1), "reads")[0].index, 3);
  assert.deepEqual(focusNames(scene, edgeFocus(0, 1)), { target: "node A", source: "node B" });
  assert.deepEqual(focusNames(scene, nodeFocus(2)), { node: "node C" });
  assert.deepEqual(marksOf(scene, pairs, edgeFocus(1, 0), "reads", shown), { cells: [[1, 0]], rows: [1] });
  assert.deepEqual(marksOf(scene, pairs, nodeFocus(1), "readBy", shown), { cells: [[1, 1]], columns: [1] });
  assert.deepEqual(marksOf(scene, pairs, null, "reads", shown), {});
  const made = screen({ stages: [stage({ name: "h", layout: "nodes", rows: ["target"], headColumns: 2 }), stage({ name: "m", layout: "messages" })] });
  const [nodes, messages] = readScene(made).stages;
  assert.deepEqual(marksOf(scene, nodes, nodeFocus(1), "reads", shown), { rows: [1], cells: [[1, 0], [1, 1]] });
  assert.deepEqual(marksOf(scene, nodes, nodeFocus(1), "readBy", shown).rows, []);
  assert.deepEqual(marksOf(scene, messages, edgeFocus(1, 1), "reads", shown), { rows: [1] });
});

test("a store tells what has changed, and only that", () => {
  const store = new Store(state());
  /** @type {string[][]} */
  const heard = [];
  const stop = store.subscribe((_, changed) => heard.push([...changed]));
  store.update({ digits: 3, selection: [] });
  store.update({ digits: 6, selection: [] });
  store.toggleLock(nodeFocus(1));
  store.toggleLock(nodeFocus(1));
  assert.equal(store.state.locked, null);
  stop();
  store.update({ digits: 3 });
  assert.deepEqual(heard, [["digits"], ["locked"], ["locked"]]);
  assert.ok(same({ a: [1] }, { a: [1] }) && !same(null, undefined));
  assert.ok(touch(new Set(["digits"]), ["open", "digits"]) && !touch(new Set(["digits"]), ["open"]));
});

/** Edits on their way: none is lost, each is drawn until it is taken. */

import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { draftOf, edgeKey, nextName } from "../../gatviz/stage/js/draft.js";
import { Edits } from "../../gatviz/stage/js/edits.js";

/** @import {Edit, Numbered} from "../../gatviz/stage/js/protocol.js" */

/** @type {Edit} */
const CLEAR = { kind: "clear" };

/** @param {number} editsTaken @param {{session?: string, drawing?: number, fixed?: boolean}} other */
const on = (editsTaken, other = {}) => ({ session: "one", drawing: 0, fixed: false, editsTaken, ...other });

/** @param {(edits: Edits, sent: number[][]) => void} check */
function withEdits(check) {
  mock.timers.enable({ apis: ["setTimeout"] });
  /** @type {number[][]} */
  const sent = [];
  const edits = new Edits((waiting) => sent.push(waiting.map(({ number }) => number)), () => {});
  edits.settle(on(0));
  try {
    check(edits, sent);
  } finally {
    edits.destroy();
    mock.timers.reset();
  }
}

test("the first edit goes at once, the next together once it is taken", () => {
  withEdits((edits, sent) => {
    for (let k = 0; k < 3; k += 1) edits.push(CLEAR);
    assert.deepEqual(sent, [[1]]);
    edits.settle(on(1));
    assert.deepEqual(sent, [[1]], "not from within the answer");
    mock.timers.tick(0);
    assert.deepEqual(sent, [[1], [2, 3]]);
    edits.settle(on(3));
    mock.timers.tick(10_000);
    assert.deepEqual(sent, [[1], [2, 3]]);
    edits.push(CLEAR);
    assert.deepEqual(sent.at(-1), [4]);
  });
});

test("what is not taken is sent again", () => {
  withEdits((edits, sent) => {
    edits.push(CLEAR);
    mock.timers.tick(1500);
    edits.settle(on(0));
    mock.timers.tick(3000);
    assert.deepEqual(sent, [[1], [1], [1]]);
  });
});

test("a page that takes long is asked again at ever longer intervals, so that it can answer", () => {
  withEdits((edits, sent) => {
    edits.push(CLEAR);
    for (let halfSecond = 0; halfSecond < 120; halfSecond += 1) mock.timers.tick(500);
    assert.equal(sent.length, 6, "at once, after 1.5, 4.5, 10.5, 22.5 and 46.5 seconds");
    edits.settle(on(1));
    edits.push(CLEAR);
    mock.timers.tick(1500);
    assert.deepEqual(sent.slice(6), [[2], [2]], "once it has answered, soon again");
  });
});

test("a stage that is mounted anew goes on counting where Python is", () => {
  withEdits((edits, sent) => {
    edits.settle(on(41));
    edits.push(CLEAR);
    assert.deepEqual(sent, [[42]]);
  });
});

test("where nothing can be edited, a move is all that is sent", () => {
  withEdits((edits, sent) => {
    edits.settle(on(0, { fixed: true }));
    edits.push(CLEAR);
    edits.push({ kind: "undo" });
    assert.deepEqual([sent, edits.waiting], [[], []]);
    edits.push({ kind: "move", names: ["a"], points: [[1, 2]] });
    assert.deepEqual(sent, [[1]]);
  });
});

test("edits of another session wait for it, and are not drawn on this one's graph", () => {
  withEdits((edits, sent) => {
    edits.settle(on(7));
    edits.push(CLEAR);
    edits.settle(on(0, { session: "two" }));
    assert.deepEqual([edits.waiting, edits.drawn], [[], []]);
    mock.timers.tick(10_000);
    assert.deepEqual(sent, [[8]]);
    edits.push(CLEAR);
    assert.deepEqual(sent.at(-1), [1]);
    edits.settle(on(7));
    mock.timers.tick(0);
    assert.deepEqual(sent.at(-1), [8]);
  });
});

test("an edit of the graph of before is sent, to be told, but not drawn", () => {
  withEdits((edits) => {
    edits.push(CLEAR);
    edits.settle(on(0, { drawing: 1 }));
    assert.deepEqual([edits.waiting.length, edits.drawn.length], [1, 0]);
  });
});

/** @param {Edit[]} edits */
function drafted(...edits) {
  /** @type {Numbered[]} */
  const waiting = edits.map((edit, k) => ({ number: k + 1, session: "one", drawing: 0, edit }));
  return draftOf({ names: ["A", "B"], positions: [[0, 0], [1, 1]] }, waiting);
}

test("waiting edits are drawn in their order", () => {
  const draft = drafted(
    { kind: "add_node", name: "C", at: [2, 2] },
    { kind: "add_edges", edges: [["C", "A"]], both: true },
    { kind: "move", names: ["A"], points: [[5, 5]] },
    { kind: "remove", names: [], edges: [["A", "B"]] },
    { kind: "undo" },
  );
  assert.deepEqual([...draft.added], ["C"]);
  assert.deepEqual(draft.edges, [["C", "A"], ["A", "C"]]);
  assert.deepEqual(draft.points.get("A"), { x: 5, y: 5 });
  assert.deepEqual([...draft.goneEdges], [edgeKey("A", "B")]);
  assert.equal(draft.gone.size, 0);
});

test("a node that goes takes its new edges with it", () => {
  const draft = drafted({ kind: "add_edges", edges: [["A", "B"], ["A", "A"]] }, { kind: "remove", names: ["B"] });
  assert.deepEqual([draft.edges, [...draft.gone]], [[["A", "A"]], ["B"]]);
  assert.equal(drafted(CLEAR).gone.size, 2);
  assert.equal(drafted({ kind: "remove" }).gone.size, 0);
});

test("a new name goes on as the others do", () => {
  assert.equal(nextName([]), "0");
  assert.equal(nextName(["0", "1", "7"]), "8");
  assert.equal(nextName(["A", "C"]), "B");
  assert.equal(nextName(["A", "1"]), "0");
  assert.equal(nextName(["x"], 30), "30");
  assert.equal(nextName(["3"], 2), "4");
});

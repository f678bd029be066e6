/** What pictures are put together from: captions, file names, hatching, runs, lines, gradients, boxes. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { captionOf, captionOfParts, fileName, gradientColours, hatchLines, inLines, inXml, lockOf, overlapOf, roundedBox, runs } from "../../gatviz/stage/js/picture_parts.js";
import { readScene } from "../../gatviz/stage/js/scene.js";
import { themeOf } from "../../gatviz/stage/js/light_or_dark.js";
import { screen, state } from "./made.js";

test("a caption tells graph, weights, layer, head, scale, lock and date", () => {
  const data = { ...screen(), graphTitle: "中文 <b>", badge: "untrained weights, seed 7", layer: 1 };
  const texts = { ...data.texts, pictureLayer: "layer {layer}", pictureHeads: "heads {heads}", lockedEdge: "locked {source} → {target}", lockedNode: "locked {node}" };
  const scene = readScene({ ...data, texts });
  const [source, target] = [scene.names[scene.edges[0].source], scene.names[scene.edges[0].target]];
  const { title, symbol } = scene.weightings[0];
  const looked = { ...state(), weighting: scene.weightings[0].key };
  /** @type {import("../../gatviz/stage/js/protocol.js").Focus} */
  const locked = { kind: "edge", source: scene.edges[0].source, target: scene.edges[0].target };
  assert.equal(captionOf(scene, { ...looked, locked }, "2026-01-02"), `中文 <b> · untrained weights, seed 7 · layer 1 · ${title} · ${symbol} 0 … 1 · locked ${source} → ${target} · 2026-01-02`);
  assert.ok(captionOf(scene, { ...looked, locked: { kind: "node", node: 0 } }, "d").includes(`locked ${scene.names[0]}`));
  assert.ok(captionOf(scene, { ...looked, heads: [0] }, "d").includes("heads 0"));
  assert.ok(!captionOf(scene, looked, "d").includes("locked"));
});

test("a name that runs from right to left turns nothing around it", () => {
  assert.equal(captionOfParts(["مرحبا", "", "head 0", "2026-01-02"]), "\u2068مرحبا\u2069 · head 0 · 2026-01-02");
  const { texts, names } = { texts: { lockedEdge: "locked {source} → {target}" }, names: ["א", "b"] };
  assert.equal(lockOf({ names, texts }, { kind: "edge", source: 0, target: 1 }), "locked \u2068א\u2069 → b");
  assert.equal(lockOf({ names, texts }, null), "");
});

test("a file's name holds letters of any script and digits, and is never empty", () => {
  assert.equal(fileName(["空手道 俱乐部", "α"]), "空手道-俱乐部-α");
  assert.equal(fileName(["../../etc/passwd", "a\\b:c"]), "etc-passwd-a-b-c");
  assert.equal(fileName(["<>", ""]), "gatviz");
  assert.ok(fileName(["x".repeat(500)]).length <= 60);
});

test("what XML cannot hold is replaced, all else stays", () => {
  assert.equal(inXml("a\u0001b\ud800c</svg>&\u4e2d\n"), "a\ufffdb\ufffdc</svg>&\u4e2d\n");
});

test("hatching stays in its cell, and goes on in the next", () => {
  for (const rect of [{ x: 0, y: 0, width: 20, height: 10 }, { x: 13.5, y: 7.25, width: 8, height: 30 }]) {
    const lines = hatchLines(rect, 6);
    assert.ok(lines.length > 2);
    for (const { x1, y1, x2, y2 } of lines) {
      assert.ok(x1 >= rect.x && x2 <= rect.x + rect.width && y2 >= rect.y && y1 <= rect.y + rect.height);
      assert.equal((x1 + y1) % 6, 0);
      assert.ok(Math.abs(x1 + y1 - (x2 + y2)) < 1e-9);
    }
  }
});

test("rectangles are cut to where they overlap", () => {
  const cell = { x: 5, y: 5, width: 10, height: 10 };
  assert.deepEqual(overlapOf(cell, { x: 0, y: 8, width: 100, height: 100 }), { x: 5, y: 8, width: 10, height: 7 });
  assert.equal(overlapOf(cell, { x: 15, y: 0, width: 5, height: 50 }), null);
});

test("neighbours of one look are one run, and none is lost", () => {
  const looks = [..."aabbbca"];
  const found = runs(looks);
  assert.equal(found.map(({ look, from, to }) => look.repeat(to - from)).join(""), looks.join(""));
  assert.equal(found.length, 4);
});

test("lines keep every word", () => {
  const text = "The tutorial's four · layer 0 · head 2 · averyveryverylongwordindeed · x";
  const lines = inLines(text, 16);
  assert.equal(lines.join(" "), text);
  assert.ok(lines.every((line) => line.length <= 16 || !line.includes(" ")));
});

test("a gradient from left to right gives its colours, any other image none", () => {
  assert.deepEqual(gradientColours("linear-gradient(90deg, rgb(1, 2, 3), #fff)"), ["rgb(1, 2, 3)", "#fff"]);
  assert.deepEqual(gradientColours("none"), []);
  assert.deepEqual(gradientColours("repeating-linear-gradient(135deg, red, blue)"), []);
});

test("a box is rounded where it has radii", () => {
  const box = { x: 0, y: 0, width: 10, height: 8 };
  assert.equal(roundedBox(box, [0, 0, 0, 0]), "M0,0H10V8H0V0Z");
  assert.equal(roundedBox(box, [2, 0, 0, 2]).match(/A/g)?.length, 2);
});

test("dark or light is told by the page, before the stage's own style sheet is there, and by the paper of a picture", () => {
  /** @param {string} page @param {string} paper */
  const theme = (page, paper) => {
    globalThis.getComputedStyle = /** @type {any} */ (() => ({ getPropertyValue: (/** @type {string} */ name) => (name === "--st-background-color" ? page : "") }));
    return themeOf(/** @type {any} */ ({ style: { getPropertyValue: () => paper } }));
  };
  assert.equal(theme("#14151f", ""), "dark");
  assert.equal(theme(" #ffffff", ""), "light");
  assert.equal(theme("#14151f", "#ffffff"), "light");
});

/** Numbers, colours and places: what the stage makes of values, without a page. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { breadth, brief, exact, fillIn, number, readNumber, shorten, shortenFront, signed } from "../../gatviz/stage/js/format.js";
import { Frame } from "../../gatviz/stage/js/frame.js";
import { arrow, boundsOf, headPath, loop, loopDirection, overlap, roomAround } from "../../gatviz/stage/js/geometry.js";
import { nodeRadius } from "../../gatviz/stage/js/graph_elements.js";
import { placeNames } from "../../gatviz/stage/js/names.js";
import { colourScale, edgeWidth } from "../../gatviz/stage/js/scales.js";
import { palette } from "./made.js";

test("a number is told to so many digits, with a real minus", () => {
  const told = [0.42398, -1.1059, 12.345, 0.00004213, 123456, 0, -0].map((value) => number(value));
  assert.deepEqual(told, ["0.424", "−1.11", "12.3", "4.2e−5", "1.2e5", "0", "0"]);
  assert.deepEqual([null, Number.NaN, Infinity, -Infinity].map((value) => number(value)), ["–", "–", "∞", "−∞"]);
  assert.equal(number(99999, 3), "99999");
  assert.deepEqual([signed(0.5), signed(-0.5), signed(0), signed(null)], ["+0.500", "−0.500", "0", "–"]);
  assert.deepEqual([brief(1), brief(-0.333), brief(0.5)], ["1", "−0.33", "0.5"]);
});

test("a name is as wide as it looks: Chinese signs are nearly two letters", () => {
  assert.equal(breadth("abc"), 3);
  for (const name of ["张伟", "김민", "さくら", "Ａ１"]) assert.ok(breadth(name) > 1.8 * Array.from(name).length, name);
});

test("a number that is told is read back", () => {
  for (const value of [0.424, -1.11, 12.3, 250, 0.001]) assert.equal(readNumber(number(value)), value);
  assert.equal(readNumber(" −0,5 "), -0.5);
  for (const text of ["", "  ", "x", "1e999", "NaN"]) assert.equal(readNumber(text), null);
});

test("a float32 is told by the fewest digits that mean it", () => {
  for (const value of [0.1, -0.3, 1, 0, 1e-8, 3.4e38, 16777216, 0.1234567, 1 / 3, -123.456]) {
    const kept = Math.fround(value);
    assert.equal(Math.fround(Number(exact(kept))), kept);
    if (String(value).length < 9) assert.equal(exact(kept), String(value));
  }
  assert.equal(exact(Math.fround(1 / 3)).length, "0.33333334".length);
});

test("values are put into a sentence, and nothing else is", () => {
  assert.equal(fillIn("{a} reads {b} {c}", { a: "{b}", b: 2 }), "{b} reads 2 {c}");
  assert.equal(fillIn("{a}", { a: "$&" }), "$&");
});

test("names are cut by letters, not by halves of them", () => {
  assert.deepEqual([shorten("abcdef", 4), shorten("abcd", 4), shorten("👩‍🔬👩‍🔬", 2)], ["abc…", "abcd", "👩…"]);
  assert.deepEqual([shortenFront("leaf 12", 4), shortenFront("leaf", 4)], ["…12", "leaf"]);
});

test("a colour is that of its step, and never off the scale", () => {
  const share = colourScale("share", 0.5, palette);
  assert.deepEqual([-1, 0, 0.25, 0.5, 9].map(share.fill), ["#ffffff", "#ffffff", "#808080", "#000000", "#000000"]);
  const change = colourScale("signed", 2, palette);
  assert.deepEqual([-2, 0, 2].map(change.fill), ["#ff0000", "#ffffff", "#0000ff"]);
  assert.equal(change.ink(0), "black");
  assert.deepEqual(change.rgb(-2), [255, 0, 0]);
  assert.equal(colourScale("signed", 0, palette).fill(0), "#ffffff");
  assert.ok(edgeWidth(0, 1) < edgeWidth(0.5, 1) && edgeWidth(1, 1) === edgeWidth(7, 1));
});

test("an arrow ends at the target's rim, its label beside the line", () => {
  const [source, target] = [{ x: 0, y: 0 }, { x: 100, y: 0 }];
  const { tip, angle, label, across, path } = arrow(source, target, 10, true);
  assert.ok(Math.abs(Math.hypot(tip.x - target.x, tip.y) - 11) < 1e-9);
  assert.ok(Math.abs(angle) < 45 && Math.abs(label.x - 50) < 5);
  assert.ok(Math.abs(Math.hypot(across.x, across.y) - 1) < 1e-9);
  assert.match(path, /^M\S+ Q\S+ \S+$/);
  const back = arrow(target, source, 10, true);
  assert.ok(label.y * back.label.y < 0, "two that run against each other bend apart");
  assert.doesNotMatch(arrow(source, source, 10, false).path, /NaN/);
});

test("a loop stands outwards where it has room, and its head grows with the stroke", () => {
  const [node, centre] = [{ x: 0, y: 0 }, { x: 10, y: 10 }];
  assert.equal(loopDirection(node, [], centre), Math.PI);
  assert.equal(loopDirection(node, [{ x: 20, y: 0 }, { x: 0, y: 20 }], centre), Math.PI);
  assert.equal(loopDirection(node, [{ x: -20, y: 0 }, { x: 0, y: 20 }], centre), -Math.PI / 2);
  const down = loopDirection(node, [{ x: -1, y: 0 }, { x: -1, y: -1 }, { x: 0, y: -1 }, { x: 1, y: -1 }, { x: 1, y: 0 }], centre);
  assert.ok(Math.abs(down - Math.PI / 2) < 1e-9, "hemmed in, it takes the widest gap");
  const { label } = loop(node, 10, down);
  assert.ok(label.y > 10 && Math.abs(label.x) < 1e-9);
  assert.notEqual(headPath(1), headPath(2));
});

test("bounds always have an extent, and a new node finds room", () => {
  assert.deepEqual(boundsOf([]), { left: -2, right: 2, bottom: -2, top: 2 });
  assert.deepEqual(boundsOf([{ x: 5, y: 5 }]), { left: 3, right: 7, bottom: 3, top: 7 });
  assert.deepEqual(boundsOf([{ x: 0, y: 1 }, { x: 2, y: 1 }]), { left: 0, right: 2, bottom: 1, top: 1 });
  const taken = [{ x: 200, y: 200 }];
  const room = roomAround(taken[0], taken, 50, 400, 400);
  assert.ok(Math.hypot(room.x - 200, room.y - 200) > 40);
  assert.deepEqual(roomAround({ x: 10, y: 10 }, taken, 50, 400, 400), { x: 10, y: 10 });
  const box = { x: 0, y: 0, half: 2, tall: 1 };
  assert.ok(overlap(box, { ...box, x: 3 }) && !overlap(box, { ...box, x: 4 }) && !overlap(box, { ...box, y: 2 }));
});

test("a frame goes from graph to screen and back, however it is zoomed", () => {
  const frame = new Frame();
  assert.throws(() => frame.onScreen({ x: 0, y: 0 }));
  frame.fit({ left: 0, right: 4, bottom: 0, top: 2 }, 800, 600, 3, 0);
  frame.view = { x: 30, y: -20, zoom: 2 };
  const point = { x: 1.5, y: 0.25 };
  const back = frame.toGraph(frame.onCanvas(frame.onScreen(point)));
  assert.ok(Math.hypot(back.x - point.x, back.y - point.y) < 1e-9);
  const [from, to] = [frame.onCanvas(frame.onScreen(point)), frame.onCanvas(frame.onScreen({ x: 2.5, y: 1.25 }))];
  const way = frame.inGraphUnits(to.x - from.x, to.y - from.y);
  assert.ok(Math.hypot(way.x - 1, way.y - 1) < 1e-9);
  assert.equal(frame.transform, "translate(30,-20) scale(2)");
  frame.reset();
  assert.equal(frame.view.zoom, 1);
});

test("names stand beside their nodes, on no node and on no other name", () => {
  const [radius, side] = [10, 6];
  const points = Array.from({ length: side * side }, (_, k) => ({ x: 60 * (k % side), y: 34 * Math.floor(k / side) + (k % 3) }));
  const letters = points.map((_, k) => k % 17);
  const places = placeNames(points, radius, letters);
  assert.equal(places[0], null);
  assert.ok(places.filter((place) => place !== null).length > 5 && places.includes(null));
  const boxes = places.flatMap((place, n) => {
    if (!place) return [];
    const half = 3.5 * letters[n];
    const shift = { start: half, middle: 0, end: -half }[place.anchor];
    return [{ n, x: points[n].x + place.x + shift, y: points[n].y + place.y, half, tall: 8 }];
  });
  for (const box of boxes) {
    for (const point of points) assert.ok(!overlap(box, { ...point, half: radius, tall: radius }));
    for (const other of boxes) assert.ok(box === other || !overlap(box, other));
  }
});

test("no two nodes touch, wherever they lie, while they can be seen", () => {
  assert.equal(nodeRadius(4, [{ x: 0, y: 0 }, { x: 300, y: 0 }]), 23);
  assert.equal(nodeRadius(4, [{ x: 0, y: 0 }, { x: 20, y: 0 }]), 10);
  assert.ok(nodeRadius(2, [{ x: 0, y: 0 }, { x: 0, y: 0 }]) > 0);
  assert.ok(nodeRadius(500, []) < nodeRadius(50, []));
});

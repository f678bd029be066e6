/** Where names stand that do not fit into their nodes: beside them, on no node and on no other name; else nowhere. */

import { overlap } from "./geometry.js";

/**
 * @import {Box, Point} from "./geometry.js"
 * @typedef {{x: number, y: number, anchor: "start"|"middle"|"end"}} Place where a name is written, from its node's middle
 */

const LETTER = 6.5;
const TALL = 8;
const GAP = 5;

/**
 * @param {Point[]} points of all nodes @param {number} radius
 * @param {number[]} letters how long the name beside each node is; 0 for none
 * @param {Box[]} loops and arrows that no name stands on if it can stand elsewhere
 * @param {{width: number, height: number}} canvas that no name reaches beyond
 * @returns {(Place & {box: Box}|null)[]} null for a name that has no room
 */
export function placeNames(points, radius, letters, loops = [], canvas = { width: Infinity, height: Infinity }) {
  const nodes = points.map(({ x, y }) => ({ x, y, half: radius, tall: radius }));
  /** @type {Box[]} */
  const taken = [];
  return points.map((point, n) => {
    if (!letters[n]) return null;
    const half = (letters[n] * LETTER) / 2;
    const away = radius + GAP;
    /** @type {Place[]} */
    const places = [
      { x: 0, y: away + TALL, anchor: "middle" },
      { x: 0, y: -away - TALL, anchor: "middle" },
      { x: away, y: 0, anchor: "start" },
      { x: -away, y: 0, anchor: "end" },
    ];
    /** @param {Place} place @returns {Box} */
    const boxOf = (place) => {
      const shift = place.anchor === "middle" ? 0 : place.anchor === "start" ? half : -half;
      return { x: point.x + place.x + shift, y: point.y + place.y, half, tall: TALL };
    };
    /** @param {Box} box */
    const isInside = (box) => box.x >= box.half && box.x <= canvas.width - box.half && box.y >= box.tall && box.y <= canvas.height - box.tall;
    /** @param {Box} box */
    const isFree = (box) => isInside(box) && !nodes.some((node, other) => other !== n && overlap(box, node)) && !taken.some((other) => overlap(box, other));
    const free = places.filter((place) => isFree(boxOf(place)));
    const best = free.find((place) => !loops.some((loop) => overlap(boxOf(place), loop))) ?? free[0];
    if (!best) return null;
    const box = boxOf(best);
    taken.push(box);
    return { ...best, box };
  });
}

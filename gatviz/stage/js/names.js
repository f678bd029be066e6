/** Where names stand that do not fit into their nodes: beside them, on no node and on no other name; else nowhere. */

import { overlap } from "./geometry.js";

/**
 * @import {Box, Point} from "./geometry.js"
 * @typedef {{x: number, y: number, anchor: "start"|"middle"|"end"}} Place where a name is written, from its node's middle
 */

const LETTER = 7;
const TALL = 8;
const GAP = 5;

/**
 * @param {Point[]} points of all nodes @param {number} radius
 * @param {number[]} letters how long the name beside each node is; 0 for none
 * @returns {(Place|null)[]} null for a name that has no room
 */
export function placeNames(points, radius, letters) {
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
    for (const place of places) {
      const shift = place.anchor === "middle" ? 0 : place.anchor === "start" ? half : -half;
      const box = { x: point.x + place.x + shift, y: point.y + place.y, half, tall: TALL };
      if (nodes.some((node, other) => other !== n && overlap(box, node)) || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      return place;
    }
    return null;
  });
}

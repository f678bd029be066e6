/** Where arrows run. Screen coordinates: x to the right, y downwards. */

/** @typedef {{x: number, y: number}} Point */
/** @typedef {{x: number, y: number, half: number, tall: number}} Box its middle and half its extents */
/** @typedef {{path: string, tip: Point, angle: number, label: Point, places: Point[], across: Point}} EdgeShape angle in degrees at the tip; places are where a number may stand, label the best; across is the unit normal */

const BEND = 0.16;
/** Half the extent, in graph units, that a lone node is seen in. */
const LONE = 2;
/** How far along an arrow its number may stand, best first. */
const NUMBER_PLACES = [0.5, 0.38, 0.62, 0.28, 0.72, 0.2, 0.8, 0.44, 0.56, 0.33, 0.67];
/** A loop and its number need so much to both sides, in radians. */
const LOOP_ROOM = 0.85;
/** A number stands so far beside its loop. */
const LOOP_NUMBER = 22;
/** So far from the middle of a loop, in radians, its number may stand, best first. */
const LOOP_PLACES = [0, 0.5, -0.5, 0.9, -0.9, 1.3, -1.3];
/** A line stops this far from its arrow's tip: hidden under the head, whatever its width. */
const UNDER_HEAD = 6;

/**
 * An arrow from source to target that ends at the target's rim; bent when the opposite arrow exists too.
 * @param {Point} source @param {Point} target @param {number} radius
 * @param {boolean} opposite
 * @returns {EdgeShape}
 */
export function arrow(source, target, radius, opposite) {
  const dx = target.x - source.x;
  const dy = target.y - source.y;
  const length = Math.hypot(dx, dy) || 1;
  const bend = (opposite ? BEND : 0.04) * Math.min(1, 160 / length);
  const control = { x: (source.x + target.x) / 2 + dy * bend, y: (source.y + target.y) / 2 - dx * bend };
  const leave = towards(source, control, radius);
  const tip = towards(target, control, radius + 1);
  const end = towards(target, control, radius + UNDER_HEAD);
  return {
    path: `M${xy(leave)} Q${xy(control)} ${xy(end)}`,
    tip,
    angle: degrees(target.y - control.y, target.x - control.x),
    across: { x: dy / length, y: -dx / length },
    label: bezier(leave, control, tip, NUMBER_PLACES[0]),
    places: NUMBER_PLACES.map((part) => bezier(leave, control, tip, part)),
  };
}

/**
 * A loop at a node, on the side that `direction` (radians) points to.
 * @returns {EdgeShape}
 * @param {Point} node @param {number} radius @param {number} direction
 */
export function loop(node, radius, direction) {
  const reach = radius * 1.9 + 18;
  const spread = 0.62;
  /** @param {number} angle @param {number} distance */
  const on = (angle, distance) => ({ x: node.x + Math.cos(angle) * distance, y: node.y + Math.sin(angle) * distance });
  const leave = on(direction - 0.45, radius);
  const tip = on(direction + 0.45, radius + 1);
  const [c1, c2] = [on(direction - spread, reach), on(direction + spread, reach)];
  const end = towards(tip, c2, UNDER_HEAD);
  /** @param {number} angle */
  const number = (angle) => on(angle, reach * 0.75 + LOOP_NUMBER * Math.abs(Math.cos(angle)));
  return {
    path: `M${xy(leave)} C${xy(c1)} ${xy(c2)} ${xy(end)}`,
    tip,
    angle: degrees(tip.y - c2.y, tip.x - c2.x),
    across: { x: Math.cos(direction), y: Math.sin(direction) },
    label: number(direction),
    places: LOOP_PLACES.map((turn) => number(direction + turn)),
  };
}

/** The head, growing with the stroke, as a path that points along +x with its tip at the origin. @param {number} width */
export function headPath(width) {
  const length = 6 + width * 1.5;
  const half = 2.6 + width * 0.85;
  return `M0,0 L${(-length).toFixed(2)},${half.toFixed(2)} L${(-length).toFixed(2)},${(-half).toFixed(2)} Z`;
}

/** How an added loop is dashed: the gaps do not eat a wide line up. @param {number} width */
export function dashes(width) {
  return `${Math.max(6, width * 1.3).toFixed(1)} ${Math.max(4, width * 0.6).toFixed(1)}`;
}

/**
 * Where a loop stands: outwards, best to the side, where names and numbers leave room; else in the middle of the widest gap
 * between the directions of the node's neighbours.
 * @param {Point} node @param {Point[]} neighbours @param {Point} centre of the whole picture
 */
export function loopDirection(node, neighbours, centre) {
  const side = node.x < centre.x ? Math.PI : 0;
  const upright = node.y > centre.y ? Math.PI / 2 : -Math.PI / 2;
  const angles = neighbours.filter((p) => p.x !== node.x || p.y !== node.y).map((p) => Math.atan2(p.y - node.y, p.x - node.x));
  if (!angles.length) return side;
  /** @param {number} angle the room on both sides of it */
  const room = (angle) => Math.min(...angles.map((other) => apart(angle, other)));
  const preferred = [side, upright, Math.atan2(node.y - centre.y, node.x - centre.x)].find((angle) => room(angle) > LOOP_ROOM);
  return preferred ?? widestGap(angles);
}

/** The angle between two directions. @param {number} a @param {number} b */
function apart(a, b) {
  const turn = Math.abs(a - b) % (2 * Math.PI);
  return Math.min(turn, 2 * Math.PI - turn);
}

/** @param {number[]} angles */
function widestGap(angles) {
  const sorted = angles.toSorted((a, b) => a - b);
  let best = { gap: -1, middle: 0 };
  sorted.forEach((angle, k) => {
    const next = k + 1 < sorted.length ? sorted[k + 1] : sorted[0] + 2 * Math.PI;
    if (next - angle > best.gap + 1e-9) best = { gap: next - angle, middle: (angle + next) / 2 };
  });
  return best.middle;
}

/** The box around all points, in graph units; never without extent. @param {Point[]} points */
export function boundsOf(points) {
  if (!points.length) return { left: -LONE, right: LONE, bottom: -LONE, top: LONE };
  const xs = points.map((p) => p.x);
  const ys = points.map((p) => p.y);
  const box = { left: Math.min(...xs), right: Math.max(...xs), bottom: Math.min(...ys), top: Math.max(...ys) };
  if (box.left < box.right || box.bottom < box.top) return box;
  return { left: box.left - LONE, right: box.right + LONE, bottom: box.bottom - LONE, top: box.top + LONE };
}

/** Whether two boxes {x, y, half, tall} around their middles overlap. @param {Box} a @param {Box} b */
export function overlap(a, b) {
  return Math.abs(a.x - b.x) < a.half + b.half && Math.abs(a.y - b.y) < a.tall + b.tall;
}

/**
 * The nearest point to a start that keeps its distance from all others and lies on the canvas.
 * @param {Point} start @param {Point[]} taken @param {number} room @param {number} width @param {number} height
 */
export function roomAround(start, taken, room, width, height) {
  /** @param {Point} p */
  const free = (p) => taken.every((other) => Math.hypot(p.x - other.x, p.y - other.y) > room * 0.8);
  /** @param {Point} p */
  const inside = (p) => p.x > room / 2 && p.x < width - room / 2 && p.y > room / 2 && p.y < height - room / 2;
  if (free(start)) return start;
  for (let ring = 1; ring < 20; ring += 1) {
    for (let turn = 0; turn < 8; turn += 1) {
      const angle = (turn * Math.PI) / 4;
      const p = { x: start.x + Math.cos(angle) * room * ring, y: start.y + Math.sin(angle) * room * ring };
      if (inside(p) && free(p)) return p;
    }
  }
  return { x: start.x + room, y: start.y };
}

/** A point of a quadratic curve. @param {Point} a @param {Point} b @param {Point} c @param {number} t */
function bezier(a, b, c, t) {
  const [p, q, r] = [(1 - t) ** 2, 2 * t * (1 - t), t ** 2];
  return { x: p * a.x + q * b.x + r * c.x, y: p * a.y + q * b.y + r * c.y };
}

/** @param {Point} from @param {Point} to @param {number} distance */
function towards(from, to, distance) {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: from.x + ((to.x - from.x) / length) * distance, y: from.y + ((to.y - from.y) / length) * distance };
}

/** @param {Point} p */
const xy = (p) => `${p.x.toFixed(1)},${p.y.toFixed(1)}`;
/** @param {number} dy @param {number} dx */
const degrees = (dy, dx) => (Math.atan2(dy, dx) * 180) / Math.PI;

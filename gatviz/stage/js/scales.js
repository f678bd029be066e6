/** From values to colours and widths. Python has made the colours, with the ink for each; here they are only looked up. */

/** @import {Palette} from "./protocol.js" */

/** @typedef {ReturnType<typeof colourScale>} ColourScale */

/** @param {string} hex */
const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));

/**
 * @param {"share"|"signed"} kind shares run from 0, signed values are centred on 0.
 * @param {number} limit the value at the end of the scale.
 * @param {Palette} palette
 */
export function colourScale(kind, limit, palette) {
  const { fills, inks } = kind === "share" ? palette.sequential : palette.diverging;
  const start = kind === "share" ? 0 : -limit;
  /** @param {number} value */
  const step = (value) => {
    const t = limit > 0 ? (value - start) / (limit - start) : kind === "share" ? 0 : 0.5;
    return Math.round(Math.min(Math.max(t, 0), 1) * (fills.length - 1));
  };
  /** @type {number[][]|undefined} */
  let numbers;
  return {
    fills,
    /** @param {number} value */
    fill: (value) => fills[step(value)],
    /** @param {number} value */
    ink: (value) => inks[step(value)],
    /** @param {number} value */
    rgb: (value) => (numbers ??= fills.map(rgb))[step(value)],
  };
}

/** Stroke width of an edge whose share is this part of the scale's end. @param {number} share @param {number} limit */
export function edgeWidth(share, limit) {
  return 1.2 + 6.3 * Math.min(share / limit, 1);
}

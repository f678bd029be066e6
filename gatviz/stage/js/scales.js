/** From values to colours and widths. The stops come from Python, where charts take them too. */

/** @typedef {{sequential: string[], diverging: string[], heads: string[], accent: string, empty: string, hatch: string}} Palette */

const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));

/** The colour at t in [0, 1] along stops. */
function along(stops, t) {
  const place = Math.min(Math.max(t, 0), 1) * (stops.length - 1);
  const low = Math.min(Math.floor(place), stops.length - 2);
  const part = place - low;
  const [a, b] = [rgb(stops[low]), rgb(stops[low + 1])];
  return a.map((value, k) => Math.round(value + (b[k] - value) * part));
}

const STEPS = 512;
const tables = new Map();

/** Colours along stops, worked out once per set of stops: heatmaps ask for tens of thousands. */
function stepsAlong(stops) {
  const key = stops.join();
  if (!tables.has(key)) {
    const colours = Array.from({ length: STEPS + 1 }, (_, k) => along(stops, k / STEPS));
    tables.set(key, colours.map((c) => ({ fill: `rgb(${c.join(",")})`, ink: textOn(c), rgb: c })));
  }
  return tables.get(key);
}

/** Black or white, whichever reads better on a colour (relative luminance, WCAG 2). */
function textOn(colour) {
  const [r, g, b] = colour.map((v) => (v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.25 ? "#16182b" : "#ffffff";
}

/**
 * @param {"share"|"signed"} kind shares run from 0, signed values are centred on 0.
 * @param {number} limit the value at the end of the scale.
 * @param {Palette} palette
 */
export function colourScale(kind, limit, palette) {
  const stops = kind === "share" ? palette.sequential : palette.diverging;
  const start = kind === "share" ? 0 : -limit;
  const table = stepsAlong(stops);
  const step = (value) => {
    const t = limit > 0 ? (value - start) / (limit - start) : kind === "share" ? 0 : 0.5;
    return table[Math.round(Math.min(Math.max(t, 0), 1) * (table.length - 1))];
  };
  return {
    kind,
    limit,
    stops,
    fill: (value) => step(value).fill,
    ink: (value) => step(value).ink,
    rgb: (value) => step(value).rgb,
  };
}

/** Stroke width of an arc whose share is this part of the scale's end. */
export function arcWidth(share, limit) {
  return 1.2 + 6.3 * Math.min(share / limit, 1);
}

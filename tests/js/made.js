/** A small screen made by hand: nodes A, B, C; the drawn edges A → B, B → B, C → A, and B → A, which is not drawn. */

import { AT_FIRST } from "../../gatviz/stage/js/store.js";

/** @import {Packed, Palette, Screen, Stage} from "../../gatviz/stage/js/protocol.js" */
/** @import {State} from "../../gatviz/stage/js/store.js" */

/** @param {number[]} shape @param {number[]} values @returns {Packed} */
export const packed = (shape, values) => ({ shape, f32: new Float32Array(values) });

const formula = { latex: "x", mathml: "<math></math>" };

/** @type {Palette} */
export const palette = {
  sequential: { fills: ["#ffffff", "#808080", "#000000"], inks: ["black", "white", "white"] },
  diverging: { fills: ["#ff0000", "#ffffff", "#0000ff"], inks: ["white", "black", "white"] },
  heads: ["#111111"],
  classes: [],
  bars: { plus: "#00ff00", minus: "#ff0000" },
  faded: 0.5,
  empty: "#eeeeee",
  hatch: "#cccccc",
  words: {},
  paper: {},
};

/** @param {Partial<Stage> & Pick<Stage, "name"|"layout">} parts @returns {Stage} */
export const stage = (parts) => ({
  symbol: "",
  plain: parts.name,
  shapeLetters: "",
  shape: "",
  formula: "",
  latex: "",
  caption: "",
  colour: "signed",
  limit: 1,
  ranges: null,
  perHead: true,
  values: null,
  valuesOf: null,
  pairs: null,
  rest: null,
  rows: [],
  rowNames: [],
  columns: [],
  headColumns: null,
  entries: null,
  elsewhere: null,
  ...parts,
});

/** @param {Partial<Screen>} parts @returns {Screen & {palette: Palette}} */
export const screen = (parts = {}) => ({
  names: ["A", "B", "C"],
  called: ["node A", "node B", "node C"],
  nodeNumbers: [0, 1, 2],
  classOf: [-1, -1, -1],
  classNames: [],
  features: packed([3, 1], [1, 2, 3]),
  featureNames: ["f0"],
  edges: { source: [0, 1, 2, 1], target: [1, 1, 0, 0], added: [0, 1, 0, 0], drawn: 3 },
  whole: {
    nodes: 3,
    edges: 4,
    cut: true,
    sent: true,
    emptyRows: true,
    reads: [2, 2, 0],
    readBy: [1, 2, 1],
    undrawn: { reads: [1, 0, 0], readBy: [0, 1, 0] },
    outside: { reads: [0, 0, 0], readBy: [0, 0, 0] },
  },
  weightings: [
    {
      key: "head-0",
      label: "0",
      title: "head 0",
      kind: "head",
      head: 0,
      symbol: "α",
      explanation: "",
      formula,
      rowsSumToOne: true,
      rows: null,
      values: packed([4], [0.25, 0.75, 0.5, 0.5]),
      range: [0.25, 0.75],
      strongest: [2, 1, -1],
    },
  ],
  stages: [stage({ name: "e", layout: "pairs", values: packed([4, 1], [1, 2, 3, 4]) }), stage({ name: "masked_e", layout: "pairs", valuesOf: "e" })],
  shareLimit: 0.75,
  uniform: packed([3], [0.5, 0.5, 0]),
  palettes: { light: palette, dark: palette },
  palette,
  texts: { oneNode: "1 node", someNodes: "{count} nodes" },
  formulas: [],
  openAtStart: ["e"],
  evenness: packed([3, 1], [1, 1, Number.NaN]),
  readsLike: [["2"], ["2"], [""]],
  headEvenness: [1],
  answers: [{ headline: [{ kind: "words", text: "B reads A.", value: null, sign: false, focus: null }], line: [], why: null }],
  answered: null,
  guide: null,
  change: null,
  layer: 0,
  revision: "0",
  positions: [
    [0, 0],
    [1, 0],
    [0, 1],
  ],
  story: null,
  lockedAtStart: null,
  weightingAtStart: null,
  proofs: [],
  pygAsked: false,
  stableAsked: false,
  description: "",
  whoseWeights: "",
  badge: "",
  notice: "",
  directed: true,
  fixed: false,
  graphTitle: "",
  session: "one",
  drawing: 0,
  editsTaken: 0,
  undo: "",
  redo: "",
  predicted: [],
  wrong: [],
  freeNumber: 0,
  refused: "",
  panel: "",
  ...parts,
});

/** @param {Partial<State>} parts @returns {State} */
export const state = (parts = {}) => ({ ...AT_FIRST, weighting: "head-0", ...parts });

// Written from the protocols in gatviz/stage by `python -m gatviz.stage.types`: change them.

/** A pair of nodes, by number. */
export interface EdgeFocus {
  kind: "edge";
  target: number;
  source: number;
}

/** A node, by number. */
export interface NodeFocus {
  kind: "node";
  node: number;
}

/** An array, row by row, bit for bit as float32. */
export interface Packed {
  shape: number[];
  f32: Float32Array;
}

/** A formula to copy and to read. */
export interface Formula {
  latex: string;
  mathml: string;
}

/** The ends of E + U edges by node, which of them are self-loops that were added, and E. */
export interface Edges {
  source: number[];
  target: number[];
  added: number[];
  drawn: number;
}

/** Per node a number of the edges that end in it (it reads) and that start there. */
export interface Counts {
  reads: number[];
  readBy: number[];
}

/** The graph that the part is of; `outside` counts edges from or to nodes that are not shown. */
export interface Whole extends Counts {
  nodes: number;
  edges: number;
  cut: boolean;
  sent: boolean;
  emptyRows: boolean;
  undrawn: Counts;
  outside: Counts;
}

/** What a row of the matrix adds up to, [N] each: drawn, in the matrix, outside of it, and in all. */
export interface RowSums {
  drawn: Packed;
  here: Packed;
  outside: Packed;
  all: Packed;
  hereRange: [number, number] | null;
}

/** One set of weights on the edges, [E + U]: a head, something derived from heads, or a baseline.

`strongest` is per node the place of its strongest edge of all, −1 where that is not drawn. */
export interface Weighting {
  key: string;
  label: string;
  title: string;
  kind: "head" | "derived" | "baseline";
  head: number | null;
  symbol: string;
  explanation: string;
  formula: Formula;
  rowsSumToOne: boolean;
  rows: RowSums | null;
  values: Packed;
  range: [number, number] | null;
  strongest: number[];
}

/** What a matrix of weights shows: a parameter a row, or one; of a step around the layers ("": of the layer). */
export interface Entries {
  parameters: string[];
  rows: boolean;
  step: string;
}

/** One stage of the chain, from X and W to the output. */
export interface Stage {
  name: string;
  symbol: string;
  plain: string;
  shapeLetters: string;
  shape: string;
  formula: string;
  latex: string;
  caption: string;
  layout: "nodes" | "pairs" | "weights" | "messages";
  colour: "signed" | "share";
  limit: number;
  ranges: ([number, number] | null)[] | null;
  perHead: boolean;
  values: Packed | null;
  valuesOf: string | null;
  pairs: Packed | null;
  rest: Packed | null;
  rows: ("target" | "source")[];
  rowNames: string[];
  columns: string[];
  headColumns: number | null;
  entries: Entries | null;
  elsewhere: string | null;
}

/** An edge of the baseline that is no more; −1 for an end that is not shown. */
export interface GoneEdge {
  source: number;
  target: number;
  names: [string, string];
}

/** A change that is told beside a node, as its edge is not drawn. */
export interface Beside {
  node: number;
  source: string;
  value: number;
}

/** Δα since the baseline, [H, E + U], and of the gone edges; the largest into each node by place, −1 for none. */
export interface Change {
  values: Packed;
  strongest: number[][];
  strongestGone: number[][];
  beside: Beside[][];
  isNew: number[];
  gone: GoneEdge[];
  goneValues: Packed;
  limit: number;
  baseline: string;
}

/** A signed part of a sum. */
export interface Bar {
  name: string;
  value: number;
}

/** What one end added to the score: by dimension, where the score splits in two, and by feature, the largest.

`added` is the bias beside a · Wh in its formula; `rest` says which biases add to what features do; "" for none. */
export interface Half {
  half: "target" | "source";
  node: number;
  symbol: string;
  value: number | null;
  byDimension: Bar[];
  byFeature: Bar[];
  more: number;
  added: string;
  rest: string;
}

/** What the features of the edge itself added to the score, the largest of them. */
export interface EdgeShares {
  parts: Bar[];
  more: number;
}

/** The textbook's [Wh_i ‖ Wh_j] over a, and what all pairs would take. */
export interface Pair {
  Wh: number[];
  a: number[];
  limit: number;
  textbook: string;
  kept: string;
}

/** One dimension of GATv2's score: what met, what LeakyReLU left of it, and what a made of that. */
export interface JointPart extends Bar {
  target: number;
  source: number;
  edge: number | null;
  hidden: number;
  a: number;
}

/** GATv2's score by dimension. */
export interface JointScore {
  e: number;
  parts: JointPart[];
}

/** LeakyReLU where a score is bent but once: the corners of its line, and the point (raw, e) of all that is read. */
export interface Bend {
  raw: number;
  e: number;
  slope: number;
  curve: [number, number][];
  read: [number, number][];
}

/** What is told of the locked edge in one head. */
export interface Story {
  target: number;
  source: number;
  head: number;
  limit: number;
  formulas: Formula[];
  halves: Half[];
  ofEdge: EdgeShares | null;
  pair: Pair | null;
  bend: Bend | null;
  score: JointScore | null;
}

/** One line of the proof; `passed` is None where the check was not run. */
export interface Proof {
  name: string;
  figure: number | null;
  bound: number;
  passed: boolean | null;
  sentence: string;
}

/** Colours along a scale, and the ink to write on each. */
export interface Steps {
  fills: string[];
  inks: string[];
}

/** How nodes of one label are drawn. */
export interface ClassColour {
  line: string;
  lineInk: string;
  fill: string;
  ink: string;
}

/** The colours of what adds and of what takes away. */
export interface BarColours {
  plus: string;
  minus: string;
}

/** The colours of one theme. */
export interface Palette {
  sequential: Steps;
  diverging: Steps;
  heads: string[];
  classes: ClassColour[];
  bars: BarColours;
  faded: number;
  empty: string;
  hatch: string;
  words: Record<string, string>;
  paper: Record<string, string>;
}

/** The colours of both. */
export interface Palettes {
  light: Palette;
  dark: Palette;
}

/** A part of a sentence: words, a node, or a number with the arrow or the node that it belongs to. */
export interface Said {
  kind: "words" | "node" | "number";
  text: string;
  value: number | null;
  sign: boolean;
  focus: Focus | null;
}

/** A column of the table of reasons: of numbers, or of one vector a row, coloured as that stage of the chain. */
export interface Column {
  key: string;
  symbol: string;
  caption: string;
  stage: string | null;
}

/** A row of that table: a node that is read, by number (−1 where it is not shown), and what is to be remarked. */
export interface Reason {
  node: number;
  name: string;
  own: boolean;
  masked: boolean;
  note: string;
}

/** The neighbours without a row: what they are called together, and what their columns add up to. */
export interface Rest {
  text: string;
  numbers: (number | null)[];
  brings: Packed | null;
}

/** The scale of the bars of a score, and the target half that all of them start from, if there is one. */
export interface Bars {
  caption: string;
  low: number;
  high: number;
  ticks: number[];
  half: number | null;
  symbol: string;
}

/** Why a target shares out as it does: numbers [R, K] of the columns of numbers, and [R, C] of each of vectors.

`chosen` is the place of the row that is asked about, −1 for none; `shares` the column that h′ is made with. */
export interface Why {
  target: number;
  name: string;
  source: number | null;
  chosen: number;
  title: Said[];
  remark: Said[];
  columns: Column[];
  rows: Reason[];
  numbers: Packed;
  vectors: Packed[];
  sums: (number | null)[];
  rest: Rest | null;
  bars: Bars | null;
  even: number;
  whiskers: Packed | null;
  stable: Said[];
  shares: string;
  hPrime: Packed | null;
  out: Packed | null;
  outSymbol: string;
  outColumns: string;
}

/** What is said of one weighting, and the table behind it. */
export interface Answer {
  headline: Said[];
  line: Said[];
  why: Why | null;
}

/** A step of the guided minute: what is lit, what is said, and what is pointed at once it is understood. */
export interface GuideStep {
  zone: "features" | "projection" | "scores" | "softmax" | "taken_in";
  headline: Said[];
  line: Said[];
  completes: Focus;
}

/** The guided minute, about one arrow in one head: what is locked and shown as it begins, and its steps. */
export interface Guide {
  focus: Focus;
  weighting: string;
  steps: GuideStep[];
}

/** What a drag or a lock leaves as it is: the layer's run, and how it is told. */
export interface Scene {
  names: string[];
  called: string[];
  nodeNumbers: number[];
  classOf: number[];
  classNames: string[];
  features: Packed;
  featureNames: string[];
  edges: Edges;
  whole: Whole;
  weightings: Weighting[];
  stages: Stage[];
  shareLimit: number;
  uniform: Packed;
  palettes: Palettes;
  texts: Record<string, string>;
  formulas: Formula[];
  openAtStart: string[];
  evenness: Packed;
  headEvenness: (number | null)[];
  readsLike: string[][];
}

/** All of one screen. */
export interface Screen extends Scene {
  answers: Answer[];
  answered: Focus | null;
  guide: Guide | null;
  change: Change | null;
  layer: number;
  revision: string;
  positions: number[][];
  story: Story | null;
  lockedAtStart: Focus | null;
  weightingAtStart: string | null;
  proofs: Proof[];
  pygAsked: boolean;
  stableAsked: boolean | null;
  description: string;
  graphTitle: string;
  whoseWeights: string;
  badge: string;
  notice: string;
  directed: boolean;
  fixed: boolean;
  session: string;
  drawing: number;
  editsTaken: number;
  undo: string;
  redo: string;
  predicted: number[];
  wrong: number[];
  freeNumber: number;
  refused: string;
  panel: "" | "table" | "weights";
}

/** A new node at a point of the graph. */
export interface AddNode {
  kind: "add_node";
  name: string;
  at: [number, number];
}

/** New edges, [source, target] each, with their opposites or without. */
export interface AddEdges {
  kind: "add_edges";
  edges: [string, string][];
  both?: boolean;
}

/** Nodes and edges that go. */
export interface Remove {
  kind: "remove";
  names?: string[];
  edges?: [string, string][];
}

/** A node's new name. */
export interface Rename {
  kind: "rename";
  name: string;
  to: string;
}

/** A node's label, or some of its features; those of one drag are one step. */
export interface SetNode {
  kind: "set_node";
  name: string;
  label?: string | null;
  features?: Record<string, number>;
  drag?: string;
}

/** Where some nodes are now. */
export interface Move {
  kind: "move";
  names: string[];
  points: [number, number][];
}

/** Nodes to copy. */
export interface Duplicate {
  kind: "duplicate";
  names: string[];
}

/** An empty canvas. */
export interface Clear {
  kind: "clear";
}

/** All nodes placed anew. */
export interface LayOut {
  kind: "layout";
  layout: "spring" | "circular" | "kamada_kawai" | "bipartite" | "grid";
}

/** One entry of a parameter, or of one head of it; of the step of this name, else of the layer. Those of one drag
are one step. */
export interface SetWeight {
  kind: "set_weight";
  layer: number;
  name: string;
  head: number | null;
  place: number[];
  value: number;
  step?: string;
  drag?: string;
}

/** The last step taken back. */
export interface Undo {
  kind: "undo";
}

/** The last undone step again. */
export interface Redo {
  kind: "redo";
}

/** An edit and its place in the order, counted from 1 as far as JavaScript counts; which session and drawing it is
for, as the screen on which it was made called them. */
export interface Numbered {
  number: number;
  session: string;
  drawing: number;
  edit: Edit;
}

/** The edits that are not yet known to be taken. */
export interface Edited {
  edits: Numbered[];
}

/** What is locked, by the numbers of the whole graph, and under which weighting. */
export interface Looked {
  focus: Focus | null;
  weighting: string;
}

/** What the person wants of the page: a panel beside the graph, a pin, a check, whiskers on α, an arrow away. */
export interface Asked {
  what: "pyg" | "pin" | "unpin" | "without" | "table" | "weights" | "stable";
}

/** What the keeper on the page wants: the session's bytes, to open some, to begin afresh, a step back or forth.

`content` is a .gatviz file as base64 where `what` is "kept", or else the text of a link. `before` is the server's
name for the page that this tab left, whose work goes before what was kept of it. `count` tells a wish from one that
is sent again. */
export interface Wanted {
  count: number;
  what: "pack" | "kept" | "other" | "link" | "afresh" | "undo" | "redo";
  number: number;
  content: string;
  before: string;
}

/** A part of a sentence: words, a node by number, or a number. */
export interface TrainPiece {
  text: string;
  node: number | null;
  value: number | null;
}

/** What the model makes of the graph at one epoch: α [E, H], and its change since epoch 0 where it is asked for;
per node the class that it predicts, how sure it is, and whether that is wrong. */
export interface TrainMoment {
  epoch: number;
  alpha: Packed;
  change: Packed | null;
  predicted: number[];
  sure: number[];
  wrong: number[];
  edges: Edges;
}

/** Values [K] at so many epochs; `now` is the value at the playhead, and how it is told. */
export interface TrainLine {
  key: string;
  name: string;
  look: "labelled" | "others" | "own" | "equal" | "GCN" | "GAT" | "GATv2" | "head" | "locked" | "even";
  head: number | null;
  epochs: number[];
  values: Packed;
  now: number | null;
  nowText: string;
}

/** Between two lines [K]. */
export interface TrainBand {
  name: string;
  epochs: number[];
  low: Packed;
  high: Packed;
}

/** Lines over epochs on one scale; `cut` says in words that the axis does not start at 0, `whisker` between which
values other seeds end. */
export interface TrainChart {
  key: "loss" | "right" | "evenness" | "locked";
  title: string;
  lines: TrainLine[];
  bands: TrainBand[];
  whisker: number[] | null;
  low: number;
  high: number;
  ticks: number[];
  tickTexts: string[];
  cut: string;
  below: string;
}

/** The nodes [N, 2] in the plane that holds most of the spread of what a step gives; `reach`: from
−reach to reach along each axis, on one scale.

`colour_of`: per node the class that colours it, −1 for none. `told` says what of the spread the plane holds. */
export interface TrainEmbedding {
  points: Packed;
  reach: number[];
  reachTexts: string[];
  colourOf: number[];
  told: string;
}

/** A node that the target reads, or all further ones together (node −1, no gradients): its α in the step, what
dropout leaves of it, the loss by it and by its score, and α without dropout before and after the step. */
export interface TrainReads {
  node: number;
  text: string;
  locked: boolean;
  alpha: number;
  used: number;
  gradient: number | null;
  gradientE: number | null;
  before: number;
  after: number;
}

/** A labelled node, or all further ones together (node −1): the probability of its own label, and −log of it. */
export interface TrainLost {
  node: number;
  text: string;
  sure: number | null;
  loss: number;
}

/** A row of parameters [C] before and after the step, and the gradient by it. */
export interface TrainMoved {
  symbol: string;
  note: string;
  before: number[];
  gradient: number[];
  after: number[];
}

/** One training step at one arrow. `targets`: the nodes that read any; `sources`: those that the target reads;
`told`: a sentence for each of the four pictures. Sizes are those at the ends of bars and colours. */
export interface TrainStep {
  title: string;
  target: number;
  source: number;
  targets: number[];
  sources: number[];
  reads: TrainReads[];
  losses: TrainLost[];
  moved: TrainMoved[];
  told: string[];
  largestLoss: number;
  largestGradient: number;
  largestValue: number;
}

/** A mark on the line of epochs. */
export interface TrainFlag {
  epoch: number;
  text: string;
  short: string;
  head: number | null;
  withdrawn: boolean;
}

/** All of the Train workspace's picture; `heard` is the number of the last thing asked for that was done.

`pace`: after so many milliseconds the next answer is asked for, 0 if nothing moves; `fixed`: why nothing of it can
be trained, edited or opened, "" if it can. */
export interface TrainScreen {
  identity: string;
  graphTitle: string;
  caption: string;
  names: string[];
  called: string[];
  positions: number[][];
  classOf: number[];
  classNames: string[];
  labelled: number[];
  moment: TrainMoment;
  first: TrainMoment;
  total: number;
  trained: number;
  pace: number;
  fixed: string;
  ended: string;
  busy: boolean;
  playing: boolean;
  left: string;
  headline: TrainPiece[];
  below: TrainPiece[];
  flags: TrainFlag[];
  charts: TrainChart[];
  layer: number;
  layers: number;
  head: number;
  heads: number;
  measure: "alpha" | "change";
  panel: "charts" | "embedding" | "step";
  steps: string[];
  step: number;
  colour: "predicted" | "label";
  embedding: TrainEmbedding | null;
  slow: TrainStep | null;
  unslow: string;
  locked: [number, number] | null;
  faint: string;
  notice: string;
  foot: string;
  seeds: string;
  seedsBusy: boolean;
  undo: boolean;
  heard: number;
  palettes: Palettes;
  texts: Record<string, string>;
}

/** A graph on which nothing can be trained yet, to be painted with labels; α is that of the model on the screen. */
export interface TrainPaint {
  names: string[];
  called: string[];
  positions: number[][];
  classOf: number[];
  classNames: string[];
  labelled: number[];
  moment: TrainMoment;
  head: number;
  measure: "alpha" | "change";
  locked: [number, number] | null;
  brushes: string[];
  notice: string;
  heard: number;
  palettes: Palettes;
  texts: Record<string, string>;
}

/** What the person did: play, pause, one epoch, back to the start, a tick while something moves, an edit taken back,
a node painted (with a label; without one it is told or told no longer), this epoch opened in another workspace (in
Explain also for a node), ten seeds trained or stopped; or what is to be shown: an epoch, a layer, a head, α or its
change, a locked arrow (target, source), what stands beside the graph, of which step the output is embedded and by
what it is coloured. Counted, so that one that got lost can be sent again; each with the tab's token, and hello with
nothing else. */
export interface TrainAsked {
  count: number;
  what: "play" | "pause" | "step" | "reset" | "tick" | "seek" | "show" | "undo" | "paint" | "open" | "seeds" | "hello";
  epoch?: number | null;
  layer?: number | null;
  head?: number | null;
  measure?: "alpha" | "change" | null;
  panel?: "charts" | "embedding" | "step" | null;
  step?: number | null;
  colour?: "predicted" | "label" | null;
  locked?: number[] | null;
  node?: number | null;
  label?: string | null;
  workspace?: "explore" | "compare" | "explain" | null;
  token?: string | null;
}

/** One drawing of the graph: the weights [E] of its arrows, and per node its strongest arrow (−1: not drawn).

`nodes` [N]: what colours the nodes, NaN for none, where they are what the panel is about; `told` says it of each. */
export interface Panel {
  title: string;
  values: Packed;
  strongest: number[];
  nodes: Packed | null;
  told: string[];
}

/** Small multiples: one graph, one scale, a panel for each set of weights.

`numbers` are the nodes' in the whole graph on the screen (−1: not there), by which a lock is told, under the
`weighting` that the stage shows; `largest` is the end of the scale, on both sides of 0 where it is signed.
`opens`: whether a panel can be had alone. */
export interface Panels {
  title: string;
  graphTitle: string;
  about: string;
  legend: string;
  symbol: string;
  signed: boolean;
  largest: number;
  panels: Panel[];
  columns: number;
  opens: boolean;
  names: string[];
  called: string[];
  numbers: number[];
  classOf: number[];
  classNames: string[];
  positions: number[][];
  edges: Edges;
  new: number[];
  gone: number;
  reads: number[];
  readBy: number[];
  undrawnReads: number[];
  undrawnReadBy: number[];
  locked: Focus | null;
  weighting: string;
  palettes: Palettes;
  texts: Record<string, string>;
}

/** A panel that is wanted alone. */
export interface Opened {
  panel: number;
}

/** What the keeper on the page is told: whether there is something new to keep in the browser, and its answers. */
export interface Keeping {
  server: string;
  place: number;
  number: number;
  worthKeeping: boolean;
  heard: number;
  packed: number | null;
  content: string;
  workTitle: string;
  refused: string;
  forget: number;
  texts: Record<string, string>;
}

/** A camera that takes a picture of all that is drawn on the card on which it stands. */
export interface CardCamera {
  card: string;
  graphTitle: string;
  subject: string;
  caption: string;
  light: boolean;
  ink: string;
  palettes: Palettes;
  texts: Record<string, string>;
}

/** All that is said of one node and of what it may read: W weightings, P sources, H heads. */
export interface TargetTold {
  sources: number[];
  ofNode: Answer[];
  ofPairs: Answer[][];
  stories: ((Story | null)[])[];
}

/** One attention layer: its screen as it opens, and what is said where nothing is locked, [W]. */
export interface ReportLayer {
  title: string;
  screen: Screen;
  ofAll: Answer[];
  leftOut: Answer;
}

/** What stands below the stage: sentences, then values by their names. */
export interface Chapter {
  title: string;
  sentences: string[];
  values: [string, string][];
}

/** A whole report; what is told of each target stands beside it, packed apart. */
export interface Report {
  title: string;
  line: string;
  layers: ReportLayer[];
  layerAtStart: number;
  chapters: Chapter[];
  texts: Record<string, string>;
}

export type Focus = EdgeFocus | NodeFocus;

export type Edit = AddNode | AddEdges | Remove | Rename | SetNode | Move | Duplicate | Clear | LayOut | SetWeight | Undo | Redo;

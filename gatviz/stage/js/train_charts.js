/** Lines over epochs, one below the other on one axis, with the playhead across all of them. */

import { html, LATER, placeOn, svg } from "./dom.js";
import { fillIn } from "./format.js";

/**
 * @import {TrainChart, TrainLine} from "./protocol.js"
 * @import {Ask, Shown} from "./train_view.js"
 */

const LEFT = 46;
const RIGHT = 22;
const TOP = 8;
const BOTTOM = 6;
const HEIGHTS = { loss: 86, right: 96, evenness: 112, locked: 84 };
const AXIS = 20;

export class TrainCharts {
  /** @param {Ask} ask */
  constructor(ask) {
    this.ask = ask;
    /** @type {Shown} */
    this.screen = LATER;
    this.element = html("div", { class: "train-charts" });
  }

  /** @param {Shown} screen */
  show(screen) {
    this.screen = screen;
    const width = this.element.clientWidth;
    if (width < 80) return;
    const last = screen.charts.length - 1;
    this.element.replaceChildren(...screen.charts.map((chart, k) => this.drawn(chart, width, k === last)));
  }

  /** @param {TrainChart} chart @param {number} width @param {boolean} axis whether the epochs are written below */
  drawn(chart, width, axis) {
    const { screen } = this;
    const height = HEIGHTS[chart.key];
    /** @param {number} epoch */
    const x = (epoch) => LEFT + ((width - LEFT - RIGHT) * epoch) / Math.max(screen.total, 1);
    /** @param {number} value */
    const y = (value) => TOP + ((height - TOP - BOTTOM) * (chart.high - Math.min(Math.max(value, chart.low), chart.high))) / (chart.high - chart.low);
    const picture = svg(
      "svg",
      { class: "train-chart", width, height: height + (axis ? AXIS : 0), role: "img", "aria-label": `${fillIn(screen.texts.chartLabel, { title: chart.title, total: screen.total })}. ${this.told(chart)}` },
      ...chart.ticks.map((tick, k) => svg("g", { class: "tick" }, svg("line", { x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }), svg("text", { x: LEFT - 7, y: y(tick), "text-anchor": "end", "dominant-baseline": "central" }, chart.tickTexts[k]))),
      chart.cut ? svg("path", { class: "axis-cut", d: `M${LEFT},${y(chart.low) - 12} l0,4 l-4,2 l8,3 l-4,2 l0,3` }) : null,
      ...chart.bands.map((band) => svg("path", { class: "band", d: bandPath(band, x, y) })),
      ...this.ordered(chart).map((line) => this.line(line, x, y)),
      chart.cut ? svg("text", { class: "cut-note", x: LEFT + 10, y: y(chart.low) - 4 }, chart.cut) : null,
      ...this.ends(chart, x, y),
      chart.whisker ? svg("path", { class: "whisker", d: whiskerPath(chart.whisker, x(screen.total), y) }) : null,
      svg("line", { class: "playhead", x1: x(screen.moment.epoch), x2: x(screen.moment.epoch), y1: 0, y2: height }),
      ...chart.lines.filter((line) => line.now !== null && line.look !== "even" && (line.look !== "head" || line.head === screen.head)).map((line) => this.point(line, x, y)),
      ...(axis ? this.epochs(x, height) : []),
    );
    picture.addEventListener("click", (event) => {
      const part = (placeOn(picture, event).x - LEFT) / (width - LEFT - RIGHT);
      this.ask({ what: "seek", epoch: Math.round(Math.min(Math.max(part, 0), 1) * screen.total) });
    });
    return html("div", { class: `train-chart-box ${chart.key}` }, this.head(chart), picture, chart.below ? html("p", { class: "train-chart-below" }, chart.below) : null);
  }

  /** The head that is chosen comes last, on top of the others. @param {TrainChart} chart */
  ordered(chart) {
    return chart.lines.toSorted((a, b) => Number(a.look === "head" && a.head === this.screen.head) - Number(b.look === "head" && b.head === this.screen.head));
  }

  /** Its title, and what each line is called and stands at. @param {TrainChart} chart */
  head(chart) {
    const shown = chart.lines.filter((line) => line.look !== "head" || line.head === this.screen.head);
    const names = shown.map((line) => {
      const mark = svg("svg", { class: "line-mark", width: 20, height: 8, "aria-hidden": "true" }, svg("line", { x1: 0, x2: 20, y1: 4, y2: 4, class: `train-line ${line.look}`, style: `stroke:${this.colour(line)}` }));
      return html("span", { class: "train-name" }, mark, line.name, " ", html("b", {}, line.nowText));
    });
    const bands = chart.bands.map((band) => html("span", { class: "train-name" }, html("span", { class: "band-mark" }), band.name));
    return html("div", { class: "train-chart-head" }, html("h3", {}, chart.title), html("span", { class: "spacer" }), ...bands, ...names);
  }

  /** What a chart says to whom does not see it. @param {TrainChart} chart */
  told(chart) {
    return chart.lines.map((line) => `${line.name}: ${line.nowText}`).join(", ");
  }

  /** @param {TrainLine} line */
  colour(line) {
    const { heads } = this.screen.palette;
    if (line.look === "head") return heads[(line.head ?? 0) % heads.length];
    return { labelled: "var(--gv-ink)", others: "var(--gv-link)", own: "var(--gv-link)", equal: "var(--gv-ink)", locked: "var(--gv-accent)", even: "var(--gv-quiet)", GCN: "var(--gv-quiet)", GAT: "var(--gv-good)", GATv2: "var(--gv-good)" }[line.look];
  }

  /** @param {TrainLine} line @param {(epoch: number) => number} x @param {(value: number) => number} y */
  line(line, x, y) {
    const chosen = line.look === "head" && line.head === this.screen.head;
    return svg("path", { class: `train-line ${line.look}${chosen ? " chosen" : ""}`, d: pathOf(line.epochs, line.values.f32, x, y), style: `stroke:${this.colour(line)}` });
  }

  /** @param {TrainLine} line @param {(epoch: number) => number} x @param {(value: number) => number} y */
  point(line, x, y) {
    return svg("circle", { class: "train-point", cx: x(this.screen.moment.epoch), cy: y(line.now ?? 0), r: 4, style: `fill:${this.colour(line)}` });
  }

  /** The numbers of the heads at the ends of their lines, as far as they keep apart. @param {TrainChart} chart @param {(epoch: number) => number} x @param {(value: number) => number} y */
  ends(chart, x, y) {
    /** @type {number[]} */
    const taken = [];
    const heads = chart.lines.filter((line) => line.look === "head" && line.epochs.length > 1);
    return heads
      .toSorted((a, b) => Number(b.head === this.screen.head) - Number(a.head === this.screen.head))
      .flatMap((line) => {
        const end = y(line.values.f32[line.epochs.length - 1]);
        if (taken.some((other) => Math.abs(other - end) < 11)) return [];
        taken.push(end);
        return [svg("text", { class: "line-end", x: x(line.epochs[line.epochs.length - 1]) + 5, y: end, "dominant-baseline": "central", style: `fill:${this.colour(line)}` }, `${line.head}`)];
      });
  }

  /** @param {(epoch: number) => number} x @param {number} height */
  epochs(x, height) {
    return roundEpochs(this.screen.total).map((epoch) => svg("text", { class: "epoch", x: x(epoch), y: height + 12, "text-anchor": "middle" }, `${epoch}`));
  }
}

/** Round numbers of epochs to write on an axis, 0 and about four more. @param {number} total */
export function roundEpochs(total, most = 5) {
  const rough = Math.max(total / most, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((k) => k * power).find((one) => one >= rough && Number.isInteger(one)) ?? Math.ceil(rough);
  return Array.from({ length: Math.floor(total / step) + 1 }, (_, k) => k * step);
}

/** A line through what is a number; it breaks where something is none. @param {number[]} epochs @param {Float32Array} values @param {(epoch: number) => number} x @param {(value: number) => number} y */
export function pathOf(epochs, values, x, y) {
  let path = "";
  let pen = "M";
  epochs.forEach((epoch, k) => {
    if (Number.isNaN(values[k])) pen = "M";
    else {
      path += `${pen}${x(epoch).toFixed(1)},${y(values[k]).toFixed(1)}`;
      pen = "L";
    }
  });
  return path;
}

/** From the lowest to the highest, with a cap at each end. @param {number[]} ends @param {number} at @param {(value: number) => number} y */
function whiskerPath([low, high], at, y) {
  const cap = (/** @type {number} */ value) => `M${at + 4},${y(value).toFixed(1)}h8`;
  return `${cap(low)}${cap(high)}M${at + 8},${y(low).toFixed(1)}V${y(high).toFixed(1)}`;
}

/** @param {import("./protocol.js").TrainBand} band @param {(epoch: number) => number} x @param {(value: number) => number} y */
function bandPath({ epochs, low, high }, x, y) {
  const there = pathOf(epochs, high.f32, x, y);
  const back = epochs.map((epoch, k) => `L${x(epoch).toFixed(1)},${y(low.f32[k]).toFixed(1)}`).toReversed();
  return `${there}${back.join("")}Z`;
}

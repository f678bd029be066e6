/** One training step at one arrow, in four pictures: forward, loss, gradient, and the new numbers of W and a. */

import { focusedBeside, html, LATER } from "./dom.js";
import { number, signed } from "./format.js";
import { colourScale } from "./scales.js";

/**
 * @import {TrainMoved, TrainReads, TrainStep} from "./protocol.js"
 * @import {Ask, Shown} from "./train_view.js"
 */

/** Up to so many numbers stand in their cells; beyond they are told by colour, and by hovering. */
const FEW = 9;

export class TrainStepView {
  /** @param {Ask} ask */
  constructor(ask) {
    this.ask = ask;
    /** @type {Shown} */
    this.screen = LATER;
    this.element = html("div", { class: "train-side-body" });
    this.head = html("div", { class: "train-side-head" });
    this.pictures = html("ol", { class: "train-step" });
    this.element.append(this.head, this.pictures);
  }

  /** @param {Shown} screen */
  show(screen) {
    this.screen = screen;
    const { slow, texts } = screen;
    if (slow === null) {
      this.head.replaceChildren(html("p", { role: "status" }, screen.unslow));
      this.pictures.replaceChildren();
      return;
    }
    const focused = [...this.head.querySelectorAll("select")].indexOf(/** @type {any} */ (focusedBeside(this.element)));
    this.head.replaceChildren(html("h3", {}, slow.title), html("span", { class: "spacer" }), ...this.choosers(slow));
    this.head.querySelectorAll("select")[focused]?.focus();
    const [forward, loss, gradient, update] = slow.told;
    this.pictures.replaceChildren(
      this.picture(1, texts.stepForward, forward, this.forward(slow)),
      this.picture(2, texts.stepLoss, loss, this.losses(slow)),
      this.picture(3, texts.stepGradient, gradient, this.gradient(slow)),
      this.picture(4, texts.stepUpdate, update, this.update(slow)),
    );
  }

  /** The arrow can be chosen by keyboard too. @param {TrainStep} slow */
  choosers(slow) {
    const { names, texts } = this.screen;
    /** @param {string} label @param {number[]} nodes @param {number} chosen @param {(node: number) => number[]} locked */
    const chooser = (label, nodes, chosen, locked) => {
      const select = html("select", { "aria-label": label, title: label }, ...nodes.map((n) => html("option", { value: n }, names[n])));
      select.value = `${chosen}`;
      select.addEventListener("change", () => this.ask({ what: "show", locked: locked(Number(select.value)) }));
      return select;
    };
    return [
      chooser(texts.stepTarget, slow.targets, slow.target, (target) => [target, target === slow.target ? slow.source : this.firstRead(target)]),
      html("span", { class: "quiet-text use" }, texts.stepReads),
      chooser(texts.stepSource, slow.sources, slow.source, (source) => [slow.target, source]),
    ];
  }

  /** A node that this one reads, another than itself if there is one. @param {number} target */
  firstRead(target) {
    const { source, target: targets } = this.screen.moment.edges;
    const read = source.filter((_, k) => targets[k] === target);
    return read.find((j) => j !== target) ?? read[0] ?? target;
  }

  /** @param {number} place @param {string} title @param {string} told @param {HTMLElement} content */
  picture(place, title, told, content) {
    return html("li", {}, html("h4", {}, html("span", {}, `${place} · `), title), html("p", {}, told), content);
  }

  /** α of all that the target reads; the paler part is what dropout leaves out. @param {TrainStep} slow */
  forward({ reads }) {
    const largest = Math.max(...reads.map((row) => row.alpha), 1e-9);
    const rows = reads.map((row) => this.row(row.text, row.locked, bar(row.alpha / largest, row.used === 0 && row.alpha > 0 ? "step-bar gone" : "step-bar"), number(row.alpha)));
    return html("table", { title: this.screen.texts.stepColumns }, html("tbody", {}, ...rows));
  }

  /** @param {TrainStep} slow */
  losses({ losses, largestLoss }) {
    return html("table", {}, html("tbody", {}, ...losses.map((row) => this.row(row.text, false, bar(row.loss / largestLoss, "step-bar loss"), number(row.loss), row.sure === null ? "" : `p ${number(row.sure)}`))));
  }

  /** @param {TrainStep} slow */
  gradient({ reads, largestGradient }) {
    /** @param {TrainReads} row */
    const drawn = ({ gradient }) => {
      const size = (gradient ?? 0) / largestGradient;
      const part = html("span", { class: size < 0 ? "step-bar falls" : "step-bar rises" });
      part.style.width = `${(50 * Math.abs(size)).toFixed(1)}%`;
      part.style[size < 0 ? "right" : "left"] = "50%";
      return html("span", { class: "step-track" }, part, html("span", { class: "middle" }));
    };
    return html("table", {}, html("tbody", {}, ...reads.filter((row) => row.gradient !== null).map((row) => this.row(row.text, row.locked, drawn(row), signed(row.gradient)))));
  }

  /** @param {string} name @param {boolean} locked @param {HTMLElement} drawn @param {string} told @param {string|null} more */
  row(name, locked, drawn, told, more = null) {
    return html("tr", { class: locked ? "locked" : "" }, html("th", { scope: "row" }, name), html("td", { class: "drawn" }, drawn), html("td", {}, told), more === null ? null : html("td", { class: "quiet-text" }, more));
  }

  /** Rows of numbers before, by what gradient, after. @param {TrainStep} slow */
  update({ moved, largestValue }) {
    const { palette, texts } = this.screen;
    const values = colourScale("signed", largestValue, palette);
    /** @param {TrainMoved} one */
    const table = (one) => {
      const slopes = colourScale("signed", Math.max(...one.gradient.map(Math.abs), 1e-12), palette);
      /** @param {string} name @param {number[]} numbers @param {typeof values} scale */
      const row = (name, numbers, scale) => html("tr", {}, html("th", { scope: "row" }, name), ...numbers.map((value) => cell(value, scale, numbers.length <= FEW)));
      return html("table", { class: "moved" }, html("caption", {}, html("b", {}, one.symbol), one.note ? ` ${one.note}` : ""), html("tbody", {}, row(texts.stepBefore, one.before, values), row(texts.stepBy, one.gradient, slopes), row(texts.stepAfter, one.after, values)));
    };
    return html("div", { class: "moved-all" }, ...moved.map(table));
  }
}

/** @param {number} part @param {string} kind */
function bar(part, kind) {
  const inside = html("span", { class: kind });
  inside.style.width = `${(100 * part).toFixed(1)}%`;
  return html("span", { class: "step-track" }, inside);
}

/** @param {number} value @param {import("./scales.js").ColourScale} scale @param {boolean} written */
function cell(value, scale, written) {
  const made = html("td", { title: number(value, 4) }, written ? number(value, 2) : "");
  made.style.background = scale.fill(value);
  made.style.color = scale.ink(value);
  return made;
}

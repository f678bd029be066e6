/** The player: reset, play, step, and the line of epochs with what happened on it. */

import { html, LATER, svg } from "./dom.js";
import { fillIn } from "./format.js";
import { roundEpochs } from "./train_charts.js";

/**
 * @import {TrainFlag} from "./protocol.js"
 * @import {Ask, Shown} from "./train_view.js"
 */

const SHAPES = { play: "M8 5v14l11-7z", pause: "M7 5h4v14H7zM13 5h4v14h-4z", step: "M6 5v14l9-7zM16 5h3v14h-3z", reset: "M12 5V2L7 6l5 4V7a5 5 0 1 1-5 5H5a7 7 0 1 0 7-7z" };
/** Names of flags stand at least so many pixels apart; the others are told by their marks alone. */
const APART = 108;

export class TrainPlayer {
  /** @param {Ask} ask */
  constructor(ask) {
    this.ask = ask;
    /** @type {Shown} */
    this.screen = LATER;
    this.reset = this.button("reset", () => ask({ what: "reset" }));
    this.play = this.button("play", () => ask({ what: this.screen.playing ? "pause" : "play" }));
    this.play.classList.add("main");
    this.step = this.button("step", () => ask({ what: "step" }));
    this.count = html("output", { class: "epoch-count" });
    this.of = html("span", { class: "quiet-text" });
    this.undo = html("button", { type: "button", class: "link", onclick: () => ask({ what: "undo" }) });
    this.open = html("div", { class: "player-doors" });
    /** The node that can be explained. @type {number|null} */
    this.node = null;
    this.explain = html("button", { type: "button", class: "link", "data-key": "explain", onclick: () => ask({ what: "open", workspace: "explain", node: this.node }) });
    this.seeds = html("button", { type: "button", class: "link", "data-key": "seeds", onclick: () => ask({ what: "seeds" }) });
    this.seedsTold = html("span", { class: "quiet-text" });
    this.fixed = html("span", { class: "quiet-text fixed" });
    this.flags = html("div", { class: "flags" });
    this.slider = html("input", { type: "range", min: 0, step: 1 });
    /** The epoch that was asked for, until it comes or something else moves the playhead. @type {number|null} */
    this.sought = null;
    this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
    this.axis = html("div", { class: "epoch-axis", "aria-hidden": "true" });
    this.element = html(
      "section",
      { class: "panel train-player" },
      html("div", { class: "player-buttons" }, this.reset, this.play, this.step),
      html("div", { class: "player-count" }, this.count, html("span", {}, this.of, this.undo)),
      html("div", { class: "player-line" }, this.flags, this.slider, this.axis),
      html("div", { class: "player-more" }, this.open, this.explain, this.seeds, this.seedsTold, this.fixed),
    );
  }

  /** @param {keyof typeof SHAPES} shape @param {() => void} onclick */
  button(shape, onclick) {
    return html("button", { type: "button", class: "player-button", "data-key": shape, onclick }, svg("svg", { viewBox: "0 0 24 24", width: 22, height: 22, "aria-hidden": "true" }, svg("path", { d: SHAPES[shape] })), html("span", {}));
  }

  /** An epoch is asked for: until it comes, answers to what was asked before leave the slider alone. @param {number} epoch */
  seek(epoch) {
    this.ask({ what: "seek", epoch });
    this.sought = epoch <= this.screen.trained ? epoch : null;
  }

  /** @param {HTMLButtonElement} button @param {keyof typeof SHAPES} shape @param {string} words @param {string} title */
  label(button, shape, words, title) {
    button.title = title;
    button.setAttribute("aria-label", words);
    const [path, span] = [button.querySelector("path"), button.querySelector("span")];
    path?.setAttribute("d", SHAPES[shape]);
    if (span) span.textContent = words;
  }

  /** @param {Shown} screen @param {number|null} chosen the node that was clicked */
  show(screen, chosen) {
    this.screen = screen;
    const { texts, total, trained, moment, playing } = screen;
    this.label(this.reset, "reset", texts.reset, texts.resetTitle);
    this.label(this.play, playing ? "pause" : "play", playing ? texts.pause : texts.play, playing ? texts.pauseTitle : texts.playTitle);
    this.label(this.step, "step", texts.step, texts.stepTitle);
    this.count.textContent = `${moment.epoch}`;
    this.of.replaceChildren(fillIn(texts.epochs, { total }), html("br"), screen.ended || screen.left);
    this.undo.textContent = texts.undo;
    this.node = chosen;
    this.open.hidden = this.seeds.hidden = screen.fixed !== "";
    this.fixed.textContent = screen.fixed;
    this.explain.hidden = chosen === null || screen.fixed !== "";
    if (chosen !== null) this.explain.textContent = fillIn(texts.explainNode, { node: screen.called[chosen], epoch: moment.epoch });
    this.explain.title = texts.openTitle;
    /** @param {"explore"|"compare"|"explain"} workspace @param {string} words */
    const door = (workspace, words) => html("button", { type: "button", class: "link", "aria-label": fillIn(texts.openIn, { workspace: words }), title: texts.openTitle, onclick: () => this.ask({ what: "open", workspace }) }, words);
    if (this.open.childElementCount === 0) this.open.append(html("span", { class: "quiet-text" }, texts.open), door("explore", texts.explore), door("compare", texts.compare), door("explain", texts.explain));
    this.seeds.textContent = screen.seedsBusy ? texts.seedsStop : texts.seeds;
    this.seeds.title = texts.seedsTitle;
    this.seedsTold.textContent = screen.seeds;
    this.undo.hidden = !screen.undo;
    this.slider.max = `${total}`;
    this.slider.setAttribute("aria-label", texts.slider);
    this.slider.setAttribute("aria-valuetext", fillIn(texts.sliderValue, { epoch: moment.epoch, total, trained }));
    const root = this.slider.getRootNode();
    const dragged = root instanceof ShadowRoot && root.activeElement === this.slider && this.slider.matches(":active");
    if (moment.epoch === this.sought || playing) this.sought = null;
    if (!dragged && this.sought === null) this.slider.value = `${moment.epoch}`;
    const part = (/** @type {number} */ epoch) => `${(100 * epoch) / Math.max(total, 1)}%`;
    this.slider.style.setProperty("--played", part(moment.epoch));
    this.slider.style.setProperty("--trained", part(trained));
    this.axis.replaceChildren(...roundEpochs(total, 10).map((epoch) => at(html("span", {}, `${epoch}`), part(epoch))));
    this.drawFlags(part);
  }

  /** @param {(epoch: number) => string} part */
  drawFlags(part) {
    const { screen } = this;
    const width = this.flags.clientWidth;
    const colours = screen.palette.heads;
    let free = 0;
    /** @param {TrainFlag} flag */
    const element = (flag) => {
      const words = flag.withdrawn ? fillIn(screen.texts.flagWithdrawn, { text: flag.text }) : flag.text;
      const place = (width * flag.epoch) / Math.max(screen.total, 1);
      const named = !flag.withdrawn && place >= free;
      if (named) free = place + APART;
      const pin = html("span", { class: flag.withdrawn ? "pin withdrawn" : "pin" });
      if (flag.head !== null) pin.style.setProperty("--pin", colours[flag.head % colours.length]);
      const button = html("button", { type: "button", class: "flag", title: words, "aria-label": words, onclick: () => this.jump(flag) }, named ? html("span", { class: "flag-name" }, flag.short) : null, pin);
      return at(button, part(flag.epoch));
    };
    const focused = document.activeElement?.shadowRoot?.activeElement;
    if (focused && this.flags.contains(focused)) return;
    this.flags.replaceChildren(...screen.flags.map(element));
  }

  /** @param {TrainFlag} flag */
  jump(flag) {
    this.seek(flag.epoch);
    if (flag.head !== null && flag.head !== this.screen.head) this.ask({ what: "show", head: flag.head });
  }
}

/** @template {HTMLElement} E @param {E} element @param {string} left */
function at(element, left) {
  element.style.left = left;
  return element;
}

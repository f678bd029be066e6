/** Below the graph, in a line: what an arrow means, which are numbered, the colours of labels, and the scale. */

import { focusedBeside, focusKey, html, LATER } from "./dom.js";
import { fillIn, number, shorten } from "./format.js";
import { options } from "./options.js";
import { colourScale } from "./scales.js";
import { drawnValues, shownHeads } from "./scene.js";
import { touch } from "./store.js";

/**
 * @import {Palette} from "./protocol.js"
 * @import {Drawn, Scene} from "./scene.js"
 * @import {Changed, State} from "./store.js"
 */

/** Every so many steps of a scale make its gradient. */
const STRIDE = 16;
const MAX_NAME = 12;
const MAX_CLASSES = 4;
/** Among more nodes a number may find no place on the picture. */
const ROOMY_NODES = 8;

export class Legend {
  /** @param {import("./store.js").Store} store */
  constructor(store) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    this.element = html("div", { class: "legend" });
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (touch(changed, ["weighting", "scale", "measure", "heads", "nodes", "locked"])) this.draw();
  }

  draw() {
    const { scene, store } = this;
    const { texts } = scene;
    const drawn = drawnValues(scene, store.state);
    const focused = focusedBeside(this.element)?.dataset.key;
    const parts = [this.sentence(drawn), scene.edges.some((edge) => edge.added) ? texts.addedLegend : "", scene.wrong.some(Boolean) ? texts.wrongLegend : ""];
    const told = parts.filter(Boolean).join(" · ");
    this.element.replaceChildren(html("span", { class: "legend-words", title: told }, told), ...this.classes(), ...this.measure(), this.bar(drawn));
    if (focused) focusKey(this.element, focused);
  }

  /** What an arrow means, and which are numbered. @param {Drawn} drawn */
  sentence({ kind }) {
    const { scene, store } = this;
    const { texts } = scene;
    if (kind === "signed") return fillIn(texts.changeLegend, scene.change ?? {});
    if (shownHeads(scene, store.state)) return texts.severalLegend;
    const { locked } = store.state;
    const target = locked && scene.names[locked.kind === "edge" ? locked.target : locked.node];
    const crowded = scene.names.length > ROOMY_NODES;
    const [strongest, reads] = crowded ? [texts.numberedSome, texts.numberedSomeReads] : [texts.numberedStrongest, texts.numberedReads];
    const numbered = target === null ? strongest : fillIn(reads, { node: shorten(target, MAX_NAME) });
    return `${texts.arrowLegend} · ${numbered}${scene.whole.cut ? texts.whereDrawn : ""}`;
  }

  /** The colours of labels, while they are what nodes are coloured by. */
  classes() {
    const { scene, store } = this;
    if (store.state.nodes === "evenness") return [];
    return classMarks(scene, store.state.nodes === "prediction" && scene.predicted.length ? scene.predicted : scene.classOf);
  }

  /** @param {Drawn} drawn */
  bar({ kind, limit, symbol }) {
    const several = shownHeads(this.scene, this.store.state) !== null;
    return scaleBar(this.scene.palette, kind, limit, several ? "α" : symbol, several);
  }

  /** α, or its change since the baseline. */
  measure() {
    const { scene, store } = this;
    if (!scene.change) return [];
    const choices = /** @type {[State["measure"], string][]} */ ([["share", "α"], ["change", "Δα"]]);
    return [options(store, fillIn(scene.texts.since, scene.change), "measure", choices)];
  }
}

/** The colours of the labels that are shown, by the places of their names. @param {Pick<Scene, "palette"|"classNames">} scene @param {number[]} shown */
export function classMarks({ palette: { classes }, classNames }, shown) {
  const present = classNames.map((name, k) => ({ name, k })).filter(({ k }) => shown.includes(k));
  const marks = present.slice(0, MAX_CLASSES).map(({ name, k }) => {
    const dot = html("i", { class: "class-dot" });
    dot.style.background = classes[k % classes.length].fill;
    dot.style.borderColor = classes[k % classes.length].line;
    return html("span", { class: "class-name", title: name }, dot, shorten(name, MAX_NAME));
  });
  return present.length > MAX_CLASSES ? [...marks, html("span", {}, `+ ${present.length - MAX_CLASSES}`)] : marks;
}

/** A scale from end to end. @param {Palette} palette @param {"share"|"signed"} kind @param {number} limit @param {string} symbol @param {boolean} several whether no colour stands for it */
export function scaleBar(palette, kind, limit, symbol, several = false) {
  const { fills } = colourScale(kind, limit, palette);
  const steps = html("span", { class: "steps", "aria-hidden": "true" });
  steps.style.background = `linear-gradient(90deg, ${fills.filter((_, k) => k % STRIDE === 0).join(",")})`;
  const end = limit === 1 ? "1" : number(limit);
  return html("span", { class: "bar" }, kind === "signed" ? `${symbol} −${end}` : `${symbol} 0`, several ? "…" : steps, end);
}

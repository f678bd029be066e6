/** Below the graph: what arrows, width and colour mean, on which scale, and the baseline to compare with. */

import { focusedBeside, focusKey, html, LATER } from "./dom.js";
import { fillIn, number } from "./format.js";
import { options } from "./options.js";
import { colourScale } from "./scales.js";
import { drawnValues, shownHeads, shownWeighting } from "./scene.js";
import { touch } from "./store.js";

/**
 * @import {Drawn, Scene} from "./scene.js"
 * @import {Changed} from "./store.js"
 */

/** Every so many steps of a scale make its gradient. */
const STRIDE = 16;

export class Legend {
  /**
   * @param {import("./store.js").Store} store
   * @param {Pick<import("./stage.js").Host, "asked">} host is told when the present is to be pinned as baseline, or let go
   */
  constructor(store, host) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    this.host = host;
    this.element = html("div", { class: "legend" });
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (touch(changed, ["weighting", "scale", "measure", "heads", "nodes"])) this.draw();
  }

  draw() {
    const { scene, store } = this;
    const { texts } = scene;
    const wrong = scene.wrong.some(Boolean) ? ` ${texts.wrongLegend}` : "";
    const added = scene.edges.some((edge) => edge.added) ? ` ${texts.addedLegend}` : "";
    const drawn = drawnValues(scene, store.state);
    const sentence = fillIn(this.sentence(drawn), { ...scene.change, symbol: drawn.symbol });
    const focused = focusedBeside(this.element)?.dataset.key;
    this.element.replaceChildren(
      html("span", {}, sentence + (scene.whole.cut && !shownHeads(scene, store.state) ? texts.whereDrawn : "") + added + wrong),
      html(
        "span",
        { class: "legend-row" },
        this.bar(drawn),
        options(store, texts.scale, "scale", [
          ["unit", texts[drawn.kind === "signed" ? "scaleUnitSigned" : "scaleUnit"]],
          ["max", texts[drawn.kind === "signed" ? "scaleMaxSigned" : "scaleMax"]],
        ], true),
        this.nodeColours(),
        html("span", { class: "spacer" }),
        ...this.baseline(),
      ),
    );
    if (focused) focusKey(this.element, focused);
  }

  /** What an arrow, its width and its colour mean. @param {Drawn} drawn */
  sentence({ kind }) {
    const { texts } = this.scene;
    if (kind === "signed") return texts.changeLegend;
    if (shownHeads(this.scene, this.store.state)) return texts.severalLegend;
    return shownWeighting(this.scene, this.store.state).kind === "baseline" ? texts.baselineLegend : texts.arrowLegend;
  }

  /** @param {Drawn} drawn */
  bar({ kind, limit, symbol }) {
    const { fills } = colourScale(kind, limit, this.scene.palette);
    const several = shownHeads(this.scene, this.store.state) !== null;
    const steps = html("span", { class: "steps", "aria-hidden": "true" });
    steps.style.background = `linear-gradient(90deg, ${fills.filter((_, k) => k % STRIDE === 0).join(",")})`;
    const end = limit === 1 ? "1" : number(limit);
    return html("span", { class: "bar" }, kind === "signed" ? `Δα −${end}` : `${several ? "α" : symbol} 0`, several ? "…" : steps, end);
  }

  /** What the nodes' colour stands for. */
  nodeColours() {
    const { texts, predicted } = this.scene;
    const { store } = this;
    const offered = ["class", ...(predicted.length ? ["prediction"] : []), "evenness"];
    const choices = offered.map((value) => {
      const option = html("option", { value }, texts[`nodes_${value}`]);
      option.selected = store.state.nodes === value;
      return option;
    });
    return html(
      "select",
      { class: "layouts", "aria-label": texts.nodes, title: texts.nodesTitle, "data-key": "nodes", onchange: (event) => store.update({ nodes: event.target.value }) },
      ...choices,
    );
  }

  baseline() {
    const { scene, store, host } = this;
    const { texts } = scene;
    /** @param {"pin"|"unpin"} what @param {object} values */
    const button = (what, values = {}) =>
      html("button", { type: "button", class: "tool", "data-key": what, title: texts[`${what}Title`], onclick: () => host.asked(what) }, fillIn(texts[what], values));
    if (!scene.change) return [button("pin")];
    const measures = options(store, fillIn(texts.since, scene.change), "measure", [
      ["share", "α"],
      ["change", "Δα"],
    ]);
    return [measures, button("unpin", scene.change)];
  }
}

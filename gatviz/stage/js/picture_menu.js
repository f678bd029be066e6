/** What is rare about the picture, behind "⋯": panels beside it, layout, scale, colours, baseline, digits. */

import { focusedBeside, focusKey, html, LATER } from "./dom.js";
import { fillIn } from "./format.js";
import { Menu } from "./menu.js";
import { options } from "./options.js";
import { drawnValues } from "./scene.js";
import { touch } from "./store.js";

/**
 * @import {LayOut} from "./protocol.js"
 * @import {Scene} from "./scene.js"
 * @import {Changed} from "./store.js"
 */

/** @type {LayOut["layout"][]} */
const LAYOUTS = ["spring", "circular", "kamada_kawai", "bipartite", "grid"];
/** @type {("table"|"weights")[]} */
const PANELS = ["table", "weights"];
const DIGITS = [3, 6];

export class PictureMenu {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./commands.js").Commands} commands
   * @param {Pick<import("./stage.js").Host, "asked">} host is told which panel is wanted, and of baselines
   * @param {() => void} fit
   */
  constructor(store, commands, host, fit) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    this.commands = commands;
    this.host = host;
    this.fit = fit;
    this.menu = new Menu("more");
    this.menu.opens = () => this.draw();
    this.element = this.menu.element;
    this.element.classList.add("picture-menu");
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (!this.menu.panel.hidden && touch(changed, ["scale", "nodes", "direction", "digits", "measure", "weighting"])) this.draw();
  }

  draw() {
    const { scene, store } = this;
    const { texts } = scene;
    const { kind } = drawnValues(scene, store.state);
    const focused = focusedBeside(this.element)?.dataset.key;
    const panels = PANELS.map((panel) =>
      html("button", { type: "button", class: "tool", "data-key": panel, title: texts[`${panel}Title`], "aria-pressed": scene.panel === panel, onclick: () => this.host.asked(panel) }, texts[panel]),
    );
    const scale = options(store, texts.scale, "scale", [
      ["unit", texts[kind === "signed" ? "scaleUnitSigned" : "scaleUnit"]],
      ["max", texts[kind === "signed" ? "scaleMaxSigned" : "scaleMax"]],
    ]);
    const direction = options(store, texts.direction, "direction", [
      ["reads", texts.reads],
      ["readBy", texts.readBy],
    ]);
    const rows = [
      [...(scene.fixed ? [] : panels), html("button", { type: "button", class: "tool", "data-key": "fit", title: texts.fitTitle, onclick: this.fit }, texts.fit), ...(scene.fixed ? [] : [this.layouts()])],
      [scale],
      [this.nodeColours()],
      [direction],
      [options(store, texts.digits, "digits", DIGITS.map((n) => [n, String(n)]))],
      ...(scene.fixed ? [] : [this.baseline()]),
    ];
    this.menu.fill("⋯", texts.more, rows.map((row) => html("div", { class: "menu-row" }, ...row)));
    if (focused) focusKey(this.element, focused);
  }

  layouts() {
    const { texts } = this.scene;
    /** @param {{target: HTMLSelectElement}} event */
    const choose = ({ target }) => {
      const chosen = LAYOUTS.find((name) => name === target.value);
      if (chosen) this.commands.layout(chosen);
    };
    return html(
      "select",
      { class: "layouts", "aria-label": texts.layout, "data-key": "layout", onchange: choose },
      html("option", { value: "" }, texts.layout),
      ...LAYOUTS.map((name) => html("option", { value: name }, texts[`layout_${name}`])),
    );
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
    const { scene, host } = this;
    const { texts } = scene;
    /** @param {"pin"|"unpin"} what @param {object} values */
    const button = (what, values = {}) =>
      html("button", { type: "button", class: "tool", "data-key": what, title: texts[`${what}Title`], onclick: () => host.asked(what) }, fillIn(texts[what], values));
    return scene.change ? [button("unpin", scene.change)] : [button("pin")];
  }
}

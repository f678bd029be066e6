/** The buttons above the canvas: what a drag does, and what can be done to the graph. */

import { focusedBeside, focusKey, html, LATER } from "./dom.js";
import { fillIn } from "./format.js";
import { touch } from "./store.js";

/**
 * @import {Value} from "./dom.js"
 * @import {Scene} from "./scene.js"
 * @import {Changed, State} from "./store.js"
 */

/** @type {State["tool"][]} */
const TOOLS = ["move", "connect", "select"];
export class Toolbar {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./commands.js").Commands} commands
   * @param {HTMLElement[]} menus what is rare
   */
  constructor(store, commands, menus) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    this.commands = commands;
    this.menus = menus;
    this.element = html("div", { class: "toolbar", role: "toolbar" });
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (touch(changed, ["tool", "both", "selection", "locked", "connecting"])) this.draw();
  }

  draw() {
    const { texts } = this.scene;
    const { tool } = this.store.state;
    const focused = focusedBeside(this.element)?.dataset.key;
    this.element.setAttribute("aria-label", texts.toolbar);
    this.element.replaceChildren(this.tools(), ...(tool === "move" ? [] : [this.actions()]));
    if (focused) focusKey(this.element, focused);
  }

  tools() {
    const { store, commands } = this;
    const { texts, undo, redo, fixed } = this.scene;
    if (fixed) return html("div", { class: "tool-row" }, html("span", { class: "spacer" }), ...this.menus);
    /** @param {"undo"|"redo"} name @param {string} what it would do @param {() => void} run */
    const step = (name, what, run) => this.button(name, run, { class: `tool icon ${name}`, "aria-label": texts[name], disabled: what ? null : "", title: what ? fillIn(texts[`${name}Title`], { what }) : texts[`${name}Nothing`] });
    return html(
      "div",
      { class: "tool-row" },
      html(
        "span",
        { class: "tools", role: "radiogroup", "aria-label": texts.toolbar },
        ...TOOLS.map((tool) =>
          this.button(`tool_${tool}`, () => store.update({ tool }), { role: "radio", "aria-checked": store.state.tool === tool, class: "option" }),
        ),
      ),
      html("i", { class: "rule", "aria-hidden": "true" }),
      step("undo", undo, () => commands.undo()),
      step("redo", redo, () => commands.redo()),
      html("span", { class: "spacer" }),
      ...this.menus,
    );
  }

  actions() {
    const { commands, store } = this;
    const { names, edges } = commands.subject();
    const { texts } = this.scene;
    const some = names.length || edges.length ? null : "";
    return html(
      "div",
      { class: "tool-row" },
      this.button("newNode", () => commands.newNode()),
      html(
        "span",
        { class: "tools", role: "radiogroup", "aria-label": texts.ways },
        ...[false, true].map((both) =>
          this.button(both ? "bothWays" : "oneWay", () => store.update({ both }), { role: "radio", "aria-checked": store.state.both === both, class: "option" }),
        ),
      ),
      this.button("editNode", () => commands.editNode(), { disabled: names.length === 1 ? null : "" }),
      this.button("duplicate", () => commands.duplicate(), { disabled: names.length ? null : "" }),
      this.button("remove", () => commands.remove(), { disabled: some }),
      this.button("clear", () => commands.clear(), { disabled: this.scene.names.length ? null : "" }),
    );
  }

  /** @param {string} name @param {() => unknown} run @param {Record<string, Value>} attributes */
  button(name, run, attributes = {}) {
    const { texts } = this.scene;
    return html(
      "button",
      { type: "button", class: "tool", "data-key": name, title: texts[`${name}Title`], onclick: run, ...attributes },
      String(attributes.class ?? "").includes("icon") ? null : texts[name],
    );
  }
}

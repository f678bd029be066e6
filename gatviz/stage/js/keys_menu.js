/** "?": what the keys do on the stage, as a list. */

import { html, LATER } from "./dom.js";
import { Menu } from "./menu.js";

/** @import {Scene} from "./scene.js" */

/** Keys as they stand on the keyboard, and the name of the words that say what they do. @type {[string, string][]} */
const KEYS = [
  ["Tab", "key_tab"],
  ["← → ↑ ↓", "key_arrows"],
  ["Enter", "key_enter"],
  ["Esc", "key_escape"],
  ["N", "key_node"],
  ["E", "key_edge"],
  ["F2", "key_edit"],
  ["Del", "key_delete"],
  ["Ctrl D", "key_duplicate"],
  ["Ctrl A", "key_all"],
  ["Alt ← → ↑ ↓", "key_nudge"],
  ["V · D · S", "key_tools"],
  ["Ctrl Z · Ctrl ⇧ Z", "key_undo"],
  ["P", "key_projector"],
  ["?", "key_help"],
];

/** What is of use where nothing can be edited. */
const LOOKING = new Set(["key_tab", "key_arrows", "key_enter", "key_escape", "key_all", "key_nudge", "key_help"]);

export class KeysMenu {
  constructor() {
    /** @type {Scene} */
    this.scene = LATER;
    this.menu = new Menu("keys");
    this.element = this.menu.element;
    this.element.classList.add("picture-menu");
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    const { texts } = scene;
    const keys = scene.fixed ? KEYS.filter(([, words]) => LOOKING.has(words)) : KEYS;
    const rows = keys.map(([pressed, words]) => html("tr", {}, html("th", { scope: "row" }, ...pressed.split(" · ").flatMap((key, k) => (k ? [" · ", html("kbd", {}, key)] : [html("kbd", {}, key)]))), html("td", {}, texts[words])));
    this.menu.fill("?", texts.keys, [html("table", { class: "keys-table" }, html("tbody", {}, ...rows))]);
  }

  onState() {
    // Keys are the same whatever is looked at.
  }

  /** Open it by its key, or fold it again. */
  toggle() {
    this.menu.open(this.menu.panel.hasAttribute("hidden"));
    this.menu.button.focus();
  }
}

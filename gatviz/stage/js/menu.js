/** What is rare, one step away: a button that unfolds a small panel over the page. */

import { html } from "./dom.js";

export class Menu {
  /** @param {string} key by which the button is found again @param {string} side on which the panel ends */
  constructor(key, side = "right") {
    this.label = html("span", { class: "menu-label" });
    this.button = html("button", { type: "button", class: "menu-button", "data-key": key, "aria-expanded": "false", onclick: () => this.open(this.panel.hasAttribute("hidden")) }, this.label);
    this.panel = html("div", { class: `menu-panel ${side}`, hidden: "" });
    // A button without a name is nobody's: it comes with the words.
    this.element = html("div", { class: "menu", hidden: "" }, this.button, this.panel);
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || this.panel.hidden) return;
      event.stopPropagation();
      this.open(false);
      this.button.focus();
    });
    this.element.addEventListener("focusout", (event) => {
      if (event.relatedTarget instanceof Node && !this.element.contains(event.relatedTarget)) this.open(false);
    });
    this.outside = this.outside.bind(this);
    /** Called before it opens: what is in it need not be kept up to date while it is folded. */
    this.opens = () => {};
  }

  /** @param {string} label @param {string} title @param {Node[]} children */
  fill(label, title, children) {
    this.element.hidden = false;
    this.label.textContent = label;
    this.button.title = title;
    this.button.setAttribute("aria-label", `${label} ${title}`);
    this.panel.replaceChildren(...children);
  }

  /** @param {boolean} open */
  open(open) {
    if (open) this.opens();
    this.panel.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    const change = open ? "addEventListener" : "removeEventListener";
    document[change]("pointerdown", this.outside, true);
  }

  /** A press anywhere else folds it. @param {Event} event */
  outside(event) {
    if (!event.composedPath().includes(this.element)) this.open(false);
  }
}

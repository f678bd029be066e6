/** Projector mode: no sidebar and all of it larger, for who sits at the back of the room; remembered on this computer. */

import { html } from "./dom.js";
import { isAsking } from "./page_keys.js";

const KEPT = "gatviz-projector";
/** The page hears of it when the mode changes. */
const CHANGED = "gatviz-projector";
const WRITES = "input, textarea, select, [contenteditable=''], [contenteditable='true']";

/** Whether the page is in projector mode; its own style sheet reads the same mark. */
const isOn = () => document.documentElement.hasAttribute("data-projector");

/** Into projector mode, or out of it. @param {boolean} on */
export function project(on = !isOn()) {
  document.documentElement.toggleAttribute("data-projector", on);
  try {
    if (on) localStorage.setItem(KEPT, "on");
    else localStorage.removeItem(KEPT);
  } catch {
    // A browser that keeps nothing forgets this too.
  }
  window.dispatchEvent(new Event(CHANGED));
}

/** Whether it was on when this browser was here last. */
function wasOn() {
  try {
    return localStorage.getItem(KEPT) !== null;
  } catch {
    return false;
  }
}

/** The button at the page's edge, and the key P wherever no text is being edited. */
export class ProjectorButton {
  constructor() {
    /** @type {Record<string, string>} */
    this.texts = {};
    this.element = html("button", { type: "button", class: "projector", onclick: () => project() });
    window.addEventListener(CHANGED, () => this.draw());
    document.addEventListener("keydown", (event) => this.press(event));
    if (wasOn() !== isOn()) project(wasOn());
  }

  /** @param {HTMLElement} root */
  standIn(root) {
    root.append(this.element);
  }

  /** @param {Record<string, string>} texts */
  show(texts) {
    this.texts = texts;
    this.draw();
  }

  draw() {
    const on = isOn();
    this.element.toggleAttribute("data-on", on);
    this.element.setAttribute("aria-keyshortcuts", "P");
    this.element.title = this.texts.projectorTitle ?? "";
    this.element.replaceChildren(this.texts[on ? "leaveProjector" : "projector"] ?? "", html("kbd", { "aria-hidden": "true" }, "P"));
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    const target = event.composedPath()[0];
    if (event.key.toLowerCase() !== "p" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if ((target instanceof Element && target.matches(WRITES)) || isAsking()) return;
    project();
  }
}

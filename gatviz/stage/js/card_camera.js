/** A camera on a card of the page: a picture of its charts and of what stands beside them. */

import { Camera } from "./camera.js";
import { html, LATER } from "./dom.js";
import { dressed } from "./light_or_dark.js";
import { decode } from "./wire.js";

/**
 * @import {CardCamera} from "./protocol.js"
 * @typedef {{data: Uint8Array<ArrayBuffer>, parentElement: HTMLElement, setTriggerValue: (name: string, value: object) => void}} Page
 */

/** What of a card is drawn: its charts, as plotly has them, and what is written beside them. */
const DRAWN = ".js-plotly-plot .main-svg, .gx";
const WRITTEN = ".gtitle, .gx";
/** So many milliseconds a card has to be drawn in light colours. */
const PATIENCE = 8000;
const LOOK_EVERY = 60;

class Mounted {
  /** @param {HTMLElement} root */
  constructor(root) {
    /** @type {CardCamera} */
    this.told = LATER;
    /** @type {"light"|"dark"} */
    this.theme = "light";
    /** @type {(message: object) => void} */
    this.send = () => {};
    this.calls = 0;
    this.root = root;
    const subject = () => [{ key: "card", name: this.told.subject, elements: this.find(DRAWN) }];
    this.camera = new Camera("card", (date) => `${this.told.caption} · ${date}`, (act) => this.inLight(act), subject);
    this.element = html("div", { class: "gatviz-stage card-camera" }, this.camera.element);
    this.element.addEventListener("keydown", (event) => event.stopPropagation());
    root.append(this.element);
  }

  /** What on the card is of this kind. @param {string} kind @returns {Element[]} */
  find(kind) {
    const place = this.root.getRootNode();
    const card = (place instanceof ShadowRoot ? place.host : this.root).closest(`.st-key-${CSS.escape(this.told.card)}`);
    return card ? [...card.querySelectorAll(kind)] : [];
  }

  /** @param {CardCamera} told */
  show(told) {
    this.told = told;
    this.theme = dressed(this.element, told.palettes).theme;
    this.camera.setScene({ texts: told.texts, palette: told.palettes.light, graphTitle: told.graphTitle });
  }

  /** Charts have the colours that Python gave them: on a dark page it is asked for light ones, until the picture is taken. @param {() => void} act */
  async inLight(act) {
    if (this.theme === "light") return act();
    this.send({ light: true, at: Date.now() });
    const end = performance.now() + PATIENCE;
    await new Promise((settle) => {
      const look = () => (this.isLight() || performance.now() > end ? settle(null) : setTimeout(look, LOOK_EVERY));
      look();
    });
    if (this.isLight()) act();
    this.send({ light: false, at: Date.now() });
  }

  isLight() {
    const written = this.find(WRITTEN);
    return this.told.light && written.every((element) => inkOf(element) === this.told.ink);
  }
}

/** As "#rrggbb". @param {Element} element */
function inkOf(element) {
  const style = getComputedStyle(element);
  const parts = (element instanceof SVGElement ? style.fill : style.color).match(/\d+/g) ?? [];
  return `#${parts.slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("")}`;
}

/** @type {WeakMap<HTMLElement, Mounted>} */
const all = new WeakMap();

/** Called for every answer of Python, and with the same bytes again when the page's colours change. @param {Page} page */
export default async function mount({ data, parentElement, setTriggerValue }) {
  const mounted = all.get(parentElement) ?? new Mounted(parentElement);
  all.set(parentElement, mounted);
  mounted.send = (message) => setTriggerValue("asked", message);
  const call = ++mounted.calls;
  const told = await decode(data);
  if (call === mounted.calls) mounted.show(/** @type {any} */ (told));
  return () => {
    if (call !== mounted.calls) return;
    mounted.element.remove();
    all.delete(parentElement);
  };
}

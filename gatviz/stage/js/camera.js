/** A camera: what stands beside it as an SVG or PNG picture, saved by the browser. */

import { html, LATER } from "./dom.js";
import { Menu } from "./menu.js";
import { pictureOf, pngOf, svgText } from "./picture.js";
import { fileName } from "./picture_parts.js";

/**
 * @import {Scene} from "./scene.js"
 *
 * @typedef {Pick<Scene, "texts"|"palette"|"graphTitle">} Pictured
 * @typedef {Object} Subject what a picture is taken of
 * @property {string} key
 * @property {string} name as it is called in the menu and in the file's name
 * @property {Element[]} elements
 *
 * @typedef {(key: string, subjects: () => Subject[]) => Camera} Shoots gives a camera for what a view has
 * @typedef {(act: () => void) => void} InLight lets something happen while all is drawn in light colours
 */

export class Camera {
  /** @param {string} key @param {(date: string) => string} caption @param {InLight} inLight @param {() => Subject[]} subjects */
  constructor(key, caption, inLight, subjects) {
    /** @type {Pictured} */
    this.scene = LATER;
    this.caption = caption;
    this.inLight = inLight;
    this.subjects = subjects;
    this.menu = new Menu(`camera:${key}`);
    this.menu.opens = () => this.draw();
    this.menu.button.classList.add("tool", "icon", "camera");
    this.element = this.menu.element;
    this.element.classList.add("picture-menu");
  }

  /** @param {Pictured} scene */
  setScene(scene) {
    this.scene = scene;
    this.draw();
  }

  onState() {
    // What there is to take a picture of is asked when the menu opens.
  }

  draw() {
    const { texts } = this.scene;
    const rows = this.subjects().map((subject) => {
      /** @param {"svg"|"png"} kind */
      const button = (kind) => html("button", { type: "button", class: "tool", "data-key": `${kind}:${subject.key}`, "aria-label": `${subject.name} ${kind.toUpperCase()}`, onclick: () => void this.take(subject, kind) }, kind.toUpperCase());
      return html("div", { class: "menu-row" }, html("span", { class: "camera-of" }, subject.name), html("span", { class: "spacer" }), button("svg"), button("png"));
    });
    this.menu.fill("", texts.camera, [html("p", { class: "quiet-text camera-words" }, texts.cameraTitle), ...rows]);
  }

  /** @param {Subject} subject @param {"svg"|"png"} kind */
  async take({ key, name }, kind) {
    this.menu.open(false);
    const date = new Date().toISOString().slice(0, 10);
    /** @type {SVGSVGElement|undefined} */
    let picture;
    this.inLight(() => {
      const subject = this.subjects().find((one) => one.key === key);
      if (subject) picture = pictureOf(subject.elements, this.caption(date), this.scene.palette);
    });
    if (!picture) return;
    const content = kind === "svg" ? new Blob([svgText(picture)], { type: "image/svg+xml" }) : await pngOf(picture);
    const link = html("a", { href: URL.createObjectURL(content), download: `${fileName([this.scene.graphTitle, name])}.${kind}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }
}

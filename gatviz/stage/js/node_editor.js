/** The quick editor of one node, beside it on the canvas: name, label, features. */

import { focusedBeside, html, LATER } from "./dom.js";
import { exact, readNumber, shorten } from "./format.js";
import { numberSlider } from "./number_slider.js";

/**
 * @import {Scene} from "./scene.js"
 * @import {Changed} from "./store.js"
 */

const MAX_FEATURES = 40;
const BESIDE = 14;

export class NodeEditor {
  /**
   * @param {import("./store.js").Store} store
   * @param {import("./edits.js").Edits} edits
   * @param {import("./graph_view.js").GraphView} canvas
   */
  constructor(store, edits, canvas) {
    /** @type {Scene} */
    this.scene = LATER;
    this.store = store;
    this.edits = edits;
    this.canvas = canvas;
    this.element = html("form", { class: "node-editor", hidden: "" });
    this.element.addEventListener("submit", (event) => event.preventDefault());
    /** @type {string|null} */
    this.drawnFor = null;
    /** @type {{from: string, to: string}|null} */
    this.renamed = null;
    canvas.box.append(this.element);
  }

  /** @param {Scene} scene */
  setScene(scene) {
    this.scene = scene;
    if (this.store.state.edited !== null) this.draw();
  }

  /** @param {Changed} changed */
  onState(changed) {
    if (changed.has("edited")) this.draw();
  }

  /** Fill in anew, but leave alone the field that somebody is typing in. */
  draw() {
    const { edited } = this.store.state;
    const node = edited === null ? -1 : this.scene.names.indexOf(edited);
    const field = focusedBeside(this.element);
    const focused = field instanceof HTMLInputElement && this.element.contains(field);
    this.element.hidden = node < 0;
    if (node < 0) return;
    if (focused && this.drawnFor === edited) return this.refresh(node);
    this.drawnFor = edited;
    this.element.replaceChildren(...this.fields(node));
    this.putBeside(node);
    this.element.querySelector("input")?.select();
  }

  /** @param {number} node */
  fields(node) {
    const { scene } = this;
    const { texts } = scene;
    const name = scene.names[node];
    const features = scene.featureNames.slice(0, MAX_FEATURES).map((feature, f) =>
      this.featureField(name, feature, node, f),
    );
    const more = scene.featureNames.length - features.length;
    return [
      this.field("name", texts.nameField, name, (value) => this.rename(name, value)),
      this.field("label", texts.labelField, scene.classNames[scene.classOf[node]] ?? "", (value) => this.setLabel(name, value)),
      html("div", { class: "node-features" }, ...features, more > 0 ? html("p", { class: "quiet-text" }, texts.moreFeatures) : null),
      html("button", { type: "button", class: "tool", onclick: () => this.close() }, texts.done),
    ];
  }

  /** A feature: its number in a field, and on a slider. @param {string} name @param {string} feature @param {number} node @param {number} f */
  featureField(name, feature, node, f) {
    const value = this.feature(node, f);
    const field = this.field(`f:${f}`, feature, value, (text) => this.setFeature(name, feature, text));
    const input = field.querySelector("input");
    const slider = numberSlider(this.edits, readNumber(value) ?? 0, feature, (now, drag) => ({ kind: "set_node", name, features: { [feature]: now }, drag }), (text) => {
      if (input) input.value = input.dataset.taken = text;
    });
    return html("div", { class: "node-feature" }, field, slider);
  }

  /** One labelled field; `take` says whether the value can be used. @param {string} key @param {string} label @param {string} value @param {(value: string) => boolean} take */
  field(key, label, value, take) {
    const input = html("input", { name: key, value, autocomplete: "off", spellcheck: "false" });
    const settle = () => {
      if (input.value === input.dataset.taken) return;
      const good = take(input.value);
      input.classList.toggle("wrong", !good);
      if (good) input.dataset.taken = input.value;
    };
    input.dataset.taken = value;
    input.addEventListener("change", settle);
    input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter") settle();
      if (event.key === "Escape") this.close();
    });
    return html("label", {}, html("span", { title: label }, shorten(label, 18)), input);
  }

  /** What was typed and is on its way to Python counts already. @param {number} node @param {number} f */
  feature(node, f) {
    const { scene } = this;
    const [name, feature] = [scene.names[node], scene.featureNames[f]];
    let value = exact(scene.features.at(node, f));
    for (const { edit } of this.edits.drawn) {
      if (edit.kind === "set_node" && edit.name === name && edit.features && feature in edit.features) value = String(edit.features[feature]);
    }
    return value;
  }

  /** @param {number} node */
  refresh(node) {
    const { scene } = this;
    for (const input of this.element.querySelectorAll("input")) {
      if (!input.name) continue; // a slider
      const [kind, f] = input.name.split(":");
      const value = kind === "f" ? this.feature(node, Number(f)) : kind === "name" ? scene.names[node] : (scene.classNames[scene.classOf[node]] ?? "");
      if (input === focusedBeside(this.element) || input.classList.contains("wrong")) continue;
      input.value = value;
      input.dataset.taken = value;
    }
  }

  /** @param {string} name @param {string} label */
  setLabel(name, label) {
    this.edits.push({ kind: "set_node", name, label });
    return true;
  }

  /** @param {string} name @param {string} feature @param {string} text */
  setFeature(name, feature, text) {
    const value = readNumber(text);
    if (value === null) return false;
    this.edits.push({ kind: "set_node", name, features: { [feature]: value } });
    return true;
  }

  /** @param {string} name @param {string} to */
  rename(name, to) {
    const wish = to.trim();
    const taken = wish !== name && this.canvas.draft().points.has(wish);
    if (!wish || taken) return false;
    this.edits.push({ kind: "rename", name, to: wish });
    this.renamed = { from: name, to: wish };
    return true;
  }

  /** A node that was renamed here stays the edited one. @param {Scene} scene */
  follow(scene) {
    if (!this.renamed || !scene.names.includes(this.renamed.to)) return;
    const { from, to } = this.renamed;
    this.renamed = null;
    if (this.store.state.edited === from) {
      this.drawnFor = null;
      this.store.state = { ...this.store.state, edited: to };
    }
  }

  /** @param {number} node */
  putBeside(node) {
    const { canvas } = this;
    const { x: left, y: top } = canvas.frame.onCanvas(canvas.screen[node]);
    const { clientWidth, clientHeight } = canvas.canvas;
    const [width, height] = [this.element.offsetWidth, this.element.offsetHeight];
    const right = left + canvas.radius + BESIDE;
    const fits = right + width <= clientWidth - 4;
    this.element.style.left = `${Math.max(4, fits ? right : left - canvas.radius - BESIDE - width)}px`;
    this.element.style.top = `${Math.min(Math.max(4, top - height / 2), Math.max(4, clientHeight - height - 4))}px`;
  }

  close() {
    const name = this.store.state.edited;
    this.store.update({ edited: null });
    this.canvas.nodes.find(({ group }) => group.dataset.name === name)?.group.focus({ preventScroll: true });
  }
}

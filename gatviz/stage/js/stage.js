/** The stage as one thing: mount it on an element, give it data, hear what the person did. */

import { CanvasInput } from "./canvas_input.js";
import { ChainView } from "./chain_view.js";
import { Camera } from "./camera.js";
import { Commands } from "./commands.js";
import { focusedBeside, hit, html, LATER } from "./dom.js";
import { Edits } from "./edits.js";
import { GraphView } from "./graph_view.js";
import { GuideView } from "./guide.js";
import { Headline } from "./headline.js";
import { HeadsBar } from "./heads_bar.js";
import { KeysMenu } from "./keys_menu.js";
import { Legend } from "./legend.js";
import { NodeEditor } from "./node_editor.js";
import { STEP } from "./page_keys.js";
import { PictureMenu } from "./picture_menu.js";
import { captionOf } from "./picture_parts.js";
import { project } from "./projector.js";
import { readScene } from "./scene.js";
import { AT_FIRST, edgeFocus, nodeFocus, same, Store, touch } from "./store.js";
import { dressed, inLight } from "./light_or_dark.js";
import { Toolbar } from "./toolbar.js";
import { WhyView } from "./why.js";

/**
 * @import {Asked, Focus, Numbered, Screen} from "./protocol.js"
 * @import {Scene} from "./scene.js"
 */

/**
 * @typedef {Object} Host what the stage tells the world around it
 * @property {(edits: Numbered[]) => void} edited what was drawn and is not yet taken
 * @property {(what: Asked["what"]) => void} asked a check that is only run on request
 * @property {(focus: Focus|null, weighting: string) => void} looked what is locked, under which weighting
 */

export class Stage {
  /** @param {HTMLElement} root @param {Host} host */
  constructor(root, host) {
    /** @type {Scene} */
    this.scene = LATER;
    this.host = host;
    this.store = new Store(AT_FIRST);
    this.edits = new Edits((edits) => host.edited(edits), () => this.onEdits());
    this.bar = new HeadsBar(this.store);
    this.graph = new GraphView(this.store, this.edits);
    this.commands = new Commands(this.store, this.edits, this.graph);
    this.graph.listen(new CanvasInput(this.graph, this.store, this.commands));
    /** What came last. @type {Screen} */
    this.data = LATER;
    /** @param {() => void} act */
    const paper = (act) => inLight(this.element, this.data.palettes, () => this.show(this.data), act);
    /** @type {import("./camera.js").Shoots} */
    const shoots = (key, subjects) => new Camera(key, (date) => captionOf(this.scene, this.store.state, date), paper, subjects);
    this.legend = new Legend(this.store);
    this.camera = shoots("graph", () => [{ key: "graph", name: this.scene.texts.pictureOfGraph, elements: [this.graph.canvas, this.legend.element] }]);
    this.menu = new PictureMenu(this.store, this.commands, host, () => this.graph.resetView());
    this.keys = new KeysMenu();
    this.toolbar = new Toolbar(this.store, this.commands, [this.camera.element, this.menu.element, this.keys.element]);
    this.editor = new NodeEditor(this.store, this.edits, this.graph);
    this.chain = new ChainView(this.store, this.edits, shoots);
    this.why = new WhyView(this.store, host, shoots);
    this.headline = new Headline(this.store);
    this.guide = new GuideView(this.store);
    this.headline.aside.prepend(this.guide.element);
    this.notice = html("p", { class: "notice", role: "status" });
    this.element = html(
      "div",
      { class: "gatviz-stage" },
      this.headline.element,
      this.bar.element,
      this.notice,
      html(
        "div",
        { class: "pair-of-panels" },
        html("section", { class: "panel graph-panel" }, this.toolbar.element, this.graph.box, html("div", { class: "graph-foot" }, this.legend.element, this.graph.readout)),
        this.chain.element,
      ),
      this.why.element,
    );
    this.element.addEventListener("keydown", (event) => this.key(event));
    /** @param {Event} event a step that the page was asked for: it goes behind the edits that are on their way */
    this.onStep = (event) => {
      if (!this.element.isConnected) return;
      event.preventDefault();
      if (event instanceof CustomEvent && event.detail === "redo") this.commands.redo();
      else this.commands.undo();
    };
    window.addEventListener(STEP, this.onStep);
    root.append(this.element);
    /** Whether it was put back and has not been told anything since. */
    this.returned = false;
    /** What had the focus last, if it was not given away. @type {EventTarget|null} */
    this.focused = null;
    this.element.addEventListener("focusin", (event) => (this.focused = event.target));
    this.element.addEventListener("focusout", ({ target }) => {
      // Also said while the stage is taken away, which is known only after that.
      setTimeout(() => {
        if (this.element.isConnected && this.focused === target && focusedBeside(this.element) !== target) this.focused = null;
      });
    });
    this.views = [this.headline, this.guide, this.bar, this.graph, this.legend, this.camera, this.menu, this.keys, this.toolbar, this.editor, this.chain, this.why];
    this.stop = this.store.subscribe((state, changed) => {
      for (const view of this.views) view.onState(changed);
      if (changed.has("guide")) this.light();
      if (touch(changed, ["locked", "weighting"])) this.host.looked(this.lockedByNumber(), state.weighting);
    });
  }

  /** The page has put another place where this stage was: it goes there as it is. @param {HTMLElement} root */
  moveTo(root) {
    const { focused } = this;
    this.returned = true;
    root.append(this.element);
    if (focused instanceof HTMLElement || focused instanceof SVGElement) focused.focus({ preventScroll: true });
  }

  /** @param {Screen} data */
  show(data) {
    const before = this.scene;
    this.data = data;
    this.scene = readScene({ ...data, palette: dressed(this.element, data.palettes).palette });
    this.notice.textContent = data.notice;
    this.element.toggleAttribute("data-empty", !data.names.length);
    this.edits.settle(data);
    this.settle(before);
    this.editor.follow(this.scene);
    for (const view of this.views) view.setScene(this.scene);
    this.showWaiting();
    this.light();
    this.graph.settleFocus();
  }

  /** While the guide runs, one zone alone is lit. */
  light() {
    const { guide } = this.store.state;
    const zone = guide === null ? undefined : this.scene.guide?.steps[guide]?.zone;
    if (zone) this.element.dataset.guide = zone;
    else delete this.element.dataset.guide;
  }

  onEdits() {
    this.graph.onEdits();
    this.showWaiting();
  }

  /** While edits wait, the numbers are those of before: they step back until the new ones are here. */
  showWaiting() {
    this.element.toggleAttribute("data-waiting", this.edits.waiting.length > 0);
  }

  /** Carry over what the person looks at, as far as it still exists. @param {Scene|undefined} before */
  settle(before) {
    const { scene, store } = this;
    const { state } = store;
    /** @param {Focus|null} focus */
    const keep = (focus) => this.translate(focus, before);
    /** @param {string|null} key */
    const known = (key) => scene.weightings.some((w) => w.key === key);
    const replaced = !before || before.revision !== scene.revision;
    const weighting = [replaced ? scene.weightingAtStart : state.weighting, state.weighting].find(known) ?? scene.weightings[0].key;
    const open = this.stillOpen(before);
    // While this one was away, something else may have been locked where else the graph is drawn.
    const elsewhere = this.returned && before && !same(scene.lockedAtStart, before.lockedAtStart);
    this.returned = false;
    const locked = replaced || elsewhere ? scene.lockedAtStart : keep(state.locked);
    const changed = !same(locked, state.locked) || (locked && weighting !== state.weighting);
    const selection = state.selection.filter((name) => scene.names.includes(name));
    const count = scene.weightings.filter((w) => w.kind === "head").length;
    const heads = state.heads?.filter((head) => head < count) ?? null;
    const measure = scene.change ? (before && !before.change ? "change" : state.measure) : "share";
    const both = replaced ? !scene.directed : state.both;
    const guide = scene.guide ? state.guide : null;
    const justPinned = before && !before.change && scene.change;
    if (justPinned) open.splice(0, open.length, ...open.filter((name) => name !== "Wh" && name !== "change"), "change");
    const justLetGo = before?.change && !scene.change;
    if (justLetGo && open.every((name) => scene.openAtStart.includes(name))) open.splice(0, open.length, ...scene.openAtStart);
    store.state = { ...state, weighting, hover: keep(state.hover), locked, selection, both, heads, measure, open, guide };
    if (before && changed) this.host.looked(this.lockedByNumber(), weighting);
  }

  /** The unfolded stages: those that were, as far as there are such, unless the chain is that of another kind of layer. @param {Scene|undefined} before */
  stillOpen(before) {
    const { stages, openAtStart } = this.scene;
    const names = stages.map((stage) => stage.name);
    const open = names.filter((name) => this.store.state.open.includes(name));
    if (before && before.stages.length === this.store.state.open.length) return names;
    return before && same(before.openAtStart, openAtStart) && open.length ? open : [...openAtStart];
  }

  /** The same focus in new data: nodes are recognised by their names. @returns {Focus|null} @param {Focus|null} focus @param {Scene|undefined} before */
  translate(focus, before) {
    if (!focus || !before) return focus;
    const { names } = this.scene;
    const renamed = names.length === before.names.length;
    /** @param {number} node */
    const find = (node) => {
      const place = names.indexOf(before.names[node]);
      return place < 0 && renamed && !before.names.includes(names[node]) ? node : place;
    };
    if (focus.kind === "node") return find(focus.node) < 0 ? null : nodeFocus(find(focus.node));
    const [target, source] = [find(focus.target), find(focus.source)];
    return target < 0 || source < 0 ? null : edgeFocus(target, source);
  }

  /** @returns {Focus|null} The locked focus with node numbers of the whole graph, as Python counts. */
  lockedByNumber() {
    const { locked } = this.store.state;
    if (!locked) return null;
    const numbers = this.scene.nodeNumbers;
    return locked.kind === "node"
      ? nodeFocus(numbers[locked.node])
      : edgeFocus(numbers[locked.target], numbers[locked.source]);
  }

  /** Keys pressed here are for the stage: letters must not reach the page's own shortcuts. @param {KeyboardEvent} event */
  key(event) {
    event.stopPropagation();
    if (hit(event, "input, select, textarea")) return;
    if (event.key === "Escape" && this.store.state.guide !== null) this.store.update({ guide: null });
    else if (event.key === "Escape") this.store.update({ locked: null, hover: null, selection: [], connecting: null, edited: null });
    else if (event.key === "?") this.keys.toggle();
    else if (event.key.toLowerCase() === "p" && !event.ctrlKey && !event.metaKey && !event.altKey) project();
    else this.commands.press(event);
  }

  destroy() {
    this.stop();
    window.removeEventListener(STEP, this.onStep);
    this.edits.destroy();
    this.graph.destroy();
    this.chain.destroy();
    this.element.remove();
  }
}

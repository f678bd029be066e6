/** Keeps the session in the browser, offers it back, and carries a link's; the page's own keys. */

import { html } from "./dom.js";
import { fillIn } from "./format.js";
import { listenForSteps } from "./page_keys.js";
import { Patience } from "./patience.js";
import { ProjectorButton } from "./projector.js";
import { Shelf } from "./shelf.js";
import { listenForCells } from "./typed_cells.js";
import { decode } from "./wire.js";

/**
 * @import {Keeping, Wanted} from "./protocol.js"
 * @import {Kept} from "./shelf.js"
 * @typedef {{data: Uint8Array<ArrayBuffer>, parentElement: HTMLElement, setTriggerValue: (name: string, value: object) => void}} Page
 * @typedef {Omit<Wanted, "count">} Wish
 */

/** So long the person has to pause before what they did is kept. */
const PAUSE = 500;
const LINK = /^#g=([\w-]+)$/;
const TOUCHES = ["pointerdown", "click", "keydown", "input"];

let sent = 0;

/** One on a page: where the page mounts it anew, it goes on where it stood. */
class Keeper {
  constructor() {
    /** How its wishes reach Python. @type {(message: object) => void} */
    this.send = () => {};
    this.shelf = new Shelf();
    this.element = html("div", { class: "keeper", role: "status" });
    this.projector = new ProjectorButton();
    /** @type {Keeping|undefined} */
    this.told = undefined;
    /** @type {Wanted[]} */
    this.wishes = [];
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.retry = undefined;
    this.patience = new Patience();
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.pause = undefined;
    this.server = "";
    this.place = 0;
    this.forgets = 0;
    /** The change that is kept. */
    this.kept = 0;
    /** Whether it is known what this page is about; before that nothing is kept over what was. */
    this.ready = false;
    /** Whether it was said that this browser keeps nothing. */
    this.unable = false;
    /** Whether the person did anything since something was said: it stays over what changes by itself. */
    this.touched = false;
    for (const kind of TOUCHES) window.addEventListener(kind, () => (this.touched = true), { capture: true, passive: true });
    /** What is said once the wish of this count was granted. @type {{count: number, say: () => void}|null} */
    this.granted = null;
    listenForSteps((what) => this.want({ what, number: 0, content: "", before: "" }));
    listenForCells();
    window.addEventListener("hashchange", () => this.openLink());
    document.addEventListener("visibilitychange", () => document.hidden && this.pack());
  }

  /** @param {HTMLElement} root @param {(message: object) => void} send */
  standIn(root, send) {
    this.send = send;
    if (this.element.parentNode === root) return;
    root.append(this.element);
    this.projector.standIn(root);
    this.deliver();
  }

  /** @param {Keeping} told */
  show(told) {
    const before = this.told;
    this.told = told;
    this.projector.show(told.texts);
    this.settle(told);
    if (told.server !== this.server) return void this.begin(told);
    if (told.place !== this.place) {
      this.place = told.place;
      this.kept = told.number - 1;
      this.shelf.move();
    }
    if (told.forget !== this.forgets) return void this.forget(told);
    if (told.refused && told.refused !== before?.refused) this.say(told.refused);
    if (told.worthKeeping && told.packed !== null && told.content && told.packed > this.kept) this.put(told, told.packed);
    if (!this.ready || !told.worthKeeping || told.number <= this.kept || this.shelf.silent) return void this.unpause();
    if (before && told.number !== before.number && this.touched) this.hush();
    this.unpause();
    this.pause = setTimeout(() => this.pack(), PAUSE);
  }

  /** Ask for the bytes of what is new, if anything is. */
  pack() {
    if (this.pause === undefined || !this.told) return;
    this.unpause();
    this.want({ what: "pack", number: this.told.number, content: "", before: "" });
  }

  unpause() {
    clearTimeout(this.pause);
    this.pause = undefined;
  }

  /** A page that was loaded, or whose server was started anew: it is about a link, or what this tab kept. @param {Keeping} told */
  async begin(told) {
    const before = this.server || this.shelf.before;
    this.server = told.server;
    this.place = told.place;
    this.forgets = told.forget;
    this.kept = told.number;
    this.ready = false;
    this.unpause();
    if (this.openLink()) return void this.shelf.move(); // also if it cannot be opened: what was kept stays
    const mine = await this.shelf.mine().catch(() => {});
    if (mine || before) {
      const content = mine?.content ?? "";
      return void this.want({ what: "kept", number: 0, content, before }, () => this.isBack(mine?.time ?? Date.now()));
    }
    this.isReady();
    await this.offerOthers();
  }

  /** It is known what this page is about. */
  isReady() {
    this.ready = true;
    this.shelf.remember(this.server);
  }

  /** What was there before the page was loaded is there again, if there was anything. @param {number} time */
  isBack(time) {
    if (!this.told?.worthKeeping) return void this.offerOthers();
    this.kept = this.told.number - 1; // it may be newer than what was kept
    this.sayRestored(time);
  }

  /** Work that a link carries opens at a place of its own. */
  openLink() {
    const found = LINK.exec(location.hash);
    if (!found) return false;
    history.replaceState(history.state, "", location.pathname + location.search);
    this.want({ what: "link", number: 0, content: found[1], before: "" }, () => this.say(this.texts.opened));
    return true;
  }

  get texts() {
    return this.told?.texts ?? {};
  }

  /** @param {Keeping} told @param {number} number */
  async put({ content, workTitle: title }, number) {
    this.kept = number;
    try {
      await this.shelf.put({ content, title, time: Date.now() });
      this.unable = false;
    } catch {
      if (!this.unable) this.say(this.texts.unable);
      this.unable = true;
    }
  }

  /** @param {Keeping} told */
  async forget(told) {
    this.forgets = told.forget;
    this.unpause();
    await this.shelf.forget().catch(() => {});
    this.say(this.texts.forgotten);
  }

  // ---- wishes ----------------------------------------------------------------------------------------------

  /** @param {Wish} wish @param {() => void} say what is said once it is granted */
  want(wish, say = () => {}) {
    sent = Math.max(sent + 1, Date.now());
    this.wishes.push({ ...wish, count: sent });
    if (wish.what !== "pack") this.granted = { count: sent, say };
    if (this.wishes.length === 1) this.deliver();
  }

  deliver() {
    clearTimeout(this.retry);
    if (!this.wishes.length) return;
    this.retry = setTimeout(() => this.deliver(), this.patience.next());
    // Not from within an answer: what is sent while the page takes new data in may get lost.
    setTimeout(() => this.wishes.length && this.send(this.wishes[0]), 0);
  }

  /** @param {Keeping} told */
  settle({ heard, refused }) {
    const before = this.wishes.length;
    this.wishes = this.wishes.filter(({ count }) => count > heard);
    if (this.granted && this.granted.count <= heard) {
      this.isReady();
      if (!refused) this.granted.say();
      this.granted = null;
    }
    if (this.wishes.length < before) {
      this.patience.renew();
      this.deliver();
    }
  }

  // ---- what is said ------------------------------------------------------------------------------------------

  /** @param {number} time */
  sayRestored(time) {
    const sentence = fillIn(this.texts.restored, { time: timeOf(time) });
    const afresh = () => this.want({ what: "afresh", number: 0, content: "", before: "" });
    this.say(sentence, this.button("afresh", afresh), this.forgetButton());
  }

  async offerOthers() {
    const others = this.shelf.silent ? [] : await this.shelf.all().catch(() => []);
    if (!others.length) return;
    const open = others.map((kept) => {
      const named = fillIn(this.texts.other, { title: kept.title, time: timeOf(kept.time) });
      return html("button", { type: "button", onclick: () => this.open(kept) }, named);
    });
    this.say(this.texts.others, ...open, this.forgetButton());
  }

  /** @param {Kept} kept */
  async open(kept) {
    this.hush();
    this.ready = false;
    await this.shelf.adopt(kept);
    this.want({ what: "other", number: 0, content: kept.content, before: "" }, () => this.sayRestored(kept.time));
  }

  forgetButton() {
    return this.button("forget", () => this.told && this.forget(this.told));
  }

  /** @param {string} name @param {() => void} run */
  button(name, run) {
    return html("button", { type: "button", "data-key": name, onclick: () => (this.hush(), run()) }, this.texts[name]);
  }

  /** @param {string} sentence @param {HTMLElement[]} buttons */
  say(sentence, ...buttons) {
    this.touched = false;
    const close = html("button", { type: "button", class: "close", "aria-label": this.texts.close, onclick: () => this.hush() }, "✕");
    this.element.replaceChildren(html("span", {}, sentence), ...buttons, close);
  }

  hush() {
    this.element.replaceChildren();
  }
}

/** The time of day, with the day if it is not today's. @param {number} time */
function timeOf(time) {
  const [then, now] = [new Date(time), new Date()];
  const today = then.toDateString() === now.toDateString();
  return then.toLocaleString([], { ...(today ? {} : { day: "numeric", month: "short" }), hour: "2-digit", minute: "2-digit" });
}

const keeper = new Keeper();
let mounts = 0;

/** Called for every answer of Python. @param {Page} page */
export default async function mount({ data, parentElement, setTriggerValue }) {
  const mounted = ++mounts;
  keeper.standIn(parentElement, (message) => setTriggerValue("wanted", message));
  /** @type {Keeping} */
  const told = await decode(data);
  if (mounted === mounts) keeper.show(told);
}

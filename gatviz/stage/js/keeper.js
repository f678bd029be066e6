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

let sent = 0;
/** The keeper that was made last: the next one on the same page goes on where it stood. @type {Keeper|undefined} */
let last;

class Keeper {
  /** @param {HTMLElement} root @param {(message: object) => void} send */
  constructor(root, send) {
    this.send = send;
    this.shelf = new Shelf();
    this.element = html("div", { class: "keeper", role: "status" });
    root.append(this.element);
    this.projector = new ProjectorButton(root);
    /** @type {Keeping|undefined} */
    this.told = undefined;
    /** @type {Keeper|undefined} */
    const before = lastReady();
    last = this;
    /** @type {Wanted[]} */
    this.wishes = before?.wishes ?? [];
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.retry = undefined;
    this.patience = new Patience();
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.pause = undefined;
    /** That of before, if it is only mounted anew within the page: then nothing is brought back over what is there. @type {string} */
    this.server = before?.server ?? "";
    /** @type {number} */
    this.place = before?.place ?? 0;
    /** @type {number} */
    this.forgets = before?.forgets ?? 0;
    /** The change that is kept. @type {number} */
    this.kept = before?.kept ?? 0;
    /** Whether it is known what this page is about; before that nothing is kept over what was. @type {boolean} */
    this.ready = before !== undefined;
    /** Whether it was said that this browser keeps nothing. */
    this.unable = false;
    /** What is said once the wish of this count was granted. @type {{count: number, say: () => void}|null} */
    this.granted = null;
    this.stops = [
      listenForSteps((what) => this.want({ what, number: 0, content: "" })),
      listenForCells(),
    ];
    this.onHash = () => this.openLink();
    window.addEventListener("hashchange", this.onHash);
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
    if (told.packed !== null && told.content && told.packed > this.kept) this.put(told, told.packed);
    if (!this.ready || !told.worthKeeping || told.number <= this.kept || this.shelf.silent) return;
    if (before && told.number !== before.number) this.hush();
    clearTimeout(this.pause);
    this.pause = setTimeout(() => this.want({ what: "pack", number: told.number, content: "" }), PAUSE);
  }

  /** A page that was loaded, or whose server was started anew: it is about a link, or what this tab kept. @param {Keeping} told */
  async begin(told) {
    this.server = told.server;
    this.place = told.place;
    this.forgets = told.forget;
    this.kept = told.number;
    this.ready = false;
    clearTimeout(this.pause);
    if (this.openLink()) return void this.shelf.move(); // also if it cannot be opened: what was kept stays
    try {
      const mine = await this.shelf.mine();
      if (mine) return void this.want({ what: "kept", number: 0, content: mine.content }, () => this.sayRestored(mine));
      const others = this.shelf.silent ? [] : await this.shelf.all();
      this.isReady();
      if (others.length) this.offer(others);
    } catch {
      this.isReady();
    }
  }

  /** It is known what this page is about. */
  isReady() {
    this.ready = true;
  }

  /** Work that a link carries opens at a place of its own. */
  openLink() {
    const found = LINK.exec(location.hash);
    if (!found) return false;
    history.replaceState(history.state, "", location.pathname + location.search);
    this.want({ what: "link", number: 0, content: found[1] }, () => this.say(this.texts.opened));
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
    clearTimeout(this.pause);
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
    if (this.wishes.length === before) return;
    this.patience.renew();
    this.deliver();
  }

  // ---- what is said ------------------------------------------------------------------------------------------

  /** @param {Kept} kept */
  sayRestored(kept) {
    const sentence = fillIn(this.texts.restored, { time: timeOf(kept.time) });
    this.say(sentence, this.button("afresh", () => this.want({ what: "afresh", number: 0, content: "" })), this.forgetButton());
  }

  /** @param {Kept[]} others */
  offer(others) {
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
    this.want({ what: "other", number: 0, content: kept.content }, () => this.sayRestored(kept));
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
    const close = html("button", { type: "button", class: "close", "aria-label": this.texts.close, onclick: () => this.hush() }, "✕");
    this.element.replaceChildren(html("span", {}, sentence), ...buttons, close);
  }

  hush() {
    this.element.replaceChildren();
  }

  destroy() {
    clearTimeout(this.retry);
    clearTimeout(this.pause);
    window.removeEventListener("hashchange", this.onHash);
    for (const stop of this.stops) stop();
    this.projector.destroy();
    this.shelf.close();
    this.element.remove();
  }
}

/** The keeper of before, if it knew what this page is about. @returns {Keeper|undefined} */
function lastReady() {
  return last?.ready ? last : undefined;
}

/** The time of day, with the day if it is not today's. @param {number} time */
function timeOf(time) {
  const [then, now] = [new Date(time), new Date()];
  const today = then.toDateString() === now.toDateString();
  return then.toLocaleString([], { ...(today ? {} : { day: "numeric", month: "short" }), hour: "2-digit", minute: "2-digit" });
}

/** @type {WeakMap<HTMLElement, {keeper: Keeper, mounts: number}>} */
const keepers = new WeakMap();

/** Called for every answer of Python. @param {Page} page */
export default async function mount({ data, parentElement, setTriggerValue }) {
  /** @param {object} message */
  const send = (message) => setTriggerValue("wanted", message);
  const entry = keepers.get(parentElement) ?? { keeper: new Keeper(parentElement, send), mounts: 0 };
  keepers.set(parentElement, entry);
  entry.keeper.send = send;
  const mounted = ++entry.mounts;
  /** @type {Keeping} */
  const told = await decode(data);
  if (mounted === entry.mounts && keepers.has(parentElement)) entry.keeper.show(told);
  return () => {
    if (mounted !== entry.mounts) return;
    keepers.delete(parentElement);
    entry.keeper.destroy();
  };
}

/** The picture of a training as the page mounts it: data in, what the person asks out, one thing at a time. */

import { LATER } from "./dom.js";
import { TrainView } from "./train_view.js";
import { decode } from "./wire.js";

/**
 * @import {TrainAsked, TrainScreen} from "./protocol.js"
 * @typedef {{data: Uint8Array<ArrayBuffer>, parentElement: HTMLElement, setStateValue: (name: string, value: object) => void}} Page
 */

/** While something moves, the next answer is asked for no sooner than so many milliseconds after the last. */
const PACE = 140;
/** If no answer has come after so many milliseconds, none is coming. */
const LONGEST_WAIT = 1500;
/** What is asked while the page is still being mounted may get lost. */
const SETTLED = 120;
const TOKEN = "gatviz-training";

let sent = 0;

/** A message that equals no other: one like the one before would not be told to Python. @param {object} message */
function numbered(message) {
  sent = Math.max(sent + 1, Date.now());
  return { ...message, count: sent };
}

/** This tab's own mark, by which a reloaded page finds its training again. */
function token() {
  try {
    const known = sessionStorage.getItem(TOKEN) ?? crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    sessionStorage.setItem(TOKEN, known);
    return known;
  } catch {
    return ""; // a page that may keep nothing
  }
}

class Mounted {
  /** @param {HTMLElement} root */
  constructor(root) {
    /** @type {(message: TrainAsked) => void} */
    this.send = () => {};
    /** @type {TrainAsked[]} */
    this.next = [];
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.waiting = undefined;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.ticking = undefined;
    this.shown = 0;
    this.calls = 0;
    this.gone = false;
    /** @type {TrainScreen} */
    this.screen = LATER;
    this.view = new TrainView(root, (asked) => this.ask(asked));
    this.waiting = setTimeout(() => this.answered(), SETTLED);
    const mine = token();
    if (mine) this.next.push({ what: "hello", token: mine });
  }

  /** @param {TrainAsked} asked */
  ask(asked) {
    const last = this.next.at(-1);
    if (last && last.what === asked.what && (asked.what === "seek" || asked.what === "tick")) this.next.pop();
    this.next.push(asked);
    if (this.waiting === undefined) this.deliver();
  }

  deliver() {
    const asked = this.next.shift();
    if (!asked || this.gone) return;
    this.waiting = setTimeout(() => this.answered(), LONGEST_WAIT);
    this.send(asked);
  }

  answered() {
    clearTimeout(this.waiting);
    // Not from within the answer: what is sent while the page takes new data in may get lost.
    this.waiting = this.next.length ? setTimeout(() => this.deliver(), 0) : undefined;
  }

  /** @param {TrainScreen} screen */
  show(screen) {
    this.screen = screen;
    this.view.show(screen);
    this.answered();
    clearTimeout(this.ticking);
    if (!screen.busy && !screen.playing) return;
    const due = Math.max(20, PACE - (performance.now() - this.shown));
    this.ticking = setTimeout(() => {
      this.shown = performance.now();
      this.ask({ what: "tick" });
    }, due);
  }

  stop() {
    this.gone = true;
    clearTimeout(this.waiting);
    clearTimeout(this.ticking);
    this.view.destroy();
  }
}

/** @type {WeakMap<HTMLElement, Mounted>} */
const all = new WeakMap();

/** @param {HTMLLinkElement|null} link @returns {Promise<unknown>} */
function loaded(link) {
  if (!link || link.sheet) return Promise.resolve();
  return new Promise((settle) => ["load", "error"].forEach((how) => link.addEventListener(how, settle, { once: true })));
}

/** Called for every answer of Python, and with the same bytes again when the page's colours change. @param {Page} page */
export default async function mount({ data, parentElement, setStateValue }) {
  const mounted = all.get(parentElement) ?? new Mounted(parentElement);
  all.set(parentElement, mounted);
  mounted.send = (message) => setStateValue("asked", numbered(message));
  const call = ++mounted.calls;
  const [screen] = await Promise.all([decode(data), loaded(parentElement.querySelector("link[rel=stylesheet]"))]);
  if (call === mounted.calls && !mounted.gone) {
    if ("names" in screen) mounted.show(/** @type {any} */ (screen));
    else mounted.answered(); // nothing to draw yet
  }
  return () => {
    // The page also ends a call that a newer one has overtaken; what is mounted is that one's then.
    if (call !== mounted.calls) return;
    mounted.stop();
    all.delete(parentElement);
  };
}

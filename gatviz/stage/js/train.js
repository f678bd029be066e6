/** The picture of a training as the page mounts it: data in, what the person asks out, one thing at a time. */

import { styled } from "./dom.js";
import { Patience } from "./patience.js";
import { TrainPaintView } from "./train_paint.js";
import { TrainView } from "./train_view.js";
import { decode } from "./wire.js";

/**
 * @import {TrainAsked, TrainPaint, TrainScreen} from "./protocol.js"
 * @typedef {{data: Uint8Array<ArrayBuffer>, parentElement: HTMLElement, setStateValue: (name: string, value: object) => void}} Page
 */

/** What is asked while the page is still being mounted may get lost. */
const SETTLED = 400;
const TOKEN = "gatviz-training";

/** How much was asked, counted from the clock: a page that is mounted anew goes on, not back to 1. */
let sent = 0;

/** @typedef {Omit<TrainAsked, "count">} Asking what is asked, not yet counted */

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
    /** @type {(message: object) => void} */
    this.send = () => {};
    /** What is asked next. @type {Asking[]} */
    this.next = [];
    /** What is asked and not known to be heard. @type {TrainAsked|null} */
    this.open = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.waiting = undefined;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.ticking = undefined;
    this.patience = new Patience();
    this.ticked = 0;
    this.tries = 0;
    this.calls = 0;
    this.gone = false;
    this.root = root;
    /** What is drawn: nothing, as long as there is nothing to draw. @type {TrainView|TrainPaintView|null} */
    this.view = null;
    this.waiting = setTimeout(() => this.deliver(), SETTLED);
    this.token = token();
    if (this.token) this.next.push({ what: "hello" });
  }

  /** @param {Asking} asked */
  ask(asked) {
    const last = this.next.at(-1);
    if (last?.what === "hello") this.next.pop(); // all that is asked says as much
    if (last && last.what === asked.what && (asked.what === "seek" || asked.what === "tick")) this.next.pop();
    this.next.push(asked);
    if (this.waiting === undefined && this.open === null) this.deliver();
  }

  /** Send what comes next, or once more what was not heard: a page that runs anew loses what is sent meanwhile. */
  deliver() {
    clearTimeout(this.waiting);
    this.waiting = undefined;
    if (this.gone) return;
    if (this.open === null) {
      const asked = this.next.shift();
      if (!asked) return;
      sent = Math.max(sent + 1, Date.now());
      this.open = { ...asked, count: sent, token: this.token };
    }
    this.waiting = setTimeout(() => this.deliver(), this.patience.next());
    this.tries += 1;
    this.send({ ...this.open, tries: this.tries });
  }

  /** Python has answered, and heard all up to this number. @param {number} heard */
  answered(heard) {
    if (this.open !== null && this.open.count <= heard) {
      this.open = null;
      this.patience.renew();
    }
    clearTimeout(this.waiting);
    // Not from within the answer: what is sent while the page takes new data in may get lost.
    this.waiting = this.open !== null || this.next.length ? setTimeout(() => this.deliver(), 0) : undefined;
  }

  /** A training, a graph to be painted, or nothing to draw yet. @param {TrainScreen|TrainPaint|{heard: number}} screen */
  show(screen) {
    const trains = "charts" in screen;
    const paints = !trains && "brushes" in screen;
    if (trains) this.of(TrainView).show(screen);
    else if (paints) this.of(TrainPaintView).show(screen);
    else this.clear();
    this.answered(screen.heard);
    clearTimeout(this.ticking);
    if (!trains || !screen.pace) return;
    const due = Math.max(20, screen.pace - (performance.now() - this.ticked));
    this.ticking = setTimeout(() => {
      this.ticked = performance.now();
      this.ask({ what: "tick" });
    }, due);
  }

  /** The view of this kind; another gives way to it. @template {TrainView|TrainPaintView} V @param {new (root: HTMLElement, ask: (asked: Asking) => void) => V} Kind @returns {V} */
  of(Kind) {
    if (this.view instanceof Kind) return this.view;
    this.clear();
    const made = new Kind(this.root, (asked) => this.ask(asked));
    this.view = made;
    return made;
  }

  clear() {
    this.view?.destroy();
    this.view = null;
  }

  stop() {
    this.gone = true;
    clearTimeout(this.waiting);
    clearTimeout(this.ticking);
    this.clear();
  }
}

/** @type {WeakMap<HTMLElement, Mounted>} */
const all = new WeakMap();

/** Called for every answer of Python, and with the same bytes again when the page's colours change. @param {Page} page */
export default async function mount({ data, parentElement, setStateValue }) {
  const mounted = all.get(parentElement) ?? new Mounted(parentElement);
  all.set(parentElement, mounted);
  mounted.send = (message) => setStateValue("asked", message);
  const call = ++mounted.calls;
  const [screen] = await Promise.all([decode(data), styled(parentElement)]);
  if (call === mounted.calls && !mounted.gone) mounted.show(/** @type {any} */ (screen));
  return () => {
    // The page also ends a call that a newer one has overtaken; what is mounted is that one's then.
    if (call !== mounted.calls) return;
    mounted.stop();
    all.delete(parentElement);
  };
}

/** The component that the page mounts: data in, what the person did out. */

import { LATER, styled } from "./dom.js";
import { Stage } from "./stage.js";
import { leave, left } from "./tab.js";
import { alike } from "./tensor.js";
import { decode } from "./wire.js";

/**
 * @import {Asked, Edited, Looked, Screen} from "./protocol.js"
 * @typedef {{edits: Edited, looked: Looked, asked: Asked}} Messages what is sent, by the name that Python hears it under
 * @typedef {<K extends keyof Messages>(name: K, message: Messages[K]) => void} Send
 * @typedef {{data: Uint8Array<ArrayBuffer>, parentElement: HTMLElement, setStateValue: (name: string, value: object) => void}} Page
 *
 * @typedef {Object} Entry one mounted stage
 * @property {Stage} stage
 * @property {HTMLElement} place
 * @property {Looks} looks
 * @property {Promise<unknown>} styled
 * @property {Promise<Screen>} scene
 * @property {Uint8Array|undefined} bytes
 * @property {number} mounts
 * @property {boolean} parked whether the page has no place for it at the moment
 * @property {boolean} due whether it has yet to show what came
 * @property {Send} send
 */

/** @type {WeakMap<HTMLElement, Entry>} */
const stages = new WeakMap();
/** Places that the page has not taken away yet, whose stage is in another one. @type {WeakSet<HTMLElement>} */
const leftPlaces = new WeakSet();

/** If no answer has come after so many milliseconds, none is coming. */
const MAX_WAIT = 1000;

/**
 * Sends the newest look only, and the next one not before the page has answered: a key held down would
 * otherwise start a run of the script each time, more than the connection takes.
 */
class Looks {
  /** @param {(look: Looked) => void} send */
  constructor(send) {
    this.send = send;
    /** @type {Looked|null} */
    this.next = null;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.waiting = undefined;
  }

  /** @param {Looked} look */
  add(look) {
    this.next = look;
    if (this.waiting === undefined) this.deliver();
  }

  /** The page has answered. */
  answered() {
    clearTimeout(this.waiting);
    // Not from within the answer: what is sent while the page takes new data in may get lost.
    this.waiting = this.next ? setTimeout(() => this.deliver(), 0) : undefined;
  }

  stop() {
    clearTimeout(this.waiting);
  }

  deliver() {
    const look = this.next;
    if (!look) return;
    this.next = null;
    this.waiting = setTimeout(() => this.answered(), MAX_WAIT);
    this.send(look);
  }
}

/** How many messages were sent, counted from the clock: a stage that is mounted anew goes on, not back to 1. */
let sent = 0;

/** A message that equals no other: one like the one before would not be told to Python. @param {object} message */
function numbered(message) {
  sent = Math.max(sent + 1, Date.now());
  return { ...message, count: sent };
}

/** The stage of this page. @type {Entry|undefined} */
let last;

window.addEventListener("pagehide", () => last && leave(last.stage.edits.kept));

/** So many milliseconds a stage that was taken away waits to be put back. */
const SOON = 5000;

/** The page may take a stage away and make a place for it anew, in the midst of an edit: nothing of it is lost then. @param {Entry} entry */
function park(entry) {
  entry.parked = true;
  setTimeout(() => {
    if (last !== entry || !entry.parked) return;
    last = undefined;
    entry.looks.stop();
    entry.stage.destroy();
  }, SOON);
}

/**
 * The stage of this page in its new place, of which the page may tell before it takes the old one away; what stays of that
 * for a while is no stage any more.
 * @param {HTMLElement} parentElement @returns {Entry|undefined}
 */
function putBack(parentElement) {
  const entry = last;
  if (!entry) return undefined;
  if (entry.place !== parentElement) {
    stages.delete(entry.place);
    if (!entry.parked) leftPlaces.add(entry.place);
  }
  entry.place = parentElement;
  entry.parked = false;
  stages.set(parentElement, entry);
  entry.stage.moveTo(parentElement);
  entry.styled = styled(parentElement);
  entry.due = true;
  return entry;
}

/** @param {HTMLElement} parentElement @param {Send} send */
function entryOf(parentElement, send) {
  const known = stages.get(parentElement) ?? putBack(parentElement);
  if (known) return Object.assign(known, { send });
  const looks = new Looks((look) => entry.send("looked", look));
  /** @type {Entry} */
  const entry = {
    looks,
    stage: new Stage(parentElement, {
      edited: (edits) => entry.send("edits", { edits }),
      looked: (focus, weighting) => looks.add({ focus, weighting }),
      asked: (what) => entry.send("asked", { what }),
    }),
    place: parentElement,
    styled: styled(parentElement),
    scene: LATER,
    bytes: undefined,
    mounts: 0,
    parked: false,
    due: false,
    send,
  };
  entry.stage.edits.kept = left();
  stages.set(parentElement, entry);
  last = entry;
  return entry;
}

/** Called for every answer of Python, and with the same bytes again when the page's colours change. @param {Page} page */
export default async function mount({ data, parentElement, setStateValue }) {
  if (leftPlaces.has(parentElement) && last && !last.parked) return undefined;
  const entry = entryOf(parentElement, (name, message) => setStateValue(name, numbered(message)));
  const mounted = ++entry.mounts;
  const recoloured = entry.bytes === data;
  const changed = !alike(entry.bytes, data);
  if (changed) entry.scene = decode(data);
  entry.bytes = data;
  entry.due ||= recoloured || changed;
  const [scene] = await Promise.all([entry.scene, entry.styled]);
  if (mounted === entry.mounts && stages.get(parentElement) === entry) {
    if (entry.due) entry.stage.show(scene);
    entry.due = false;
    entry.looks.answered();
  }
  return () => {
    // The page also ends a call that a newer one has overtaken; the stage is that one's then.
    if (mounted !== entry.mounts) return;
    stages.delete(parentElement);
    park(entry);
  };
}

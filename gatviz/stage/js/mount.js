/** The component that the page mounts: data in, what the person did out. */

import { Stage } from "./stage.js";
import { alike } from "./tensor.js";
import { decode } from "./wire.js";

const stages = new WeakMap();

/** If no answer has come after so many milliseconds, none is coming. */
const LONGEST_WAIT = 1000;

/**
 * Sends the newest look only, and the next one not before the page has answered: a key held down would
 * otherwise start a run of the script each time, more than the connection takes.
 */
class Looks {
  /** @param {(look: Object) => void} send */
  constructor(send) {
    this.send = send;
    this.next = null;
    this.waiting = null;
  }

  /** @param {Object} look */
  add(look) {
    this.next = look;
    if (this.waiting === null) this.deliver();
  }

  /** The page has answered. */
  answered() {
    clearTimeout(this.waiting);
    // Not from within the answer: what is sent while the page takes new data in may get lost.
    this.waiting = this.next ? setTimeout(() => this.deliver(), 0) : null;
  }

  stop() {
    clearTimeout(this.waiting);
  }

  deliver() {
    const look = this.next;
    this.next = null;
    this.waiting = setTimeout(() => this.answered(), LONGEST_WAIT);
    this.send(look);
  }
}

/** How many messages were sent, counted from the clock: a stage that is mounted anew goes on, not back to 1. */
let sent = 0;

/** A message that equals no other: one like the one before would not be told to Python. */
function numbered(message) {
  sent = Math.max(sent + 1, Date.now());
  return { ...message, count: sent };
}

/** Settles when a style sheet is there: the stage measures itself, and reads dark or light from its colours. */
function loaded(link) {
  if (!link || link.sheet) return Promise.resolve();
  return new Promise((settle) => ["load", "error"].forEach((how) => link.addEventListener(how, settle, { once: true })));
}

function entryOf(parentElement) {
  let entry = stages.get(parentElement);
  if (!entry) {
    entry = { mounts: 0 };
    entry.styled = loaded(parentElement.querySelector("link[rel=stylesheet]"));
    entry.looks = new Looks((look) => entry.send("looked", look));
    entry.stage = new Stage(parentElement, {
      edited: (edits) => entry.send("edits", { edits }),
      looked: (focus, weighting) => entry.looks.add({ focus, weighting }),
      asked: (what) => entry.send("asked", { what }),
    });
    stages.set(parentElement, entry);
  }
  return entry;
}

/** Called for every answer of Python, and with the same bytes again when the page's colours change. */
export default async function mount({ data, parentElement, setStateValue }) {
  const entry = entryOf(parentElement);
  const mounted = ++entry.mounts;
  entry.send = (name, message) => setStateValue(name, numbered(message));
  const recoloured = entry.bytes === data;
  const changed = !alike(entry.bytes, data);
  if (changed) entry.scene = decode(data);
  entry.bytes = data;
  entry.due ||= recoloured || changed;
  const [scene] = await Promise.all([entry.scene, entry.styled]);
  if (mounted === entry.mounts && !entry.gone) {
    if (entry.due) entry.stage.show(scene);
    entry.due = false;
    entry.looks.answered();
  }
  return () => {
    // The page also ends a call that a newer one has overtaken; the stage is that one's then.
    if (mounted !== entry.mounts) return;
    entry.gone = true;
    entry.looks.stop();
    entry.stage.destroy();
    stages.delete(parentElement);
  };
}

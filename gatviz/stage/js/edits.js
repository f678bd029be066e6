/** Edits on their way to Python: kept, and sent again, until Python says that it has taken them. None is lost. */

/** If no answer comes in so many milliseconds, what waits is sent again. */
const PATIENCE = 1500;

/** @import {Edit, Numbered} from "./protocol.js" */

export class Edits {
  /** @param {(edits: Numbered[]) => void} send @param {() => void} changed */
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    /** @type {Numbered[]} */
    this.waiting = [];
    this.last = 0;
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
  }

  /** The first edit goes at once; those made until its answer comes go together. @param {Edit} edit */
  push(edit) {
    this.last += 1;
    this.waiting.push({ number: this.last, edit });
    this.changed();
    if (this.timer === undefined) this.flush();
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), PATIENCE);
    this.send(this.waiting);
  }

  /** Python has taken all edits up to this number. @param {number} taken */
  settle(taken) {
    const before = this.waiting.length;
    this.last = Math.max(this.last, taken);
    this.waiting = this.waiting.filter(({ number }) => number > taken);
    if (this.waiting.length === before && before > 0) return;
    clearTimeout(this.timer);
    // Not from within the answer: what is sent while the host takes new data in may get lost.
    this.timer = this.waiting.length ? setTimeout(() => this.flush(), 0) : undefined;
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

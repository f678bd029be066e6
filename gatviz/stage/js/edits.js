/** Edits on their way to Python: kept and sent again until Python says that it has taken them. None is lost. */

/**
 * @typedef {Object} Edit nodes go by name, so that an edit still means the same after those before it
 * @property {string} kind see gatviz/ui/edits.py
 * @property {number} [number] its place in the order, given here
 */

export class Edits {
  /** @param {(edits: Edit[]) => void} send hears of all that wait, each time @param {() => void} changed */
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    /** @type {Edit[]} */
    this.waiting = [];
    this.last = 0;
  }

  /** @param {Edit} edit */
  push(edit) {
    this.last += 1;
    this.waiting.push({ ...edit, number: this.last });
    this.changed();
    this.send(this.waiting);
  }

  /** Python has taken all edits up to this number. @param {number} taken */
  settle(taken) {
    this.last = Math.max(this.last, taken);
    this.waiting = this.waiting.filter((edit) => edit.number > taken);
  }
}

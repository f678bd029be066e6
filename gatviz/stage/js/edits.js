/** Edits on their way to Python: kept, and sent again, until Python says that it has taken them. None is lost. */

import { Patience } from "./patience.js";

/**
 * @import {Edit, Numbered, Screen} from "./protocol.js"
 * @typedef {Pick<Screen, "session"|"drawing"|"editsTaken"|"fixed">} On the graph that is drawn on, what of it is taken, and whether it is fixed
 */

export class Edits {
  /** @param {(edits: Numbered[]) => void} send @param {() => void} changed */
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
    /** All that is not yet taken: a session that went with its server may come back. @type {Numbered[]} */
    this.kept = [];
    /** @type {On} */
    this.on = { session: "", drawing: 0, editsTaken: 0, fixed: false };
    /** @type {ReturnType<typeof setTimeout>|undefined} */
    this.timer = undefined;
    this.patience = new Patience();
  }

  /** What waits for the session on the screen. */
  get waiting() {
    return this.kept.filter(({ session }) => session === this.on.session);
  }

  /** What of it is for the graph on the screen. */
  get drawn() {
    return this.waiting.filter(({ drawing }) => drawing === this.on.drawing);
  }

  /** The first edit goes at once; those made until its answer comes go together. @param {Edit} edit */
  push(edit) {
    const { session, drawing, editsTaken, fixed } = this.on;
    if (fixed && edit.kind !== "move") return;
    const number = 1 + Math.max(editsTaken, ...this.waiting.map((one) => one.number));
    this.kept.push({ number, session, drawing, edit });
    this.changed();
    if (this.timer === undefined) this.flush();
  }

  flush() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), this.patience.next());
    this.send(this.waiting);
  }

  /** This is on the screen now, and so many edits of it are taken. @param {On} on */
  settle({ session, drawing, editsTaken, fixed }) {
    const same = session === this.on.session;
    const before = this.waiting.length;
    this.on = { session, drawing, fixed, editsTaken: same ? Math.max(this.on.editsTaken, editsTaken) : editsTaken };
    this.kept = this.kept.filter((one) => one.session !== session || one.number > editsTaken);
    if (same && this.waiting.length === before && before > 0) return;
    clearTimeout(this.timer);
    this.patience.renew();
    // Not from within the answer: what is sent while the host takes new data in may get lost.
    this.timer = this.waiting.length ? setTimeout(() => this.flush(), 0) : undefined;
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

/** How long to wait for an answer before a message is sent again: each time it may take the page twice as long. */

const FIRST = 1500;
const MAX_WAIT = 24_000;

/** A message that comes while the page is at work makes it begin anew: sent at one pace, it might never end. */
export class Patience {
  constructor() {
    this.wait = FIRST;
  }

  /** Milliseconds to wait now. */
  next() {
    const now = this.wait;
    this.wait = Math.min(2 * now, MAX_WAIT);
    return now;
  }

  /** An answer has come. */
  renew() {
    this.wait = FIRST;
  }
}

/** Ties the stage to Streamlit: data in, what the person did out. */

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

export default function mount({ data, parentElement, setStateValue }) {
  let entry = stages.get(parentElement);
  if (!entry) {
    entry = {};
    entry.looks = new Looks((look) => entry.send("looked", look));
    entry.stage = new Stage(parentElement, {
      edited: (edits) => entry.send("edits", { edits }),
      looked: (focus, weighting) => entry.looks.add({ focus, weighting }),
      asked: (what) => entry.send("asked", { what }),
    });
    stages.set(parentElement, entry);
  }
  entry.send = (name, message) => setStateValue(name, numbered(message));
  entry.stage.show(data);
  entry.looks.answered();
  return () => {
    entry.looks.stop();
    entry.stage.destroy();
    stages.delete(parentElement);
  };
}

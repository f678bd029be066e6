/** The component that the page mounts: data in, what the person did out. */

import { Stage } from "./stage.js";

// Taken in before the first mount: the stage measures itself, and reads dark or light from its colours.
const styles = new CSSStyleSheet();
const answer = await fetch(new URL("./stage.css", import.meta.url));
if (!answer.ok) throw new Error(`stage.css: ${answer.status}`);
await styles.replace(await answer.text());

const stages = new WeakMap();

/** If no answer has come after so many milliseconds, none is coming: the same look again changes nothing. */
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

export default function mount({ data, parentElement, setStateValue }) {
  let entry = stages.get(parentElement);
  if (!entry) {
    entry = {};
    const root = parentElement.getRootNode();
    if (!root.adoptedStyleSheets.includes(styles)) root.adoptedStyleSheets.push(styles);
    entry.looks = new Looks((look) => entry.send("looked", look));
    entry.stage = new Stage(parentElement, {
      edited: (edits, attempt) => entry.send("edits", { edits, attempt }),
      looked: (focus, weighting) => entry.looks.add({ focus, weighting }),
      asked: (what) => entry.send("asked", { what, count: (entry.count = (entry.count ?? 0) + 1) }),
    });
    stages.set(parentElement, entry);
  }
  entry.send = setStateValue;
  entry.stage.show(data);
  entry.looks.answered();
  return () => {
    entry.looks.stop();
    entry.stage.destroy();
    stages.delete(parentElement);
  };
}

/**
 * The first keys typed into a grid of the page's. It fetches the field for a cell when the first key comes, and takes
 * each key until then for the beginning of a new number: 5678 becomes 8. Likewise what is typed right after Enter goes
 * into the field that is about to go. Here keys wait until the one before them has done its work.
 */

const GRID = "[data-testid='stDataFrame']";
const FIELD = "#portal input, #portal textarea";
/** If no field has come after so many milliseconds, none is coming. */
const MAX_WAIT = 3000;

/** Keys after which the field goes, and the next key begins another cell. */
const ENDS = new Set(["Enter", "Tab", "Escape"]);

/** @returns {() => void} how to stop */
export function listenForCells() {
  /** What was pressed and is not yet typed; null while nothing waits. @type {string[]|null} */
  let waiting = null;
  /** The grid that was used last. @type {Element|null} */
  let grid = null;
  /** @param {Event} event */
  const used = ({ target }) => {
    if (target instanceof Element && target.closest(GRID)) grid = target;
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    used(event);
    if (!event.isTrusted || event.ctrlKey || event.metaKey || event.altKey) return;
    if (waiting) {
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting.push(event.key);
    } else if (event.target === field() && ENDS.has(event.key)) {
      void typeAll(() => field() !== event.target);
    } else if (event.key.length === 1 && event.target === grid && !field()) {
      void typeAll(() => field() !== null);
    }
  };
  /** Type what is pressed from now on, as soon as the key of before has done its work. @param {() => boolean} done */
  const typeAll = async (done) => {
    /** @type {string[]} */
    const keys = [];
    waiting = keys;
    await until(done);
    await twoFrames();
    for (let key = keys.shift(); key !== undefined; key = keys.shift()) await typeOne(key); // oxlint-disable-line no-await-in-loop
    waiting = null;
  };
  /** @param {string} key */
  const typeOne = async (key) => {
    const before = field();
    const target = before ?? grid;
    if (!target) return;
    type(target, key);
    if (before && ENDS.has(key)) await until(() => field() !== before);
    else if (!before && key.length === 1) await until(() => field() !== null);
    await twoFrames();
  };
  window.addEventListener("keydown", pressed, true);
  window.addEventListener("pointerdown", used, true);
  return () => {
    window.removeEventListener("keydown", pressed, true);
    window.removeEventListener("pointerdown", used, true);
  };
}

/** @returns {HTMLInputElement|HTMLTextAreaElement|null} */
const field = () => document.querySelector(FIELD);

/** @returns {Promise<void>} */
const twoFrames = () => new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(() => settle())));

/** Wait until something holds, or no longer than it can take. @param {() => boolean} holds */
async function until(holds) {
  const end = Date.now() + MAX_WAIT;
  while (!holds() && Date.now() < end) await twoFrames(); // oxlint-disable-line no-await-in-loop
}

/** @param {Element} target @param {string} key */
function type(target, key) {
  const writes = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement;
  if (!writes || key.length > 1) {
    target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    return;
  }
  const prototype = target instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
  // The page's own library looks at the setter to see a change.
  Object.getOwnPropertyDescriptor(prototype, "value")?.set?.call(target, target.value + key);
  target.dispatchEvent(new Event("input", { bubbles: true }));
}

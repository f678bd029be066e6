/**
 * The first keys typed into a grid of the page's. It fetches the field for a cell when the first key comes, and takes
 * each key until then for the beginning of a new number: 5678 becomes 8. Here they wait for the field.
 */

const GRID = "[data-testid='stDataFrame']";
const FIELD = "#portal input, #portal textarea";
/** If no field has come after so many milliseconds, none is coming. */
const LONGEST = 5000;

/** @returns {() => void} how to stop */
export function listenForCells() {
  /** What was pressed and is not yet typed; null while nothing waits. @type {string[]|null} */
  let waiting = null;
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (!event.isTrusted || event.ctrlKey || event.metaKey || event.altKey) return;
    if (waiting) {
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting.push(event.key);
    } else if (event.key.length === 1 && event.target instanceof Element && event.target.closest(GRID) && !field()) {
      void typeAll(event.target);
    }
  };
  /** @param {Element} grid */
  const typeAll = async (grid) => {
    /** @type {string[]} */
    const keys = [];
    waiting = keys;
    await until(() => field() !== null);
    for (let key = keys.shift(); key !== undefined; key = keys.shift()) {
      type(field() ?? grid, key);
      // In turn: after Enter the field goes, and the next key begins another cell.
      await twoFrames(); // oxlint-disable-line no-await-in-loop
    }
    waiting = null;
  };
  window.addEventListener("keydown", pressed, true);
  return () => window.removeEventListener("keydown", pressed, true);
}

/** @returns {HTMLInputElement|HTMLTextAreaElement|null} */
const field = () => document.querySelector(FIELD);

/** @returns {Promise<void>} */
const twoFrames = () => new Promise((settle) => requestAnimationFrame(() => requestAnimationFrame(() => settle())));

/** Wait until something holds, or no longer than it can take. @param {() => boolean} holds */
async function until(holds) {
  const end = Date.now() + LONGEST;
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

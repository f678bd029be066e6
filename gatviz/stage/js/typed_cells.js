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
  /** @type {string[]|null} */
  let waiting = null;
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (!event.isTrusted || event.ctrlKey || event.metaKey || event.altKey) return;
    if (waiting) {
      event.preventDefault();
      event.stopImmediatePropagation();
      waiting.push(event.key);
    } else if (event.key.length === 1 && event.target instanceof Element && event.target.closest(GRID) && !field()) {
      waiting = [];
      awaitField(Date.now());
    }
  };
  /** @param {number} since */
  const awaitField = (since) => {
    const input = field();
    if (!input && Date.now() - since < LONGEST) return void requestAnimationFrame(() => awaitField(since));
    const keys = waiting ?? [];
    waiting = null;
    if (input) for (const key of keys) type(input, key);
  };
  window.addEventListener("keydown", pressed, true);
  return () => window.removeEventListener("keydown", pressed, true);
}

/** @returns {HTMLInputElement|HTMLTextAreaElement|null} */
const field = () => document.querySelector(FIELD);

/** @param {HTMLInputElement|HTMLTextAreaElement} input @param {string} key */
function type(input, key) {
  if (key.length === 1) {
    const prototype = input instanceof HTMLInputElement ? HTMLInputElement.prototype : HTMLTextAreaElement.prototype;
    // The page's own library looks at the setter to see a change.
    Object.getOwnPropertyDescriptor(prototype, "value")?.set?.call(input, input.value + key);
    input.dispatchEvent(new Event("input", { bubbles: true }));
  } else input.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}

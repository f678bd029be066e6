/** Ctrl+Z on the page: a step of the work goes back, wherever no text is being edited. */

/** Who draws on the page hears of it first, since it knows of edits that are still on their way. */
export const STEP = "gatviz-step";

/** @typedef {"undo"|"redo"} Step */

const WRITES = "textarea, [contenteditable=''], [contenteditable='true']";

/** Whether a dialog lies over the page, which has to be answered first; what unfolds from a button does not. */
export const isAsking = () => document.querySelector("[data-testid=stDialog]") !== null;

/** @param {(step: Step) => void} take @returns {() => void} how to stop */
export function listenForSteps(take) {
  /** The fields in which something was typed that is not yet taken. @type {WeakSet<EventTarget>} */
  const typing = new WeakSet();
  /** @param {Event} event */
  const typed = (event) => typing.add(event.composedPath()[0]);
  /** @param {Event} event */
  const left = (event) => typing.delete(event.composedPath()[0]);
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    const target = event.composedPath()[0];
    if (event.key === "Enter") typing.delete(target);
    const step = stepOf(event);
    if (!step || event.defaultPrevented || !(target instanceof Element)) return;
    if (target.matches(WRITES) || typing.has(target) || isAsking()) return;
    event.preventDefault();
    if (window.dispatchEvent(new CustomEvent(STEP, { detail: step, cancelable: true }))) take(step);
  };
  document.addEventListener("input", typed, true);
  document.addEventListener("focusout", left, true);
  document.addEventListener("keydown", pressed);
  return () => {
    document.removeEventListener("input", typed, true);
    document.removeEventListener("focusout", left, true);
    document.removeEventListener("keydown", pressed);
  };
}

/** @param {KeyboardEvent} event @returns {Step|null} */
function stepOf(event) {
  if ((!event.ctrlKey && !event.metaKey) || event.altKey) return null;
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? "redo" : "undo";
  return key === "y" && !event.shiftKey ? "redo" : null;
}

/** What changed is on its way for a moment, so that one sees what became of it; numbers are there at once. */

const TIME = 200;
const still = window.matchMedia("(prefers-reduced-motion: reduce)");
/** What a bar or a mark is drawn by, where its element has it. */
const PLACES = ["x", "width", "cx"];

/** Whether anything may move there: nobody asked for stillness, and no picture is being taken. @param {Element} element */
function moves(element) {
  return !still.matches && element.closest("[data-still]") === null;
}

/**
 * Bars (all with data-slides, their name) that will be made anew slide from where they were.
 * @param {Element} root that they are in @returns {() => void} what is to be done once they are made
 */
export function sliding(root) {
  const before = new Map(barsIn(root).map((bar) => [bar.dataset.slides, placeOf(bar)]));
  return () => {
    if (!before.size || !moves(root)) return;
    for (const bar of barsIn(root)) {
      const [from, to] = [before.get(bar.dataset.slides), placeOf(bar)];
      if (from && JSON.stringify(from) !== JSON.stringify(to)) bar.animate([from, to], TIME);
    }
  };
}

/** One picture gives way to the one below it. @param {HTMLElement} above */
export function fade(above) {
  if (moves(above)) above.animate([{ opacity: 1 }, { opacity: 0 }], TIME);
}

/** What is on its way is there at once. @param {Element} element */
export function arrive(element) {
  for (const animation of element.getAnimations({ subtree: true })) {
    if (Number.isFinite(animation.effect?.getComputedTiming().endTime)) animation.finish();
  }
}

/** @param {Element} root @returns {(HTMLElement|SVGElement)[]} */
const barsIn = (root) => [...root.querySelectorAll("[data-slides]")].filter((bar) => bar instanceof HTMLElement || bar instanceof SVGElement);

/** @param {HTMLElement|SVGElement} bar @returns {Record<string, string>} */
function placeOf(bar) {
  if (bar instanceof HTMLElement) return { width: bar.style.width };
  return Object.fromEntries(PLACES.flatMap((name) => (bar.hasAttribute(name) ? [[name, `${bar.getAttribute(name)}px`]] : [])));
}

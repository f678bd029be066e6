/** Making elements. Text only ever enters the page as text nodes and attributes, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * @typedef {string|number|boolean|null|undefined|((event: any) => unknown)} Value null and undefined leave an attribute out; a function listens
 * @typedef {Node|string|null|undefined} Child
 */

/**
 * @template {Element} E
 * @param {E} element @param {Record<string, Value>} attributes on… adds a listener @param {Child[]} children
 */
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/**
 * An HTML element.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {Record<string, Value>} attributes @param {...Child} children
 */
export function html(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/**
 * An SVG element.
 * @template {keyof SVGElementTagNameMap} T
 * @param {T} tag @param {Record<string, Value>} attributes @param {...Child} children
 */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Set several attributes at once. @param {Element} element @param {Record<string, string|number>} attributes */
export function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
}

/** The element with the focus, under the same root as another. @param {Node} node @returns {HTMLElement|SVGElement|null} */
export function focusedBeside(node) {
  const root = node.getRootNode();
  const active = root instanceof Document || root instanceof ShadowRoot ? root.activeElement : null;
  return active instanceof HTMLElement || active instanceof SVGElement ? active : null;
}

/** Give the focus to the part of an element with this data-key. @param {HTMLElement} element @param {string} key */
export function focusKey(element, key) {
  /** @type {HTMLElement|null} */
  const found = element.querySelector(`[data-key="${CSS.escape(key)}"]`);
  found?.focus();
}

/** The nearest element at or around what an event happened on. @param {Event} event @param {string} selector @returns {HTMLElement|SVGElement|null} */
export function hit(event, selector) {
  return event.target instanceof Element ? event.target.closest(selector) : null;
}

/** How much larger an element is on the page than its own pixels say: more than 1 in projector mode. @param {Element} element */
export function zoomOf(element) {
  const { width } = element.getBoundingClientRect();
  return element.clientWidth ? Math.round((20 * width) / element.clientWidth) / 20 || 1 : 1;
}

/** Where on an element something of the page is, in the element's own pixels. @param {Element} element @param {{clientX: number, clientY: number}} event */
export function placeOn(element, { clientX, clientY }) {
  const { x, y } = element.getBoundingClientRect();
  const zoom = zoomOf(element);
  return { x: (clientX - x) / zoom, y: (clientY - y) / zoom };
}

/** For a field that is set before anything reads it, by the first `setScene` or `draw`. @type {any} */
export const LATER = undefined;

/** Settles when a component's style sheet is there, by which it measures itself. @param {HTMLElement} parentElement @returns {Promise<unknown>} */
export function styled(parentElement) {
  const link = parentElement.querySelector("link[rel=stylesheet]");
  if (!(link instanceof HTMLLinkElement) || link.sheet) return Promise.resolve();
  return new Promise((settle) => ["load", "error"].forEach((how) => link.addEventListener(how, settle, { once: true })));
}

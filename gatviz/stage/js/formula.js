/** Typeset maths: MathML that Python wrote, rebuilt element by element so that nothing else can come in. */

import { html } from "./dom.js";

/** @import {Texts} from "./scene.js" */

const MATHML = "http://www.w3.org/1998/Math/MathML";
const ALLOWED = new Set(
  "math mrow mi mo mn mtext mspace msub msup msubsup mfrac msqrt munder mover munderover mstyle mtable mtr mtd mpadded".split(" "),
);
const ATTRIBUTES = new Set(["display", "mathvariant", "stretchy", "fence", "lspace", "rspace", "width", "displaystyle", "columnalign"]);

const MAX_KEPT = 300;
const kept = new Map();

/** Maths that is wider than its place can be scrolled, so it takes the focus, for those who scroll by key. */
const cut = new ResizeObserver((seen) => {
  for (const { target } of seen) {
    if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
    else target.removeAttribute("tabindex");
  }
});

/** @param {string} source a MathML document @returns {Node} */
export function math(source) {
  if (!kept.has(source)) {
    if (kept.size > MAX_KEPT) kept.clear();
    const parsed = new DOMParser().parseFromString(source, "application/xml");
    kept.set(source, copy(parsed.documentElement) ?? document.createTextNode(""));
  }
  const copied = kept.get(source).cloneNode(true);
  if (copied instanceof Element) cut.observe(copied);
  return copied;
}

/** @param {Node} node @returns {Text|Element|null} */
function copy(node) {
  if (node instanceof Text) return document.createTextNode(node.data);
  if (!(node instanceof Element) || !ALLOWED.has(node.localName)) return null;
  const element = document.createElementNS(MATHML, node.localName);
  for (const { name, value } of node.attributes) if (ATTRIBUTES.has(name)) element.setAttribute(name, value);
  element.append(...[...node.childNodes].map(copy).filter((child) => child !== null));
  return element;
}

/**
 * A formula with a button that copies its LaTeX.
 * @param {import("./protocol.js").Formula} formula
 * @param {Texts} texts
 */
export function formulaLine(formula, texts) {
  const button = html("button", { type: "button", class: "quiet copy", title: formula.latex }, texts.copyLatex);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(formula.latex);
    button.textContent = texts.copied;
    setTimeout(() => (button.textContent = texts.copyLatex), 1200);
  });
  return html("div", { class: "formula" }, math(formula.mathml), button);
}

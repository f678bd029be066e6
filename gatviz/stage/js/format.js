/** Numbers as people read them. Nothing here changes a value. */

const MINUS = "−";
/** Signs that are as wide as high. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const BROAD = /[MWmw@%]/;

/**
 * A number to so many significant digits: 0.424, −1.11, 12.3, 4.2e−5.
 * @param {number|null} value null and NaN give "–".
 * @param {number} digits
 */
export function number(value, digits = 3) {
  if (value === null || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value < 0 ? `${MINUS}∞` : "∞";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const plain = size >= 1e-3 && size < 1e5;
  const text = plain ? fixed(value, digits) : value.toExponential(Math.max(0, digits - 2));
  return text.replace(/-/g, MINUS).replace("e+", "e");
}

/** A number as short as it can be told: 1, 0.5, −0.33. @param {number} value */
export function brief(value) {
  return String(Math.round(value * 100) / 100).replace("-", MINUS);
}

/** A number with its plus sign too, where the sign is the message. @param {number|null} value @param {number} digits */
export function signed(value, digits = 3) {
  return value !== null && value > 0 ? `+${number(value, digits)}` : number(value, digits);
}

/** @param {number} value @param {number} digits */
function fixed(value, digits) {
  const text = value.toPrecision(digits);
  return text.includes("e") ? String(Math.round(value)) : text;
}

/**
 * A number that is kept as a float32, by the fewest digits that mean it: 0.1, and not 0.10000000149011612.
 * @param {number} value
 */
export function exact(value) {
  for (let digits = 1; digits < 9; digits += 1) {
    const told = Number(value.toPrecision(digits));
    if (Math.fround(told) === value) return String(told);
  }
  return String(value);
}

/** Put values into a sentence: fill("{a} reads {b}", {a: "x", b: "y"}). @param {string} sentence @param {object} values */
export function fillIn(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(/** @type {any} */ (values)[name]) : whole));
}

/** A name cut at its front: the end is what tells "leaf 1" from "leaf 2". @param {string} name @param {number} longest */
export function shortenFront(name, longest) {
  const letters = Array.from(name);
  return letters.length > longest ? "…" + letters.slice(1 - longest).join("").trimStart() : name;
}

/** A name cut to a length, with an ellipsis. @param {string} name @param {number} longest */
export function shorten(name, longest) {
  const letters = Array.from(name);
  return letters.length > longest ? letters.slice(0, longest - 1).join("") + "…" : name;
}

/** A number that was typed, with a comma or a typographic minus too. @returns {number|null} null if it is none @param {string} text */
export function readNumber(text) {
  const value = Number(text.trim().replace(",", ".").replace("−", "-"));
  return text.trim() && Number.isFinite(value) ? value : null;
}

/** How many letters of middling width a text is as wide as: the signs of Chinese, Japanese and Korean are nearly two. @param {string} text */
export function breadth(text) {
  return Array.from(text).reduce((sum, letter) => sum + (WIDE.test(letter) ? 1.85 : BROAD.test(letter) ? 1.35 : 1), 0);
}

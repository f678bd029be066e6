/** Dark or light: what is drawn has the colours of the page around it, and those of paper in a picture. */

/** @import {Palette, Palettes} from "./protocol.js" */

/** Dark or light, as the page around an element is now: by the page's own colour, which is there before the style sheet. @param {HTMLElement} element @returns {"dark"|"light"} */
export function themeOf(element) {
  const forPicture = element.style.getPropertyValue("--gv-background");
  const colour = (forPicture || getComputedStyle(element).getPropertyValue("--st-background-color")).trim();
  const [r, g, b] = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
  return 0.3 * r + 0.6 * g + 0.1 * b < 110 ? "dark" : "light";
}

/** The colours of the page's theme, which the element wears from now on. @param {HTMLElement} element @param {Palettes} palettes @returns {{theme: "dark"|"light", palette: Palette}} */
export function dressed(element, palettes) {
  const theme = themeOf(element);
  element.dataset.theme = theme;
  const palette = palettes[theme];
  for (const [name, value] of Object.entries(palette.words)) element.style.setProperty(`--gv-${name}`, value);
  return { theme, palette };
}

/** Let something happen while all is drawn in light colours, as on paper. @param {HTMLElement} element @param {Palettes} palettes @param {() => void} redraw @param {() => void} act */
export function inLight(element, palettes, redraw, act) {
  if (themeOf(element) === "light") return act();
  const { style } = element;
  const paper = Object.entries(palettes.light.paper);
  element.toggleAttribute("data-still", true); // what moves would be caught on its way
  for (const [name, colour] of paper) style.setProperty(`--gv-${name}`, colour);
  redraw();
  try {
    act();
  } finally {
    for (const [name] of paper) style.removeProperty(`--gv-${name}`);
    redraw();
    element.toggleAttribute("data-still", false);
  }
}

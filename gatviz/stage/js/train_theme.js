/** Dark or light: the colours of a training's pictures, as the page around has its own. */

/** @import {Palette, Palettes} from "./protocol.js" */

/** The colours of the page's theme, which the element wears from now on. @param {HTMLElement} element @param {Palettes} palettes @returns {{theme: "dark"|"light", palette: Palette}} */
export function dressed(element, palettes) {
  const colour = getComputedStyle(element).getPropertyValue("--gv-background").trim();
  const [r, g, b] = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16));
  const theme = 0.3 * r + 0.6 * g + 0.1 * b < 110 ? "dark" : "light";
  element.dataset.theme = theme;
  const palette = palettes[theme];
  for (const [name, value] of Object.entries(palette.words)) element.style.setProperty(`--gv-${name}`, value);
  return { theme, palette };
}

/** What a chart's SVG has besides plain shapes, as plain shapes: texts of several lines, images of flat colours, gradients. */

import { runs } from "./picture_parts.js";

/**
 * @import {Rect} from "./picture_parts.js"
 * @typedef {{text: string, x: number, y: number, width: number, style: CSSStyleDeclaration}} Piece
 * @typedef {Rect & {pixel: number}} Flat of the colour of a pixel, as it lies in memory
 */

const BANDS = 96;
/** How far bands reach into the next one, so that no line is seen between them. */
const LAP = 0.4;

/** The parts of an SVG text that stand apart, each where it begins. @param {SVGTextElement} element @returns {Piece[]} */
export function pieces(element) {
  /** @type {Piece[]} */
  const found = [];
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  let from = 0;
  while (walker.nextNode()) {
    const { data, parentElement } = /** @type {Text} */ (walker.currentNode);
    if (parentElement && data.trim() && from < element.getNumberOfChars()) {
      const { x, y } = element.getStartPositionOfChar(from);
      found.push({ text: data, x, y, width: element.getSubStringLength(from, data.length), style: getComputedStyle(parentElement) });
    }
    from += data.length;
  }
  return found;
}

/** An image as rectangles of one colour, in its own units; what is alike above and beside is one. @param {SVGImageElement} image @param {CanvasRenderingContext2D} pen @returns {Flat[]} */
export function flatParts(image, pen) {
  const [left, top, width, height] = [image.x, image.y, image.width, image.height].map((length) => length.baseVal.value);
  const [columns, rows] = [Math.round(width), Math.round(height)];
  if (columns < 1 || rows < 1) return [];
  pen.canvas.width = columns;
  pen.canvas.height = rows;
  pen.imageSmoothingEnabled = false;
  pen.drawImage(image, 0, 0, columns, rows);
  const pixels = new Uint32Array(pen.getImageData(0, 0, columns, rows).data.buffer);
  const lines = Array.from({ length: rows }, (_, row) => runs([...pixels.subarray(row * columns, (row + 1) * columns)]));
  const written = lines.map((line) => line.map(({ look, from }) => `${from} ${look}`).join());
  return runs(written).flatMap(({ from, to }) =>
    lines[from].map((run) => ({
      x: left + (run.from * width) / columns,
      y: top + (from * height) / rows,
      width: ((run.to - run.from) * width) / columns,
      height: ((to - from) * height) / rows,
      pixel: run.look,
    })),
  );
}

/** A pixel as it lies in memory. @param {number} pixel */
export function colourOf(pixel) {
  const [r, g, b, a] = new Uint8Array(new Uint32Array([pixel]).buffer);
  return { fill: `rgb(${r}, ${g}, ${b})`, alpha: a / 255 };
}

/** A rectangle under a linear gradient, as bands of one colour. @param {SVGLinearGradientElement} gradient @param {Rect} box @param {CanvasRenderingContext2D} pen @returns {Flat[]} */
export function bands(gradient, box, pen) {
  const [x1, y1, x2, y2] = [gradient.x1, gradient.y1, gradient.x2, gradient.y2].map((length) => length.baseVal.value);
  const upright = Math.abs(y2 - y1) > Math.abs(x2 - x1);
  const ramp = pen.createLinearGradient(0, 0, BANDS, 0);
  for (const stop of gradient.querySelectorAll("stop")) ramp.addColorStop(stop.offset.baseVal, getComputedStyle(stop).stopColor);
  pen.canvas.width = BANDS;
  pen.canvas.height = 1;
  pen.fillStyle = ramp;
  pen.fillRect(0, 0, BANDS, 1);
  const looks = [...new Uint32Array(pen.getImageData(0, 0, BANDS, 1).data.buffer)];
  if (upright ? y2 < y1 : x2 < x1) looks.reverse();
  return runs(looks).map(({ look, from, to }) => {
    const [begin, size] = [from / BANDS, (to - from) / BANDS];
    return upright
      ? { x: box.x, y: box.y + begin * box.height, width: box.width, height: size * box.height + LAP, pixel: look }
      : { x: box.x + begin * box.width, y: box.y, width: size * box.width + LAP, height: box.height, pixel: look };
  });
}

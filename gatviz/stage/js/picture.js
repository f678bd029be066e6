/**
 * What is drawn on the page as an SVG picture of shapes and text alone: no styles, no HTML, nothing that points elsewhere.
 * Boxes, borders and text of HTML, typeset maths and SVG are each drawn again where they stand.
 */

import { svg } from "./dom.js";
import { arrive } from "./motion.js";
import { gradientColours, inXml, inLines, roundedBox, runsFromRight } from "./picture_parts.js";
import { bands, colourOf, flatParts, pieces } from "./picture_svg.js";
import { same } from "./store.js";

/**
 * @typedef {{x: number, y: number}} Point
 * @typedef {{paper: Record<string, string>, words: Record<string, string>}} Light of a palette what stands around what is drawn
 * @typedef {(origin: Point) => SVGElement[]} Draws what a canvas shows, for a picture that begins there
 */

const SHAPES = new Set(["path", "polygon", "rect", "circle", "line"]);
/** How a shape looks, by the property that the page computes. */
const LOOKS = ["fill", "stroke", "stroke-width", "stroke-dasharray", "fill-opacity", "stroke-opacity"];
const CORNERS = /** @type {const} */ (["top-left", "top-right", "bottom-right", "bottom-left"]);
const SIDES = /** @type {const} */ (["top", "right", "bottom", "left"]);
/** What is there to be used and not to be looked at. */
const LEFT_OUT = ".menu, .link, .use, .faded, .copy, .hit, .readout, .refused, .node-editor, .cell-editor, title, defs, [hidden], input, select";
const MATHS = "'STIX Two Math', 'Latin Modern Math', 'Cambria Math', serif";
const CAPTION = { size: 12, line: 16, letter: 6.3 };
const PAD = 12;
const NARROWEST = 360;

/** @type {WeakMap<Element, Draws>} */
const canvases = new WeakMap();

/** Say how a canvas is drawn in pictures. @param {HTMLCanvasElement} canvas @param {Draws} draws */
export function drawnAs(canvas, draws) {
  canvases.set(canvas, draws);
}

/** A picture of some elements, as they stand, with a caption below. @param {Element[]} elements @param {string} caption @param {Light} light @returns {SVGSVGElement} */
export function pictureOf(elements, caption, { paper, words: inks }) {
  for (const element of elements) arrive(element);
  const boxes = elements.map((element) => element.getBoundingClientRect()).filter(({ width, height }) => width && height);
  const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
  const [right, bottom] = [Math.max(...boxes.map((box) => box.right), ...elements.flatMap(scrolledEnds)), Math.max(...boxes.map((box) => box.bottom))];
  const width = Math.ceil(Math.max(right - left, NARROWEST)) + 2 * PAD;
  const lines = inLines(inXml(caption), Math.floor((width - 2 * PAD) / CAPTION.letter));
  const drawn = Math.ceil(bottom - top) + 2 * PAD;
  const height = drawn + lines.length * CAPTION.line + PAD / 2;
  const tracer = new Tracer({ x: left - PAD, y: top - PAD });
  const words = lines.map((line, k) => svg("text", { x: PAD, y: drawn + CAPTION.size + k * CAPTION.line, "font-family": "sans-serif", "font-size": CAPTION.size, fill: inks.quiet }, line));
  const below = svg("rect", { x: 0, y: drawn, width, height: height - drawn, fill: paper.background });
  const parts = elements.flatMap((element) => tracer.element(element, 1));
  return svg("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}` }, svg("title", {}, inXml(caption)), svg("rect", { width, height, fill: paper.background }), tracer.cuts.length ? svg("defs", {}, ...tracer.cuts) : null, ...parts, below, ...words);
}

/** @param {SVGSVGElement} picture */
export function svgText(picture) {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(picture)}\n`;
}

/** The picture's pixels, `scale` for each of its own. @param {SVGSVGElement} picture @param {number} scale @returns {Promise<Blob>} */
export async function pngOf(picture, scale = 2) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svgText(picture))}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Number(picture.getAttribute("width")) * scale;
  canvas.height = Number(picture.getAttribute("height")) * scale;
  penOf(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((settle, fail) => canvas.toBlob((blob) => (blob ? settle(blob) : fail(new Error("This browser makes no PNG."))), "image/png"));
}

class Tracer {
  /** @param {Point} origin */
  constructor(origin) {
    this.origin = origin;
    this.pen = penOf(document.createElement("canvas"), true);
    this.pen.canvas.width = this.pen.canvas.height = 1;
    /** What is cut off at the edges of others. @type {SVGElement[]} */
    this.cuts = [];
    /** @type {Map<string, {hex: string, alpha: number}>} */
    this.colours = new Map();
    /** @type {Map<string, {up: number, down: number}>} */
    this.fonts = new Map();
  }

  /** @param {Element} element @param {number} opacity of what is around it @returns {SVGElement[]} */
  element(element, opacity) {
    if (element.matches(LEFT_OUT)) return [];
    const style = getComputedStyle(element);
    if (style.display === "none" || style.visibility === "hidden") return [];
    const shown = opacity * Number(style.opacity);
    if (shown === 0) return [];
    const draws = canvases.get(element);
    if (draws) {
      const { x, y } = element.getBoundingClientRect();
      return draws({ x: x - this.origin.x, y: y - this.origin.y });
    }
    if (element instanceof SVGElement && SHAPES.has(element.localName)) return this.shape(/** @type {SVGGraphicsElement} */ (element), style, shown);
    if (element instanceof SVGTextElement) return this.svgText(element, style, shown);
    if (element instanceof SVGImageElement) return this.flat(flatParts(element, freshPen()), element, shown);
    const own = element instanceof SVGElement ? [] : element instanceof HTMLElement ? this.box(element, style, shown) : this.maths(element, style);
    const inside = [...element.childNodes].flatMap((child) => (child instanceof Element ? this.element(child, shown) : child instanceof Text ? this.text(child, element, style, shown) : []));
    const name = element.getAttribute("data-name");
    if (name !== null && inside.length) return [svg("g", {}, svg("title", {}, inXml(name)), ...inside)];
    const cut = style.clipPath.startsWith("url(") && inside.length ? this.cut(element, namedBy(element, style.clipPath)) : null;
    return cut ? [svg("g", { "clip-path": `url(#${cut})` }, ...inside)] : [...own, ...inside];
  }

  /** The name of what is seen of an element, null if that is all of it. @param {Element} element @param {Element|null} clip */
  cut(element, clip) {
    const window = clip?.querySelector("rect");
    const matrix = element instanceof SVGGraphicsElement && window && element.getScreenCTM();
    if (!matrix) return null;
    const rect = { x: window.x.baseVal.value, y: window.y.baseVal.value, width: window.width.baseVal.value, height: window.height.baseVal.value };
    const [x, y] = [matrix.e + matrix.a * rect.x, matrix.f + matrix.d * rect.y];
    const [right, bottom] = [x + matrix.a * rect.width, y + matrix.d * rect.height];
    const box = element.getBoundingClientRect();
    if (box.left >= x - 1 && box.top >= y - 1 && box.right <= right + 1 && box.bottom <= bottom + 1) return null;
    const id = `cut${this.cuts.length}`;
    this.cuts.push(svg("clipPath", { id }, svg("rect", this.place(new DOMRect(x, y, right - x, bottom - y)))));
    return id;
  }

  /** @param {SVGGraphicsElement} element @param {CSSStyleDeclaration} style @param {number} opacity */
  shape(element, style, opacity) {
    const gradient = gradientOf(element, style.fill);
    if (gradient) return this.flat(bands(gradient, element.getBBox(), freshPen()), element, opacity);
    const copy = svg(/** @type {"path"} */ (element.localName));
    for (const { name, value } of element.attributes) if (/^(d|points|x|y|x1|x2|y1|y2|cx|cy|r|rx|ry|width|height)$/.test(name)) copy.setAttribute(name, value);
    for (const look of LOOKS) {
      const value = style.getPropertyValue(look);
      if (look === "fill" || look === "stroke") this.paint(copy, look, value);
      else if (!["none", "1"].includes(value) || look === "stroke-width") copy.setAttribute(look, value.replaceAll("px", ""));
    }
    const unseen = copy.getAttribute("fill") === "none" && copy.getAttribute("stroke") === "none";
    const blank = unseen || (element.localName === "path" && !element.getAttribute("d"));
    if (blank) return [];
    this.see(copy, opacity);
    copy.setAttribute("transform", this.transform(element));
    return [copy];
  }

  /** Rectangles of one colour, in an element's own units. @param {import("./picture_svg.js").Flat[]} parts @param {SVGGraphicsElement} element @param {number} opacity */
  flat(parts, element, opacity) {
    const transform = this.transform(element);
    return parts.flatMap(({ pixel, x, y, width, height }) => {
      const { fill, alpha } = colourOf(pixel);
      return alpha ? [this.see(svg("rect", { x, y, width, height, fill: this.colour(fill).hex, transform }), opacity * alpha)] : [];
    });
  }

  /** Where an SVG element's own units are in the picture. @param {SVGGraphicsElement} element */
  transform(element) {
    const matrix = element.getScreenCTM();
    if (!matrix) return "";
    const { a, b, c, d, e, f } = matrix;
    return `matrix(${[a, b, c, d, e - this.origin.x, f - this.origin.y].map((value) => Math.round(value * 1e4) / 1e4).join(" ")})`;
  }

  /** @param {SVGTextElement} element @param {CSSStyleDeclaration} style @param {number} opacity */
  svgText(element, style, opacity) {
    if (element.querySelector("tspan")) return pieces(element).map((piece) => this.piece(piece, element, opacity));
    const text = inXml(element.textContent ?? "");
    const { up, down } = this.font(style);
    const y = Number(element.getAttribute("y") ?? 0) + (style.dominantBaseline === "central" ? (up - down) / 2 : 0);
    /** @param {boolean} halo */
    const copy = (halo) => {
      const made = svg("text", { x: element.getAttribute("x") ?? 0, y: y.toFixed(2), "text-anchor": style.textAnchor, transform: this.transform(element) }, text);
      this.letter(made, style);
      this.keep(made, element.getComputedTextLength());
      this.paint(made, "fill", halo ? style.stroke : style.fill);
      if (halo) {
        this.paint(made, "stroke", style.stroke);
        made.setAttribute("stroke-width", style.strokeWidth.replace("px", ""));
      }
      this.see(made, opacity);
      return made;
    };
    // Two texts, since other programs know no paint-order.
    return style.stroke === "none" ? [copy(false)] : [copy(true), copy(false)];
  }

  /** @param {import("./picture_svg.js").Piece} piece @param {SVGTextElement} element @param {number} opacity */
  piece({ text, x, y, width, style }, element, opacity) {
    const made = svg("text", { x: x.toFixed(2), y: y.toFixed(2), transform: this.transform(element) }, inXml(text));
    this.letter(made, style);
    this.keep(made, width);
    this.paint(made, "fill", style.fill);
    return this.see(made, opacity);
  }

  /** Background and border of an HTML element. @param {HTMLElement} element @param {CSSStyleDeclaration} style @param {number} opacity */
  box(element, style, opacity) {
    const { x, y, width, height } = this.place(element.getBoundingClientRect());
    if (!width || !height) return [];
    const parts = [];
    const background = this.colour(style.backgroundColor);
    const colours = gradientColours(style.backgroundImage);
    colours.forEach((value, k) => parts.push(svg("rect", { x: (x + (k * width) / colours.length).toFixed(2), y, width: (width / colours.length + 0.3).toFixed(2), height, fill: this.colour(value).hex })));
    const radii = CORNERS.map((corner) => Math.min(parseFloat(style.getPropertyValue(`border-${corner}-radius`)) || 0, width / 2, height / 2));
    if (background.alpha) parts.push(this.see(svg("path", { d: roundedBox({ x, y, width, height }, radii), fill: background.hex }), opacity * background.alpha));
    const borders = SIDES.map((side) => this.border(style, side));
    const [first] = borders;
    if (borders.every((border) => same(border, first))) {
      const inset = { x: x + first.width / 2, y: y + first.width / 2, width: Math.max(0, width - first.width), height: Math.max(0, height - first.width) };
      if (first.width && first.alpha) parts.push(this.see(svg("path", { d: roundedBox(inset, radii), fill: "none", stroke: first.hex, "stroke-width": first.width, "stroke-dasharray": first.dashes }), opacity * first.alpha));
      return parts;
    }
    const lines = [[x, y, x + width, y], [x + width, y, x + width, y + height], [x, y + height, x + width, y + height], [x, y, x, y + height]];
    borders.forEach((border, k) => {
      const [x1, y1, x2, y2] = lines[k];
      if (border.width && border.alpha) parts.push(this.see(svg("line", { x1, y1, x2, y2, stroke: border.hex, "stroke-width": border.width, "stroke-dasharray": border.dashes }), opacity * border.alpha));
    });
    return parts;
  }

  /** @param {CSSStyleDeclaration} style @param {string} side */
  border(style, side) {
    const kind = style.getPropertyValue(`border-${side}-style`);
    const width = kind === "none" ? 0 : parseFloat(style.getPropertyValue(`border-${side}-width`));
    return { width, dashes: kind === "dotted" ? `${width} ${width}` : kind === "dashed" ? `${2 * width} ${2 * width}` : null, ...this.colour(style.getPropertyValue(`border-${side}-color`)) };
  }

  /** The strokes of typeset maths that are no letters: of fractions and of roots. @param {Element} element @param {CSSStyleDeclaration} style */
  maths(element, style) {
    const { hex } = this.colour(style.color);
    if (element.localName === "mfrac" && element.children.length === 2) {
      const [over, under] = [...element.children].map((child) => this.place(child.getBoundingClientRect()));
      const { x, width } = this.place(element.getBoundingClientRect());
      const y = (over.y + over.height + under.y) / 2;
      return [svg("line", { x1: x, x2: x + width, y1: y.toFixed(2), y2: y.toFixed(2), stroke: hex, "stroke-width": 1 })];
    }
    if (element.localName === "msqrt") {
      const { x, y, width, height } = this.place(element.getBoundingClientRect());
      return [svg("path", { d: `M${x},${y + height * 0.6} l3,-1 l4,${height * 0.4} l4,-${height - 1} H${x + width}`, fill: "none", stroke: hex, "stroke-width": 1 })];
    }
    return [];
  }

  /** A text node of HTML or maths, line by line. @param {Text} node @param {Element} element @param {CSSStyleDeclaration} style @param {number} opacity */
  text(node, element, style, opacity) {
    if (!node.data.trim()) return [];
    const { up, down } = this.font(style);
    const isMaths = element.namespaceURI?.endsWith("MathML") ?? false;
    return linesOf(node).map(({ text, rect }) => {
      const { x, y, height } = this.place(rect);
      const stretched = isMaths && height > 1.5 * (up + down) ? height / (up + down) : 1;
      const made = svg("text", { x: x.toFixed(2), y: (y + (height * up) / (up + down)).toFixed(2) }, inXml(text));
      this.letter(made, style, stretched);
      if (isMaths) made.setAttribute("font-family", MATHS);
      else this.keep(made, rect.width);
      if (element.localName === "mi" && Array.from(text).length === 1 && element.getAttribute("mathvariant") !== "normal") made.setAttribute("font-style", "italic");
      this.paint(made, "fill", style.color);
      return this.see(made, opacity);
    });
  }

  /** @param {SVGElement} made @param {CSSStyleDeclaration} style @param {number} scale */
  letter(made, style, scale = 1) {
    made.setAttribute("font-family", style.fontFamily.includes("sans-serif") ? style.fontFamily.replaceAll('"', "'") : `${style.fontFamily.replaceAll('"', "'")}, sans-serif`);
    made.setAttribute("font-size", String(parseFloat(style.fontSize) * scale));
    if (style.fontWeight !== "400") made.setAttribute("font-weight", style.fontWeight);
    if (style.fontStyle !== "normal") made.setAttribute("font-style", style.fontStyle);
  }

  /** Words keep their width where another font stands in for theirs; Inkscape draws none of those from right to left that do. @param {SVGElement} made @param {number} width */
  keep(made, width) {
    if (runsFromRight(made.textContent ?? "")) return;
    made.setAttribute("textLength", width.toFixed(1));
    made.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }

  /** How far letters of a font reach up and down from their line. @param {CSSStyleDeclaration} style */
  font(style) {
    const font = `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    let known = this.fonts.get(font);
    if (!known) {
      this.pen.font = font;
      const { fontBoundingBoxAscent: up, fontBoundingBoxDescent: down } = this.pen.measureText("x");
      known = { up, down };
      this.fonts.set(font, known);
    }
    return known;
  }

  /** @param {SVGElement} made @param {"fill"|"stroke"} what @param {string} value */
  paint(made, what, value) {
    const { hex, alpha } = value === "none" ? { hex: "none", alpha: 1 } : this.colour(value);
    made.setAttribute(what, alpha === 0 ? "none" : hex);
    if (alpha > 0 && alpha < 1) made.setAttribute(`${what}-opacity`, alpha.toFixed(3));
  }

  /** @template {SVGElement} E @param {E} made @param {number} opacity */
  see(made, opacity) {
    if (opacity < 1) made.setAttribute("opacity", opacity.toFixed(3));
    return made;
  }

  /** Any colour that the browser knows, as one that every program does. @param {string} value */
  colour(value) {
    let known = this.colours.get(value);
    if (!known) {
      this.pen.clearRect(0, 0, 1, 1);
      this.pen.fillStyle = value;
      this.pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = this.pen.getImageData(0, 0, 1, 1).data;
      known = { hex: `#${[r, g, b].map((part) => part.toString(16).padStart(2, "0")).join("")}`, alpha: a / 255 };
      this.colours.set(value, known);
    }
    return known;
  }

  /** @param {DOMRect} rect */
  place({ x, y, width, height }) {
    return { x: x - this.origin.x, y: y - this.origin.y, width, height };
  }
}

/** How far to the right what must be scrolled to reaches, of an element or in it; a canvas shows what is in view. @param {Element} element @returns {number[]} */
function scrolledEnds(element) {
  return [element, ...element.querySelectorAll("*")].flatMap((box) => {
    const hidden = box.scrollWidth - box.clientWidth;
    if (hidden <= 0 || !/auto|scroll/.test(getComputedStyle(box).overflowX) || box.querySelector("canvas")) return [];
    return [box.getBoundingClientRect().right + hidden - box.scrollLeft];
  });
}

/** The lines that a text node is broken into, and where each is. @param {Text} node @returns {{text: string, rect: DOMRect}[]} */
function linesOf(node) {
  const range = document.createRange();
  /** @param {number} from @param {number} to */
  const rectOf = (from, to) => {
    range.setStart(node, from);
    range.setEnd(node, to);
    return range.getBoundingClientRect();
  };
  /** @type {{from: number, to: number, top: number}[]} */
  const lines = [];
  for (const { index, 0: word } of node.data.matchAll(/\S+/g)) {
    const { top, width } = rectOf(index, index + word.length);
    if (!width) continue;
    const last = lines.at(-1);
    if (last && Math.abs(last.top - top) < 3) last.to = index + word.length;
    else lines.push({ from: index, to: index + word.length, top });
  }
  return lines.map(({ from, to }) => ({ text: node.data.slice(from, to).replace(/\s+/g, " "), rect: rectOf(from, to) }));
}

/** What 'url("#id")' means on the page of an element. @param {Element} element @param {string} value */
function namedBy(element, value) {
  const id = /^url\("?#(.+?)"?\)/.exec(value)?.[1];
  const root = element.getRootNode();
  return id && (root instanceof Document || root instanceof ShadowRoot) ? root.getElementById(id) : null;
}

/** The gradient that a shape is filled with. @param {Element} element @param {string} fill @returns {SVGLinearGradientElement|null} */
function gradientOf(element, fill) {
  const found = namedBy(element, fill);
  return found instanceof SVGLinearGradientElement ? found : null;
}

/** A canvas of its own, to look at pixels. */
function freshPen() {
  return penOf(document.createElement("canvas"), true);
}

/** @param {HTMLCanvasElement} canvas */
function penOf(canvas, read = false) {
  const pen = canvas.getContext("2d", { willReadFrequently: read });
  if (!pen) throw new Error("This browser draws no canvas.");
  return pen;
}

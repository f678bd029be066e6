/** Where things are: canvas (pixels in the panel) → scene (pixels before zoom and pan) → graph units. */

const MARGIN = { few: { across: 66, down: 50 }, many: { across: 46, down: 44 } };
const FEW = 12;
const MAX_STRETCH = 1.9;

/**
 * @import {Point} from "./geometry.js"
 * @typedef {{x: number, y: number, zoom: number}} View
 */

export class Frame {
  constructor() {
    /** @type {View} */
    this.view = { x: 0, y: 0, zoom: 1 };
    /** How graph units lie in the panel; null until there is a panel. @type {{across: number, down: number, x: number, y: number, width: number, height: number}|null} */
    this.map = null;
  }

  /**
   * Scale a box of graph units to the panel.
   * @param {{left: number, right: number, bottom: number, top: number}} bounds
   * @param {number} width @param {number} height @param {number} count of nodes @param {number} beside room for words @param {number} slim
   */
  fit({ left, right, bottom, top }, width, height, count, beside, slim = 1) {
    const { across: aside, down: above } = count > FEW ? MARGIN.many : MARGIN.few;
    const across = Math.max(1, width - 2 * slim * (aside + beside)) / (right - left || Infinity);
    const down = Math.max(1, height - 2 * slim * above) / (top - bottom || Infinity);
    const least = Math.max(Math.min(across || down, down || across), 1e-9);
    this.map = {
      across: Math.min(across || least, least * MAX_STRETCH),
      down: Math.min(down || least, least * MAX_STRETCH),
      x: (left + right) / 2,
      y: (bottom + top) / 2,
      width,
      height,
    };
  }

  reset() {
    this.view = { x: 0, y: 0, zoom: 1 };
  }

  get transform() {
    const { x, y, zoom } = this.view;
    return `translate(${x},${y}) scale(${zoom})`;
  }

  /** How graph units lie in the panel that there is. */
  get there() {
    if (!this.map) throw new Error("There is no panel yet.");
    return this.map;
  }

  /** Canvas → scene. @param {Point} point */
  toScene({ x, y }) {
    return { x: (x - this.view.x) / this.view.zoom, y: (y - this.view.y) / this.view.zoom };
  }

  /** Canvas → graph units. @param {Point} point */
  toGraph(point) {
    const map = this.there;
    const { x, y } = this.toScene(point);
    return { x: map.x + (x - map.width / 2) / map.across, y: map.y - (y - map.height / 2) / map.down };
  }

  /** Graph units → scene. @param {Point} point */
  onScreen({ x, y }) {
    const map = this.there;
    return { x: map.width / 2 + (x - map.x) * map.across, y: map.height / 2 - (y - map.y) * map.down };
  }

  /** Scene → canvas. @param {Point} point */
  onCanvas({ x, y }) {
    return { x: x * this.view.zoom + this.view.x, y: y * this.view.zoom + this.view.y };
  }

  /** A way in pixels as one in graph units. @param {number} right @param {number} down */
  inGraphUnits(right, down) {
    const { across, down: downwards } = this.there;
    return { x: right / (across * this.view.zoom), y: -down / (downwards * this.view.zoom) };
  }
}

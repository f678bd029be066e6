/** Arrays as Python packs them: float32 values, so that not a bit is lost on the way. */

/** @import {Packed} from "./protocol.js" */

/**
 * @typedef {Object} Tensor
 * @property {number[]} shape
 * @property {Float32Array} data row-major
 * @property {(...index: number[]) => number} at
 */

/**
 * @template {Packed|null} P
 * @param {P} packed
 * @returns {P extends Packed ? Tensor : null}
 */
export function tensor(packed) {
  return /** @type {any} */ (packed && unpacked(packed));
}

/** @param {Packed} packed @returns {Tensor} */
function unpacked({ shape, f32: data }) {
  const strides = shape.map((_, k) => shape.slice(k + 1).reduce((a, b) => a * b, 1));
  return { shape, data, at: (...index) => data[index.reduce((sum, value, k) => sum + value * strides[k], 0)] };
}

/** Whether two arrays of numbers hold the same. @param {Uint8Array|Float32Array|undefined} one @param {Uint8Array|Float32Array} other */
export function alike(one, other) {
  return one === other || (one?.length === other.length && one.every((value, k) => value === other[k]));
}

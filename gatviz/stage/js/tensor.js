/** Arrays as Python packs them: float32 values, so that not a bit is lost on the way. */

/**
 * @typedef {Object} Tensor
 * @property {number[]} shape
 * @property {Float32Array} data row-major
 * @property {(...index: number[]) => number} at
 */

/** @param {import("./wire.js").Packed|null} packed @returns {Tensor|null} */
export function tensor(packed) {
  if (!packed) return null;
  const data = packed.f32;
  const strides = packed.shape.map((_, k) => packed.shape.slice(k + 1).reduce((a, b) => a * b, 1));
  const at = (...index) => data[index.reduce((sum, value, k) => sum + value * strides[k], 0)];
  return { shape: packed.shape, data, at };
}

/** Whether two arrays of numbers hold the same. @param {Uint8Array|Float32Array|undefined} one @param {Uint8Array|Float32Array} other */
export function alike(one, other) {
  return one === other || (one?.length === other.length && one.every((value, k) => value === other[k]));
}

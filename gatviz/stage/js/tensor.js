/** Arrays as Python packs them: float32 values in base64, so that not a bit is lost on the way. */

/**
 * @typedef {Object} Tensor
 * @property {number[]} shape
 * @property {Float32Array} data row-major
 * @property {(...index: number[]) => number} at
 */

/** @param {{shape: number[], f32: string}|null} packed @returns {Tensor|null} */
export function tensor(packed) {
  if (!packed) return null;
  const bytes = Uint8Array.from(atob(packed.f32), (c) => c.charCodeAt(0));
  const data = new Float32Array(bytes.buffer);
  const strides = packed.shape.map((_, k) => packed.shape.slice(k + 1).reduce((a, b) => a * b, 1));
  const at = (...index) => data[index.reduce((sum, value, k) => sum + value * strides[k], 0)];
  return { shape: packed.shape, data, at };
}

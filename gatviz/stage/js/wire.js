/** The bytes that arrive as the data they stand for: the other side of gatviz/stage/wire.py. */

/** @template T @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<T>} what Python sent there */
export async function decode(bytes) {
  const inflated = new DecompressionStream("deflate");
  const given = inflated.writable.getWriter();
  void given.write(bytes);
  void given.close();
  const whole = await new Response(inflated.readable).arrayBuffer();
  const length = new DataView(whole).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(whole, 4, length));
  const numbers = new Float32Array(whole, 4 + Math.ceil(length / 4) * 4);
  return JSON.parse(text, (_, value) => (typeof value?.f32 === "number" ? { ...value, f32: values(numbers, value) } : value));
}

/** @param {Float32Array} numbers @param {{shape: number[], f32: number}} packed its first value's place instead of its values */
function values(numbers, { shape, f32 }) {
  return numbers.subarray(f32, f32 + shape.reduce((product, size) => product * size, 1));
}

/**
 * What the messages say. No two in flight at once are the same, on one connection or on several, so that an echo of the
 * wrong message, in the wrong order or on the wrong connection is noticed.
 *
 * @module
 */

/**
 * @param {number} connection
 * @param {number} index
 * @param {number} size
 */
export function binaryMessage(connection, index, size) {
  const message = Buffer.alloc(size);
  let state = (connection * 65_537 + index * 257 + 1) >>> 0;
  for (let at = 0; at < size; at++) {
    // A linear congruence (Numerical Recipes): its high bits are random enough to differ everywhere.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    message[at] = state >>> 24;
  }
  message.writeUInt16BE(connection & 0xffff, 0);
  message.writeUInt16BE(index & 0xffff, 2);
  return message;
}

/**
 * Letters and digits, so that it may stand in JSON as it is.
 *
 * @param {number} connection
 * @param {number} index
 * @param {number} size
 */
export function textMessage(connection, index, size) {
  const hex = binaryMessage(connection, index, size).toString("hex");
  return Buffer.from(hex.slice(0, size), "latin1");
}

/**
 * A JSON text of exactly `size` bytes such as an application sends: it compresses to about a third.
 *
 * @param {number} connection
 * @param {number} index
 * @param {number} size
 */
export function jsonMessage(connection, index, size) {
  const noise = binaryMessage(connection, index, size);
  /** @type {object[]} */
  const rows = [];
  const text = (/** @type {string} */ note) => JSON.stringify({ connection, index, rows, note });
  for (let row = 0; text("").length <= size; row++) {
    const byte = noise[row] ?? 0;
    rows.push({
      id: connection * 1000 + index * 10 + row,
      symbol: ["ACME", "GLOBEX", "INITECH", "UMBRELLA"][byte & 3],
      price: noise.readUInt16BE(row * 2) / 100,
      active: (byte & 4) === 0,
    });
  }
  rows.pop();
  return Buffer.from(text("-".repeat(size - text("").length)), "latin1");
}

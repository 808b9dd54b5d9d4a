/**
 * What is broadcast. Server and generator know it, so that every delivery can be checked.
 *
 * @module
 */

const SIZE = 64;
const COUNT = 16;

/** The texts, one after the other, over and over: each is the alphabet, from another letter on. */
export const broadcastTexts = Array.from({ length: COUNT }, (_, index) => {
  const codes = Array.from({ length: SIZE }, (_, at) => 97 + ((index + at) % 26));
  return String.fromCharCode(...codes);
});

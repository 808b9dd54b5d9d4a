/**
 * The few shapes that the chart is made of, as SVG.
 *
 * @module
 */

/**
 * @param {string} text
 */
export function escape(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} text
 * @param {string} kind The class that says how it looks.
 */
export function label(x, y, text, kind) {
  return `<text class="${kind}" x="${round(x)}" y="${round(y)}">${escape(text)}</text>`;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 * @param {string} kind
 */
export function bar(x, y, width, height, kind) {
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`;
}

/**
 * @param {number} x
 * @param {number} top
 * @param {number} bottom
 * @param {string} kind
 */
export function rule(x, top, bottom, kind) {
  const [at, from, to] = [round(x), round(top), round(bottom)];
  return `<line class="${kind}" x1="${at}" y1="${from}" x2="${at}" y2="${to}"/>`;
}

/** @param {number} value */
function round(value) {
  return Number(value.toFixed(1));
}

/**
 * What is read from a measurement.
 *
 * @module
 */

/** @typedef {import("../../e2e/load/main.mjs").Result} Result */

/**
 * @typedef {object} Metric
 * @property {string} unit
 * @property {"more" | "less"} better
 * @property {(result: Result) => number | undefined} read
 */

/** @satisfies {Record<string, Metric>} */
export const metrics = {
  messages: { unit: "messages/s", better: "more", read: rate },
  deliveries: { unit: "deliveries/s", better: "more", read: rate },
  accepts: { unit: "connections/s", better: "more", read: rate },
  memory: {
    unit: "KiB each",
    better: "less",
    read: ({ bytesEach }) => bytesEach && bytesEach / 1024,
  },
  p50: { unit: "µs", better: "less", read: ({ p50 }) => p50 },
  p99: { unit: "µs", better: "less", read: ({ p99 }) => p99 },
};

/** @param {Result} result */
function rate({ count, seconds }) {
  return count === undefined || !seconds ? undefined : count / seconds;
}

/**
 * Microseconds of processor time for each message.
 *
 * @param {Result} result
 */
export function cpuEach({ count, serverCpu }) {
  return count && typeof serverCpu === "number" ? serverCpu / count : undefined;
}

/**
 * Whether the server waited for its counterpart, which was at its limit: the peer could do more.
 *
 * @param {Result} result
 */
export function isHeldBack({ seconds = 0, serverCpu, loadCpu = 0 }) {
  const whole = seconds * 1e6;
  return typeof serverCpu === "number" && loadCpu > 0.95 * whole && serverCpu < 0.9 * whole;
}

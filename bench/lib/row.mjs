/**
 * A row of the results: what each peer did, beside `ws` and uWebSockets.js in the same rounds.
 *
 * @module
 */

import { ratios, spread } from "./statistics.mjs";

/** @typedef {import("./statistics.mjs").Spread} Spread */

/**
 * @typedef {object} Entry
 * @property {string} peer
 * @property {string} label
 * @property {Spread} [value]
 * @property {Spread} [ofWs] Its ratio to `ws`, round by round.
 * @property {Spread} [ofUws]
 * @property {Spread} [cpu] Microseconds of the server's processor time for each message.
 * @property {Spread} [cpuOfWs] How many times as much it is for `ws`: what a busy machine disturbs least.
 * @property {string} [unavailable]
 * @property {string} [warning]
 */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {readonly Entry[]} entries
 */

/**
 * @param {import("./scenarios.mjs").Scenario} scenario
 * @param {readonly import("./rounds.mjs").PeerRounds[]} all
 * @returns {Row}
 */
export function makeRow({ id, title, unit }, all) {
  const values = new Map(all.map(({ peer, rounds }) => [peer.id, rounds.map(rate)]));
  const cpuOfWs = all.find(({ peer }) => peer.id === "ws")?.rounds.map(cpuPerMessage) ?? [];
  const entries = all.map(({ peer, rounds, unavailable }) => {
    const mine = values.get(peer.id) ?? [];
    return clean({
      peer: peer.id,
      label: peer.label,
      value: spread(defined(mine)),
      ofWs: spread(ratios(mine, values.get("ws") ?? [])),
      ofUws: spread(ratios(mine, values.get("uws") ?? [])),
      cpu: spread(defined(rounds.map(cpuPerMessage))),
      cpuOfWs: spread(ratios(cpuOfWs, rounds.map(cpuPerMessage))),
      unavailable,
      warning: rounds.some(isHeldBack) ? "the generator was busier than the server" : undefined,
    });
  });
  return { id, title, unit, entries };
}

/** @typedef {import("../e2e/load/window.mjs").WindowResult | undefined} Result */

/** @param {Result} result */
function rate(result) {
  return result && result.count / result.seconds;
}

/** @param {Result} result */
function cpuPerMessage(result) {
  if (!result || result.serverCpu === null || result.count === 0) return undefined;
  return result.serverCpu / result.count;
}

/** @param {Result} result Whether the server waited for the generator. */
function isHeldBack(result) {
  if (!result || result.serverCpu === null) return false;
  const whole = result.seconds * 1e6;
  return result.loadCpu > 0.95 * whole && result.serverCpu < 0.9 * whole;
}

/** @param {readonly (number | undefined)[]} values */
function defined(values) {
  return values.filter((value) => value !== undefined);
}

/**
 * Without the fields that are `undefined`.
 *
 * @param {Record<string, unknown>} fields
 */
function clean(fields) {
  return /** @type {Entry} */ (
    Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
  );
}

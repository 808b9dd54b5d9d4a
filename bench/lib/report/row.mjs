/**
 * The rows of the results: what each peer did, beside the baseline (mostly `ws`) and uWebSockets.js in the same rounds.
 *
 * @module
 */

import { cpuEach, isHeldBack, metrics } from "./metrics.mjs";
import { ratios, spread } from "./statistics.mjs";

/** @typedef {import("./statistics.mjs").Spread} Spread */
/** @typedef {import("../rounds.mjs").PeerRounds} PeerRounds */

/**
 * @typedef {object} Entry
 * @property {string} peer
 * @property {string} label
 * @property {Spread} [value]
 * @property {Spread} [ofBaseline] Its ratio to the baseline, round by round.
 * @property {Spread} [ofUws]
 * @property {Spread} [cpu] Microseconds of processor time for each message.
 * @property {Spread} [cpuOfBaseline] Its ratio to that of the baseline.
 * @property {string} [unavailable]
 * @property {string} [failure]
 * @property {string} [warning]
 */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} title
 * @property {string} unit
 * @property {"more" | "less"} better
 * @property {string} [baseline] The label of the peer that others are compared with. Default: `ws`.
 * @property {readonly Entry[]} entries
 */

/**
 * @param {import("../scenarios.mjs").Scenario} scenario
 * @param {readonly PeerRounds[]} all
 * @returns {Row[]}
 */
export function makeRows({ id, title, own, baseline, metrics: names }, all) {
  return names.map((name) => {
    const { unit, better } = metrics[name];
    const several = names.length > 1;
    return {
      id: several ? `${id}-${name}` : id,
      title: several ? `${name} ${title}` : title,
      unit,
      better,
      ...(baseline && { baseline }),
      entries: makeEntries(name, all, own.length === 1, baseline),
    };
  });
}

/**
 * @param {import("../scenarios.mjs").MetricName} name
 * @param {readonly PeerRounds[]} all
 * @param {boolean} oneForm Whether only one form of this package takes part.
 * @param {string} [baseline]
 */
function makeEntries(name, all, oneForm, baseline = "ws") {
  const { read } = metrics[name];
  const values = table(all, (result) => read(result));
  const cpus = table(all, cpuEach);
  return all.map(({ peer, rounds, unavailable, failure }) => {
    const mine = values.get(peer.id) ?? [];
    const cpu = cpus.get(peer.id) ?? [];
    return clean({
      peer: peer.id,
      label: peer.group === "fullduplex" && oneForm ? "fullduplex" : peer.label,
      value: spread(defined(mine)),
      ofBaseline: spread(ratios(mine, values.get(baseline) ?? [])),
      ofUws: spread(ratios(mine, values.get("uws") ?? [])),
      cpu: spread(defined(cpu)),
      cpuOfBaseline: spread(ratios(cpu, cpus.get(baseline) ?? [])),
      unavailable,
      failure,
      warning: warning(rounds.filter((result) => result !== undefined)),
    });
  });
}

/**
 * By peer, a number for each round.
 *
 * @param {readonly PeerRounds[]} all
 * @param {(result: import("./metrics.mjs").Result) => number | undefined} read
 */
function table(all, read) {
  return new Map(
    all.map(({ peer, rounds }) => [peer.id, rounds.map((result) => result && read(result))]),
  );
}

/** More than this part of a core for other programs is worth a word. */
const QUIET = 0.1;

/** @param {readonly import("./metrics.mjs").Result[]} results */
function warning(results) {
  const notes = [];
  const lost = Math.max(0, ...results.map((result) => result.lost ?? 0));
  if (lost > 0.01) notes.push(`overloaded: ${percent(lost)} were never sent`);
  // An open loop keeps its generator busy whatever the server does.
  const held = results.filter((result) => result.p50 === undefined && isHeldBack(result)).length;
  if (held * 2 > results.length) notes.push("limited by the other side");
  const disturbed = spread(results.map((result) => result.disturbed ?? 0))?.median ?? 0;
  if (disturbed > QUIET) notes.push(`disturbed: others had ${percent(disturbed)} of a core`);
  return notes.length === 0 ? undefined : notes.join("; ");
}

/** @param {number} share */
function percent(share) {
  return `${Math.round(share * 100)} %`;
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

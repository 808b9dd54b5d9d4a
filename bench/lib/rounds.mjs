/**
 * Measures the peers of a row in turn, again and again, so that what disturbs the machine disturbs them alike.
 *
 * @module
 */

import { measure, startServer } from "./measure.mjs";

/** @typedef {import("./peers.mjs").Peer} Peer */
/** @typedef {import("./scenarios.mjs").Scenario} Scenario */
/** @typedef {import("./measure.mjs").RunningServer} RunningServer */
/** @typedef {import("../e2e/load/window.mjs").WindowResult} WindowResult */

/**
 * @typedef {object} PeerRounds
 * @property {Peer} peer
 * @property {(WindowResult | undefined)[]} rounds By round; `undefined` where it failed.
 * @property {string} [unavailable] Why there are none.
 */

/**
 * @param {Scenario} scenario
 * @param {readonly Peer[]} peers
 * @param {import("./options.mjs").Options} options
 * @param {(text: string) => void} progress
 * @returns {Promise<PeerRounds[]>}
 */
export async function runRounds(scenario, peers, options, progress) {
  /** @type {PeerRounds[]} */
  const all = peers.map((peer) => ({ peer, rounds: [], ...unavailable(peer) }));
  /** @type {Map<Peer, RunningServer>} */
  const servers = new Map();
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const one of all) {
        if (one.unavailable !== undefined) continue;
        progress(`${scenario.title}: round ${round + 1} of ${options.rounds}, ${one.peer.label}`);
        await runOne(scenario, one, servers, options);
      }
    }
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
  return all;
}

/** @param {Peer} peer */
function unavailable(peer) {
  const reason = peer.missing?.();
  return reason === undefined ? {} : { unavailable: reason };
}

/**
 * @param {Scenario} scenario
 * @param {PeerRounds} one
 * @param {Map<Peer, RunningServer>} servers Those that are running, idle but for the one that is measured.
 * @param {import("./options.mjs").Options} options
 */
async function runOne(scenario, one, servers, options) {
  const { peer } = one;
  try {
    const server = servers.get(peer) ?? (await startServer(peer, scenario));
    servers.set(peer, server);
    one.rounds.push(await measure(peer, scenario, server, options));
  } catch (error) {
    one.unavailable = error instanceof Error ? error.message : String(error);
  }
}

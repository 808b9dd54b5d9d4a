/**
 * Measures the peers of a scenario in turn, again and again, so that what disturbs the machine disturbs them alike.
 *
 * @module
 */

import { UnsupportedError, measureClient, measureServer, startServer } from "./measure.mjs";
import { idle, openFilesLimit } from "./machine.mjs";
import { inTurn } from "./turns.mjs";

/** @typedef {import("./peers.mjs").Peer} Peer */
/** @typedef {import("./scenarios.mjs").Scenario} Scenario */
/** @typedef {import("./measure.mjs").RunningServer} RunningServer */
/** @typedef {import("../e2e/load/main.mjs").Result} Result */
/** @typedef {import("./options.mjs").Options} Options */

/**
 * @typedef {object} PeerRounds
 * @property {Peer} peer
 * @property {(Result | undefined)[]} rounds By round; `undefined` where it failed.
 * @property {string} [unavailable] Why there are none.
 * @property {string} [failure] What went wrong last, if anything did.
 */

/**
 * @param {Scenario} scenario
 * @param {readonly Peer[]} peers
 * @param {Options} options
 * @param {(text: string) => void} progress
 * @returns {Promise<PeerRounds[]>}
 */
export async function runRounds(scenario, peers, options, progress) {
  /** @type {PeerRounds[]} */
  const all = peers.map((peer) => {
    const reason = cannot(peer, scenario);
    return { peer, rounds: [], ...(reason !== undefined && { unavailable: reason }) };
  });
  const servers = new Servers(scenario, options.server);
  try {
    for (let round = 0; round < options.rounds; round++) {
      for (const one of all) {
        if (one.unavailable !== undefined) continue;
        if (performance.now() > options.deadline) {
          if (one.rounds.length === 0) one.unavailable = "the time was up (--minutes)";
          continue;
        }
        progress(`${scenario.title}: round ${round + 1} of ${options.rounds}, ${one.peer.label}`);
        await runOne(scenario, one, servers, options);
      }
    }
  } finally {
    await servers.stopAll();
  }
  return all;
}

/**
 * Why a peer can't take part.
 *
 * @param {Peer} peer
 * @param {Scenario} scenario
 */
function cannot(peer, { needs, descriptors = 0 }) {
  const lacking = needs.find((need) => peer.lacks?.[need] !== undefined);
  if (lacking !== undefined) return peer.lacks?.[lacking];
  if (needs.includes("recovery") && !peer.channels) return "recovers nothing here";
  if (needs.includes("client") && !peer.client) return "has no client here";
  if (openFilesLimit() < descriptors) return `needs ${descriptors} open files (ulimit -n)`;
  return peer.missing();
}

/**
 * @param {Scenario} scenario
 * @param {PeerRounds} one
 * @param {Servers} servers
 * @param {Options} options
 */
async function runOne(scenario, one, servers, options) {
  const { peer } = one;
  // The first time a server needs longer to be compiled for what it does.
  const { warmth = 1 } = scenario;
  const warmup = options.warmup * warmth * (servers.isRunning(peer) || scenario.fresh ? 1 : 2);
  const timing = { seconds: options.seconds, warmup };
  try {
    const measure = scenario.measured === "client" ? measureClient : measureServer;
    const result = await inTurn(async () => {
      const server = await servers.get(peer);
      const result = await measure(peer, scenario, server, timing);
      if (scenario.fresh) await servers.stop(peer);
      else await idle(server.pid);
      return result;
    });
    one.rounds.push(result);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof UnsupportedError) one.unavailable = message;
    else one.failure = message;
    one.rounds.push(undefined);
    await servers.stop(peer);
  }
}

/** The servers of a scenario: they keep running, idle but for the one that is measured. */
class Servers {
  /** @type {Map<Peer, RunningServer>} */
  #running = new Map();
  #scenario;
  #counterpart;

  /**
   * @param {Scenario} scenario
   * @param {Peer} counterpart The server that clients are measured with.
   */
  constructor(scenario, counterpart) {
    this.#scenario = scenario;
    this.#counterpart = counterpart;
  }

  /**
   * The server that a peer is, or talks to when it is a client.
   *
   * @param {Peer} peer
   */
  #key(peer) {
    return this.#scenario.measured === "client" ? this.#counterpart : peer;
  }

  /** @param {Peer} peer */
  isRunning(peer) {
    return this.#running.has(this.#key(peer));
  }

  /** @param {Peer} peer */
  async get(peer) {
    const key = this.#key(peer);
    const role = this.#scenario.measured === "client" ? "load" : "measured";
    const server = this.#running.get(key) ?? (await startServer(key, this.#scenario, role));
    this.#running.set(key, server);
    return server;
  }

  /** @param {Peer} peer */
  async stop(peer) {
    const key = this.#key(peer);
    const server = this.#running.get(key);
    this.#running.delete(key);
    await server?.stop();
  }

  async stopAll() {
    await Promise.all([...this.#running.values()].map((server) => server.stop()));
  }
}

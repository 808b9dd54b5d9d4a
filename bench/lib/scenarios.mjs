/**
 * What is measured: which server does what, under which load; and the rows that come of it.
 *
 * @module
 */

/** @typedef {import("../e2e/load/main.mjs").Load} Load */
/** @typedef {import("../e2e/servers/support.mjs").Mode} Mode */
/** @typedef {keyof typeof import("./report/metrics.mjs").metrics} MetricName */

/**
 * @typedef {object} Scenario
 * @property {string} id
 * @property {string} title
 * @property {Mode} mode
 * @property {Load} load
 * @property {Partial<Load>} [quick] What is different in a quick run.
 * @property {readonly MetricName[]} metrics Each makes a row.
 * @property {readonly string[]} own The forms of this package that take part.
 * @property {readonly string[]} [against] The ids of the other peers that take part. Default: all of WebSockets.
 * @property {string} [baseline] The id of the peer that ratios are to. Default: `ws`.
 * @property {readonly (Mode | "binary" | "client" | "recovery")[]} needs What a peer must be able to do.
 * @property {"client"} [measured] Default: the server.
 * @property {number} [warmth] How many times the usual warm-up: code that runs seldom takes longer to be compiled.
 * @property {boolean} [fresh] With a new process in every round.
 * @property {boolean} [fullOnly] Not part of a quick run.
 * @property {number} [descriptors] How many open files a process needs.
 */

const bothForms = ["fullduplex", "fullduplex-foreach"];
const oneForm = ["fullduplex"];

/** @type {readonly Scenario[]} */
export const scenarios = [
  echo("binary-1", "echo, binary 16 B, 1 in flight", { depth: 1, type: "binary" }),
  echo("binary-16", "echo, binary 16 B, 16 in flight", { depth: 16, type: "binary" }),
  echo("text-16", "echo, text 16 B, 16 in flight", { depth: 16, type: "text" }),
  {
    ...echo("large", "echo, binary 64 KiB, 16 connections, 1 in flight", {
      connections: 16,
      depth: 1,
      size: 65_536,
      type: "binary",
    }),
    own: [...bothForms, "fullduplex-borrow"],
  },
  broadcast("broadcast-1", "broadcast to 1,000, 64 B, one per turn", 1_000, 1),
  broadcast("broadcast-8", "broadcast to 1,000, 64 B, eight per turn", 1_000, 8),
  {
    ...broadcast("broadcast-1-10k", "broadcast to 10,000, 64 B, one per turn", 10_000, 1),
    fullOnly: true,
  },
  {
    ...broadcast("broadcast-8-10k", "broadcast to 10,000, 64 B, eight per turn", 10_000, 8),
    fullOnly: true,
  },
  channels("channels-1", "channels to 1,000 subscribers, 64 B, one per turn", 1_000, 1),
  channels("channels-8", "channels to 1,000 subscribers, 64 B, eight per turn", 1_000, 8),
  {
    ...channels("channels-1-10k", "channels to 10,000 subscribers, 64 B, one per turn", 10_000, 1),
    fullOnly: true,
  },
  {
    ...channels(
      "channels-8-10k",
      "channels to 10,000 subscribers, 64 B, eight per turn",
      10_000,
      8,
    ),
    fullOnly: true,
  },
  {
    id: "channels-recovery",
    title: "recovery of 10 publications after a reconnect, 2,000 at a time",
    mode: "broadcast",
    load: { kind: "storm", connections: 2_000, recovers: true },
    quick: { connections: 200 },
    metrics: ["accepts"],
    own: ["fullduplex-channels"],
    needs: ["recovery"],
    descriptors: 2_500,
  },
  {
    id: "channels-memory",
    title: "memory of a subscriber",
    mode: "broadcast",
    load: { kind: "memory", connections: 2_000 },
    quick: { connections: 500 },
    metrics: ["memory"],
    own: ["fullduplex-channels"],
    needs: [],
    fresh: true,
  },
  deflate("deflate-1", "compressed echo, 1 KiB of JSON, 1 in flight", 1),
  deflate("deflate-16", "compressed echo, 1 KiB of JSON, 16 in flight", 16),
  {
    id: "deflate-memory",
    title: "memory of a connection that compresses",
    mode: "deflate",
    load: { kind: "memory", connections: 1_000, size: 1024 },
    quick: { connections: 500 },
    metrics: ["memory"],
    own: oneForm,
    needs: ["deflate"],
    fresh: true,
  },
  {
    ...echo("tls-16", "echo over TLS, binary 16 B, 16 in flight", { depth: 16, type: "binary" }),
    mode: "tls",
    needs: ["tls", "binary"],
  },
  {
    id: "accepts",
    title: "connections opened and closed, 64 at a time",
    mode: "echo",
    load: { kind: "storm", connections: 64 },
    metrics: ["accepts"],
    own: oneForm,
    warmth: 4,
    needs: [],
  },
  {
    id: "idle-memory",
    title: "memory of an idle connection",
    mode: "echo",
    load: { kind: "memory", connections: 8_000, offer: true },
    quick: { connections: 2_000 },
    metrics: ["memory"],
    own: bothForms,
    needs: [],
    fresh: true,
  },
  {
    id: "latency",
    title: "latency at 20,000 messages/s, text 16 B",
    mode: "echo",
    load: { kind: "paced", connections: 64, rate: 20_000, size: 16 },
    metrics: ["p50", "p99"],
    own: bothForms,
    needs: [],
  },
  {
    ...echo("client-16", "clients of one server, binary 16 B, 16 in flight", { depth: 16 }),
    mode: "plain",
    needs: ["client"],
    measured: "client",
  },
  wamp("wamp-calls-64", "WAMP calls, 64 B, 64 in flight", { depth: 64 }),
  {
    ...wamp("wamp-calls-1", "of a lone WAMP call, 64 B", { depth: 1 }),
    metrics: ["p50", "p99"],
  },
  {
    ...wamp("wamp-patterns", "WAMP calls, 64 B, 64 in flight, with patterns of others", {
      depth: 64,
    }),
    own: ["fullduplex-wamp-10", "fullduplex-wamp-100k"],
    against: [],
    baseline: "fullduplex-wamp-10",
  },
  {
    ...wamp("wamp-events", "WAMP events to 100 subscribers, 64 B", {}),
    load: { kind: "wamp-events", subscribers: 100, ahead: 16 },
    metrics: ["deliveries"],
  },
  ddp("ddp-writes", "DDP: changes of a document that 1,000 clients see", {}),
  {
    ...ddp("ddp-latency", "of a lone change until each of 1,000 clients has it", { ahead: 1 }),
    metrics: ["p50", "p99"],
  },
  {
    ...ddp("ddp-others", "DDP: changes that 10 clients see, beside live queries of others", {
      subscribers: 10,
    }),
    own: ["fullduplex-ddp", "fullduplex-ddp-10k"],
  },
  {
    ...ddp("ddp-memory", "memory of a DDP client that sees 10 documents", {}),
    load: { kind: "memory", connections: 2_000 },
    quick: { connections: 500 },
    metrics: ["memory"],
    descriptors: 2_500,
  },
];

/**
 * Through a router; the caller and the callee, or the publisher and its subscribers, are all in the generator.
 *
 * @param {string} id
 * @param {string} title
 * @param {Partial<import("../e2e/load/kinds/wamp-calls.mjs").WampCallsLoad>} load
 * @returns {Scenario}
 */
function wamp(id, title, load) {
  return {
    id,
    title,
    mode: "wamp",
    load: { kind: "wamp-calls", depth: 1, ...load },
    metrics: ["messages"],
    own: ["fullduplex-wamp"],
    against: ["fox-wamp"],
    baseline: "fox-wamp",
    needs: [],
    // (When the generator leaves, fox-wamp may end with an error.)
    fresh: true,
  };
}

/**
 * No peer has a DDP server that runs by itself: each row stands for itself.
 *
 * @param {string} id
 * @param {string} title
 * @param {Partial<import("../e2e/load/kinds/ddp-writes.mjs").DdpWritesLoad>} load
 * @returns {Scenario}
 */
function ddp(id, title, load) {
  return {
    id,
    title,
    mode: "ddp",
    load: { kind: "ddp-writes", subscribers: 1_000, ahead: 16, ...load },
    metrics: ["deliveries"],
    own: ["fullduplex-ddp"],
    against: [],
    baseline: "fullduplex-ddp",
    needs: [],
    fresh: true,
  };
}

/**
 * @param {string} id
 * @param {string} title
 * @param {Partial<import("../e2e/load/kinds/echo.mjs").EchoLoad>} load
 * @returns {Scenario}
 */
function echo(id, title, load) {
  return {
    id,
    title,
    mode: "echo",
    load: { kind: "echo", connections: 64, depth: 1, size: 16, type: "binary", ...load },
    metrics: ["messages"],
    own: bothForms,
    needs: load.type === "binary" ? ["binary"] : [],
  };
}

/**
 * @param {string} id
 * @param {string} title
 * @param {number} connections
 * @param {number} perTurn
 * @returns {Scenario}
 */
function broadcast(id, title, connections, perTurn) {
  return {
    id,
    title,
    mode: "broadcast",
    load: { kind: "broadcast", connections, perTurn },
    metrics: ["deliveries"],
    own: oneForm,
    needs: [],
    descriptors: connections + 200,
  };
}

/**
 * As a broadcast; this package's clients are subscribed to a channel, and those of socket.io are in a room.
 *
 * @param {string} id
 * @param {string} title
 * @param {number} connections
 * @param {number} perTurn
 * @returns {Scenario}
 */
function channels(id, title, connections, perTurn) {
  return { ...broadcast(id, title, connections, perTurn), own: ["fullduplex-channels"] };
}

/**
 * @param {string} id
 * @param {string} title
 * @param {number} depth
 * @returns {Scenario}
 */
function deflate(id, title, depth) {
  return {
    id,
    title,
    mode: "deflate",
    load: { kind: "deflate", connections: 64, depth, size: 1024 },
    metrics: ["messages"],
    own: bothForms,
    needs: ["deflate"],
  };
}

/**
 * A scenario as it is in a quick run.
 *
 * @param {Scenario} scenario
 * @returns {Scenario}
 */
export function quickly(scenario) {
  return { ...scenario, load: /** @type {Load} */ ({ ...scenario.load, ...scenario.quick }) };
}

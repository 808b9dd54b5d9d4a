/**
 * The layers: who may import whom. See docs/internals/architecture.md.
 *
 * @module
 */

import { withoutComments } from "./import-graph.ts";
import type { ImportGraph } from "./import-graph.ts";

const BASE = ["errors.ts", "util", "http"];
/** Of the protocol, what comes before it runs; and the ports that it declares. */
const HANDSHAKE = ["protocol/handshake", "protocol/extensions", "protocol/platform.ts"];
const ENTRIES = "the public entries";

/** Layer → what it may import besides itself: folders and files below `src`. The longest name that fits counts. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": BASE,
  util: BASE,
  http: BASE,
  protocol: BASE,
  connection: BASE,
  session: [...BASE, "connection"],
  engine: BASE,
  node: [...BASE, "protocol", "connection", "session"],
  "client/browser": [...BASE, "connection", "session"],
  "client/node": [...BASE, ...HANDSHAKE, "node", "connection", "session"],
  server: [...BASE, ...HANDSHAKE, "node", "connection", "session"],
  channels: [...BASE, "connection", "engine"],
  wamp: [...BASE, "connection", "engine"],
  "wamp/rawsocket": [...BASE, "connection", "node", "protocol/growing-buffer.ts"],
  ddp: [...BASE, "connection", "engine"],
  ws: [...BASE, "connection", "node", "server", "client/node"],
  testing: [...BASE, "protocol", "connection", "engine"],
  hub: [ENTRIES],
  "hub/browser": [
    "client/browser/index.ts",
    "channels/client/index.ts",
    "wamp/client/index.ts",
    "ddp/client/index.ts",
    "hub/chat",
    "hub/todo/limits.ts",
    "hub/todo/tasks.ts",
  ],
  cli: [ENTRIES, "hub", "util/closest.ts"],
};

/** The libraries of others that a layer may import: dependencies of the package. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  channels: ["jose"],
  wamp: ["@msgpack/msgpack", "@noble/hashes/argon2.js", "cborg"],
  // (`async_hooks`: what knows which method a write belongs to.)
  ddp: ["bcryptjs", "mingo", "pg", "node:async_hooks"],
};

/** The layers that may import `node:*`. */
const ON_NODE = ["node", "client/node", "server", "wamp/rawsocket", "ws", "hub", "cli"];

const REEXPORTS = /export\s+(?:type\s+)?\{[^}]*\}\s+from\s+"[^"]+";/g;

/** What breaks the rules, a line each. `entries` are the entry files of the package, below `src`. */
export function violations(graph: ImportGraph, entries: readonly string[]): string[] {
  return [...importViolations(graph, entries), ...fileViolations(graph, entries)];
}

function importViolations(graph: ImportGraph, entries: readonly string[]): string[] {
  const found: string[] = [];
  for (const { from, to } of graph.edges) {
    const layer = layerOf(from);
    if (layer === undefined) found.push(`${from} is in no layer`);
    else if (!mayImport(layer, to, entries)) found.push(`${from} -> ${to}`);
    else if (isInside(to) && !graph.files.has(to)) found.push(`${from} -> ${to}: no such file`);
  }
  return found;
}

function mayImport(layer: string, to: string, entries: readonly string[]): boolean {
  const allowed = LAYERS[layer] ?? [];
  if (to.startsWith("node:") && ON_NODE.includes(layer)) return true;
  if (to.startsWith("fullduplex")) return allowed.includes(ENTRIES);
  if (!isInside(to)) return LIBRARIES[layer]?.some((name) => isBelow(to, name)) === true;
  if (layerOf(to) === layer) return true;
  if (allowed.includes(ENTRIES) && entries.includes(to)) return true;
  return allowed.some((name) => isBelow(to, name));
}

function fileViolations(graph: ImportGraph, entries: readonly string[]): string[] {
  const found: string[] = [];
  for (const [file, text] of graph.files) {
    const code = withoutComments(text);
    if (/^export\s+default\b|\bas\s+default\b/m.test(code)) found.push(`${file}: default export`);
    if (/^export\s+(?:type\s+)?\*/m.test(code)) found.push(`${file}: export *`);
    if (!/(?:^|\/)index\.ts$/.test(file)) continue;
    if (!entries.includes(file)) found.push(`${file}: an index.ts that is no entry`);
    if (code.replaceAll(REEXPORTS, "").trim() !== "") found.push(`${file}: more than re-exports`);
  }
  return found;
}

function layerOf(file: string): string | undefined {
  const names = Object.keys(LAYERS).filter((name) => isBelow(file, name));
  return names.toSorted((a, b) => b.length - a.length)[0];
}

function isBelow(file: string, name: string): boolean {
  return file === name || file.startsWith(`${name}/`);
}

function isInside(to: string): boolean {
  return to.endsWith(".ts") && !to.startsWith("..");
}

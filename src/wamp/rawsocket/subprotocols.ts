/**
 * Serializers as RawSocket names them: by a number, where a WebSocket has a subprotocol.
 *
 * @module
 */

/** WAMP specification, "RawSocket Transport", section "Handshake". */
const IDS: ReadonlyMap<string, number> = new Map([
  ["wamp.2.json", 1],
  ["wamp.2.msgpack", 2],
  ["wamp.2.cbor", 3],
  ["wamp.2.ubjson", 4],
  ["wamp.2.flatbuffers", 5],
]);

/** `undefined` for what only WebSockets carry, such as batches. */
export function idOf(subprotocol: string): number | undefined {
  return IDS.get(subprotocol);
}

/** Those that RawSocket has, by their number. */
export function byId(subprotocols: readonly string[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const name of subprotocols) {
    const id = idOf(name);
    if (id !== undefined) found.set(id, name);
  }
  return found;
}

/** Whether its messages are text, and not bytes. */
export function isText(subprotocol: string): boolean {
  return subprotocol === "wamp.2.json";
}

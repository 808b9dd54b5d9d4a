/**
 * The frames of SockJS (its protocol 0.3.3): what goes over a connection in place of plain messages.
 *
 * @module
 */

/** The connection is there. */
export const OPEN = "o";

/** It is alive. */
export const HEARTBEAT = "h";

/** The end, with the code of WebSocket or of SockJS. */
export function closeFrame(code: number, reason: string): string {
  return `c${JSON.stringify([code, reason])}`;
}

/** Messages; each is encoded already, by {@link encode}. */
export function messagesFrame(encoded: readonly string[]): string {
  return `a[${encoded.join(",")}]`;
}

export function encode(message: string): string {
  return JSON.stringify(message);
}

/**
 * What a client has sent over a WebSocket: an array of messages, or a single one. What is no text becomes an empty one, which is
 * the receiver's to complain about. `undefined` for what is no JSON.
 */
export function readFrame(frame: string): readonly string[] | undefined {
  if (frame === "") return [];
  const read = parse(frame);
  if (!read) return undefined;
  return Array.isArray(read.value) ? read.value.map(toText) : [toText(read.value)];
}

/** Of the body of a request: as {@link readFrame}, but it has to be an array. Else what SockJS says is wrong with it. */
export function readBatch(body: string): { messages: readonly string[] } | { problem: string } {
  if (body === "") return { problem: "Payload expected." };
  const read = parse(body);
  if (!read) return { problem: "Broken JSON encoding." };
  if (!Array.isArray(read.value)) return { problem: "Payload expected." };
  return { messages: read.value.map(toText) };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

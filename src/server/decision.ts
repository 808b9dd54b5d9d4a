/**
 * Asking the application about a handshake.
 *
 * @module
 */

import { isResponse, responseAnswer } from "./refusal.ts";
import type { Answer } from "./refusal.ts";
import type { HandshakeRequest } from "./handshake-request.ts";
import type { Acceptance, OnHandshake } from "./handler.ts";

/** An acceptance, checked. */
export interface Accepted {
  readonly data: unknown;
  readonly subprotocol: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What the application decided: a response of its own refuses. */
export type Decision = Accepted | Answer;

/** The decision where there is no hook. */
export const ACCEPT: Accepted = { data: undefined, subprotocol: undefined, headers: [] };

/** Headers of the handshake itself, and those that would frame a body. */
const RESERVED: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "transfer-encoding",
  "upgrade",
]);

const FIELDS: ReadonlySet<string> = new Set(["data", "headers", "subprotocol"]);

/**
 * Calls the hook, and reads the body of the response that it may give.
 *
 * @throws what the hook throws, and TypeError for an acceptance that can't be carried out.
 */
export async function decide(
  hook: OnHandshake<unknown>,
  request: HandshakeRequest,
): Promise<Decision> {
  const result = await hook(request);
  if (isResponse(result)) return responseAnswer(result);
  const acceptance = result === undefined ? {} : readAcceptance(result);
  const { subprotocol } = acceptance;
  // RFC 6455 section 4.1: the client fails a connection with a subprotocol that it did not ask for.
  if (subprotocol !== undefined && !request.subprotocols.includes(subprotocol)) {
    throw new TypeError(`onHandshake chose a subprotocol that was not offered: ${subprotocol}`);
  }
  return { data: acceptance.data, subprotocol, headers: readHeaders(acceptance.headers ?? []) };
}

/** Whatever else a hook returns, it may have meant to refuse. */
function readAcceptance(result: Acceptance<unknown>): Acceptance<unknown> {
  const isObject = typeof result === "object" && result !== null && !Array.isArray(result);
  const unknown = isObject ? Object.keys(result).find((key) => !FIELDS.has(key)) : undefined;
  if (isObject && unknown === undefined) return result;
  const what = isObject ? `an object with the field "${unknown}"` : String(result);
  throw new TypeError(
    `onHandshake returned ${what}: neither nothing, a Response, nor { data, headers, subprotocol }`,
  );
}

function readHeaders(headers: NonNullable<Acceptance["headers"]>): [string, string][] {
  const list = isIterable(headers) ? headers : Object.entries(headers);
  return Array.from(list, ([name, value]) => {
    const lower = name.toLowerCase();
    if (RESERVED.has(lower) || lower.startsWith("sec-websocket-")) {
      throw new TypeError(`onHandshake set the header ${name}, which is the handshake's own`);
    }
    return [name, value];
  });
}

function isIterable<T>(value: object | Iterable<T>): value is Iterable<T> {
  return Symbol.iterator in value;
}

/**
 * The negotiation of permessage-deflate (RFC 7692 section 7.1).
 *
 * @module
 */

import { HandshakeError } from "../../errors.ts";
import type { HttpHeaders } from "../../http/headers.ts";
import type { ExtensionOffer } from "./offer.ts";

/** What an application wants. Context takeover saves bytes and costs memory, for each connection. */
export interface DeflateOptions {
  /** Whether the server's compressor goes on with what it knows from earlier messages. Default: `false`. */
  serverContextTakeover?: boolean | undefined;
  /** Whether the client's does. Default: `false`. */
  clientContextTakeover?: boolean | undefined;
  /** The base-2 logarithm of how many bytes the server's compressor looks back, 8 to 15. Default: 15. */
  serverMaxWindowBits?: number | undefined;
  /** The same of the client's. Default: 15. */
  clientMaxWindowBits?: number | undefined;
}

/** What a client offered: the options it gave to {@link offerDeflate}. */
export type DeflateOffer = DeflateOptions;

/** What was agreed upon. */
export interface DeflateParameters {
  readonly serverContextTakeover: boolean;
  readonly clientContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

/** The parameters of one offer or answer, valid each. */
interface Parameters {
  serverNoContextTakeover: boolean;
  clientNoContextTakeover: boolean;
  serverMaxWindowBits: number | undefined;
  /** `true`: the parameter came without a value, which means that any will do. */
  clientMaxWindowBits: number | true | undefined;
}

const NAME = "permessage-deflate";
const LARGEST_WINDOW = 15;
const SMALLEST_WINDOW = 8;

/**
 * The server's answer to what a client offered: the first offer that is valid is accepted. `undefined` when there is
 * none; the connection then goes on without compression.
 *
 * Throws a `RangeError` for window bits that are not 8 to 15.
 */
export function acceptDeflate(
  offers: readonly ExtensionOffer[],
  options: DeflateOptions,
): { parameters: DeflateParameters; header: string } | undefined {
  const wanted = readOptions(options);
  for (const offer of offers) {
    const offered = offer.name === NAME ? readParameters(offer) : undefined;
    if (offered) return acceptOffer(offered, wanted);
  }
  return undefined;
}

function acceptOffer(
  offered: Parameters,
  wanted: DeflateParameters,
): { parameters: DeflateParameters; header: string } {
  const parameters: DeflateParameters = {
    serverContextTakeover: wanted.serverContextTakeover && !offered.serverNoContextTakeover,
    clientContextTakeover: wanted.clientContextTakeover && !offered.clientNoContextTakeover,
    serverMaxWindowBits: Math.min(
      wanted.serverMaxWindowBits,
      offered.serverMaxWindowBits ?? LARGEST_WINDOW,
    ),
    clientMaxWindowBits: clientWindow(offered.clientMaxWindowBits, wanted.clientMaxWindowBits),
  };
  // A window that was asked for must be confirmed, even the largest (RFC 7692 section 7.1.2.1).
  const confirmServer = offered.serverMaxWindowBits !== undefined;
  return { parameters, header: format(parameters, confirmServer, false) };
}

/** Without the client's leave the server can't ask for a smaller window (RFC 7692 section 7.1.2.2). */
function clientWindow(offered: number | true | undefined, wanted: number): number {
  if (offered === undefined) return LARGEST_WINDOW;
  return offered === true ? wanted : Math.min(wanted, offered);
}

/**
 * The client's offer, as the value of `Sec-WebSocket-Extensions`. It always allows the server to ask for a smaller
 * window of the client.
 *
 * Throws a `RangeError` for window bits that are not 8 to 15.
 */
export function offerDeflate(options: DeflateOptions): string {
  return format(readOptions(options), false, true);
}

/**
 * The parameters that a server's answer to `offerDeflate(options)` sets; `undefined` when it declined.
 *
 * Throws a `HandshakeError`, which shows the `response`, for an answer that doesn't fit the offer and for other
 * extensions; a `RangeError` as `offerDeflate` does.
 */
export function confirmDeflate(
  extensions: readonly ExtensionOffer[],
  options: DeflateOptions,
  response?: { status: number; headers: HttpHeaders },
): DeflateParameters | undefined {
  const wanted = readOptions(options);
  const [answer] = extensions;
  if (!answer) return undefined;
  if (extensions.length > 1 || answer.name !== NAME) {
    throw new HandshakeError("the server chose an extension that was not offered", response);
  }
  const answered = readParameters(answer);
  if (!answered) throw new HandshakeError(`the server's answer to ${NAME} is invalid`, response);
  const server = answered.serverMaxWindowBits ?? LARGEST_WINDOW;
  const client = answered.clientMaxWindowBits ?? wanted.clientMaxWindowBits;
  if (
    // What was asked of the server must be confirmed, and nothing may grow (RFC 7692 sections 7.1.1.1 and 7.1.2).
    (!wanted.serverContextTakeover && !answered.serverNoContextTakeover) ||
    server > wanted.serverMaxWindowBits ||
    client === true ||
    client > wanted.clientMaxWindowBits
  ) {
    throw new HandshakeError(`the server's answer to ${NAME} does not fit the offer`, response);
  }
  return {
    serverContextTakeover: !answered.serverNoContextTakeover,
    clientContextTakeover: wanted.clientContextTakeover && !answered.clientNoContextTakeover,
    serverMaxWindowBits: server,
    clientMaxWindowBits: client,
  };
}

/** Throws a `RangeError` for window bits that are not 8 to 15. */
function readOptions(options: DeflateOptions): DeflateParameters {
  const {
    serverContextTakeover = false,
    clientContextTakeover = false,
    serverMaxWindowBits = LARGEST_WINDOW,
    clientMaxWindowBits = LARGEST_WINDOW,
  } = options;
  checkWindow(serverMaxWindowBits);
  checkWindow(clientMaxWindowBits);
  return { serverContextTakeover, clientContextTakeover, serverMaxWindowBits, clientMaxWindowBits };
}

function checkWindow(bits: number): void {
  if (Number.isInteger(bits) && bits >= SMALLEST_WINDOW && bits <= LARGEST_WINDOW) return;
  throw new RangeError(`window bits are ${SMALLEST_WINDOW} to ${LARGEST_WINDOW}, not ${bits}`);
}

function format(
  parameters: DeflateParameters,
  confirmServerWindow: boolean,
  anyClientWindow: boolean,
): string {
  const { serverMaxWindowBits: server, clientMaxWindowBits: client } = parameters;
  let value = NAME;
  if (!parameters.serverContextTakeover) value += "; server_no_context_takeover";
  if (!parameters.clientContextTakeover) value += "; client_no_context_takeover";
  if (server < LARGEST_WINDOW || confirmServerWindow) value += `; server_max_window_bits=${server}`;
  if (client < LARGEST_WINDOW) value += `; client_max_window_bits=${client}`;
  else if (anyClientWindow) value += "; client_max_window_bits";
  return value;
}

/** `undefined` for a parameter that is unknown, repeated, or has a value that it can't have. */
function readParameters(offer: ExtensionOffer): Parameters | undefined {
  const read: Parameters = {
    serverNoContextTakeover: false,
    clientNoContextTakeover: false,
    serverMaxWindowBits: undefined,
    clientMaxWindowBits: undefined,
  };
  const seen = new Set<string>();
  for (const [name, value] of offer.parameters) {
    if (seen.has(name) || !readParameter(read, name, value)) return undefined;
    seen.add(name);
  }
  return read;
}

function readParameter(read: Parameters, name: string, value: string | undefined): boolean {
  switch (name) {
    case "server_no_context_takeover":
      read.serverNoContextTakeover = true;
      return value === undefined;
    case "client_no_context_takeover":
      read.clientNoContextTakeover = true;
      return value === undefined;
    case "server_max_window_bits":
      read.serverMaxWindowBits = readWindow(value);
      return read.serverMaxWindowBits !== undefined;
    case "client_max_window_bits":
      read.clientMaxWindowBits = value === undefined ? true : readWindow(value);
      return read.clientMaxWindowBits !== undefined;
    default:
      return false;
  }
}

/** A decimal number without leading zeros (RFC 7692 section 7.1.2). */
function readWindow(value: string | undefined): number | undefined {
  return value !== undefined && /^(?:[89]|1[0-5])$/.test(value) ? Number(value) : undefined;
}

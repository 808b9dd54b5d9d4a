/**
 * The negotiation of permessage-deflate (RFC 7692 section 7.1), from both of the fuzzer's chairs: what it offers as a
 * client and takes as an answer, what it accepts and answers as a server.
 *
 * @module
 */

import type { Agreement } from "./deflate.ts";

/** What the fuzzer asks of the peer's compressor. */
export interface Terms {
  readonly noContextTakeover: boolean;
  readonly windowBits?: number;
}

type Parameters = Map<string, string | true>;

/** The header of a fuzzing client. It lets the server limit the fuzzer's own compressor as well. */
export function offerHeader(terms: readonly Terms[]): string {
  const offers = terms.map(({ noContextTakeover, windowBits }) => {
    const parts = ["permessage-deflate", "client_no_context_takeover", "client_max_window_bits"];
    if (noContextTakeover) parts.push("server_no_context_takeover");
    if (windowBits !== undefined) parts.push(`server_max_window_bits=${windowBits}`);
    return parts.join("; ");
  });
  return offers.join(", ");
}

/** What a server's answer means; undefined if it declined. Throws if it answered what was not offered. */
export function readAnswer(
  header: string | undefined,
  terms: readonly Terms[],
): Agreement | undefined {
  if (header === undefined) return undefined;
  const answers = parse(header);
  const answer = answers[0];
  if (answer === undefined || answers.length > 1) throw new Error(`extensions ${header}`);
  const bits = (name: string): number => windowBits(answer.get(name), 15);
  const server = {
    windowBits: bits("server_max_window_bits"),
    takeover: !answer.has("server_no_context_takeover"),
  };
  const client = {
    windowBits: bits("client_max_window_bits"),
    takeover: !answer.has("client_no_context_takeover"),
  };
  const met = terms.some(
    (term) =>
      !(term.noContextTakeover && server.takeover) && server.windowBits <= (term.windowBits ?? 15),
  );
  if (!met) throw new Error(`the answer ${header} does not meet any offer`);
  return { send: client, receive: server };
}

/**
 * The answer of a fuzzing server to a client's offers: the first of `terms` that an offer allows. Undefined if none.
 */
export function answerOffers(
  header: string | undefined,
  terms: readonly Terms[],
): { answer: string; agreement: Agreement } | undefined {
  const offers = header === undefined ? [] : parse(header);
  for (const term of terms) {
    const offer = offers.find((candidate) => allows(candidate, term));
    if (offer !== undefined) return answerOffer(offer, term);
  }
  return undefined;
}

function allows(offer: Parameters, { noContextTakeover, windowBits: wanted }: Terms): boolean {
  if (noContextTakeover && !offer.has("client_no_context_takeover")) return false;
  if (windowBits(offer.get("server_max_window_bits"), 15) < 9) return false; // zlib cannot deflate with 8
  return wanted === undefined || wanted <= (offer.has("client_max_window_bits") ? 15 : 0);
}

function answerOffer(offer: Parameters, term: Terms): { answer: string; agreement: Agreement } {
  const parts = ["permessage-deflate"];
  const takeover = !offer.has("server_no_context_takeover");
  if (!takeover) parts.push("server_no_context_takeover");
  const ownBits = offer.get("server_max_window_bits");
  if (ownBits !== undefined) parts.push(`server_max_window_bits=${windowBits(ownBits, 15)}`);
  if (term.noContextTakeover) parts.push("client_no_context_takeover");
  const peerBits = term.windowBits;
  if (peerBits !== undefined) parts.push(`client_max_window_bits=${peerBits}`);
  const send = { windowBits: windowBits(ownBits, 15), takeover };
  const receive = { windowBits: peerBits ?? 15, takeover: !term.noContextTakeover };
  return { answer: parts.join("; "), agreement: { send, receive } };
}

function windowBits(value: string | true | undefined, fallback: number): number {
  if (value === undefined || value === true) return fallback;
  if (!/^(?:[89]|1[0-5])$/.test(value)) throw new Error(`window bits ${value}`);
  return Number(value);
}

function parse(header: string): Parameters[] {
  return header.split(",").map((extension) => {
    const [name, ...rest] = extension.split(";").map((part) => part.trim());
    if (name !== "permessage-deflate") throw new Error(`extension ${extension}`);
    const parameters: Parameters = new Map();
    for (const part of rest) {
      const equals = part.indexOf("=");
      const key = equals === -1 ? part : part.slice(0, equals);
      if (parameters.has(key)) throw new Error(`parameter ${key} twice`);
      parameters.set(key, equals === -1 ? true : part.slice(equals + 1).replaceAll('"', ""));
    }
    return parameters;
  });
}

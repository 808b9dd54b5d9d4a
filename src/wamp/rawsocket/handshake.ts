/**
 * The handshake: four bytes each way (WAMP specification, "RawSocket Transport", section "Handshake").
 *
 * @module
 */

/** What both sides begin with; no request of HTTP begins with it. */
export const MAGIC = 0x7f;

export const HANDSHAKE_BYTES = 4;

/** The lengths that can be announced, in bytes: powers of two. */
export const MIN_LENGTH: number = 2 ** 9;
export const MAX_LENGTH: number = 2 ** 24;

/** Why a router refuses. */
export const Refusal = {
  SerializerUnsupported: 1,
  LengthUnacceptable: 2,
  ReservedBits: 3,
  TooManyConnections: 4,
} as const;

export type RefusalCode = (typeof Refusal)[keyof typeof Refusal];

const REFUSALS: ReadonlyMap<number, string> = new Map([
  [Refusal.SerializerUnsupported, "the router has no such serializer"],
  [Refusal.LengthUnacceptable, "the router does not accept that length of messages"],
  [Refusal.ReservedBits, "the router knows no such bits"],
  [Refusal.TooManyConnections, "the router has too many connections"],
]);

/** What a side says: the longest message that it takes, in bytes, and the serializer. */
export interface Greeting {
  readonly maxLength: number;
  readonly serializer: number;
}

/** The largest length not above `bytes` that can be announced. */
export function announceable(bytes: number): number {
  return 2 ** Math.floor(Math.log2(bytes));
}

/** `maxLength` can be announced. */
export function encodeGreeting({ maxLength, serializer }: Greeting): Uint8Array {
  const exponent = Math.log2(maxLength) - 9;
  return Uint8Array.of(MAGIC, (exponent << 4) | serializer, 0, 0);
}

export function encodeRefusal(code: RefusalCode): Uint8Array {
  return Uint8Array.of(MAGIC, code << 4, 0, 0);
}

/** A client's greeting; or why it is refused, `undefined` for what is no greeting at all. */
export function decodeRequest(bytes: Uint8Array): Greeting | RefusalCode | undefined {
  if (bytes.length < HANDSHAKE_BYTES || bytes[0] !== MAGIC) return undefined;
  if (bytes[2] !== 0 || bytes[3] !== 0) return Refusal.ReservedBits;
  const greeting = decode(bytes);
  return greeting.serializer === 0 ? Refusal.SerializerUnsupported : greeting;
}

/** A router's answer: its greeting, or in words why there is none. */
export function decodeResponse(bytes: Uint8Array): Greeting | string {
  if (bytes.length < HANDSHAKE_BYTES || bytes[0] !== MAGIC) return "this is no RawSocket";
  const second = bytes[1] as number;
  if ((second & 0x0f) === 0) {
    return REFUSALS.get(second >> 4) ?? `the router refused with ${second >> 4}`;
  }
  if (bytes[2] !== 0 || bytes[3] !== 0) return "the router set bits that are reserved";
  return decode(bytes);
}

function decode(bytes: Uint8Array): Greeting {
  const second = bytes[1] as number;
  return { maxLength: 2 ** (9 + (second >> 4)), serializer: second & 0x0f };
}

/**
 * Signatures of requests: an HMAC of the time and the body, so that a receiver knows who sent it and that it is no old
 * request come again.
 *
 * @module
 */

/** The header field that a signature is in. */
export const SIGNATURE_HEADER = "x-signature";

/** No signature of ours is longer; a few of them fit. */
const MAX_HEADER = 1024;

const encoder = new TextEncoder();

const ALGORITHM = { name: "HMAC", hash: "SHA-256" };

export interface VerifyOptions {
  /** How far the sender's clock may be from ours, the way included, in milliseconds. Default: 300000. */
  readonly tolerance?: number | undefined;
  /** The time to compare with, in milliseconds since 1970. Default: now. */
  readonly now?: number | undefined;
}

/** `t=<unix time in seconds>,v1=<HMAC-SHA256 of "t.body" in hex>` */
export async function sign(
  secret: string,
  body: string,
  now: number = Date.now(),
): Promise<string> {
  const time = String(Math.floor(now / 1000));
  const key = await importKey(secret, "sign");
  const mac = await crypto.subtle.sign(ALGORITHM, key, signed(time, body));
  return `t=${time},v1=${toHex(new Uint8Array(mac))}`;
}

/**
 * Whether a request was signed with one of `secrets`, and lately. Give it the body as it came: one that was parsed and
 * written again may differ. Comparing takes the same time whatever the signature is.
 *
 * To change a secret, let receivers know the old one and the new one, then the sender the new one only.
 *
 * @param header The field `X-Signature`; without it the answer is `false`.
 * @throws TypeError without a secret, or for an empty one: it would let everybody in.
 *
 * @example
 * ```ts
 * const isOurs = await verifySignature(body, request.headers["x-signature"], process.env.EVENTS_SECRET ?? "");
 * ```
 */
export async function verifySignature(
  body: string | Uint8Array,
  header: string | readonly string[] | null | undefined,
  secrets: string | readonly string[],
  { tolerance = 300_000, now = Date.now() }: VerifyOptions = {},
): Promise<boolean> {
  const known = checkSecrets(secrets);
  const parsed = typeof header === "string" ? parse(header) : undefined;
  if (!parsed) return false;
  const isLate = Math.abs(now - Number(parsed.time) * 1000) > tolerance;
  const text = signed(parsed.time, body);
  let isSigned = false;
  for (const secret of known) {
    const key = await importKey(secret, "verify");
    for (const mac of parsed.macs) {
      if (await crypto.subtle.verify(ALGORITHM, key, mac, text)) isSigned = true;
    }
  }
  return isSigned && !isLate;
}

function checkSecrets(secrets: string | readonly string[]): readonly string[] {
  const list = typeof secrets === "string" ? [secrets] : secrets;
  const isRight =
    Array.isArray(list) &&
    list.length > 0 &&
    list.every((secret: unknown) => typeof secret === "string" && secret !== "");
  if (!isRight) throw new TypeError("verifySignature needs a secret, and none may be empty");
  return list;
}

function parse(header: string): { time: string; macs: Uint8Array<ArrayBuffer>[] } | undefined {
  if (header.length > MAX_HEADER) return undefined;
  let time: string | undefined;
  const macs: Uint8Array<ArrayBuffer>[] = [];
  for (const part of header.split(",")) {
    const [, name, value = ""] = /^\s*(t|v1)=([0-9a-fA-F]+)\s*$/.exec(part) ?? [];
    if (name === "t") {
      // (Of two times nobody knows which one was signed.)
      if (time !== undefined || !/^\d{1,12}$/.test(value)) return undefined;
      time = value;
    } else if (name === "v1" && value.length === 64) macs.push(fromHex(value));
  }
  return time === undefined || macs.length === 0 ? undefined : { time, macs };
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function signed(time: string, body: string | Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const head = encoder.encode(`${time}.`);
  const whole = new Uint8Array(head.length + bytes.length);
  whole.set(head);
  whole.set(bytes, head.length);
  return whole;
}

function importKey(secret: string, use: "sign" | "verify"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", encoder.encode(secret), ALGORITHM, false, [use]);
}

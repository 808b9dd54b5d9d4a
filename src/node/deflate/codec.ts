/**
 * permessage-deflate for the protocol (RFC 7692): which compressor and inflater a connection has.
 *
 * @module
 */

import { FullduplexError } from "../../errors.ts";
import type {
  DeflateOptions,
  DeflateParameters,
} from "../../protocol/extensions/permessage-deflate.ts";
import type { MessageCodec } from "../../protocol/platform.ts";
import type { Role } from "../../protocol/protocol.ts";
import { dedicatedCompressor, keyOf, sharedCompressor } from "./compressor.ts";
import type { CompressionSettings, Compressor } from "./compressor.ts";
import { dedicatedInflater, sharedInflater } from "./inflater.ts";
import type { Inflater } from "./inflater.ts";
import { hasZlibHandle } from "./zlib-handle.ts";

/**
 * How messages are compressed.
 *
 * By default no context is kept between messages, and all connections share one compressor and one inflater: a
 * connection then costs no memory for it. Context takeover compresses small, similar messages better, and costs each
 * connection about 300 KiB; `serverMaxWindowBits`, `clientMaxWindowBits` and `memLevel` bring that down.
 */
export interface CompressionOptions extends DeflateOptions {
  /** Messages shorter than this, in bytes, are sent as they are. Default: 1024. */
  readonly threshold?: number | undefined;
  /** zlib's compression level, 0 (none) to 9 (most). Default: 6. */
  readonly level?: number | undefined;
  /** zlib's memory level, 1 (least) to 9 (most). Default: 8. */
  readonly memLevel?: number | undefined;
}

/** What the transport knows of a codec beside what the protocol does. */
export interface DeflateCodec extends MessageCodec {
  /**
   * Codecs with the same key compress a message to the same bytes; `undefined` when that depends on the messages
   * before it.
   */
  readonly sharedKey: string | undefined;
}

const THRESHOLD = 1024;
const LEVEL = 6;
const MEM_LEVEL = 8;

/** Payloads that many connections are about to send, and what they are compressed to, by the key of the codec. */
const once = new WeakMap<Uint8Array, Map<string, Uint8Array | Promise<Uint8Array>>>();

/** Remembers what `message` is compressed to, for as long as it is in memory. It must not change any more. */
export function compressOnce(message: Uint8Array): void {
  if (!once.has(message)) once.set(message, new Map());
}

/** Whether `serverContextTakeover` and `clientContextTakeover` can be agreed on. */
export function supportsContextTakeover(): boolean {
  return hasZlibHandle();
}

/**
 * What to negotiate for the `compression` option of a client or server; `undefined`: nothing. Context takeover is left
 * out where it isn't supported.
 *
 * @throws RangeError for what zlib would refuse later, in the middle of a connection.
 */
export function readCompression(
  compression: boolean | CompressionOptions,
): CompressionOptions | undefined {
  if (compression === false) return undefined;
  const options = compression === true ? {} : compression;
  checkCompressionOptions(options);
  const { serverContextTakeover = false, clientContextTakeover = false } = options;
  if (!(serverContextTakeover || clientContextTakeover) || supportsContextTakeover())
    return options;
  return { ...options, serverContextTakeover: false, clientContextTakeover: false };
}

/** Throws a `RangeError` for what zlib would refuse later, in the middle of a connection. */
export function checkCompressionOptions(options: CompressionOptions): void {
  const { threshold = THRESHOLD, level = LEVEL, memLevel = MEM_LEVEL } = options;
  if (!(threshold >= 0)) throw new RangeError("threshold is a number of bytes");
  checkInteger("level", level, 0, 9);
  checkInteger("memLevel", memLevel, 1, 9);
  checkInteger("serverMaxWindowBits", options.serverMaxWindowBits ?? 15, 8, 15);
  checkInteger("clientMaxWindowBits", options.clientMaxWindowBits ?? 15, 8, 15);
}

function checkInteger(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new RangeError(`${name} is an integer from ${min} to ${max}`);
}

/** Codecs that remember nothing, by what was negotiated. */
const stateless = new Map<string, Codec>();

/**
 * The codec of one connection, for what was negotiated; one for all where nothing is remembered from message to message.
 * It takes no memory before its first message.
 *
 * @throws FullduplexError `ERR_UNSUPPORTED` for context takeover by the peer where {@link supportsContextTakeover} is
 *   `false`: it must not be negotiated there.
 */
export function createCodec(
  role: Role,
  parameters: DeflateParameters,
  options: CompressionOptions,
): DeflateCodec {
  const { serverContextTakeover, clientContextTakeover } = parameters;
  if (serverContextTakeover || clientContextTakeover) return new Codec(role, parameters, options);
  const { serverMaxWindowBits, clientMaxWindowBits } = parameters;
  const { threshold, level, memLevel } = options;
  const key = [role, serverMaxWindowBits, clientMaxWindowBits, threshold, level, memLevel].join();
  const known = stateless.get(key);
  if (known) return known;
  const codec = new Codec(role, parameters, options);
  stateless.set(key, codec);
  return codec;
}

class Codec implements DeflateCodec {
  readonly threshold: number;
  readonly sharedKey: string | undefined;
  readonly #settings: CompressionSettings;
  /** The window of the inflater that has to remember, if it has to. */
  readonly #inflateBits: number | undefined;
  #compressor: Compressor | undefined;
  #inflater: Inflater | undefined;
  /** Something is remembered from message to message. */
  readonly #hasContext: boolean;
  #isClosed = false;

  constructor(role: Role, parameters: DeflateParameters, options: CompressionOptions) {
    const { serverMaxWindowBits, clientMaxWindowBits } = parameters;
    const { serverContextTakeover, clientContextTakeover } = parameters;
    const isServer = role === "server";
    this.#hasContext = serverContextTakeover || clientContextTakeover;
    this.threshold = options.threshold ?? THRESHOLD;
    this.#settings = {
      windowBits: isServer ? serverMaxWindowBits : clientMaxWindowBits,
      level: options.level ?? LEVEL,
      memLevel: options.memLevel ?? MEM_LEVEL,
    };
    // Nobody has to use the context that may be kept.
    const mayKeep = isServer ? serverContextTakeover : clientContextTakeover;
    const keeps = mayKeep && hasZlibHandle();
    this.sharedKey = keeps ? undefined : keyOf(this.#settings);
    const peerKeeps = isServer ? clientContextTakeover : serverContextTakeover;
    if (peerKeeps && !hasZlibHandle()) {
      throw new FullduplexError("ERR_UNSUPPORTED", "context takeover works with Node's zlib only");
    }
    const peerBits = isServer ? clientMaxWindowBits : serverMaxWindowBits;
    this.#inflateBits = peerKeeps ? peerBits : undefined;
  }

  compress(message: Uint8Array): Uint8Array | Promise<Uint8Array> {
    if (this.#isClosed) return Promise.reject(closed());
    this.#compressor ??=
      this.sharedKey === undefined
        ? dedicatedCompressor(this.#settings)
        : sharedCompressor(this.#settings);
    const results = this.sharedKey === undefined ? undefined : once.get(message);
    if (!results) return this.#compressor.compress(message);
    let result = results.get(this.sharedKey as string);
    if (!result) {
      result = this.#compressor.compress(message);
      results.set(this.sharedKey as string, result);
    }
    return result;
  }

  decompress(payload: Uint8Array, limit: number): Uint8Array | Promise<Uint8Array> {
    if (this.#isClosed) return Promise.reject(closed());
    // Not even an empty message compresses to nothing, but senders that skip the compressor for it are known.
    if (payload.length === 0) return payload;
    this.#inflater ??=
      this.#inflateBits === undefined ? sharedInflater() : dedicatedInflater(this.#inflateBits);
    return this.#inflater.inflate(payload, limit);
  }

  close(): void {
    // (It may be the codec of other connections too.)
    if (!this.#hasContext) return;
    this.#isClosed = true;
    this.#compressor?.close();
    this.#inflater?.close();
  }
}

function closed(): Error {
  return new Error("the codec is closed");
}

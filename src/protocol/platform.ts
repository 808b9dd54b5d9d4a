/**
 * What the protocol needs of its platform, injected so that it has no I/O, no randomness and no zlib of its own.
 *
 * @module
 */

/** Which end of the connection this is: clients mask what they send, servers don't (RFC 6455 section 5.1). */
export type Role = "client" | "server";

/** The functions that differ between platforms. */
export interface ProtocolPlatform {
  /** Fresh memory; it need not be zeroed, every byte of it is written before it is handed on. */
  allocate(size: number): Uint8Array;
  /**
   * Masks, or unmasks, from `start` to `end` in place, where the platform has a faster way than a loop, or else returns
   * `false`. The high byte of `key` is for the byte at `start` (RFC 6455 section 5.3).
   */
  mask?(bytes: Uint8Array, start: number, end: number, key: number): boolean;
  /** A copy of the bytes from `start` to `end`, where the platform has a cheaper way than `allocate` and a loop. */
  copy?(bytes: Uint8Array, start: number, end: number): Uint8Array;
  /**
   * Memory for frames that are about to be taken, of at least `size` bytes, if some is at hand: it is written from its
   * start, and belongs to whoever takes the frames. Without it, or when it answers `undefined`, memory is allocated.
   */
  borrow?(size: number): Uint8Array | undefined;
  /** `bytes.subarray(start, end)`, where the platform has a cheaper way. */
  view?(bytes: Uint8Array, start: number, end: number): Uint8Array;
  /** Decodes bytes that are known to be valid UTF-8, from `start` to `end`, keeping a byte-order mark. */
  decodeUtf8(bytes: Uint8Array, start: number, end: number): string;
  /** Whether the bytes from `start` to `end` are valid UTF-8, where the platform can tell faster than a loop. */
  isUtf8?(bytes: Uint8Array, start: number, end: number): boolean;
  /** Encodes a string as UTF-8; lone surrogates become U+FFFD. */
  encodeUtf8(text: string): Uint8Array;
  /** A masking key from a strong source of randomness, as an unsigned 32-bit integer (RFC 6455 section 5.3). */
  maskingKey(): number;
}

/**
 * The compressor and decompressor of one connection, for the parameters that were negotiated (RFC 7692).
 *
 * Each call may answer with a promise, and then is not called again for that direction before it settled.
 */
export interface MessageCodec {
  /** Messages shorter than this, in bytes, are sent uncompressed. */
  readonly threshold: number;
  /**
   * Compresses one message, without the `00 00 ff ff` that ends it (RFC 7692 section 7.2.1). Up to 16 KiB the memory of
   * the message may be reused once the call has returned, longer ones once the promise has settled.
   */
  compress(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /**
   * Inflates one message, given without its `00 00 ff ff` (RFC 7692 section 7.2.2). Stops and throws a `LimitError`
   * once the output passes `limit` bytes; throws a `ProtocolError` with close code 1007 for data that zlib refuses.
   */
  decompress(payload: Uint8Array, limit: number): Uint8Array | Promise<Uint8Array>;
  /** Frees what it holds. A call under way still settles. Calling it twice is harmless. */
  close(): void;
}

/**
 * The first byte of a frame (RFC 6455 section 5.2).
 *
 * @module
 */

/** What a frame is; 0x8 and above are control frames. */
export const Opcode = {
  Continuation: 0x0,
  Text: 0x1,
  Binary: 0x2,
  Close: 0x8,
  Ping: 0x9,
  Pong: 0xa,
} as const;

/** The last frame of a message. */
export const FIN: number = 0x80;
/** A compressed message, on its first frame (RFC 7692 section 6). */
export const RSV1: number = 0x40;
/** The reserved bits that mean nothing here. */
export const RSV2_AND_RSV3: number = 0x30;
export const OPCODE_BITS: number = 0x0f;
/** The opcode bit that all control frames have. */
export const CONTROL_BIT: number = 0x08;

/** The most that the payload of a control frame may have (RFC 6455 section 5.5), in bytes. */
export const MAX_CONTROL_PAYLOAD: number = 125;

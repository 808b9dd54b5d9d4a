/**
 * WebSocket (RFC 6455) with permessage-deflate's negotiation (RFC 7692), without I/O: for authors of servers, clients
 * and tools on any platform.
 *
 * @module
 */

export {
  FullduplexError,
  HandshakeError,
  LimitError,
  ProtocolError,
  StateError,
  type ErrorCode,
} from "../errors.ts";
export { HttpHeaders } from "../http/headers.ts";
export { CloseCode, isCloseCode } from "../util/close-code.ts";
export type { CloseStatus } from "./close-frame.ts";
export type {
  CloseEvent,
  FailureEvent,
  MessageEvent,
  PartEvent,
  PingPongEvent,
  ProtocolEvent,
} from "./events.ts";
export { parseExtensions, type ExtensionOffer } from "./extensions/offer.ts";
export {
  acceptDeflate,
  confirmDeflate,
  offerDeflate,
  type DeflateOffer,
  type DeflateOptions,
  type DeflateParameters,
} from "./extensions/permessage-deflate.ts";
export { frameMessage } from "./frame-writer.ts";
export { acceptHeaders, type UpgradeChoice } from "./handshake/accept.ts";
export { acceptKey, type Sha1 } from "./handshake/accept-key.ts";
export { encodeBase64 } from "./handshake/base64.ts";
export { readUpgrade, type Upgrade, type UpgradeRequest } from "./handshake/read-upgrade.ts";
export type { Refusal } from "./handshake/refusal.ts";
export { selectSubprotocol } from "./handshake/subprotocol.ts";
export { upgradeHeaders, type UpgradeWishes } from "./handshake/upgrade-headers.ts";
export {
  verifyAcceptance,
  type Acceptance,
  type OfferedUpgrade,
  type UpgradeResponse,
} from "./handshake/verify-acceptance.ts";
export type { MessageCodec, ProtocolPlatform, Role } from "./platform.ts";
export { Protocol, type ProtocolOptions, type SendMessageOptions } from "./protocol.ts";
export { webPlatform } from "./web-platform.ts";

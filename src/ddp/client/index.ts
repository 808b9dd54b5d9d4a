/**
 * `fullduplex/ddp`: the client of DDP, for every platform.
 *
 * @module
 */

export { ddpClient } from "./ddp-client.ts";
export { passwordCredentials } from "./password-credentials.ts";
export type { PasswordCredentials } from "./password-credentials.ts";
export { EJSON } from "../protocol/ejson/ejson.ts";
export type { Ejson } from "../protocol/ejson/ejson.ts";
export type { CustomType } from "../protocol/ejson/custom-types.ts";
export type { EqualsOptions } from "../protocol/ejson/equals.ts";
export type { StringifyOptions } from "../protocol/ejson/text.ts";
export { DdpError } from "../protocol/error.ts";
export type { Fields } from "../protocol/fields.ts";
export type { DocumentId } from "../protocol/document-id.ts";
export { ObjectId } from "../protocol/object-id.ts";
export { Random } from "../protocol/random/random.ts";
export type { Document, NewDocument } from "../live/documents.ts";
export type { LiveHandle } from "../live/live-source.ts";
export type {
  AnyDocument,
  Condition,
  FindOptions,
  Modifier,
  Observer,
  Query,
  Selector,
  UpdateOptions,
  UpdateResult,
} from "../store/types.ts";
export type {
  CallOptions,
  ClientStatus,
  ClientSubscription,
  CollectionOptions,
  DdpClient,
  DdpClientOptions,
  LocalCollection,
  LocalCursor,
  LoginOptions,
  MethodCall,
  Open,
  Simulation,
  Stub,
} from "./types.ts";
export type { BackoffOptions } from "../../connection/backoff.ts";
export type { Clock, Timer } from "../../util/clock.ts";

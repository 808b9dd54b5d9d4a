/**
 * `fullduplex/ddp/server`: publications and methods for clients of DDP, with live queries.
 *
 * @module
 */

export { createDdp } from "./create-ddp.ts";
export type { Ddp } from "./create-ddp.ts";
export type { DdpOptions } from "./options.ts";
export type { DdpConnection } from "./connection.ts";
export type { Logger } from "./logger.ts";
export type { Method, MethodInvocation } from "./methods/methods.ts";
export type { Barrier } from "./methods/write-fence.ts";
export type { Publication, Published, Subscription } from "./publications/publications.ts";
export { sockJs } from "../sockjs/sockjs.ts";
export type { SockJs } from "../sockjs/sockjs.ts";
export type { SockJsOptions } from "../sockjs/options.ts";
export type { ConnectionHandler, PollingRequest } from "../sockjs/polling.ts";
export { newDocumentId, recordWrite } from "./scope.ts";
export type { IdGeneration } from "./scope.ts";
export type { Cursor, Document, NewDocument } from "../live/documents.ts";
export type { DocumentSink, LiveHandle, LiveSource, Publishable } from "../live/live-source.ts";
export { EJSON } from "../protocol/ejson/ejson.ts";
export type { Ejson } from "../protocol/ejson/ejson.ts";
export type { CustomType } from "../protocol/ejson/custom-types.ts";
export type { EqualsOptions } from "../protocol/ejson/equals.ts";
export type { StringifyOptions } from "../protocol/ejson/text.ts";
export { DdpError } from "../protocol/error.ts";
export type { DocumentId } from "../protocol/document-id.ts";
export type { Fields } from "../protocol/fields.ts";
export { ObjectId } from "../protocol/object-id.ts";
export { Random } from "../protocol/random/random.ts";
export type { HttpHeaders } from "../../http/headers.ts";
export type { Clock, Timer } from "../../util/clock.ts";

/**
 * `fullduplex/ddp/server`: publications and methods for clients of DDP, with live queries.
 *
 * @module
 */

export { createAccounts } from "./accounts/create-accounts.ts";
export type { Accounts } from "./accounts/create-accounts.ts";
export type { LoginHandler } from "./accounts/login-flow.ts";
export { meteorCompat } from "./accounts/meteor-compat.ts";
export type { AccountsOptions, AttemptOptions, Login, Logout } from "./accounts/options.ts";
export type { NewUser } from "./accounts/sign-up.ts";
export type { LoginToken } from "./accounts/tokens.ts";
export type { UserCollection, UserCursor } from "./accounts/collection-users.ts";
export type {
  Email,
  NameOfPerson,
  Services,
  StoredToken,
  User,
  UserName,
  UserStore,
} from "./accounts/users.ts";
export { createDdp } from "./create-ddp.ts";
export type { Ddp } from "./create-ddp.ts";
export type { DdpOptions, HeartbeatOptions, ResumeOptions } from "./options.ts";
export type { DdpCloseOptions } from "./shutdown.ts";
export type { LimitedAction, LimitedType, LimitRule, Matcher } from "./rate-limits/rule.ts";
export type { Stoppable } from "./session/callbacks.ts";
export type { DdpCounters, DdpStats } from "./session/counters.ts";
export { memoryDatabase } from "./collections/memory-database.ts";
export type { CollectionOptions, MemoryDatabase } from "./collections/memory-database.ts";
export type { MemoryCollection } from "./collections/memory-collection.ts";
export type { MemoryCursor } from "./collections/memory-cursor.ts";
export type { MemoryQuery } from "./collections/memory-query.ts";
export type { ChangeCallbacks } from "./collections/observe-changes.ts";
export type { ById, RestrictedCollection, Verdict, WriteRules } from "./collections/write-rules.ts";
export type { DdpConnection } from "./connection.ts";
export type { Logger } from "../../util/logger.ts";
export type { Method, MethodInvocation } from "./methods/methods.ts";
export type { Barrier } from "./methods/write-fence.ts";
export type { PublicationStrategy } from "./publications/merge-box/strategies.ts";
export type { Publication, Published, Subscription } from "./publications/publications.ts";
export { sockJs } from "../sockjs/sockjs.ts";
export type { SockJs } from "../sockjs/sockjs.ts";
export type { SockJsOptions } from "../sockjs/options.ts";
export type { ConnectionHandler, PollingRequest } from "../sockjs/polling.ts";
export { holdUpdated, newDocumentId, recordWrite } from "./scope.ts";
export type { IdGeneration } from "./scope.ts";
export type { Cursor, Document, NewDocument } from "../live/documents.ts";
export type { DocumentSink, LiveHandle, LiveSource, Publishable } from "../live/live-source.ts";
export type {
  AnyDocument,
  Condition,
  FindOptions,
  Modifier,
  Query,
  Selector,
  UpdateOptions,
  UpdateResult,
} from "../store/types.ts";
export { EJSON } from "../protocol/ejson/ejson.ts";
export type { Ejson } from "../protocol/ejson/ejson.ts";
export type { CustomType } from "../protocol/ejson/custom-types.ts";
export type { EqualsOptions } from "../protocol/ejson/equals.ts";
export type { StringifyOptions } from "../protocol/ejson/text.ts";
export { DdpError } from "../protocol/error.ts";
export type { DocumentId } from "../protocol/document-id.ts";
export type { Fields } from "../protocol/fields.ts";
export type {
  ClientMessage,
  ConnectMessage,
  MethodMessage,
  PingMessage,
  PongMessage,
  SubMessage,
  UnsubMessage,
} from "../protocol/messages.ts";
export { ObjectId } from "../protocol/object-id.ts";
export { Random } from "../protocol/random/random.ts";
export type { HttpHeaders } from "../../http/headers.ts";
export type { Clock, Timer } from "../../util/clock.ts";

/**
 * What a session needs of its server.
 *
 * @module
 */

import type { Engine } from "../../engine/engine.ts";
import type { Clock } from "../../util/clock.ts";
import type { ClientInfo, Command, Data, Method } from "../protocol/messages.ts";
import type { Extension, Hooks, TokenVerifier } from "./hooks.ts";
import type { ChannelName, Namespaces } from "./namespaces.ts";
import type { Settings } from "./options.ts";
import type { Session } from "./session.ts";
import type { Subscription } from "./subscription.ts";
import type { Topics } from "./topics.ts";
import type { Logger } from "../../util/logger.ts";

export type { Logger } from "../../util/logger.ts";

/** How a publication is made. */
export interface PublicationInit {
  readonly data: Data;
  readonly info?: ClientInfo | undefined;
  readonly tags?: ReadonlyMap<string, string> | undefined;
  readonly skipHistory?: boolean | undefined;
  readonly key?: string | undefined;
  /** The client that doesn't get it. */
  readonly exclude?: string | undefined;
}

/** What is done for a command. */
export interface CommandEntry {
  readonly method: Method | "send";
  /** Commands of one lane are done one after the other; those without one wait for nobody. */
  readonly lane: (command: Command) => string | undefined;
  /** Answers the command, or rejects with what it is to be refused with. */
  readonly run: (session: Session, command: Command) => Promise<void>;
}

export interface SessionServer {
  readonly commands: readonly CommandEntry[];
  readonly settings: Settings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly engine: Engine;
  readonly hooks: Hooks;
  readonly tokens: TokenVerifier | undefined;
  readonly namespaces: Namespaces;
  readonly topics: Topics;
  readonly version: string;
  /** Where in the engine a channel's events go. */
  publishTo(
    name: ChannelName,
    init: PublicationInit,
  ): Promise<{ offset: number; epoch: string } | undefined>;
  /** A client is about to be connected. Throws a `DisconnectError` when there are too many. */
  admit(session: Session): void;
  /** Makes a subscription live: nothing is missed from the promise on, and its place is known. */
  open(session: Session, subscription: Subscription): Promise<void>;
  /** A subscription has been told to its client. */
  opened(session: Session, subscription: Subscription): void;
  /** What allows a subscription goes on to. */
  extendSubscription(session: Session, subscription: Subscription, extension: Extension): void;
  left(session: Session, subscription: Subscription, code: number, reason: string): void;
  /** A client is there, as it is now: those who ask who is in its channels are told that. */
  keepPresence(session: Session): void;
  /** Forgets whom it has admitted, if it has. */
  dismiss(session: Session): void;
  /** A client that had been let in has gone. */
  disconnected(session: Session, code: number, reason: string): void;
}

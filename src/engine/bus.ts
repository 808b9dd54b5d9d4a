/**
 * The bus: what one node says, the others hear.
 *
 * @module
 */

import type { StreamPosition } from "./position.ts";

/** What was published to a topic. `position` is there when it was appended to the history of the topic too. */
export interface BusMessage {
  readonly data: string;
  readonly position: StreamPosition | undefined;
}

/** Must not throw, and is not called any more once the subscription has been ended. */
export type BusListener = (message: BusMessage) => void;

/** Ends a subscription. From the call on nothing is delivered; the promise tells when the engine has let go of it. */
export type Unsubscribe = () => Promise<void>;

/**
 * Topics and nodes. Delivery is at most once, and in the order in which each sender published. Publishing to a topic that
 * nobody has subscribed to does nothing. Every promise rejects when the engine is closed.
 */
export interface Bus {
  /** The name of this node, different from all others that are alive. */
  readonly node: string;

  /** Resolves when the engine has taken the message. */
  publish(topic: string, data: string): Promise<void>;

  /** Resolves when everything that is published from then on, by any node, is delivered to `listener`. */
  subscribe(topic: string, listener: BusListener): Promise<Unsubscribe>;

  /** Sends to one node. What is sent to a node that is not alive is lost. */
  send(node: string, data: string): Promise<void>;

  /** Calls `listener` with what is sent to this node, until the returned function is called. */
  receive(listener: (data: string, from: string) => void): () => void;

  /** The nodes that are alive, this one included. */
  nodes(): Promise<readonly string[]>;
}

/**
 * What connections of one kind have in common: what they were set up with, and one receiver and one sender for whichever
 * of them has something to receive or to send. Between whole messages these have nothing to remember, and an idle
 * connection is to take no memory for them.
 *
 * @module
 */

import type { MessageCodec, ProtocolPlatform, Role } from "./platform.ts";
import { Receiver } from "./receiver.ts";
import type { ReceiverOwner } from "./receiver.ts";
import { Sender } from "./sender.ts";
import type { SenderOwner } from "./sender.ts";

export interface SetupOptions {
  readonly role: Role;
  readonly platform: ProtocolPlatform;
  readonly codec: MessageCodec | undefined;
  /** The longest message that is received, in bytes. */
  readonly limit: number;
}

/** The latest of each role and codec, or else platform. */
const latest = {
  client: new WeakMap<object, Setup>(),
  server: new WeakMap<object, Setup>(),
};

export class Setup {
  readonly role: Role;
  readonly platform: ProtocolPlatform;
  readonly codec: MessageCodec | undefined;
  readonly limit: number;
  /** What no connection has at the moment. */
  #receiver: Receiver | undefined;
  #sender: Sender | undefined;

  private constructor({ role, platform, codec, limit }: SetupOptions) {
    this.role = role;
    this.platform = platform;
    this.codec = codec;
    this.limit = limit;
  }

  /** The one that connections of this kind share. */
  static of(options: SetupOptions): Setup {
    const { role, platform, codec, limit } = options;
    const known = latest[role].get(codec ?? platform);
    if (known?.platform === platform && known.limit === limit) return known;
    const setup = new Setup(options);
    latest[role].set(codec ?? platform, setup);
    return setup;
  }

  /** A receiver that nobody else has until it is given back. */
  lendReceiver(owner: ReceiverOwner): Receiver {
    const receiver = this.#receiver ?? new Receiver(this);
    this.#receiver = undefined;
    receiver.owner = owner;
    return receiver;
  }

  /** It has to be at rest. */
  returnReceiver(receiver: Receiver): void {
    receiver.owner = undefined;
    this.#receiver = receiver;
  }

  /** A sender that nobody else has until it is given back. */
  lendSender(owner: SenderOwner): Sender {
    const sender = this.#sender ?? new Sender(this);
    this.#sender = undefined;
    sender.owner = owner;
    return sender;
  }

  /** It has to be at rest. */
  returnSender(sender: Sender): void {
    sender.owner = undefined;
    this.#sender = sender;
  }
}

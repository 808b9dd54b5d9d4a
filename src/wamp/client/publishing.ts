/**
 * One publication, on its way to the router.
 *
 * @module
 */

import type { Clock } from "../../util/clock.ts";
import * as MessageType from "../protocol/message-type.ts";
import { payload } from "../protocol/messages.ts";
import type { Dict, Id, List, Publish, Published, Uri } from "../protocol/messages.ts";
import { Ask } from "./ask.ts";
import { wireOptions } from "./options.ts";
import type { Asker } from "./requests.ts";
import type { Session } from "./session.ts";
import type { PublishOptions } from "./types.ts";

export type PublishingOptions = PublishOptions & { readonly kwargs?: Dict | undefined };

/** Resolves with the id of the publication when that is asked for. */
export class Publishing extends Ask<Id | undefined> implements Asker<Published> {
  readonly #topic: Uri;
  readonly #args: List | undefined;
  readonly #options: PublishingOptions | undefined;
  #sent: { readonly session: Session; readonly request: Id } | undefined;

  constructor(clock: Clock, topic: Uri, args?: List, options?: PublishingOptions) {
    super(clock, `publishing to ${topic}`, options);
    this.#topic = topic;
    this.#args = args;
    this.#options = options;
  }

  succeed([, , publication]: Published): void {
    this.resolve(publication);
  }

  protected send(session: Session): void {
    const { requests } = session;
    const request = requests.next;
    const options = wireOptions(this.#options);
    const data = payload(this.#args, this.#options?.kwargs);
    const message: Publish = [MessageType.Publish, request, options, this.#topic, ...data];
    if (this.#options?.acknowledge === true) {
      void requests.send(message, this);
      this.#sent = { session, request };
    } else {
      const sent = requests.send(message);
      this.resolve(sent?.then(() => undefined));
    }
  }

  protected giveUp(reason: unknown): void {
    this.fail(reason);
  }

  protected finished(): void {
    this.#sent?.session.requests.forget(this.#sent.request, this);
  }
}

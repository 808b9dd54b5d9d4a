/**
 * Something that was published: what its events have in common, and who gets them.
 *
 * @module
 */

import { isEmpty } from "../../protocol/dict.ts";
import { copyPassthru, isPassthru } from "../passthru.ts";
import { randomId } from "../../protocol/random-id.ts";
import * as MessageType from "../../protocol/message-type.ts";
import type {
  Dict,
  Event,
  EventDetails,
  Id,
  List,
  MatchPolicy,
  PublishOptions,
  Uri,
} from "../../protocol/messages.ts";
import type { Decision } from "../authorization/authorizer.ts";
import type { Session } from "../session/session.ts";
import { Audience } from "./audience.ts";
import { payloadSize } from "./payload-size.ts";
import type { Subscription } from "./subscription.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class Publication {
  readonly id: Id = randomId();
  readonly topic: Uri;
  readonly args: List | undefined;
  /** Never empty. */
  readonly kwargs: Dict | undefined;
  readonly audience: Audience | undefined;
  /** The session that doesn't get it because it is its publisher. */
  readonly excluded: Id | undefined;
  readonly retain: boolean;
  readonly #details: EventDetails;
  #patternDetails: EventDetails | undefined;

  constructor(
    topic: Uri,
    args: List | undefined,
    kwargs: Dict | undefined,
    options: PublishOptions = {},
    details: EventDetails = {},
    excluded?: Id,
  ) {
    this.topic = topic;
    this.args = args;
    this.kwargs = kwargs && !isEmpty(kwargs) ? kwargs : undefined;
    this.audience = Audience.of(options);
    this.excluded = excluded;
    this.retain = options.retain === true;
    this.#details = details;
  }

  /** What a session publishes, as far as the authorizer lets it: see {@link forbidsDisclosure}. */
  static by(
    publisher: Session,
    decision: Decision,
    options: PublishOptions,
    topic: Uri,
    args?: List,
    kwargs?: Dict,
  ): Publication {
    const details = detailsOf(publisher, decision, options);
    const excluded = options.exclude_me === false ? undefined : publisher.id;
    return new Publication(topic, args, kwargs, options, details, excluded);
  }

  /** Where it isn't clear from the subscription what the topic was, it is among the details. */
  details(match: MatchPolicy): EventDetails {
    if (match === "exact") return this.#details;
    return (this.#patternDetails ??= { ...this.#details, topic: this.topic });
  }

  event({ id, match }: Subscription): Event {
    return this.#event(id, this.details(match));
  }

  retainedEvent({ id, match }: Subscription): Event {
    return this.#event(id, { ...this.details(match), retained: true });
  }

  /** Whether a session gets it, if it has subscribed. */
  admits(session: Session): boolean {
    return session.id !== this.excluded && (!this.audience || this.audience.admits(session));
  }

  /** What it takes to keep it: see {@link payloadSize}. */
  size(limit: number): number {
    const { topic, args, kwargs, audience } = this;
    return payloadSize([topic, args, kwargs, this.#details, audience?.options], limit);
  }

  #event(subscription: Id, details: EventDetails): Event {
    const { id, args, kwargs } = this;
    if (kwargs) return [MessageType.Event, subscription, id, details, args ?? [], kwargs];
    if (args && args.length > 0) return [MessageType.Event, subscription, id, details, args];
    return [MessageType.Event, subscription, id, details];
  }
}

/** Whether the publisher wants to be disclosed and must not be. */
export function forbidsDisclosure(decision: Decision, options: PublishOptions): boolean {
  return decision.disclose === false && options.disclose_me === true;
}

/**
 * The same for all receivers: whoever doesn't know an attribute has to ignore it, so that nobody needs an event of its own.
 */
function detailsOf(
  publisher: Session,
  { disclose, trustlevel }: Decision,
  options: PublishOptions,
): EventDetails {
  const details: Writable<EventDetails> = {};
  if (disclose ?? options.disclose_me === true) {
    details.publisher = publisher.id;
    details.publisher_authid = publisher.principal.authid;
    details.publisher_authrole = publisher.principal.authrole;
  }
  if (trustlevel !== undefined) details.trustlevel = trustlevel;
  if (isPassthru(options)) copyPassthru(options, details);
  return details;
}

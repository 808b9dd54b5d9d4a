/**
 * The events that publishers wanted to be kept for subscribers to come (WAMP specification, "Event Retention"): of each topic
 * the last one for everybody, and those after it that only some may get.
 *
 * @module
 */

import { checkOptions } from "../../../util/option-names.ts";
import type { OptionNames } from "../../../util/option-names.ts";
import type { Id, Uri } from "../../protocol/messages.ts";
import type { RetentionOptions } from "../options.ts";
import { matcher } from "../patterns/matcher.ts";
import type { Session } from "../session/session.ts";
import type { Publication } from "./publication.ts";
import type { Subscription } from "./subscription.ts";

/** How many events of one topic are kept for some only. */
const MAX_RESTRICTED = 16;

const NAMES: OptionNames<RetentionOptions> = { maxTopics: true, maxBytes: true };

interface Retained {
  readonly publication: Publication;
  /** In the order of publication, over all topics. */
  readonly sequence: number;
  readonly bytes: number;
}

export class Retention {
  /** Oldest first in each topic; and the topic first that wasn't published to for longest. */
  readonly #topics = new Map<Uri, Retained[]>();
  readonly #maxTopics: number;
  readonly #maxBytes: number;
  readonly #forgotten: (count: number) => void;
  #sequence = 0;
  #bytes = 0;

  /**
   * `forgotten` is told how many had to make room.
   *
   * @throws TypeError for limits that are none.
   */
  constructor(options: RetentionOptions, forgotten: (count: number) => void) {
    checkOptions("retention", options, NAMES);
    const { maxTopics = 10_000, maxBytes = 16_777_216 } = options;
    if (!(maxTopics >= 0 && maxBytes >= 0)) {
      throw new TypeError("retention: maxTopics and maxBytes are numbers from 0 on");
    }
    this.#maxTopics = maxTopics;
    this.#maxBytes = maxBytes;
    this.#forgotten = forgotten;
  }

  add(publication: Publication): void {
    if (this.#maxTopics === 0) return;
    const { topic } = publication;
    const bytes = publication.size(this.#maxBytes);
    if (bytes > this.#maxBytes) {
      // Nothing rather than what isn't true any more.
      const outdated = publication.audience ? 0 : this.#remove(topic);
      return this.#forgotten(outdated + 1);
    }
    const before = this.#topics.get(topic) ?? [];
    const retained = { publication, sequence: ++this.#sequence, bytes };
    const { needed, surplus } = select([...before, retained]);
    this.#remove(topic);
    this.#topics.set(topic, needed);
    for (const each of needed) this.#bytes += each.bytes;
    this.#forgotten(surplus);
    this.#makeRoom();
  }

  /** What a subscriber would have got last of each topic, in the order of publication. */
  for({ uri, match }: Subscription, subscriber: Session): Publication[] {
    const found: Retained[] = [];
    const add = (all: readonly Retained[]): void => {
      const last = all.findLast(({ publication }) => publication.admits(subscriber));
      if (last) found.push(last);
    };
    if (match === "exact") {
      add(this.#topics.get(uri) ?? []);
    } else {
      const matches = matcher(uri, match);
      for (const [topic, all] of this.#topics) if (matches(topic)) add(all);
    }
    found.sort((a, b) => a.sequence - b.sequence);
    return found.map(({ publication }) => publication);
  }

  #makeRoom(): void {
    while (this.#topics.size > this.#maxTopics || this.#bytes > this.#maxBytes) {
      const [oldest] = this.#topics.keys();
      this.#forgotten(this.#remove(oldest as Uri));
    }
  }

  /** How many there were. */
  #remove(topic: Uri): number {
    const all = this.#topics.get(topic) ?? [];
    for (const { bytes } of all) this.#bytes -= bytes;
    this.#topics.delete(topic);
    return all.length;
  }
}

/**
 * Those that are the last one for somebody, and how many of these are too many.
 *
 * An event for everybody is one for everybody but its publisher, unless `exclude_me` was false: for that one session another
 * one, by another publisher, may be the last.
 */
function select(all: readonly Retained[]): { needed: Retained[]; surplus: number } {
  const needed: Retained[] = [];
  let leftOut: Id | undefined;
  let restricted = 0;
  let surplus = 0;
  for (const retained of all.toReversed()) {
    const { audience, excluded } = retained.publication;
    if (audience && ++restricted > MAX_RESTRICTED) {
      surplus++;
      continue;
    }
    if (!audience && excluded !== undefined && excluded === leftOut) continue;
    needed.push(retained);
    if (audience) continue;
    if (excluded === undefined || leftOut !== undefined) break;
    leftOut = excluded;
  }
  return { needed: needed.toReversed(), surplus };
}

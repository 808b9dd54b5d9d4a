/**
 * What sessions want to be published when they are over (WAMP specification, "Testament").
 *
 * Without resumption a session is detached and destroyed in one moment, but each scope can be flushed alone.
 *
 * @module
 */

import * as ErrorUri from "../../../protocol/error-uri.ts";
import { WampError } from "../../../protocol/errors.ts";
import type { Session } from "../../session/session.ts";
import type { Publication } from "../publication.ts";

export type TestamentScope = "detached" | "destroyed";

/** Of each session, both scopes together. */
const MAX_TESTAMENTS = 100;
const MAX_BYTES = 1_048_576;

/** The testaments of one scope. */
class Bucket {
  readonly publications: Publication[] = [];
  bytes = 0;
}

type Will = Readonly<Record<TestamentScope, Bucket>>;

export class Testaments {
  readonly #wills = new Map<Session, Will>();

  /** @throws WampError `fullduplex.error.limit_exceeded` */
  add(session: Session, scope: TestamentScope, publication: Publication): void {
    const will = this.#wills.get(session) ?? { detached: new Bucket(), destroyed: new Bucket() };
    const { detached, destroyed } = will;
    const count = detached.publications.length + destroyed.publications.length + 1;
    const bytes = publication.size(MAX_BYTES);
    if (count > MAX_TESTAMENTS || detached.bytes + destroyed.bytes + bytes > MAX_BYTES) {
      const text = `a session has at most ${MAX_TESTAMENTS} testaments of ${MAX_BYTES} bytes together`;
      throw new WampError(ErrorUri.LimitExceeded, [text]);
    }
    will[scope].publications.push(publication);
    will[scope].bytes += bytes;
    this.#wills.set(session, will);
  }

  flush(session: Session, scope: TestamentScope): void {
    const will = this.#wills.get(session);
    if (will) this.#wills.set(session, { ...will, [scope]: new Bucket() });
  }

  /** Those of a session that is over, in the order in which they are published. */
  take(session: Session): readonly Publication[] {
    const will = this.#wills.get(session);
    this.#wills.delete(session);
    return will ? [...will.detached.publications, ...will.destroyed.publications] : [];
  }
}

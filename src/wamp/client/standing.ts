/**
 * What a client has asked for that lasts: a subscription, or a registration. Each session asks for it again.
 *
 * @module
 */

import { backoff } from "../../connection/backoff.ts";
import type { BackoffOptions } from "../../connection/backoff.ts";
import { ClosedError } from "../../errors.ts";
import type { Clock, Timer } from "../../util/clock.ts";
import { Deferred } from "../../util/deferred.ts";
import { quiet } from "../../util/quiet.ts";
import * as ErrorUri from "../protocol/error-uri.ts";
import { WampError } from "../protocol/errors.ts";
import type { Id, MatchPolicy, Register, Subscribe, Uri } from "../protocol/messages.ts";
import { isUri } from "../protocol/uri.ts";
import type { Answer } from "./requests.ts";
import type { Revocable, Session } from "./session.ts";
import type { ErrorContext } from "./types.ts";

/** What it needs of its client. */
export interface StandingHost {
  readonly clock: Clock;
  readonly backoff: BackoffOptions;
  report(error: unknown, context: ErrorContext): void;
  /** It has ended: sessions don't ask for it again. */
  forget(standing: Standing): void;
}

/** How it was closed from here. */
export const CLOSED = { code: 1000, reason: "", wasClean: true, initiator: "local" } as const;

/** By the type of the request that it is asked for by; the one that undoes it has the code after the next. */
const KINDS = { 32: "subscription", 64: "registration" } as const;

/** What a client knows it by. (No type or policy has a colon, so that no URI makes one that is another's.) */
export function standingKey(type: 32 | 64, uri: Uri, match: MatchPolicy = "exact"): string {
  return `${type}:${match}:${uri}`;
}

export abstract class Standing implements Revocable {
  readonly uri: Uri;
  readonly key: string;
  protected readonly host: StandingHost;
  readonly #ended = new Deferred<unknown>();
  #isOver = false;
  readonly #type: 32 | 64;
  readonly #granted = new Deferred<void>();
  #id: Id | undefined;
  #session: Session | undefined;
  /** Whether a session has ever granted it. */
  #isEstablished = false;
  #retry: Timer;

  constructor(host: StandingHost, type: 32 | 64, uri: Uri, match: MatchPolicy | undefined) {
    this.host = host;
    this.uri = uri;
    this.key = standingKey(type, uri, match);
    this.#type = type;
    void quiet(this.#granted.promise);
  }

  get id(): Id | undefined {
    return this.#id;
  }

  /** Whether a session has been asked, and has not answered. */
  protected get isPending(): boolean {
    return this.#session !== undefined && this.#id === undefined;
  }

  get ended(): Promise<unknown> {
    return this.#ended.promise;
  }

  /** Resolves once a session has granted it; rejects with what ended it before. */
  get granted(): Promise<void> {
    return this.#granted.promise;
  }

  protected abstract options(): Subscribe[2] & Register[2];
  /** Who gets what comes for an id. */
  protected abstract table(session: Session): Map<Id, unknown>;
  /** A session has granted it. */
  protected abstract attached(): void;
  /** It has ended. */
  protected abstract finished(error: unknown): void;

  /** A session has begun. */
  establish(session: Session, attempt = 0): void {
    this.#session = session;
    const { requests } = session;
    try {
      void requests.send([this.#type, requests.next, this.options(), this.uri], {
        succeed: ([, , id]: Answer) => this.#succeed(session, id as Id),
        fail: (error: unknown) => this.#fail(session, error, attempt),
      });
    } catch (error) {
      this.end(error);
    }
  }

  /** The session is over. */
  lost(): void {
    this.#session = undefined;
    this.#id = undefined;
    this.host.clock.clearTimeout(this.#retry);
  }

  revoked(reason: unknown): void {
    const uri = typeof reason === "string" && isUri(reason) ? reason : ErrorUri.Canceled;
    if (this.#session) this.#detach(this.#session, this.#id);
    this.#endAndReport(new WampError(uri, [`revoked the ${KINDS[this.#type]}`]));
  }

  /** Undoes it. Resolves when the router knows, or can't be told. Never rejects. */
  undo(): Promise<void> {
    const session = this.#session;
    const id = this.#id;
    this.end(undefined);
    return session?.isOpen && id !== undefined ? this.#tell(session, id) : Promise.resolve();
  }

  end(error: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.host.clock.clearTimeout(this.#retry);
    this.host.forget(this);
    this.#granted.reject(error ?? new ClosedError(CLOSED));
    this.#ended.resolve(error);
    this.finished(error);
  }

  #succeed(session: Session, id: Id): void {
    if (this.#isOver) return void this.#tell(session, id);
    this.#detach(session, this.#id);
    this.#id = id;
    this.#isEstablished = true;
    this.table(session).set(id, this);
    this.#granted.resolve();
    return this.attached();
  }

  #fail(session: Session, error: unknown, attempt: number): void {
    // (With the session gone nobody has refused anything: the next one asks again.)
    if (!session.isOpen || this.#isOver) return;
    if (!this.#isEstablished) return this.end(error);
    if (error instanceof WampError && error.uri === ErrorUri.ProcedureAlreadyExists) {
      // The router has not noticed yet that the session before this one is gone.
      const again = (): void => this.establish(session, attempt + 1);
      const delay = backoff(attempt, error, this.host.backoff);
      this.#retry = this.host.clock.setTimeout(again, delay);
      return;
    }
    this.#endAndReport(error);
  }

  #endAndReport(error: unknown): void {
    if (this.#isOver) return;
    this.end(error);
    this.host.report(error, { in: KINDS[this.#type], uri: this.uri });
  }

  #tell(session: Session, id: Id): Promise<void> {
    const told = new Deferred<void>();
    const { requests } = session;
    const over = (): void => {
      this.#detach(session, id);
      told.resolve();
    };
    const type = (this.#type + 2) as 34 | 66;
    void requests.send([type, requests.next, id], { succeed: over, fail: over });
    return told.promise;
  }

  /** (Another that came after it may have got the same id.) */
  #detach(session: Session, id: Id | undefined): void {
    const table = this.table(session);
    if (id !== undefined && table.get(id) === this) table.delete(id);
  }
}

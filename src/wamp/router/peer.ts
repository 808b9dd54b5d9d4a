/**
 * The other end of a link: nobody yet, a client that is joining, or a session; and again nobody after that.
 *
 * @module
 */

import { Deferred } from "../../util/deferred.ts";
import type { Timer } from "../../util/clock.ts";
import * as CloseUri from "../protocol/close-uri.ts";
import * as ErrorUri from "../protocol/error-uri.ts";
import { Violation } from "../protocol/errors.ts";
import type { Link } from "../protocol/link.ts";
import * as MessageType from "../protocol/message-type.ts";
import type { Message, Uri } from "../protocol/messages.ts";
import { messageName } from "../protocol/parse.ts";
import { Joining } from "./joining.ts";
import type { Principal } from "./principal.ts";
import type { RouterCore } from "./router.ts";
import type { Session, SessionEnd } from "./session/session.ts";
import { Share } from "./session/share.ts";

export class Peer {
  readonly #router: RouterCore;
  readonly #link: Link;
  readonly #trusted: Principal | undefined;
  #joining: Joining | undefined;
  #session: Session | undefined;
  #deadline: Timer;
  readonly #share: Share;
  /** A GOODBYE was sent: all that is still listened to is the answer. */
  #leaving = false;
  /** An ABORT was sent, or the answer to a GOODBYE that was sent came. */
  #over = false;
  readonly #gone = new Deferred<void>();

  /** `trusted`: who it is, where nobody needs to be asked. */
  constructor(router: RouterCore, link: Link, trusted?: Principal) {
    this.#router = router;
    this.#link = link;
    this.#trusted = trusted;
    this.#share = new Share(router.settings.clock);
  }

  /** Resolves when the link is over. Never rejects. */
  async run(): Promise<void> {
    this.#expectHello();
    void this.#link.facts.connection?.closed.then(() => this.#lost());
    try {
      await this.#link.receive((message) => this.#receive(message));
    } catch (error) {
      if (!(error instanceof Violation)) {
        this.#router.settings.logger.error("a message of a WAMP client failed:", error);
      }
      this.#violated(error instanceof Violation ? error.message : "internal error");
      await this.#link.close();
    }
    this.#clearDeadline();
    this.#joining?.cancel();
    this.#session?.leave();
    this.#over = true;
    this.#gone.resolve();
  }

  /** Says goodbye, whatever it is doing, and resolves when it has gone. */
  close(end: SessionEnd): Promise<void> {
    if (this.#session?.isOpen) this.#session.end(end);
    else if (!this.#leaving) this.#abort(end.reason, end.message);
    return this.#gone.promise;
  }

  #receive(message: Message): Promise<void> | undefined {
    if (this.#over) return undefined;
    const [type] = message;
    if (this.#leaving) {
      if (type === MessageType.Goodbye) this.#finish();
      return undefined;
    }
    if (type === MessageType.Abort) {
      this.#finish();
      return undefined;
    }
    if (this.#session) return this.#receiveInSession(this.#session, message);
    if (type === MessageType.Hello && !this.#joining) {
      this.#joining = new Joining(this.#router, this.#link, this.#trusted, {
        joined: (session) => this.#joined(session),
        refused: (reason, text) => this.#abort(reason, text),
        ended: (end) => this.#farewell(end),
      });
      this.#joining.begin(message);
    } else if (type === MessageType.Authenticate && this.#joining) {
      this.#joining.respond(message);
    } else {
      throw new Violation(`${messageName(type)} before there is a session`);
    }
    return undefined;
  }

  #receiveInSession(session: Session, message: Message): Promise<void> | undefined {
    const [type] = message;
    // (What answers others is never much work.)
    if (type === MessageType.Yield || type === MessageType.Error) return session.receive(message);
    if (type !== MessageType.Goodbye) {
      const { clock } = this.#router.settings;
      const begun = clock.now();
      return session.receive(message) ?? this.#share.use(clock.now() - begun);
    }
    return session.after(() => {
      if (!session.isOpen) return;
      session.leave();
      void this.#link.send([MessageType.Goodbye, {}, CloseUri.GoodbyeAndOut]);
      this.#session = undefined;
      this.#expectHello();
    });
  }

  #joined(session: Session): void {
    this.#clearDeadline();
    this.#joining = undefined;
    this.#session = session;
  }

  #violated(text: string): void {
    const end: SessionEnd = { type: "abort", reason: ErrorUri.ProtocolViolation, message: text };
    if (this.#session?.isOpen) this.#session.end(end);
    else if (!this.#leaving && !this.#over) this.#abort(end.reason, text);
  }

  /** The session has been ended by this side: the peer is told. */
  #farewell({ type, reason, message }: SessionEnd): void {
    if (type === "abort") return this.#abort(reason, message);
    this.#leaving = true;
    this.#say(MessageType.Goodbye, reason, message);
    this.#setDeadline(this.#router.settings.closeTimeout, () => this.#finish());
  }

  #abort(reason: Uri, text?: string): void {
    if (this.#over) return;
    this.#say(MessageType.Abort, reason, text);
    this.#finish();
  }

  /** A last word. What the peer doesn't take, as it is too long or its serializer can't encode it, is left out. */
  #say(
    type: typeof MessageType.Goodbye | typeof MessageType.Abort,
    reason: Uri,
    text?: string,
  ): void {
    for (const details of text === undefined ? [{}] : [{ message: text }, {}]) {
      try {
        void this.#link.send([type, details, reason]);
        return;
      } catch {
        // Whoever ends the session need not know.
      }
    }
  }

  /** The connection is gone. What came by it is still done, unless an authorizer takes for ever to say that it may be. */
  #lost(): void {
    if (this.#over) return;
    this.#setDeadline(this.#router.settings.closeTimeout, () => {
      this.#over = true;
      this.#session?.leave();
    });
  }

  #finish(): void {
    this.#over = true;
    this.#clearDeadline();
    this.#joining?.cancel();
    void this.#link.close();
  }

  #expectHello(): void {
    this.#setDeadline(this.#router.settings.openTimeout, () => {
      if (this.#joining) return this.#abort(ErrorUri.Timeout, "joining took too long");
      // (Whoever says nothing may have had its session, and just not closed.)
      return this.#finish();
    });
  }

  #setDeadline(delay: number, callback: () => void): void {
    this.#clearDeadline();
    this.#deadline = this.#router.settings.clock.setTimeout(callback, delay);
  }

  #clearDeadline(): void {
    this.#router.settings.clock.clearTimeout(this.#deadline);
  }
}

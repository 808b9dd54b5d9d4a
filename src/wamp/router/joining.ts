/**
 * From HELLO to WELCOME: the realm, the way to authenticate, and the steps of that.
 *
 * @module
 */

import { LimitError } from "../../errors.ts";
import * as ErrorUri from "../protocol/error-uri.ts";
import { Violation } from "../protocol/errors.ts";
import { ROUTER_ROLES } from "../protocol/features.ts";
import { randomId } from "../protocol/random-id.ts";
import type { Link } from "../protocol/link.ts";
import * as MessageType from "../protocol/message-type.ts";
import type { Authenticate, Hello, HelloDetails, Id, Message, Uri } from "../protocol/messages.ts";
import { isUriBy } from "../protocol/uri.ts";
import type { Authenticator, Introduction, Step } from "./authentication/authenticator.ts";
import type { Principal } from "./principal.ts";
import type { RealmOptions } from "./options.ts";
import type { RouterCore } from "./router.ts";
import { Session } from "./session/session.ts";
import type { SessionEnd } from "./session/session.ts";

/** What comes of it; one of the first two is called, once, unless it is canceled. */
export interface JoiningEvents {
  readonly joined: (session: Session) => void;
  readonly refused: (reason: Uri, message?: string) => void;
  /** The session that has joined was ended by this side. */
  readonly ended: (end: SessionEnd) => void;
}

type Respond = Extract<Step, { type: "challenge" }>["respond"];

export class Joining {
  readonly #router: RouterCore;
  readonly #link: Link;
  readonly #trusted: Principal | undefined;
  readonly #events: JoiningEvents;
  readonly #id: Id = randomId();
  #name: Uri = "";
  #realm: RealmOptions = { authenticators: [] };
  /** The ways to authenticate that are left. */
  #candidates: Authenticator[] = [];
  #introduction: Introduction | undefined;
  #method = "";
  #details: HelloDetails = { roles: {} };
  #respond: Respond | undefined;
  #canceled = false;

  constructor(
    router: RouterCore,
    link: Link,
    trusted: Principal | undefined,
    events: JoiningEvents,
  ) {
    this.#router = router;
    this.#link = link;
    this.#trusted = trusted;
    this.#events = events;
  }

  begin([, name, details]: Hello): void {
    const { settings } = this.#router;
    const realm = isUriBy(settings.uris, name) ? this.#router.realmOptions(name) : undefined;
    if (!realm) return this.#events.refused(ErrorUri.NoSuchRealm);
    this.#name = name;
    this.#realm = realm;
    this.#details = details;
    if (this.#trusted) return this.#accept(this.#trusted);
    const offered = details.authmethods ?? [];
    // Who offers nothing is anonymous.
    const methods = offered.length > 0 ? offered : ["anonymous"];
    this.#candidates = candidates(realm.authenticators, methods);
    this.#introduction = introduce(name, details, methods, {
      session: this.#id,
      link: this.#link,
    });
    return this.#tryNext();
  }

  respond([, signature, extra]: Authenticate): void {
    const respond = this.#respond;
    if (!respond) throw new Violation("AUTHENTICATE without a CHALLENGE");
    this.#respond = undefined;
    this.#take(() => respond(signature, extra));
  }

  /** The client has gone. */
  cancel(): void {
    this.#canceled = true;
  }

  /** In the client's order, until one has something to go by. */
  #tryNext(): void {
    const authenticator = this.#candidates.shift();
    if (!authenticator) return this.#events.refused(ErrorUri.NoMatchingAuthMethod);
    this.#method = authenticator.method;
    return this.#take(() => authenticator.begin(this.#introduction as Introduction));
  }

  #take(next: () => Step | Promise<Step>): void {
    try {
      const step = next();
      if (step instanceof Promise) {
        void step.then((made) => this.#go(made)).catch((error: unknown) => this.#fail(error));
      } else {
        this.#go(step);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #go(step: Step): void {
    if (this.#canceled) return;
    if (step.type === "accept") return this.#accept(step.principal);
    if (step.type === "refuse") return this.#events.refused(step.reason, step.message);
    if (step.type === "skip") return this.#tryNext();
    this.#candidates = [];
    this.#respond = step.respond;
    this.#send([MessageType.Challenge, step.method ?? this.#method, step.extra]);
  }

  /** Whether the peer takes it: else it is refused. (The longest message that it takes is its own choice.) */
  #send(message: Message): boolean {
    try {
      void this.#link.send(message);
      return true;
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      this.#events.refused(ErrorUri.PayloadSizeExceeded);
      return false;
    }
  }

  #fail(error: unknown): void {
    if (this.#canceled) return;
    this.#router.settings.logger.error("a WAMP authenticator failed:", error);
    this.#events.refused(ErrorUri.AuthenticationFailed);
  }

  #accept(principal: Principal): void {
    const { authid, authrole, authmethod, authprovider, authextra } = principal;
    const identity = { authid, authrole, authmethod, authprovider };
    const details = { realm: this.#name, roles: ROUTER_ROLES, agent: "fullduplex", ...identity };
    // (First of all: a realm that is made on demand is for somebody who can get in.)
    const welcome = authextra ? { ...details, authextra } : details;
    if (!this.#send([MessageType.Welcome, this.#id, welcome])) return;
    const realm = this.#router.enter(this.#name, this.#realm);
    const session = new Session(
      { id: this.#id, realm, link: this.#link, principal, roles: this.#details.roles },
      this.#events.ended,
    );
    this.#events.joined(session);
    realm.join(session);
  }
}

/** In the client's order; several of one method in the realm's. */
function candidates(
  authenticators: readonly Authenticator[],
  methods: readonly string[],
): Authenticator[] {
  // (Names that a client repeats are not tried again: each client has one attempt.)
  const names = [...new Set(methods)];
  return names.flatMap((name) => authenticators.filter(({ method }) => method === name));
}

function introduce(
  realm: Uri,
  { authid, authrole, authextra = {} }: HelloDetails,
  authmethods: readonly string[],
  { session, link }: { readonly session: Id; readonly link: Link },
): Introduction {
  const said = { authid, authrole, authextra, authmethods };
  return { realm, session, ...said, link: link.facts };
}

/**
 * A session in a realm without a link below it: what is sent to it is there at once, so that a test needs no waiting.
 *
 * @module
 */

import { CLIENT_ROLES } from "../../src/wamp/protocol/features.ts";
import * as ErrorUri from "../../src/wamp/protocol/error-uri.ts";
import { Violation } from "../../src/wamp/protocol/errors.ts";
import { randomId } from "../../src/wamp/protocol/random-id.ts";
import { SharedMessage } from "../../src/wamp/protocol/link.ts";
import type { Link } from "../../src/wamp/protocol/link.ts";
import * as MessageType from "../../src/wamp/protocol/message-type.ts";
import type { Id, Message, RoleName, Roles } from "../../src/wamp/protocol/messages.ts";
import { parseMessage } from "../../src/wamp/protocol/parse.ts";
import type { Authorizer } from "../../src/wamp/router/authorization/authorizer.ts";
import type { RouterOptions } from "../../src/wamp/router/options.ts";
import type { Principal } from "../../src/wamp/router/principal.ts";
import type { Realm } from "../../src/wamp/router/realm.ts";
import { RouterCore } from "../../src/wamp/router/router.ts";
import { Session } from "../../src/wamp/router/session/session.ts";

const ALLOW_ALL: Authorizer = { authorize: () => ({ allow: true }) };

/** A realm in which everybody may do everything, unless an authorizer is given. */
export function makeRealm(options: RouterOptions = {}, authorizer = ALLOW_ALL): Realm {
  return new RouterCore(options).enter("realm1", { authenticators: [], authorizer });
}

/** What clients announce, without some features of a role. */
export function rolesWithout(role: RoleName, ...features: readonly string[]): Roles {
  const left = { ...CLIENT_ROLES[role]?.features };
  for (const feature of features) delete left[feature];
  return { ...CLIENT_ROLES, [role]: { features: left } };
}

export class TestSession {
  readonly session: Session;
  /** All that was sent to it and not taken yet. */
  readonly received: Message[] = [];
  /** What the link says of itself. */
  waiting = 0;
  /** What the link throws for a message, if anything. */
  refuses: (message: Message) => Error | undefined = () => undefined;
  #lastRequest: Id = 0;

  constructor(realm: Realm, identity: Partial<Principal> = {}, roles: Roles = CLIENT_ROLES) {
    const principal = { authid: "joe", authrole: "user", authmethod: "test", authprovider: "test" };
    this.session = new Session(
      {
        id: randomId(),
        realm,
        link: this.#link(),
        principal: { ...principal, ...identity },
        roles,
      },
      ({ type, reason, message }) => {
        const code = type === "abort" ? MessageType.Abort : MessageType.Goodbye;
        this.received.push([code, message === undefined ? {} : { message }, reason]);
      },
    );
    realm.join(this.session);
  }

  get id(): Id {
    return this.session.id;
  }

  /** The next id of a request. */
  next(): Id {
    return ++this.#lastRequest;
  }

  /** As if it had come from the peer. */
  send(message: Message): void {
    try {
      void this.session.receive(parseMessage(message));
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      const { message: text } = error;
      this.session.end({ type: "abort", reason: ErrorUri.ProtocolViolation, message: text });
    }
  }

  /** All that came since. */
  take(): Message[] {
    return this.received.splice(0);
  }

  leave(): void {
    this.session.leave();
  }

  /** Registers, and returns the id of the registration. */
  register(procedure: string, options = {}): Id {
    const request = this.next();
    this.send([MessageType.Register, request, options, procedure]);
    const answer = this.received.pop();
    if (answer?.[0] !== MessageType.Registered || answer[1] !== request) {
      throw new Error(`not registered: ${JSON.stringify(answer)}`);
    }
    return answer[2];
  }

  /** Calls, and returns the id of the CALL. */
  call(procedure: string, options = {}, args: readonly unknown[] = []): Id {
    const request = this.next();
    const call = [MessageType.Call, request, options, procedure] as const;
    this.send(args.length === 0 ? call : [...call, args]);
    return request;
  }

  #link(): Link {
    const waiting = (): number => this.waiting;
    return {
      facts: { connection: undefined, serializer: undefined },
      get waiting() {
        return waiting();
      },
      send: (message) => {
        const plain = message instanceof SharedMessage ? message.message : message;
        const error = this.refuses(plain);
        if (error) throw error;
        this.received.push(parseMessage(structuredClone(plain)));
        return undefined;
      },
      receive: () => Promise.resolve(),
      close: () => Promise.resolve(),
      terminate: () => {},
    };
  }
}

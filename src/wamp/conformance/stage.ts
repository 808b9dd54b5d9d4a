/**
 * Where a case is played: its actors, and how they come to be there.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { announces, CLIENT_ROLES } from "../protocol/features.ts";
import * as MessageType from "../protocol/message-type.ts";
import type { Dict, List, RoleName, Roles } from "../protocol/messages.ts";
import { isDict } from "../protocol/dict.ts";
import type { Serializer } from "../protocol/serializer.ts";
import { Actor } from "./actor.ts";
import type { ActorSpec, ConformanceCase } from "./case.ts";
import { CaseFailure } from "./inbox.ts";
import { CaseError } from "./placeholders.ts";
import type { Scope } from "./placeholders.ts";

/** What the router under test is, for one run of a case. */
export interface Surroundings {
  readonly open: (serializer: Serializer) => Promise<Connection>;
  readonly serializer: Serializer;
  /** Those that an actor may ask for. */
  readonly serializers: readonly Serializer[];
  readonly realm: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** The users of the fixture `ticket-users`, and their tickets. */
const TICKETS: ReadonlyMap<string, string> = new Map([
  ["alice", "ticket-of-alice"],
  ["bob", "ticket-of-bob"],
  ["carol", "ticket-of-carol"],
]);

export class Stage {
  readonly #specs: ReadonlyMap<string, ActorSpec>;
  readonly #surroundings: Surroundings;
  readonly #scope: Scope;
  readonly #actors = new Map<string, Actor>();
  readonly #all: Actor[] = [];

  constructor({ actors }: ConformanceCase, surroundings: Surroundings, scope: Scope) {
    this.#specs = actors;
    this.#surroundings = surroundings;
    this.#scope = scope;
  }

  /** Everybody who is there from the beginning. */
  async set(): Promise<void> {
    for (const [name, { join = true }] of this.#specs) {
      await this.connect(name);
      if (join) await this.join(name);
    }
  }

  actor(name: string): Actor {
    const actor = this.#actors.get(name);
    if (!actor) throw new CaseError(`${name} has no connection`);
    return actor;
  }

  /** A connection of its own, in place of the one that it may have had. */
  async connect(name: string): Promise<void> {
    const spec = this.#spec(name);
    const { open, serializer, serializers, timeout } = this.#surroundings;
    const chosen =
      spec.serializer === undefined
        ? serializer
        : serializers.find((known) => known.name === spec.serializer);
    if (!chosen) throw new CaseError(`there is no serializer ${String(spec.serializer)}`);
    const actor = new Actor(await open(chosen), chosen, rolesOf(spec), timeout);
    this.#actors.set(name, actor);
    this.#all.push(actor);
  }

  /** @throws CaseFailure when the router lets it not in. */
  async join(name: string): Promise<void> {
    const actor = this.actor(name);
    actor.send(this.#hello(this.#spec(name)));
    let answer = await actor.inbox.takeMessage();
    if (answer[0] === MessageType.Challenge) {
      const ticket = TICKETS.get(this.#spec(name).user ?? "") ?? "";
      actor.send([MessageType.Authenticate, ticket, {}]);
      answer = await actor.inbox.takeMessage();
    }
    const [type, session, details] = answer;
    if (type !== MessageType.Welcome || !isDict(details)) {
      throw new CaseFailure(`${name} was not welcomed`, answer);
    }
    this.#scope.set(`${name}.session`, session);
    this.#scope.set(`${name}.authid`, details["authid"]);
    this.#scope.set(`${name}.authrole`, details["authrole"]);
  }

  /** All that any actor sent has been handled when this resolves; and after that, what `name` was sent because of it has come. */
  async settle(name: string): Promise<void> {
    const uri = this.#scope.uri("uri", ".nobody.registers.this");
    const last = this.#actors.get(name);
    for (const actor of this.#actors.values()) {
      if (actor !== last && actor.isInSession) await actor.roundTrip(uri);
    }
    if (last?.isInSession === true) await last.roundTrip(uri);
  }

  async clear(): Promise<void> {
    await Promise.all(this.#all.map((actor) => actor.close()));
  }

  #spec(name: string): ActorSpec {
    return this.#specs.get(name) ?? {};
  }

  #hello(spec: ActorSpec): List {
    const { realm = this.#surroundings.realm, user, hello } = spec;
    const identity = user === undefined ? undefined : { authmethods: ["ticket"], authid: user };
    return [MessageType.Hello, realm, { roles: rolesOf(spec), ...identity, ...hello }];
  }
}

function rolesOf({ roles, without = [] }: ActorSpec): Dict {
  return roles ?? withoutFeatures(CLIENT_ROLES, without);
}

function withoutFeatures(roles: Roles, names: readonly string[]): Dict {
  return Object.fromEntries(
    Object.entries(roles).map(([role, details]) => {
      const features = Object.entries(details?.features ?? {});
      const kept = features.filter(([feature]) => !names.includes(`${role}.${feature}`));
      return [role, { features: Object.fromEntries(kept) }];
    }),
  );
}

/** The first of these roles and features, such as `broker` or `broker.event_history`, that a router doesn't announce. */
export function notAnnounced(needs: readonly string[], roles: Roles): string | undefined {
  return needs.find((need) => {
    const [role = "", feature] = need.split(".");
    return feature === undefined
      ? !Object.hasOwn(roles, role)
      : !announces(roles, role as RoleName, feature);
  });
}

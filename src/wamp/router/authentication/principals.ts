/**
 * Who there is, for the methods that begin with an `authid`; and who there isn't: whoever isn't known is taken for somebody
 * made up, with whom everything goes the same way, only that it comes to nothing.
 *
 * @module
 */

import { randomBytes, toBase64 } from "../../authentication/bytes.ts";
import type { Bytes } from "../../authentication/bytes.ts";
import { hmac } from "../../authentication/hashing.ts";
import * as ErrorUri from "../../protocol/error-uri.ts";
import type { Dict } from "../../protocol/messages.ts";
import type { Introduction, Step } from "./authenticator.ts";

/** What is known of somebody, whatever the method. */
export interface PrincipalFacts {
  readonly role: string;
  /** Other roles that it may ask for (HELLO.authrole). Default: none. */
  readonly roles?: readonly string[] | undefined;
  /** Who it is, where that isn't the `authid` that was asked for, or none was. */
  readonly authid?: string | undefined;
  /** Who vouches for it, for WELCOME.authprovider. Default: `static`, or `dynamic` for those that a function found. */
  readonly provider?: string | undefined;
  /** For the client, in WELCOME.authextra. */
  readonly authextra?: Dict | undefined;
}

/** Finds somebody; nothing for those that there aren't. What it throws refuses, and is logged. */
export type FindPrincipal<Facts, Asked extends Introduction = Introduction> = (
  introduction: Asked,
) => Facts | null | undefined | Promise<Facts | null | undefined>;

/** Principals by name. A map may change while the router runs. */
export type PrincipalTable<Facts> = ReadonlyMap<string, Facts> | Readonly<Record<string, Facts>>;

/** All principals by `authid`, or a function that finds them. */
export type Principals<Facts> = PrincipalTable<Facts> | FindPrincipal<Facts>;

/** How a method looks at its principals. */
export interface PrincipalKind<Facts> {
  /** Throws a TypeError for what isn't complete. It may come from a procedure of anybody's. */
  check(facts: Facts): void;
  /** Somebody who isn't there, and looks like `model`. What `random` makes of a label stays the same for this `authid`. */
  makeUp(model: Facts | undefined, random: (label: string) => Promise<Bytes>): Promise<Facts>;
}

export interface Found<Facts extends PrincipalFacts> {
  readonly facts: Facts;
  /** Whether there is somebody like that. To be asked at the very end. */
  readonly isKnown: boolean;
}

export class Directory<Facts extends PrincipalFacts> {
  readonly #find: FindPrincipal<Facts>;
  readonly #kind: PrincipalKind<Facts>;
  /** Those that there are, where that is known. */
  readonly #known: ReadonlyMap<string, Facts> = new Map();
  /** Those that made up ones can look like. */
  #models: readonly Facts[] = [];
  readonly #secret = randomBytes(32);

  /** @throws TypeError for a principal that isn't complete. */
  constructor(principals: Principals<Facts>, kind: PrincipalKind<Facts>) {
    this.#kind = kind;
    if (typeof principals === "function") {
      this.#find = principals;
    } else {
      const known = byName(principals);
      this.#known = known;
      for (const facts of known.values()) this.#check(facts);
      this.#find = ({ authid = "" }) => {
        const facts = known.get(authid);
        return facts && { provider: "static", ...facts };
      };
    }
  }

  async find(introduction: Introduction): Promise<Found<Facts>> {
    const random = (label: string): Promise<Bytes> =>
      hmac(this.#secret, `${label} ${introduction.authid ?? ""}`);
    // Made up for the known ones too: nobody can tell by the time that it takes.
    const model = await this.#pick(random);
    const madeUp = await this.#kind.makeUp(model, random);
    const facts = await this.#find(introduction);
    if (facts === undefined || facts === null) return { facts: madeUp, isKnown: false };
    this.#check(facts);
    return { facts, isKnown: true };
  }

  async #pick(random: (label: string) => Promise<Bytes>): Promise<Facts | undefined> {
    // (A map may have got others since.)
    if (this.#models.length !== this.#known.size) this.#models = [...this.#known.values()];
    const [a, b, c] = await random("model");
    const number = ((a as number) << 16) | ((b as number) << 8) | (c as number);
    return this.#models[number % this.#models.length];
  }

  #check(facts: Facts): void {
    checkFacts(facts);
    this.#kind.check(facts);
  }
}

/** What a function finds may come from a procedure of anybody's: a text for `roles` must not match by a part of it. */
export function checkFacts({ role, roles, authid }: PrincipalFacts): void {
  if (typeof role !== "string") throw new TypeError("a principal needs a role");
  if (roles !== undefined && !(Array.isArray(roles) && roles.every(isText))) {
    throw new TypeError("a principal's roles are a list");
  }
  if (authid !== undefined && !isText(authid)) throw new TypeError("a principal's authid is text");
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** As a map: prototypes have no principals. */
export function byName<Facts>(principals: PrincipalTable<Facts>): ReadonlyMap<string, Facts> {
  return principals instanceof Map ? principals : new Map(Object.entries(principals));
}

/** A secret that nobody knows, as text. */
export function unknowable(): string {
  return toBase64(randomBytes(32));
}

/** The role that somebody gets; `undefined` when the one that was asked for isn't theirs. */
export function roleOf(
  { role, roles = [] }: PrincipalFacts,
  { authrole }: Introduction,
): string | undefined {
  return authrole === undefined || authrole === role || roles.includes(authrole)
    ? (authrole ?? role)
    : undefined;
}

/** For somebody who has proven who it is: it joins, unless it asked for more than is its own. */
export function admit(facts: PrincipalFacts, introduction: Introduction, method: string): Step {
  checkFacts(facts);
  const authid = facts.authid ?? introduction.authid;
  if (authid === undefined) throw new TypeError("a principal needs an authid");
  if (introduction.authid !== undefined && introduction.authid !== authid) return REFUSED;
  const authrole = roleOf(facts, introduction);
  if (authrole === undefined) return { type: "refuse", reason: ErrorUri.NoSuchRole };
  const { provider: authprovider = "dynamic", authextra } = facts;
  const principal = { authid, authrole, authmethod: method, authprovider, authextra };
  return { type: "accept", principal };
}

/** The one answer to everything that is wrong. */
export const REFUSED: Step = { type: "refuse", reason: ErrorUri.AuthenticationFailed };

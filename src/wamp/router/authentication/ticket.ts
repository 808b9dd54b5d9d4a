/**
 * A secret, as it is (WAMP specification, "Ticket-based Authentication").
 *
 * @module
 */

import { isSame } from "../../authentication/bytes.ts";
import { sha256 } from "../../authentication/hashing.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { Authenticator, Introduction, Step } from "./authenticator.ts";
import { Directory, REFUSED, admit, unknowable } from "./principals.ts";
import type { FindPrincipal, PrincipalFacts, PrincipalKind, Principals } from "./principals.ts";

/** Somebody with a ticket. */
export interface TicketPrincipal extends PrincipalFacts {
  readonly ticket: string;
}

/** What a client says, and its ticket. */
export interface TicketIntroduction extends Introduction {
  readonly ticket: string;
}

export type TicketOptions =
  | { readonly principals: Principals<TicketPrincipal>; readonly verify?: undefined }
  | {
      /** Looks at a ticket, such as a token that says itself whose it is. It has to check that it is the `authid`'s. */
      readonly verify: FindPrincipal<PrincipalFacts, TicketIntroduction>;
      readonly principals?: undefined;
    };

const KIND: PrincipalKind<TicketPrincipal> = {
  check({ ticket: secret }) {
    if (typeof secret !== "string" || secret === "")
      throw new TypeError("a principal needs a ticket");
  },
  makeUp: async () => ({ role: "", ticket: unknowable() }),
};

/**
 * Clients show a ticket: a password, or a token. It is sent as it is, so use it over TLS.
 *
 * @example
 * ```ts
 * const authenticators = [ticket({ principals: { joe: { ticket: "secret!!!", role: "user" } } })];
 * ```
 */
export function ticket(options: TicketOptions): Authenticator {
  checkOptions("ticket", options, { principals: true, verify: true });
  const { verify, principals } = options;
  const respond = verify ? byFunction(verify) : byPrincipals(new Directory(principals, KIND));
  return {
    method: "ticket",
    begin: (introduction) => ({
      type: "challenge",
      extra: {},
      respond: (given) => respond({ ...introduction, ticket: given }),
    }),
  };
}

type Respond = (introduction: TicketIntroduction) => Promise<Step>;

function byFunction(verify: FindPrincipal<PrincipalFacts, TicketIntroduction>): Respond {
  return async (introduction) => {
    const facts = await verify(introduction);
    return facts ? admit(facts, introduction, "ticket") : REFUSED;
  };
}

function byPrincipals(directory: Directory<TicketPrincipal>): Respond {
  return async (introduction) => {
    const { facts, isKnown } = await directory.find(introduction);
    const [wanted, given] = await Promise.all([sha256(facts.ticket), sha256(introduction.ticket)]);
    return isSame(wanted, given) && isKnown ? admit(facts, introduction, "ticket") : REFUSED;
  };
}

/**
 * Procedures that tell of registrations, and one that takes them away (WAMP specification, "Registration Meta API").
 *
 * They know the registrations of sessions: the router's own procedures are none.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import type { Id, MatchPolicy, Uri } from "../../protocol/messages.ts";
import { isDict } from "../../protocol/dict.ts";
import { isReserved } from "../../protocol/uri.ts";
import { idArgument, uriArgument } from "../meta/arguments.ts";
import type { MetaCall, MetaProcedure } from "../meta/meta-procedure.ts";
import type { Realm } from "../realm.ts";
import type { Session } from "../session/session.ts";
import type { Registration } from "./registration.ts";
import type { Registrations } from "./registrations.ts";

export function registrationProcedures(
  realm: Realm,
  registrations: Registrations,
): ReadonlyMap<Uri, MetaProcedure> {
  const find = (call: MetaCall): Registration => {
    const registration = registrations.get(idArgument(call, 0));
    if (!registration) throw new WampError(ErrorUri.NoSuchRegistration);
    return registration;
  };
  return new Map<Uri, MetaProcedure>([
    ["wamp.registration.list", () => ({ args: [list(registrations)] })],
    ["wamp.registration.lookup", (call) => ({ args: [lookup(call, registrations)] })],
    ["wamp.registration.match", (call) => ({ args: [match(call, registrations)] })],
    ["wamp.registration.get", (call) => ({ args: [find(call).details] })],
    [
      "wamp.registration.list_callees",
      (call) => ({ args: [find(call).callees.map(({ session }) => session.id)] }),
    ],
    ["wamp.registration.count_callees", (call) => ({ args: [find(call).callees.length] })],
    [
      "wamp.registration.remove_callee",
      (call) => {
        const registration = find(call);
        const callee = calleeArgument(call, realm, registration);
        registrations.revoke(callee, registration, reasonArgument(call));
        return {};
      },
    ],
  ]);
}

function list(registrations: Registrations): Readonly<Record<MatchPolicy, Id[]>> {
  const lists: Record<MatchPolicy, Id[]> = { exact: [], prefix: [], wildcard: [] };
  for (const registration of registrations.all()) lists[registration.match].push(registration.id);
  return lists;
}

function lookup(call: MetaCall, registrations: Registrations): Id | null {
  const options = call.args[1] ?? {};
  const policy = isDict(options) ? (options["match"] ?? "exact") : undefined;
  if (policy !== "exact" && policy !== "prefix" && policy !== "wildcard") {
    throw new WampError(ErrorUri.InvalidArgument, ["match is exact, prefix or wildcard"]);
  }
  return registrations.lookup(uriArgument(call, 0), policy)?.id ?? null;
}

function match(call: MetaCall, registrations: Registrations): Id | null {
  const procedure = uriArgument(call, 0);
  return isReserved(procedure) ? null : (registrations.best(procedure)?.id ?? null);
}

function calleeArgument(call: MetaCall, realm: Realm, registration: Registration): Session {
  const session = realm.sessions.get(idArgument(call, 1));
  if (session?.registrations.has(registration.id)) return session;
  throw new WampError(ErrorUri.NoSuchSession);
}

function reasonArgument({ args, kwargs }: MetaCall): string | undefined {
  const reason = args[2] ?? kwargs["reason"];
  if (reason === undefined || reason === null || typeof reason === "string") {
    return reason ?? undefined;
  }
  throw new WampError(ErrorUri.InvalidArgument, ["reason is no string"]);
}

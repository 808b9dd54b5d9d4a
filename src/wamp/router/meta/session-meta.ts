/**
 * The session meta API: who is in the realm, and how to end them (WAMP specification, "Session Meta API").
 *
 * @module
 */

import * as CloseUri from "../../protocol/close-uri.ts";
import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import { isId } from "../../protocol/ids.ts";
import type { Dict, Id, Uri } from "../../protocol/messages.ts";
import { isUriBy } from "../../protocol/uri.ts";
import type { Realm } from "../realm.ts";
import type { Session } from "../session/session.ts";
import type { MetaCall, MetaProcedure } from "./meta-procedure.ts";

/** Its procedures, by URI. */
export function sessionMeta(realm: Realm): readonly (readonly [Uri, MetaProcedure])[] {
  const all = (): Session[] => Array.from(realm.sessions.values());
  /** Whoever asks is never among those who are ended. */
  const others = ({ caller }: MetaCall): Session[] => all().filter((session) => session !== caller);
  return [
    ["wamp.session.count", (call) => ({ args: [ofRoles(all(), call).length] })],
    ["wamp.session.list", (call) => ({ args: [ofRoles(all(), call).map(({ id }) => id)] })],
    ["wamp.session.get", (call) => ({ args: [describe(find(realm, call))] })],
    [
      "wamp.session.kill",
      (call) => {
        const found = find(realm, call);
        if (found === call.caller) throw noSuchSession(found.id);
        kill([found], call);
        return {};
      },
    ],
    [
      "wamp.session.kill_by_authid",
      (call) => {
        const authid = text(call);
        const killed = others(call).filter(({ principal }) => principal.authid === authid);
        kill(killed, call);
        return { args: [killed.map(({ id }) => id)] };
      },
    ],
    [
      "wamp.session.kill_by_authrole",
      (call) => {
        const authrole = text(call);
        const killed = others(call).filter(({ principal }) => principal.authrole === authrole);
        kill(killed, call);
        return { args: [killed.length] };
      },
    ],
    [
      "wamp.session.kill_all",
      (call) => {
        const killed = others(call);
        // (Nobody is told of each: there may be nobody left to be told.)
        kill(killed, call, true);
        return { args: [killed.length] };
      },
    ],
  ];
}

/** What others may know of a session: details of `wamp.session.get` and `wamp.session.on_join`. */
export function describe({ id, principal }: Session): Dict {
  const { authid, authrole, authmethod, authprovider } = principal;
  return { session: id, authid, authrole, authmethod, authprovider };
}

function ofRoles(sessions: Session[], { args: [roles = null] }: MetaCall): Session[] {
  if (roles === null) return sessions;
  if (!Array.isArray(roles)) throw invalid("the roles are no list");
  // (Both may be long.)
  const wanted = new Set<unknown>(roles);
  return sessions.filter(({ principal }) => wanted.has(principal.authrole));
}

function find(realm: Realm, { args: [id] }: MetaCall): Session {
  if (!isId(id)) throw invalid("a session id is needed");
  const found = realm.sessions.get(id);
  if (!found) throw noSuchSession(id);
  return found;
}

function noSuchSession(id: Id): WampError {
  return new WampError(ErrorUri.NoSuchSession, [`there is no session ${id}`]);
}

function text({ args: [value] }: MetaCall): string {
  if (typeof value !== "string") throw invalid("a string is needed");
  return value;
}

function kill(sessions: Session[], { kwargs, caller }: MetaCall, quiet = false): void {
  const { reason = CloseUri.Killed, message } = kwargs;
  const { uris } = caller.realm.settings;
  if (typeof reason !== "string" || !isUriBy(uris, reason)) {
    throw new WampError(ErrorUri.InvalidUri, ["the reason is no URI"]);
  }
  if (message !== undefined && typeof message !== "string") throw invalid("the message is no text");
  for (const session of sessions) session.end({ type: "goodbye", reason, message, quiet });
}

function invalid(message: string): WampError {
  return new WampError(ErrorUri.InvalidArgument, [message]);
}

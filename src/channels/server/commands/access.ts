/**
 * What a client may do in a channel without being asked about.
 *
 * @module
 */

import { ErrorCode } from "../../protocol/codes.ts";
import { ChannelError } from "../errors.ts";
import type { Access, ChannelName } from "../namespaces.ts";
import type { Session } from "../session.ts";

/** Whether `access` lets the client in. */
function isAllowed(session: Session, name: ChannelName, access: Access): boolean {
  switch (access) {
    case "anyone":
      return !isClosed(session, name);
    case "users":
      return session.user !== "" && !isClosed(session, name);
    case "subscribers":
      return isSubscribed(session, name);
    default:
      return false;
  }
}

/** Whether the name alone keeps the client out: of a private channel, or of one for other users. */
function isClosed(session: Session, name: ChannelName): boolean {
  if (isSubscribed(session, name)) return false;
  return name.isPrivate || name.users?.includes(session.user) === false;
}

function isSubscribed({ subscriptions }: Session, { channel }: ChannelName): boolean {
  return subscriptions.get(channel)?.isLive === true;
}

/** @throws ChannelError `PermissionDenied` */
export function demand(session: Session, name: ChannelName, access: Access): void {
  if (!isAllowed(session, name, access)) throw new ChannelError(ErrorCode.PermissionDenied);
}

/** Whether the channel's name and its namespace let the client subscribe. */
export function maySubscribe(session: Session, name: ChannelName): boolean {
  if (name.isPrivate) return false;
  const { subscribe } = name.namespace.access;
  if (subscribe === "listed")
    return name.users?.includes(session.user) === true && session.user !== "";
  return isAllowed(session, name, subscribe);
}

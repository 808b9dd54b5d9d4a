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
function isAllowed(session: Session, { channel }: ChannelName, access: Access): boolean {
  switch (access) {
    case "anyone":
      return true;
    case "users":
      return session.user !== "";
    case "subscribers":
      return session.subscriptions.get(channel)?.isLive === true;
    default:
      return false;
  }
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

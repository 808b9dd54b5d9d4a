/**
 * `refresh` and `sub_refresh`: a client brings a new token before the old one has expired.
 *
 * @module
 */

import { DisconnectCode, ErrorCode } from "../../protocol/codes.ts";
import type { Command } from "../../protocol/messages.ts";
import { ChannelError, DisconnectError } from "../errors.ts";
import type { Extension } from "../hooks.ts";
import { checkExtension } from "../hook-answers.ts";
import { ttlOf } from "../expiry.ts";
import type { Session } from "../session.ts";
import type { Subscription } from "../subscription.ts";
import { subscriptionClaims } from "./subscribe.ts";

export async function refresh(session: Session, command: Command): Promise<void> {
  const token = command.refresh?.token ?? "";
  const { tokens, version } = session.server;
  if (token === "" || !tokens) throw new ChannelError(ErrorCode.BadRequest);
  const claims = await tokens.connection(token);
  // A token of somebody else would change who this is.
  if (claims.user !== session.user)
    throw new DisconnectError(DisconnectCode.InvalidToken, "invalid token");
  session.extend(claims.expireAt, claims.info);
  session.reply(command, "refresh", { client: session.client, version, ...session.ttl });
}

export async function subRefresh(session: Session, command: Command): Promise<void> {
  const { channel, token = "" } = command.sub_refresh ?? {};
  const subscription = session.subscriptions.get(channel ?? "");
  if (!subscription?.isLive) throw new ChannelError(ErrorCode.PermissionDenied);
  const extension = await extend(session, subscription, token);
  session.server.extendSubscription(session, subscription, extension);
  session.reply(command, "sub_refresh", ttlOf(extension.expireAt));
}

async function extend(session: Session, { name }: Subscription, token: string): Promise<Extension> {
  const { hooks } = session.server;
  if (token !== "") return subscriptionClaims(session, name, token);
  const { channel } = name;
  const answer = await hooks.subRefresh?.({ ...session.facts, channel, token, data: undefined });
  const extension = checkExtension("subRefresh", answer);
  if (!extension) throw new ChannelError(ErrorCode.BadRequest);
  if (extension === "expired") throw new ChannelError(ErrorCode.Expired);
  return extension;
}

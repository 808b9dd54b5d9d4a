/**
 * `subscribe` and `unsubscribe`.
 *
 * @module
 */

import { DisconnectCode, ErrorCode, SubscribeFlag } from "../../protocol/codes.ts";
import type { Command, SubscribeRequest, SubscribeResult } from "../../protocol/messages.ts";
import { ownText } from "../data.ts";
import { ChannelError, DisconnectError } from "../errors.ts";
import { decodePublication } from "../events.ts";
import { checkSubscribeGrant } from "../hook-answers.ts";
import type { ServerSubscription, SubscriptionClaims } from "../hooks.ts";
import type { ChannelName } from "../namespaces.ts";
import { ttlOf } from "../expiry.ts";
import type { Session } from "../session.ts";
import { Subscription } from "../subscription.ts";
import { topicOf } from "../topic.ts";
import { maySubscribe } from "./access.ts";

export async function subscribe(session: Session, command: Command): Promise<void> {
  const request = command.subscribe ?? {};
  const name = session.server.namespaces.find(ownText(request.channel ?? ""));
  if (request.tf !== undefined) throw new ChannelError(ErrorCode.BadRequest);
  checkRoom(session, name);
  const grant = await authorize(session, name, request);
  // (Nobody would end the subscription of a client that has gone meanwhile.)
  if (session.isOver) return;
  const { subscription, result } = await open(session, name, grant, request, false);
  // The application has ended it meanwhile.
  if (subscription.isEnded) throw new ChannelError(ErrorCode.PermissionDenied);
  session.reply(command, "subscribe", result);
  begin(session, subscription, result);
}

export async function unsubscribe(session: Session, command: Command): Promise<void> {
  const subscription = session.subscriptions.get(command.unsubscribe?.channel ?? "");
  // (An error would make the client connect anew.)
  if (subscription) session.leave(subscription, 0, "");
  session.reply(command, "unsubscribe", {});
}

/** @throws ChannelError `AlreadySubscribed` or `LimitExceeded` */
function checkRoom({ subscriptions, server }: Session, { channel }: ChannelName): void {
  if (subscriptions.has(channel)) throw new ChannelError(ErrorCode.AlreadySubscribed);
  if (subscriptions.size >= server.settings.maxSubscriptions) {
    throw new ChannelError(ErrorCode.LimitExceeded);
  }
}

/** Makes a subscription. What comes from then on waits for {@link begin}. */
export async function open(
  session: Session,
  name: ChannelName,
  grant: ServerSubscription,
  request: SubscribeRequest,
  isServerSide: boolean,
): Promise<{ subscription: Subscription; result: SubscribeResult }> {
  // (Much may have happened while it was found out whether it is allowed.)
  if (session.isOver) throw new ChannelError(ErrorCode.NotAvailable);
  checkRoom(session, name);
  const hasToken = !isServerSide && (request.token ?? "") !== "";
  const isRefreshedHere = !hasToken && session.server.hooks.subRefresh !== undefined;
  const subscription = new Subscription(session, {
    ...grant,
    name,
    isServerSide,
    isRefreshedHere,
    wantsJoinLeave: isServerSide || request.join_leave === true,
  });
  session.subscriptions.set(name.channel, subscription);
  try {
    await session.server.open(session, subscription);
    const result = subscription.isRecoverable ? await recover(session, subscription, request) : {};
    const ttl = isRefreshedHere ? {} : ttlOf(grant.expireAt);
    return { subscription, result: { ...result, ...ttl, data: grant.data } };
  } catch (error) {
    session.leave(subscription, 0, "");
    throw error;
  }
}

/** The client has been told. */
export function begin(session: Session, subscription: Subscription, result: SubscribeResult): void {
  const last = result.publications?.at(-1)?.offset;
  session.server.opened(session, subscription);
  subscription.begin(last ?? result.offset ?? 0);
}

/** What the client missed since it was here, or that it can't be told. */
async function recover(
  session: Session,
  { name }: Subscription,
  { recover: wanted = false, offset: from = 0, epoch: known = "", flag = 0 }: SubscribeRequest,
): Promise<SubscribeResult> {
  const { engine, settings } = session.server;
  if (!engine.streams) throw new ChannelError(ErrorCode.NotAvailable);
  const { maxRecover } = settings;
  const options = wanted
    ? { since: { offset: from, epoch: known }, limit: maxRecover + 1 }
    : { limit: 0 };
  const { entries, offset, epoch } = await engine.streams.read(topicOf(name.channel), options);
  const position = { recoverable: true, positioned: true, epoch };
  if (!wanted) return { ...position, offset };
  const isWhole = entries.length === offset - from && entries.length <= maxRecover;
  if (isWhole && (known === "" || known === epoch)) {
    const publications = entries.map(decodePublication);
    return { ...position, offset: from, publications, recovered: true, was_recovering: true };
  }
  if (flag & SubscribeFlag.Strict) throw new ChannelError(ErrorCode.UnrecoverablePosition);
  return { ...position, offset, recovered: false, was_recovering: true };
}

async function authorize(
  session: Session,
  name: ChannelName,
  request: SubscribeRequest,
): Promise<ServerSubscription> {
  const { token = "", data } = request;
  if (name.users && !name.users.includes(session.user)) {
    throw new ChannelError(ErrorCode.PermissionDenied);
  }
  if (token !== "") return subscriptionClaims(session, name, token);
  const { hooks } = session.server;
  const { channel } = name;
  const answer = await hooks.subscribe?.({ ...session.facts, channel, token, data });
  const grant = checkSubscribeGrant(answer);
  if (grant) return grant;
  if (maySubscribe(session, name)) return {};
  throw new ChannelError(ErrorCode.PermissionDenied);
}

/** What a token for this channel says. A token for another one, or another client, ends the connection. */
export async function subscriptionClaims(
  session: Session,
  { channel }: ChannelName,
  token: string,
): Promise<SubscriptionClaims> {
  const { tokens } = session.server;
  if (!tokens) throw new ChannelError(ErrorCode.BadRequest);
  const claims = await tokens.subscription(token);
  const isOther =
    claims.channel !== channel ||
    (claims.user !== undefined && claims.user !== session.user) ||
    (claims.client !== undefined && claims.client !== session.client);
  if (isOther) throw new DisconnectError(DisconnectCode.InvalidToken, "invalid token");
  return claims;
}

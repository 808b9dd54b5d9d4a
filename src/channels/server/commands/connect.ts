/**
 * `connect`: the first command of a client. It says who the client is, and brings its server-side subscriptions.
 *
 * @module
 */

import { ErrorCode } from "../../protocol/codes.ts";
import type { Command, ConnectRequest, SubscribeResult } from "../../protocol/messages.ts";
import { ownText } from "../data.ts";
import { ChannelError } from "../errors.ts";
import type { Identity, ServerSubscription } from "../hooks.ts";
import { checkIdentity } from "../hook-answers.ts";
import type { Session } from "../session.ts";
import type { Subscription } from "../subscription.ts";
import { begin, open } from "./subscribe.ts";

/** As much as HTTP servers usually take, in UTF-16 units. */
const MAX_HEADERS = 16 * 1024;

export async function connect(session: Session, command: Command): Promise<void> {
  const request = command.connect ?? {};
  const identity = await identify(session, request);
  try {
    session.identify(identity);
    if (session.isOver) return;
    session.server.admit(session);
    await enter(session, command, identity);
  } catch (error) {
    session.unidentify();
    throw error;
  }
}

/** Makes the subscriptions that come with it, and answers. */
async function enter(session: Session, command: Command, identity: Identity): Promise<void> {
  const { server } = session;
  const subs = command.connect?.subs;
  const opened: { subscription: Subscription; result: SubscribeResult }[] = [];
  for (const [channel, grant] of subscriptionsOf(session, identity)) {
    const name = server.namespaces.find(channel);
    opened.push(await open(session, name, grant, subs?.get(channel) ?? {}, true));
  }
  if (session.isOver) return;
  const { pingInterval } = server.settings;
  const live = opened.filter(({ subscription }) => !subscription.isEnded);
  session.reply(command, "connect", {
    client: session.client,
    version: server.version,
    ...session.ttl,
    data: identity.data,
    subs: new Map(live.map(({ subscription, result }) => [subscription.name.channel, result])),
    ping: Math.ceil(pingInterval / 1000),
    pong: true,
    session: session.id,
    node: server.engine.bus.node,
  });
  session.connected();
  for (const { subscription, result } of live) begin(session, subscription, result);
}

/** A token, the application, or nobody at all says who this is. */
async function identify(session: Session, request: ConnectRequest): Promise<Identity> {
  const { token = "", data, name = "", version = "", subs, headers = [] } = request;
  const { tokens, hooks, settings } = session.server;
  session.headers = readHeaders(headers);
  if (token !== "" && tokens) return tokens.connection(token);
  const answer = await hooks.connect?.({
    ...session.facts,
    name,
    version,
    token,
    data,
    channels: [...(subs?.keys() ?? [])],
  });
  const identity = checkIdentity(answer);
  if (identity) {
    session.isRefreshedHere = hooks.refresh !== undefined;
    return identity;
  }
  if (settings.anonymous && token === "") return { user: "" };
  throw new ChannelError(ErrorCode.Unauthorized);
}

/** They are kept for as long as the client is there. */
function readHeaders(headers: Iterable<readonly [string, string]>): ReadonlyMap<string, string> {
  const kept = new Map<string, string>();
  let size = 0;
  for (const [name, value] of headers) {
    size += name.length + value.length;
    if (size > MAX_HEADERS) throw new ChannelError(ErrorCode.LimitExceeded);
    kept.set(ownText(name.toLowerCase()), ownText(value));
  }
  return kept;
}

function subscriptionsOf(session: Session, identity: Identity): Map<string, ServerSubscription> {
  const subscriptions = new Map(identity.subscriptions);
  const { personal } = session.server.settings;
  if (personal !== undefined && identity.user !== "") {
    const channel = personalChannel(personal, identity.user);
    if (!subscriptions.has(channel)) subscriptions.set(channel, {});
  }
  return subscriptions;
}

/** The channel of one user. A comma would make it that of several others. */
function personalChannel(namespace: string, user: string): string {
  const name = user.replaceAll("%", "%25").replaceAll(",", "%2C");
  return namespace === "" ? `#${name}` : `${namespace}:#${name}`;
}

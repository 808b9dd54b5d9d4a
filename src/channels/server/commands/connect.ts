/**
 * `connect`: the first command of a client. It says who the client is, and brings its server-side subscriptions.
 *
 * @module
 */

import { ErrorCode } from "../../protocol/codes.ts";
import type { Command, ConnectRequest, SubscribeResult } from "../../protocol/messages.ts";
import { ChannelError } from "../errors.ts";
import type { Identity, ServerSubscription } from "../hooks.ts";
import type { Session } from "../session.ts";
import type { Subscription } from "../subscription.ts";
import { begin, checkCount, open } from "./subscribe.ts";

export async function connect(session: Session, command: Command): Promise<void> {
  const request = command.connect ?? {};
  const { server } = session;
  const identity = await identify(session, request);
  if (session.isOver) return;
  session.identify(identity);
  server.admit(session);
  const opened = await openAll(session, identity, request);
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

interface Opened {
  readonly subscription: Subscription;
  readonly result: SubscribeResult;
}

/** Makes the subscriptions that come with the connection: all, or none, and then the client may connect anew. */
async function openAll(
  session: Session,
  identity: Identity,
  { subs }: ConnectRequest,
): Promise<Opened[]> {
  const { server } = session;
  const opened: Opened[] = [];
  try {
    for (const [channel, grant] of subscriptionsOf(session, identity)) {
      checkCount(session);
      const name = server.namespaces.find(channel);
      opened.push(await open(session, name, grant, subs?.get(channel) ?? {}, true));
    }
    return opened;
  } catch (error) {
    for (const { subscription } of opened) session.leave(subscription, 0, "");
    server.disconnected(session, false, 0, "");
    throw error;
  }
}

/** A token, the application, or nobody at all says who this is. */
async function identify(session: Session, request: ConnectRequest): Promise<Identity> {
  const { token = "", data, name = "", version = "", subs, headers } = request;
  const { tokens, hooks, settings } = session.server;
  if (token !== "" && tokens) return tokens.connection(token);
  const identity = await hooks.connect?.({
    ...session.facts,
    name,
    version,
    token,
    data,
    channels: [...(subs?.keys() ?? [])],
    headers: new Map(Array.from(headers ?? [], ([key, value]) => [key.toLowerCase(), value])),
  });
  if (identity) return identity;
  if (settings.anonymous && token === "") return { user: "" };
  throw new ChannelError(ErrorCode.Unauthorized);
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

/** The channel of one user. */
function personalChannel(namespace: string, user: string): string {
  return namespace === "" ? `#${user}` : `${namespace}:#${user}`;
}

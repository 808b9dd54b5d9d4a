/**
 * The methods of the server API, by name: from parameters to calls of `Channels`, and from what they return to results.
 *
 * Maps are there when they are empty too, and lists are never `null`: clients of typed languages need them.
 *
 * @module
 */

import { systemClock } from "../../../util/clock.ts";
import { ErrorCode } from "../../protocol/codes.ts";
import type { Channels, ConnectionFacts, NodeInfo, PublishOptions } from "../channels.ts";
import { ChannelError } from "../errors.ts";
import type { ServerSubscription } from "../hooks.ts";
import type { ClientFilter } from "../registry.ts";
import type { Params } from "../params.ts";
import { clientInfoAnswer, publicationAnswer } from "./raw-text.ts";
import type { Answer } from "./raw-text.ts";

/** A method that was called. */
export interface Call {
  readonly channels: Channels;
  readonly params: Params;
  /** Of the request: for publications that bring no key of their own. */
  readonly idempotencyKey: string | undefined;
  /** Makes the result or the error of a part of the call. */
  readonly settle: (result: Promise<Answer>) => Promise<Answer>;
}

export type ApiMethod = (call: Call) => Promise<Answer>;

export const apiMethods: ReadonlyMap<string, ApiMethod> = new Map<string, ApiMethod>([
  ["publish", publish],
  ["broadcast", broadcast],
  ["subscribe", subscribe],
  ["unsubscribe", unsubscribe],
  ["disconnect", disconnect],
  ["refresh", refresh],
  ["presence", presence],
  ["presence_stats", presenceStats],
  ["history", history],
  ["history_remove", historyRemove],
  ["channels", listChannels],
  ["connections", listConnections],
  ["info", info],
]);

async function publish(call: Call): Promise<Answer> {
  const channel = call.params.required("channel");
  return publishTo(call, channel, publication(call));
}

/** Each channel has a result or an error of its own. */
async function broadcast(call: Call): Promise<Answer> {
  const channels = call.params.strings("channels");
  if (channels.length === 0) throw new ChannelError(ErrorCode.BadRequest, "channels is missing");
  const init = publication(call);
  const responses: Answer[] = [];
  const step = Math.max(1, Math.floor(TURN / (init.data.length + PUBLICATION)));
  for (let index = 0; index < channels.length; index += step) {
    if (index > 0) await new Promise<void>((resolve) => systemClock.defer(resolve));
    const some = channels.slice(index, index + step);
    const answers = some.map((channel) => call.settle(publishTo(call, channel, init)));
    responses.push(...(await Promise.all(answers)));
  }
  return { responses };
}

/** How much is published before others have their turn, and what a publication counts for beside its data. */
const TURN = 256 * 1024;
const PUBLICATION = 256;

interface Init extends PublishOptions {
  readonly data: string | Uint8Array;
}

function publication({ params, idempotencyKey }: Call): Init {
  // (`null` is what backends may publish, as any other JSON.)
  const data = params.data("data") ?? (params.has("data") ? "null" : undefined);
  if (data === undefined) throw new ChannelError(ErrorCode.BadRequest, "data is missing");
  // Leaving it unseen would publish what the backend knows to be old.
  if ((params.integer("version") ?? 0) !== 0) {
    throw new ChannelError(ErrorCode.NotAvailable, "version is not supported");
  }
  return {
    data,
    tags: params.stringMap("tags"),
    skipHistory: params.boolean("skip_history"),
    idempotencyKey: params.string("idempotency_key") || idempotencyKey,
    exclude: params.string("exclude") || undefined,
  };
}

async function publishTo(
  { channels }: Call,
  channel: string,
  { data, ...options }: Init,
): Promise<Answer> {
  const position = await channels.publish(channel, data, options);
  return position ? { offset: position.offset, epoch: position.epoch } : {};
}

async function subscribe({ channels, params }: Call): Promise<Answer> {
  const since = params.object("recover_since");
  await channels.subscribe(clients(params), params.required("channel"), {
    ...overrides(params.object("override")),
    info: params.data("info"),
    data: params.data("data"),
    expireAt: params.time("expire_at"),
    since: since && position(since),
  });
  return {};
}

/** What is set instead of what the namespace says: `{"presence":{"value":true}}`. */
function overrides(params: Params | undefined): ServerSubscription {
  const value = (name: string): boolean | undefined =>
    params?.object(name)?.optionalBoolean("value");
  return {
    presence: value("presence"),
    joinLeave: value("join_leave") ?? value("force_push_join_leave"),
    recover: value("force_recovery") ?? value("recover") ?? value("force_positioning"),
  };
}

async function unsubscribe({ channels, params }: Call): Promise<Answer> {
  await channels.unsubscribe(clients(params), params.required("channel"));
  return {};
}

async function disconnect({ channels, params }: Call): Promise<Answer> {
  const given = params.object("disconnect");
  await channels.disconnect(clients(params), {
    code: given?.integer("code") || undefined,
    reason: given?.string("reason") || undefined,
    whitelist: params.strings("whitelist"),
  });
  return {};
}

async function refresh({ channels, params }: Call): Promise<Answer> {
  await channels.refresh(clients(params), {
    expired: params.boolean("expired"),
    expireAt: params.time("expire_at"),
    info: params.data("info"),
  });
  return {};
}

/** Whom a call is about. Nobody at all is a mistake, and not everybody. */
function clients(params: Params): ClientFilter {
  const filter = {
    user: params.string("user") || undefined,
    client: params.string("client") || undefined,
    session: params.string("session") || undefined,
  };
  if (!filter.user && !filter.client && !filter.session) {
    throw new ChannelError(ErrorCode.BadRequest, "user, client or session is missing");
  }
  return filter;
}

async function presence({ channels, params }: Call): Promise<Answer> {
  const found = await channels.presence(params.required("channel"));
  return {
    presence: new Map(Array.from(found, ([client, info]) => [client, clientInfoAnswer(info)])),
  };
}

async function presenceStats({ channels, params }: Call): Promise<Answer> {
  const { clients, users } = await channels.presenceStats(params.required("channel"));
  return { num_clients: clients, num_users: users };
}

async function history({ channels, params }: Call): Promise<Answer> {
  const since = params.object("since");
  const { publications, offset, epoch } = await channels.history(params.required("channel"), {
    limit: params.integer("limit") ?? 0,
    since: since && position(since),
    reverse: params.boolean("reverse"),
  });
  return { publications: publications.map(publicationAnswer), offset, epoch };
}

function position(params: Params): { offset: number; epoch: string } {
  const offset = params.integer("offset") ?? 0;
  if (offset < 0) throw new ChannelError(ErrorCode.BadRequest, "offset has to be 0 or more");
  return { offset, epoch: params.string("epoch") };
}

async function historyRemove({ channels, params }: Call): Promise<Answer> {
  await channels.removeHistory(params.required("channel"));
  return {};
}

async function listChannels({ channels, params }: Call): Promise<Answer> {
  const found = await channels.channels(params.string("pattern") || undefined);
  return {
    channels: new Map(Array.from(found, ([name, { clients }]) => [name, { num_clients: clients }])),
  };
}

async function listConnections({ channels, params }: Call): Promise<Answer> {
  const found = await channels.connections({
    user: params.string("user") || undefined,
    channel: params.string("channel") || undefined,
  });
  return { connections: new Map(found.map((facts) => [facts.client, connectionAnswer(facts)])) };
}

function connectionAnswer(facts: ConnectionFacts): Answer {
  const { user, session, transport, encoding, channels } = facts;
  const state = { channels: new Map(channels.map((channel) => [channel, {}])) };
  return { user, session, transport, protocol: encoding, state };
}

async function info({ channels }: Call): Promise<Answer> {
  return { nodes: (await channels.info()).map(nodeAnswer) };
}

function nodeAnswer({ uid, version, uptime, num_dropped, ...node }: NodeInfo): Answer {
  const { num_clients, num_users, num_subs, num_channels } = node;
  return {
    uid,
    name: uid,
    version,
    num_clients,
    num_users,
    num_subs,
    num_channels,
    uptime: Math.floor(uptime / 1000),
    metrics: { interval: 0, items: { num_dropped } },
  };
}

/**
 * `presence` and `presence_stats`: who is in a channel.
 *
 * @module
 */

import type { Presence } from "../../../engine/presence.ts";
import { ErrorCode } from "../../protocol/codes.ts";
import type { Command } from "../../protocol/messages.ts";
import { ChannelError } from "../errors.ts";
import { readPresence } from "../read.ts";
import type { Session } from "../session.ts";
import { topicOf } from "../topic.ts";
import { demand } from "./access.ts";

export async function presence(session: Session, command: Command): Promise<void> {
  const { topic, store } = find(session, command.presence?.channel);
  session.reply(command, "presence", { presence: await readPresence(store, topic) });
}

export async function presenceStats(session: Session, command: Command): Promise<void> {
  const { topic, store } = find(session, command.presence_stats?.channel);
  const { clients, users } = await store.count(topic);
  session.reply(command, "presence_stats", { num_clients: clients, num_users: users });
}

function find(session: Session, channel: string | undefined): { topic: string; store: Presence } {
  const name = session.server.namespaces.find(channel);
  const store = session.server.engine.presence;
  if (!name.namespace.presence || !store) throw new ChannelError(ErrorCode.NotAvailable);
  demand(session, name, name.namespace.access.presence);
  return { topic: topicOf(name.channel), store };
}

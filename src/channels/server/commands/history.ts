/**
 * `history`: what was published in a channel.
 *
 * @module
 */

import { ErrorCode } from "../../protocol/codes.ts";
import type { Command } from "../../protocol/messages.ts";
import { ChannelError } from "../errors.ts";
import { readHistory } from "../read.ts";
import type { Session } from "../session.ts";
import { topicOf } from "../topic.ts";
import { demand } from "./access.ts";

export async function history(session: Session, command: Command): Promise<void> {
  const request = command.history ?? {};
  const { namespaces, engine } = session.server;
  const name = namespaces.find(request.channel);
  if (!name.namespace.history || !engine.streams) throw new ChannelError(ErrorCode.NotAvailable);
  demand(session, name, name.namespace.access.history);
  session.reply(
    command,
    "history",
    await readHistory(engine.streams, topicOf(name.channel), request),
  );
}

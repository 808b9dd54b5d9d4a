/**
 * `publish`: a client publishes to a channel.
 *
 * @module
 */

import { ErrorCode } from "../../protocol/codes.ts";
import type { Command } from "../../protocol/messages.ts";
import { ChannelError } from "../errors.ts";
import { checkPublishGrant } from "../hook-answers.ts";
import type { Session } from "../session.ts";
import { infoIn } from "../subscription.ts";
import { demand } from "./access.ts";

export async function publish(session: Session, command: Command): Promise<void> {
  const { channel, data } = command.publish ?? {};
  const { server } = session;
  const name = server.namespaces.find(channel);
  if (data === undefined || data.length === 0) throw new ChannelError(ErrorCode.BadRequest);
  const answer = await server.hooks.publish?.({ ...session.facts, channel: name.channel, data });
  const grant = checkPublishGrant(answer);
  if (!grant) demand(session, name, name.namespace.access.publish);
  await server.publishTo(name, {
    data: grant?.data ?? data,
    info: infoIn(session.subscriptions.get(name.channel), session.info),
    skipHistory: grant?.skipHistory,
    key: grant?.idempotencyKey,
    ...(!name.namespace.echo && { exclude: session.client }),
  });
  session.reply(command, "publish", {});
}

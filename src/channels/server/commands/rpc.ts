/**
 * `rpc` and `send`: questions and messages to the application.
 *
 * @module
 */

import { ErrorCode } from "../../protocol/codes.ts";
import type { Command } from "../../protocol/messages.ts";
import { ChannelError } from "../errors.ts";
import { checkRpcData } from "../hook-answers.ts";
import type { Session } from "../session.ts";

export async function rpc(session: Session, command: Command): Promise<void> {
  const { method = "", data } = command.rpc ?? {};
  const { hooks } = session.server;
  if (!hooks.rpc) throw new ChannelError(ErrorCode.MethodNotFound);
  const answer = await hooks.rpc({ ...session.facts, method, data });
  session.reply(command, "rpc", { data: checkRpcData(answer) });
}

/** A message that nobody answers. */
export async function send(session: Session, command: Command): Promise<void> {
  await session.server.hooks.message?.({ ...session.facts, data: command.send?.data });
}

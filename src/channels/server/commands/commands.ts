/**
 * The commands of the client protocol.
 *
 * @module
 */

import type { Command } from "../../protocol/messages.ts";
import type { CommandEntry } from "../session-server.ts";
import { connect } from "./connect.ts";
import { history } from "./history.ts";
import { presence, presenceStats } from "./presence.ts";
import { publish } from "./publish.ts";
import { refresh, subRefresh } from "./refresh.ts";
import { rpc, send } from "./rpc.ts";
import { subscribe, unsubscribe } from "./subscribe.ts";

const byChannel =
  (
    method:
      | "subscribe"
      | "unsubscribe"
      | "publish"
      | "presence"
      | "presence_stats"
      | "history"
      | "sub_refresh",
  ) =>
  (command: Command): string =>
    `c:${command[method]?.channel ?? ""}`;

export const commands: readonly CommandEntry[] = [
  { method: "publish", lane: byChannel("publish"), run: publish },
  { method: "subscribe", lane: byChannel("subscribe"), run: subscribe },
  { method: "unsubscribe", lane: byChannel("unsubscribe"), run: unsubscribe },
  { method: "presence", lane: byChannel("presence"), run: presence },
  { method: "presence_stats", lane: byChannel("presence_stats"), run: presenceStats },
  { method: "history", lane: byChannel("history"), run: history },
  { method: "sub_refresh", lane: byChannel("sub_refresh"), run: subRefresh },
  { method: "rpc", lane: () => undefined, run: rpc },
  { method: "send", lane: () => "send", run: send },
  { method: "refresh", lane: () => "refresh", run: refresh },
  { method: "connect", lane: () => "connect", run: connect },
  {
    method: "ping",
    lane: () => "ping",
    run: async (session, command) => session.reply(command, "ping", {}),
  },
];

/**
 * What backends answer, in the form of Centrifugo's proxy protocol: `{result}`, `{error}` or `{disconnect}`. Whatever is
 * not as it should be is refused, so that nothing of a broken backend gets to clients.
 *
 * @module
 */

import { ChannelError, DisconnectError } from "../errors.ts";
import type {
  Extension,
  Identity,
  PublishGrant,
  ServerSubscription,
  SubscribeGrant,
} from "../hooks.ts";
import { Params } from "../params.ts";
import { BackendError } from "./post.ts";

/**
 * What `read` makes of the result; `undefined` where there is none, which says nothing.
 *
 * @throws ChannelError or DisconnectError where the answer is one of these, BackendError where it is not as it should be.
 */
export function readAnswer<T>(answer: Params, read: (result: Params) => T): T | undefined {
  const refusal = reading(() => readRefusal(answer));
  if (refusal) throw refusal;
  return reading(() => {
    const result = answer.object("result");
    return result && read(result);
  });
}

export function readIdentity(result: Params): Identity {
  const subscriptions = new Map<string, ServerSubscription>();
  for (const channel of result.strings("channels")) subscriptions.set(channel, {});
  const subs = result.object("subs") ?? Params.none;
  for (const channel of subs.names) {
    subscriptions.set(channel, readGrant(subs.object(channel) ?? Params.none));
  }
  return {
    user: result.string("user"),
    expireAt: result.time("expire_at"),
    info: result.data("info"),
    data: result.data("data"),
    meta: result.json("meta"),
    subscriptions,
  };
}

export function readGrant(result: Params): SubscribeGrant {
  const override = result.object("override") ?? Params.none;
  const flag = (name: string): boolean | undefined => {
    const given = override.object(name);
    return given && given.boolean("value");
  };
  return {
    expireAt: result.time("expire_at"),
    info: result.data("info"),
    data: result.data("data"),
    recover: flag("force_recovery"),
    presence: flag("presence"),
    joinLeave: flag("join_leave"),
  };
}

export function readPublishGrant(result: Params): PublishGrant {
  return { data: result.data("data"), skipHistory: result.boolean("skip_history") };
}

export function readExtension(result: Params): Extension | "expired" {
  if (result.boolean("expired")) return "expired";
  return { expireAt: result.time("expire_at"), info: result.data("info") };
}

function readRefusal(answer: Params): ChannelError | DisconnectError | undefined {
  const disconnect = answer.object("disconnect");
  if (disconnect) {
    return new DisconnectError(disconnect.integer("code") ?? 0, disconnect.string("reason"));
  }
  const error = answer.object("error");
  return error && readError(error);
}

function readError(error: Params): ChannelError {
  const code = error.integer("code") ?? 0;
  const isKnown = (code >= 100 && code <= 113) || (code >= 400 && code <= 1999);
  if (!isKnown) throw new RangeError(`no error has the code ${code}`);
  const message = error.string("message");
  const temporary = error.optionalBoolean("temporary");
  return new ChannelError(code, message === "" ? undefined : message, {
    ...(temporary !== undefined && { temporary }),
  });
}

/** What can't be read is the backend's mistake, and not what it has decided. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new BackendError(`in the answer, ${(error as Error).message}`, "answer");
  }
}

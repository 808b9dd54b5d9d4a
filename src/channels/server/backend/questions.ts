/**
 * What hooks are asked, as backends of Centrifugo's get it: the fields of its proxy protocol, in JSON.
 *
 * @module
 */

import type { Data } from "../../protocol/messages.ts";
import type {
  ClientFacts,
  ConnectEvent,
  PublishEvent,
  RpcEvent,
  SubscribeEvent,
} from "../hooks.ts";

/** Values are JSON already, as the application's data is: `undefined` is left out. */
type Fields = Readonly<Record<string, string | undefined>>;

export function connectQuestion(event: ConnectEvent): string {
  const { token, name, version, channels, data } = event;
  return write({
    ...client(event, data),
    // (Of ours: it is there when there is no `tokens` to check it.)
    token: token === "" ? undefined : JSON.stringify(token),
    ...payload(data),
    name: name === "" ? undefined : JSON.stringify(name),
    version: version === "" ? undefined : JSON.stringify(version),
    channels: channels.length === 0 ? undefined : JSON.stringify(channels),
  });
}

export function refreshQuestion(event: ClientFacts): string {
  return write({ ...client(event, undefined), ...user(event) });
}

export function subscribeQuestion(event: SubscribeEvent): string {
  const { channel, token, data } = event;
  return write({
    ...client(event, data),
    ...user(event),
    channel: JSON.stringify(channel),
    token: token === "" ? undefined : JSON.stringify(token),
    ...payload(data),
  });
}

export function publishQuestion(event: PublishEvent): string {
  const { channel, data } = event;
  return write({
    ...client(event, data),
    ...user(event),
    channel: JSON.stringify(channel),
    ...payload(data),
  });
}

export function rpcQuestion(event: RpcEvent): string {
  const { method, data } = event;
  return write({
    ...client(event, data),
    ...user(event),
    method: method === "" ? undefined : JSON.stringify(method),
    ...payload(data),
  });
}

function client({ client, transport, encoding }: ClientFacts, data: Data | undefined): Fields {
  return {
    client: JSON.stringify(client),
    transport: JSON.stringify(transport),
    protocol: JSON.stringify(encoding),
    encoding: data instanceof Uint8Array ? '"binary"' : '"json"',
  };
}

function user({ user, meta }: ClientFacts): Fields {
  return { user: JSON.stringify(user), meta };
}

/** Text is JSON, which goes as it is. */
function payload(data: Data | undefined): Fields {
  if (data === undefined || data.length === 0) return {};
  if (typeof data === "string") return { data };
  return { b64data: JSON.stringify(Buffer.from(data).toString("base64")) };
}

function write(fields: Fields): string {
  const written = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `{${written.map(([name, value]) => `"${name}":${value}`).join(",")}}`;
}

/** What the compiler knows of a client of channels: a gap can't be overlooked, and data has the type that it was given. */

import { connect } from "fullduplex";
import { channelsClient } from "fullduplex/channels";
import type { Gap, Publication, Subscription } from "fullduplex/channels";
import { assignable, equal } from "./support/assert.ts";

interface Message {
  readonly text: string;
}

export async function subscribes(): Promise<void> {
  await using client = channelsClient(({ signal }) => connect("ws://localhost", { signal }));
  const chat = client.subscribe<Message>("chat:a", { presence: true });
  equal<typeof chat, Subscription<Message, Publication<Message> | Gap>>(true);
  for await (const item of chat) {
    // @ts-expect-error: it may be a gap
    void item.data;
    if (item.type === "publication") equal<typeof item.data, Message>(true);
  }
  // @ts-expect-error: a gap has no data
  for await (const { data } of chat) void data;

  const cursors = client.subscribe<Message>("chat:b", { gaps: "ignore" });
  for await (const { data } of cursors) equal<typeof data, Message>(true);

  void chat.publish({ text: "a" });
  // @ts-expect-error: it is no message
  void chat.publish({ txt: "a" });
  // @ts-expect-error: nothing is no data
  void client.publish("a", undefined);
  // @ts-expect-error: null is no data
  void client.send(null);
  // @ts-expect-error: there is no such option
  client.subscribe("a", { recover: true });
  // @ts-expect-error: members only change by themselves
  chat.presence.clear();

  equal<Awaited<ReturnType<typeof client.rpc>>, unknown>(true);
  const answer: number = await client.rpc<number>("add", [1, 2], { timeout: 1_000 });
  void answer;
  const { publications } = await chat.history();
  equal<(typeof publications)[number], Publication<Message>>(true);

  const { status } = client;
  // @ts-expect-error: only a client that is connected has an id
  void status.client;
  if (status.state === "connected") equal<typeof status.client, string>(true);
}

// @ts-expect-error: an address is no connection
void channelsClient("ws://localhost");
assignable<Promise<string>, ReturnType<Parameters<typeof channelsClient>[0]>>(false);

/** The hub, and clients of the `centrifuge` package without a name or a token. */

import { Centrifuge } from "centrifuge";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { startHub } from "../../src/hub/hub.ts";
import type { Hub } from "../../src/hub/hub.ts";
import { ensureBuilt } from "../support/built.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { json, next, protobuf } from "./centrifuge.ts";
import type { Build } from "./centrifuge.ts";

async function start(): Promise<Hub> {
  await ensureBuilt();
  const hub = await startHub({ port: 0, logger: new RecordingLogger() });
  onTestFinished(() => hub.close());
  return hub;
}

async function talk(client: Centrifuge, { encode, decode }: Build): Promise<void> {
  onTestFinished(() => client.disconnect());
  const lobby = client.newSubscription("chat:lobby");
  const said = next(lobby, "publication");
  client.connect();
  lobby.subscribe();
  await lobby.ready(10_000);
  await lobby.publish(encode({ text: "hello" }));
  const { data, info, offset } = await said;
  expect(decode(data)).toMatchObject({ text: "hello", time: expect.any(Number) });
  expect(decode(info?.connInfo)).toEqual({ name: "Guest" });
  expect(offset).toBe(1);
  expect((await lobby.history({ limit: 10 })).publications).toHaveLength(1);
  expect(Object.keys((await lobby.presence()).clients)).toHaveLength(1);
}

test.each([json, protobuf])("talk in the chat by WebSocket, in $name", async (build) => {
  const hub = await start();
  const url = new URL("/connection/websocket", hub.url.replace("http", "ws")).href;
  await talk(build.make(url, { websocket: WebSocket }), build);
});

test("talk in the chat over plain HTTP", async () => {
  const hub = await start();
  const endpoint = new URL("/connection/http_stream", hub.url).href;
  const emulationEndpoint = new URL("/emulation", hub.url).href;
  const options = { fetch, readableStream: ReadableStream, emulationEndpoint };
  await talk(new Centrifuge([{ transport: "http_stream", endpoint }], options), json);
});

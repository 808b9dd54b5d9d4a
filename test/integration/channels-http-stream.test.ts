import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { createChannels } from "../../src/channels/server/index.ts";
import { httpListener } from "../../src/server/index.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { turns, until } from "../support/turns.ts";

test("a client that never reads its stream is cut, and its socket with it", async () => {
  const clock = new FakeClock();
  const ended: number[] = [];
  const channels = createChannels({
    clock,
    anonymous: true,
    namespaces: { "": { access: { subscribe: "anyone" } } },
    onEvent: (event) => void (event.type === "disconnect" && ended.push(event.code)),
  });
  const server = createServer(httpListener(channels.streamHandler));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  onTestFinished(async () => {
    socket.destroy();
    server.close();
    await channels.close();
  });
  socket.on("error", () => {});
  socket.pause();
  const body = '{"id":1,"connect":{}}\n{"id":2,"subscribe":{"channel":"a"}}';
  socket.write(
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await turns(50);
  const data = JSON.stringify("x".repeat(100_000));
  for (let count = 0; count < 200; count++) {
    await channels.publish("a", data);
    await turns();
  }
  expect(ended).toEqual([]);
  clock.advance(10_000);
  await until(() => ended.length > 0, "the client to be given up");
  let open = 1;
  await until(() => {
    server.getConnections((_, count) => (open = count));
    return open === 0;
  }, "its socket to be closed");
});

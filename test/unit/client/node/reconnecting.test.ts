import { afterEach, expect, test } from "vitest";

import { reconnecting } from "../../../../src/client/node/reconnecting.ts";
import { RawServer, acceptance, response } from "./support/raw-server.ts";

let server: RawServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

test("yields one connection after the other, to the same server", async () => {
  let count = 0;
  server = await RawServer.start((request, socket) => {
    count++;
    if (count === 2) socket.end(response(503));
    else socket.write(`${acceptance(request)}\x81\x01${count}\x88\x02\x03\xf3`, "latin1");
  });
  const received: unknown[] = [];
  for await (const connection of reconnecting(server.url, { maxDelay: 1 })) {
    received.push(await connection.recv());
    if (received.length === 3) break;
  }
  expect(received).toEqual(["1", "3", "4"]);
});

test("gives up when the server refuses for good", async () => {
  server = await RawServer.start((_request, socket) => socket.end(response(403)));
  const connections = reconnecting(server.url);
  await expect(connections.next()).rejects.toMatchObject({ status: 403 });
});

test("refuses options that there are not, at once and when it is given new ones", async () => {
  expect(() => reconnecting("ws://localhost", { onRety: () => {} } as object)).toThrow(
    new TypeError('reconnecting has no option "onRety": did you mean "onRetry"?'),
  );
  server = await RawServer.start((_request, socket) => socket.end(response(503)));
  const options = { headers: {}, maxDelay: 1, stableAfter: 1, isFatal: undefined };
  const refresh = (): object => ({ options: { header: {} } });
  const connections = reconnecting(server.url, { ...options, refresh });
  await expect(connections.next()).rejects.toThrow('"header": did you mean "headers"?');
});

test("keeps the process alive while it waits to connect again, and no longer", async () => {
  const timers = (): number =>
    process.getActiveResourcesInfo().filter((resource) => resource === "Timeout").length;
  server = await RawServer.start((_request, socket) => socket.end(response(503)));
  const controller = new AbortController();
  const before = timers();
  let retried!: () => void;
  const waiting = new Promise<void>((resolve) => (retried = resolve));
  const options = { initialDelay: 1e9, maxDelay: 1e9, onRetry: retried, signal: controller.signal };
  const next = reconnecting(server.url, options).next();
  await waiting;
  await Promise.resolve();
  expect(timers()).toBe(before + 1);
  controller.abort(new Error("enough"));
  await expect(next).rejects.toThrow("enough");
  expect(timers()).toBe(before);
});

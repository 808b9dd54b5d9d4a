import { afterEach, expect, test, vi } from "vitest";

import { reconnecting } from "../../../../src/client/node/reconnecting.ts";
import { Deferred } from "../../../../src/util/deferred.ts";
import { RawServer, acceptance, response } from "./support/raw-server.ts";

let server: RawServer | undefined;

afterEach(async () => {
  vi.restoreAllMocks();
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
  // (Only its own timer: what else runs in this process has timers too.)
  const set = vi.spyOn(globalThis, "setInterval");
  const clear = vi.spyOn(globalThis, "clearInterval");
  server = await RawServer.start((_request, socket) => socket.end(response(503)));
  const controller = new AbortController();
  const waiting = new Deferred<void>();
  const options = { initialDelay: 1e9, maxDelay: 1e9, signal: controller.signal };
  const next = reconnecting(server.url, { ...options, onRetry: () => waiting.resolve() }).next();
  await waiting.promise;
  await Promise.resolve();
  expect(set).toHaveBeenCalledTimes(1);
  const timer = set.mock.results[0]?.value as NodeJS.Timeout;
  expect(timer.hasRef()).toBe(true);
  expect(clear).not.toHaveBeenCalledWith(timer);
  controller.abort(new Error("enough"));
  await expect(next).rejects.toThrow("enough");
  expect(clear).toHaveBeenCalledWith(timer);
});

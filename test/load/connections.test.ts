import { setMaxListeners } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect } from "fullduplex";
import type { ClientHandshake, Connection } from "fullduplex";
import { serve } from "fullduplex/server";
import type { Server } from "fullduplex/server";
import type { Clock, Timer } from "fullduplex/testing";

type Client = Connection<undefined, ClientHandshake>;

/** The sockets and listening sockets that this process holds. */
function sockets(): number {
  return process.getActiveResourcesInfo().filter((name) => /^(?:TCP|TLS|Pipe)/.test(name)).length;
}

/** The system's clock, which knows the timers that it has running. */
class CountingClock implements Clock {
  readonly running = new Set<Timer>();

  now(): number {
    return performance.now();
  }

  setTimeout(callback: () => void, delay: number): Timer {
    const timer = setTimeout(() => {
      this.running.delete(timer);
      callback();
    }, delay);
    this.running.add(timer.unref());
    return timer;
  }

  clearTimeout(timer: Timer): void {
    this.running.delete(timer);
    clearTimeout(timer as NodeJS.Timeout);
  }

  defer(callback: () => void): void {
    setImmediate(callback);
  }
}

/** Each signal's and event's listeners of the process. */
function listeners(): number {
  return process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0);
}

const clock = new CountingClock();
let before: { sockets: number; listeners: number };

beforeEach(async () => {
  // What a runtime makes on first use is no leak: one connection before counting.
  const server = await startEcho();
  const connection = await connect(server.url);
  await connection.close();
  await server.close();
  await settled();
  before = { sockets: sockets(), listeners: listeners() };
});

afterEach(async () => {
  await settled();
  expect(sockets()).toBe(before.sockets);
  expect(clock.running.size).toBe(0);
  expect(listeners()).toBe(before.listeners);
});

test("8,000 connections idle, answer, and go", async () => {
  const server = await startEcho();
  const clients: Client[] = [];
  while (clients.length < 8_000) clients.push(...(await open(server, 100)));
  expect(server.connections.size).toBe(8_000);
  // One for the keepalives of all, on both sides.
  expect(clock.running.size).toBe(1);

  const answered = await Promise.all(
    clients.map(async (client, index) => {
      await client.send(`${index}`);
      return (await client.recv()) === `${index}`;
    }),
  );
  expect(answered.filter(Boolean).length).toBe(8_000);

  await server.close();
  const ends = await Promise.all(clients.map((client) => client.closed));
  expect(ends.filter(({ code, wasClean }) => code === 1001 && wasClean).length).toBe(8_000);
  expect(server.connections.size).toBe(0);
});

test("a burst of 2,000 handshakes is accepted", async () => {
  const server = await startEcho();
  const clients = await open(server, 2_000);
  expect(server.connections.size).toBe(2_000);
  const ends = await Promise.all(clients.map((client) => client.close()));
  expect(ends.filter(({ wasClean }) => wasClean).length).toBe(2_000);
  await server.close();
});

test("a burst that is given up half-way leaves nothing behind", async () => {
  const server = await startEcho();
  const gaveUp = new AbortController();
  setMaxListeners(0, gaveUp.signal);
  const attempts = Array.from({ length: 1_000 }, () =>
    connect(server.url, { clock, signal: gaveUp.signal, openTimeout: 60_000 }),
  );
  await Promise.race(attempts);
  gaveUp.abort();
  const outcomes = await Promise.allSettled(attempts);
  for (const outcome of outcomes) {
    if (outcome.status === "fulfilled") outcome.value.terminate();
    else expect(outcome.reason).toBe(gaveUp.signal.reason);
  }
  await server.close();
});

function startEcho(): Promise<Server> {
  return serve(
    async (connection) => {
      for await (const message of connection) await connection.send(message);
    },
    { clock },
  );
}

function open(server: Server, count: number): Promise<Client[]> {
  const options = { clock, openTimeout: 60_000 };
  return Promise.all(Array.from({ length: count }, () => connect(server.url, options)));
}

/** Sockets that are closed are gone a few turns later. */
async function settled(): Promise<void> {
  for (let count = 0; count < 100; count++) await turn();
}

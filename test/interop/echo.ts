/**
 * Our own echo server and client, as peers meet them.
 *
 * @module
 */

import { expect } from "vitest";
import { connect } from "fullduplex";
import type { ConnectOptions } from "fullduplex";
import { serve } from "fullduplex/server";
import type { ServeOptions, Server } from "fullduplex/server";

export const LARGE = "0123456789".repeat(100_000);
export const ALL_BYTES = Array.from({ length: 256 }, (_, index) => index);

/** What a peer's client reports after a conversation with {@link startEcho}. */
export interface Report {
  readonly subprotocol: string;
  readonly compressed: boolean;
  readonly text: string;
  readonly binary: readonly number[];
  readonly parts?: string;
  readonly large: boolean;
  readonly many: number;
  readonly close: readonly [number, string];
}

export async function startEcho(options: ServeOptions = {}): Promise<Server> {
  return serve(
    async (connection) => {
      for await (const message of connection) await connection.send(message);
    },
    { subprotocols: ["echo"], maxMessage: 2 ** 24, ...options },
  );
}

export function expectReport(report: Report, compressed: boolean): void {
  expect(report).toMatchObject({
    subprotocol: "echo",
    compressed,
    text: "grüße 👋",
    binary: ALL_BYTES,
    large: true,
    many: 50,
    close: [4001, "enough"],
  });
}

/**
 * A conversation of our client with a peer's echo server, for which the text "parts" means three parts in answer, and
 * "close" a close with 4002.
 */
export async function converse(url: string, options: ConnectOptions = {}): Promise<void> {
  const connection = await connect(url, {
    subprotocols: ["other", "echo"],
    maxMessage: 2 ** 24,
    ...options,
  });
  expect(connection.subprotocol).toBe("echo");
  await connection.send("grüße 👋");
  expect(await connection.recv()).toBe("grüße 👋");
  await connection.send(Uint8Array.from(ALL_BYTES));
  expect([...((await connection.recv()) as Uint8Array)]).toEqual(ALL_BYTES);
  await connection.send("");
  expect(await connection.recv()).toBe("");
  await connection.send(["in ", "three ", "parts"]);
  expect(await connection.recv()).toBe("in three parts");
  await connection.send("parts");
  expect(await connection.recv()).toBe("one two three");
  await connection.send(LARGE);
  expect((await connection.recv()) === LARGE).toBe(true);
  for (let count = 0; count < 50; count++) await connection.send(LARGE.slice(0, 2_000));
  for (let count = 0; count < 50; count++) {
    expect(await connection.recv()).toBe(LARGE.slice(0, 2_000));
  }
  expect(await connection.ping()).toBeGreaterThan(0);
  await connection.send("close");
  await expect(connection.recv()).rejects.toMatchObject({ closeCode: 4002, reason: "as you wish" });
  expect(await connection.closed).toMatchObject({ wasClean: true, initiator: "remote" });
}

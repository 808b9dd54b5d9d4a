/**
 * The fuzzing client: one TCP connection to the server under test for each case.
 *
 * @module
 */

import { once } from "node:events";
import { connect } from "node:net";

import type { ConformanceCase, Verdict } from "./case.ts";
import { FuzzerConnection } from "./fuzzer-connection.ts";
import { openAsClient, type Opened } from "./handshake.ts";
import { unopened } from "./judge.ts";
import { runCase } from "./run-case.ts";

/** Runs a case against the echo server at `address` (a `ws:` URL). */
export async function fuzzServer(test: ConformanceCase, address: string): Promise<Verdict> {
  const url = new URL(address);
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  let opened: Opened;
  try {
    await once(socket, "connect");
    opened = await openAsClient(socket, url, test.deflate);
  } catch (error) {
    socket.destroy();
    return unopened(error);
  }
  return await runCase(test, new FuzzerConnection(socket, "client", opened));
}

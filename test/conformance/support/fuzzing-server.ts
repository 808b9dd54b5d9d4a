/**
 * The fuzzing server: waits for the client under test to connect, once for each case, and plays the case to it.
 *
 * @module
 */

import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

import type { ConformanceCase, Verdict } from "./case.ts";
import { FuzzerConnection } from "./fuzzer-connection.ts";
import { openAsServer, type Opened } from "./handshake.ts";
import { unopened } from "./judge.ts";
import { runCase } from "./run-case.ts";

interface Expected {
  readonly test: ConformanceCase;
  readonly resolve: (verdict: Verdict) => void;
  readonly reject: (error: unknown) => void;
}

export class FuzzingServer {
  readonly #server: Server = createServer((socket) => void this.#serve(socket));
  readonly #expected: Map<string, Expected> = new Map();
  #count = 0;

  /** Listens on loopback, at a port that the system chooses. */
  async listen(): Promise<void> {
    await once(this.#server.listen(0, "127.0.0.1"), "listening");
  }

  /** The address that the client under test must connect to for this case, and the verdict that comes of it. */
  expect(test: ConformanceCase): { url: string; verdict: Promise<Verdict> } {
    const path = `/${++this.#count}/${test.id}`;
    const verdict = new Promise<Verdict>((resolve, reject) => {
      this.#expected.set(path, { test, resolve, reject });
    });
    const { port } = this.#server.address() as AddressInfo;
    return { url: `ws://127.0.0.1:${port}${path}`, verdict };
  }

  async close(): Promise<void> {
    this.#server.close();
    await once(this.#server, "close");
  }

  async #serve(socket: Socket): Promise<void> {
    socket.on("error", () => undefined);
    let expected: Expected | undefined;
    let opened: Opened;
    try {
      opened = await openAsServer(socket, (path) => {
        expected = this.#expected.get(path);
        this.#expected.delete(path);
        if (expected === undefined) throw new Error(`no case waits at ${path}`);
        return expected.test.deflate;
      });
    } catch (error) {
      socket.destroy();
      expected?.resolve(unopened(error));
      return;
    }
    if (expected === undefined) return;
    const { test, resolve, reject } = expected;
    runCase(test, new FuzzerConnection(socket, "server", opened)).then(resolve, reject);
  }
}

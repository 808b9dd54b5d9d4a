/**
 * This library under test: `fullduplex echo` from the build, as a process of its own, and `connect` in a loop.
 *
 * @module
 */

import { join } from "node:path";
import { connect } from "fullduplex";
import { Background } from "../../support/background.ts";
import { ensureBuilt } from "../../support/built.ts";
import { root } from "../../support/project.ts";
import { MAX_MESSAGE } from "./testee.ts";
import type { Testee } from "./testee.ts";

const COMMAND = join(root, "dist", "cli", "main.js");
const ADDRESS = /ws:\/\/[^\s/]+(?=[\s/])/;

export const fullduplexTestee: Testee = {
  async startServer() {
    await ensureBuilt();
    const parameters = [COMMAND, "echo", "--port", "0", "--compress"];
    const server = await Background.start(process.execPath, parameters, ADDRESS);
    const started = server.output;
    const close = async (): Promise<void> => {
      // Nothing that a peer does is worth a line, and a warning of Node's is a fault of ours.
      const printed = server.output.slice(started.length).trim();
      const { ended } = server;
      await server.stop();
      if (ended) throw new Error(`the server ended during the tests\n${server.output}`);
      if (printed !== "") throw new Error(`the server printed:\n${printed}`);
    };
    return { url: ADDRESS.exec(started)?.[0] ?? "", close };
  },

  async echo(url) {
    try {
      const connection = await connect(url, { maxMessage: MAX_MESSAGE });
      for await (const message of connection) await connection.send(message);
    } catch {
      // The fuzzer fails connections on purpose, and judges what it saw.
    }
  },
};

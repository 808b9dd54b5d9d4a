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
    const process_ = await Background.start(process.execPath, parameters, ADDRESS);
    const url = ADDRESS.exec(process_.output)?.[0] ?? "";
    return { url, close: () => process_.stop() };
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

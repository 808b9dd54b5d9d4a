/** The fuzzing client against an echo server. */

import { afterAll, beforeAll } from "vitest";

import { fuzzServer } from "./support/fuzzing-client.ts";
import { conformanceTests } from "./support/suite.ts";
import { type EchoServer, loadTestee } from "./support/testee.ts";

let server: EchoServer | undefined;

beforeAll(async () => {
  server = await (await loadTestee()).startServer();
});

afterAll(() => server?.close());

conformanceTests("server", (one) => fuzzServer(one, server?.url ?? ""));

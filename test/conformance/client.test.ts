/** The fuzzing server against a client that echoes. */

import { afterAll, beforeAll } from "vitest";

import { FuzzingServer } from "./support/fuzzing-server.ts";
import { conformanceTests } from "./support/suite.ts";
import { loadTestee } from "./support/testee.ts";

const testee = await loadTestee();
const fuzzer = new FuzzingServer();

beforeAll(() => fuzzer.listen());

afterAll(() => fuzzer.close());

conformanceTests("client", async (one) => {
  const { url, verdict } = fuzzer.expect(one);
  const done = testee.echo(url);
  const result = await verdict;
  await done;
  return result;
});

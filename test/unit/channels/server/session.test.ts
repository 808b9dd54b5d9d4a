import { expect, test } from "vitest";
import { ask, start } from "./wire.ts";

test("a reason that is JSON, which clients take for something else, is told in parentheses", async () => {
  const { channels, client } = start({ hooks: { connect: () => ({ user: "ann" }) } });
  await ask(client, { id: 1, connect: {} });
  await channels.disconnect({ user: "ann" }, { code: 3011, reason: "42" });
  expect(await client.closed).toMatchObject({ code: 3011, reason: "(42)" });
  await channels.close();
});

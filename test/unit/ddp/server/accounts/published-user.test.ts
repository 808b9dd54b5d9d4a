import { expect, test } from "vitest";
import {
  createAccounts,
  createDdp,
  memoryDatabase,
  meteorCompat,
} from "../../../../../src/ddp/server/index.ts";
import type { AccountsOptions, User } from "../../../../../src/ddp/server/index.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import { call, fixture, logIn } from "./fixture.ts";

test("a client gets its own user, and no secrets", async () => {
  await using at = fixture();
  const wanted = { username: "ada", email: "ada@example.com", password: "pencil" };
  const id = await at.accounts.createUser({ ...wanted, profile: { color: "red" } });
  await at.accounts.createUser({ username: "joe" });
  await at.users.update({ _id: id }, { $set: { salary: 5 } });
  const peer = await DdpPeer.connect(at.ddp);
  expect(await peer.rest()).toEqual([]);
  await logIn(peer, { resume: (await at.accounts.createToken(id)).token });
  expect(peer.received.splice(0)).toEqual([
    {
      msg: "added",
      collection: "users",
      id,
      fields: {
        username: "ada",
        emails: [{ address: "ada@example.com", verified: false }],
        profile: { color: "red" },
      },
    },
  ]);
  await at.users.update({ _id: id }, { $set: { profile: { color: "blue" }, salary: 6 } });
  expect(await peer.take()).toEqual({
    msg: "changed",
    collection: "users",
    id,
    fields: { profile: { color: "blue" } },
  });
  await call(peer, "logout");
  expect(peer.received).toEqual([{ msg: "removed", collection: "users", id }]);
});

test("what every Meteor app subscribes to is there, and empty", async () => {
  await using ddp = createDdp();
  meteorCompat(ddp);
  const peer = await DdpPeer.connect(ddp);
  peer.send(
    { msg: "sub", id: "1", name: "meteor_autoupdate_clientVersions", params: ["1"] },
    { msg: "sub", id: "2", name: "meteor.loginServiceConfiguration", params: [] },
  );
  expect(await peer.takeAll(2)).toEqual([
    { msg: "ready", subs: ["1"] },
    { msg: "ready", subs: ["2"] },
  ]);
  expect(() => meteorCompat(ddp)).toThrow(TypeError);
});

test.each<[string, object, ErrorConstructor]>([
  ["a name that nobody knows", { allowSignup: true }, TypeError],
  ["too little work", { bcryptRounds: 3 }, RangeError],
  ["too much work", { bcryptRounds: 32 }, RangeError],
  ["no whole number", { bcryptRounds: 10.5 }, RangeError],
  ["no time", { tokenLifetime: 0 }, RangeError],
])("options: %s is refused", (_, options, error) => {
  const given = {
    users: memoryDatabase().collection<User>("users"),
    ...options,
  } as AccountsOptions;
  expect(() => createAccounts(createDdp(), given)).toThrow(error);
});

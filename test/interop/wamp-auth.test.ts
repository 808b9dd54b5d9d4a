import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serve } from "fullduplex/server";
import type { Server } from "fullduplex/server";
import {
  allowAll,
  createRouter,
  cryptosign,
  inSteps,
  scram,
  scramCredentials,
  ticket,
  wampcra,
  wampcraSecret,
} from "fullduplex/wamp/router";
import type { Router } from "fullduplex/wamp/router";
import { findPython, requirePeer } from "../support/peers.ts";
import { root } from "../support/project.ts";
import { run } from "../support/run.ts";

const python = findPython("autobahn, argon2, passlib, nacl");
const available = requirePeer(
  "Autobahn for Python",
  python !== undefined,
  "apt-get install python3-autobahn python3-argon2 python3-passlib python3-nacl python3-cbor2",
);

const role = "user";
const privkey = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
const publicKeys = ["1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d"];
const salting = { salt: "salt123", iterations: 1000, keylen: 32 };

const FAILED = "wamp.error.authentication_failed";

/** Autobahn's authenticators for a HELLO, and what has to come of it. */
const CASES: readonly { methods: readonly object[]; outcome: unknown }[] = [
  good({ name: "ticket", authid: "joe", ticket: "secret!!!" }),
  bad({ name: "ticket", authid: "joe", ticket: "secret" }),
  good({ name: "wampcra", authid: "joe", secret: "secret2" }),
  bad({ name: "wampcra", authid: "joe", secret: "secret3" }),
  bad({ name: "wampcra", authid: "moe", secret: "secret2" }),
  good({ name: "wampcra", authid: "ann", secret: "pencil" }),
  bad({ name: "wampcra", authid: "ann", secret: "pencils" }),
  good({ name: "cryptosign", authid: "joe", privkey }),
  bad({ name: "cryptosign", authid: "joe", privkey: "00".repeat(32) }),
  good({ name: "scram", authid: "joe", password: "pencil" }),
  bad({ name: "scram", authid: "joe", password: "pencils" }),
  bad({ name: "scram", authid: "moe", password: "pencil" }),
  {
    methods: [
      { name: "wampcra", authid: "two", secret: "secret2" },
      { name: "ticket", authid: "two", ticket: "123456" },
    ],
    outcome: ["two", role, "wampcra", "static", "hello"],
  },
  {
    methods: [
      { name: "wampcra", authid: "two", secret: "secret2" },
      { name: "ticket", authid: "two", ticket: "654321" },
    ],
    outcome: FAILED,
  },
  { methods: [{ name: "anonymous" }], outcome: "wamp.error.no_matching_auth_method" },
];

interface Method {
  readonly name: string;
  readonly authid: string;
}

function good(method: Method & Readonly<Record<string, string>>): (typeof CASES)[number] {
  return { methods: [method], outcome: [method.authid, role, method.name, "static", "hello"] };
}

function bad(method: Method & Readonly<Record<string, string>>): (typeof CASES)[number] {
  return { methods: [method], outcome: FAILED };
}

describe.runIf(available)("Autobahn for Python authenticates", () => {
  let server: Server;
  let router: Router;

  beforeAll(async () => {
    router = await makeRouter();
    server = await serve(router.handler, { subprotocols: router.subprotocols, port: 0 });
    const session = await router.session("realm1");
    await session.register("com.example.echo", ({ args }) => args[0]);
  });

  afterAll(async () => {
    await router.close();
    await server.close();
  });

  test("by all methods that it has", async () => {
    const script = join(root, "test", "interop", "peers", "wamp_auth_client.py");
    const { port } = new URL(server.url);
    const cases = JSON.stringify(CASES.map(({ methods }) => ({ methods })));
    const { code, stdout, stderr } = await run(python as string, [script, port, cases]);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual(CASES.map(({ outcome }) => outcome));
  });
});

async function makeRouter(): Promise<Router> {
  const password = await scramCredentials("pencil", {
    kdf: "argon2id-13",
    iterations: 4,
    memory: 512,
  });
  const secret = await wampcraSecret("pencil", salting);
  const twice = inSteps(
    wampcra({ principals: { two: { secret: "secret2", role } } }),
    ticket({ verify: ({ ticket: code }) => (code === "123456" ? { role } : undefined) }),
  );
  const authenticators = [
    twice,
    ticket({ principals: { joe: { ticket: "secret!!!", role } } }),
    wampcra({
      principals: { joe: { secret: "secret2", role }, ann: { secret, ...salting, role } },
    }),
    cryptosign({ principals: { joe: { publicKeys, role } } }),
    scram({ dialect: "autobahn", principals: { joe: { ...password, role } } }),
  ];
  return createRouter({ realms: { realm1: { authenticators, authorizer: allowAll() } } });
}

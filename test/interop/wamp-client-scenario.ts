/**
 * A client that sends every message that clients send, with all their options.
 *
 * @module
 */

import { connect } from "../../src/client/node/index.ts";
import {
  WampError,
  WampResult,
  cryptosign,
  scram,
  ticket,
  wampClient,
  wampcra,
} from "../../src/wamp/client/index.ts";
import type { Authentication, Serializer, WampClient } from "../../src/wamp/client/index.ts";
import * as router from "../../src/wamp/router/index.ts";
import { rejection } from "../support/turns.ts";
import { startWamp } from "./wamp-router.ts";

const role = "user";
const privateKey = "4d57d97a68f555696620a6d849c0ce582568518d729eb753dc7c732de2804510";
const publicKey = "1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d";
const salting = { salt: "salt123", iterations: 1000, keylen: 32 };
const argon2 = { kdf: "argon2id-13", iterations: 4, memory: 2048 } as const;

const DATA = ["häß", -1, 2.5, 2 ** 53, null, true, new Uint8Array([0, 255]), [{ nested: [] }]];
const KWARGS = { a: 1, ä: [2n ** 62n] };
const PASSTHRU = {
  ppt_scheme: "x_scheme",
  ppt_serializer: "cbor",
  ppt_cipher: "xsalsa20poly1305",
  ppt_keyid: "key",
};

/** Plays it with a router of its own. */
export async function playClient(serializer: Serializer): Promise<void> {
  const authenticators = await allAuthenticators();
  await using server = await startWamp({ authenticators, serializers: [serializer] });
  const make = (authentication?: Authentication): WampClient =>
    wampClient(({ subprotocols, signal }) => connect(server.url, { subprotocols, signal }), {
      realm: "realm1",
      authentication: authentication && [authentication],
      serializers: [serializer],
      isFatal: () => true,
    });
  await authenticate(make);
  await using one = make();
  await using other = make();
  await call(one, other);
  await publish(one, other);
}

async function allAuthenticators(): Promise<router.Authenticator[]> {
  const salted = await router.wampcraSecret("pencil", salting);
  const password = await router.scramCredentials("pencil", { kdf: "pbkdf2", iterations: 4096 });
  const dialectal = await router.scramCredentials("pencil", argon2);
  return [
    router.ticket({ principals: { joe: { ticket: "secret!!!", role } } }),
    router.wampcra({
      principals: {
        joe: { secret: "secret2", role },
        ann: { secret: salted, ...salting, role },
      },
    }),
    router.cryptosign({ principals: { joe: { publicKeys: [publicKey], role } }, privateKey }),
    router.scram({ principals: { joe: { ...password, role } } }),
    router.scram({ principals: { joe: { ...dialectal, role } }, dialect: "autobahn" }),
    router.anonymous(),
  ];
}

async function authenticate(make: (authentication: Authentication) => WampClient): Promise<void> {
  const authid = "joe";
  const ways = [
    ticket({ authid, ticket: "secret!!!" }),
    wampcra({ authid, secret: "secret2" }),
    wampcra({ authid: "ann", secret: "pencil" }),
    cryptosign({ privateKey, routerKeys: [publicKey] }),
    scram({ authid, password: "pencil" }),
    scram({ authid, password: "pencil", dialect: "autobahn" }),
  ];
  for (const way of ways) {
    await using client = make(way);
    await client.connected();
  }
  // (This one refuses the router, with an ABORT.)
  await using doubting = make(cryptosign({ privateKey, authid, routerKeys: ["00".repeat(32)] }));
  await rejection(doubting.connected());
}

async function call(callee: WampClient, caller: WampClient): Promise<void> {
  const echo = await callee.register(
    "com.echo",
    ({ args, kwargs }) => new WampResult(args, kwargs),
  );
  await caller.callResult("com.echo", DATA, { kwargs: KWARGS, disclose_me: true, timeout: 5000 });
  await echo.unregister();
  await callee.register("com.fail", () => {
    throw new WampError("com.failed", DATA, KWARGS);
  });
  await rejection(caller.call("com.fail"));
  await callee.register("com.pass.", ({ args }) => args[0], {
    match: "prefix",
    invoke: "roundrobin",
    concurrency: 5,
    disclose_caller: true,
    forward_timeout: true,
    force_reregister: true,
  });
  await caller.call("com.pass.on", [new Uint8Array([2])], { ...PASSTHRU, timeout: 5000 });
  await callee.register(
    "com..some",
    async function* some({ chunks }) {
      for await (const { args } of chunks) yield args[0];
    },
    { match: "wildcard", chunks: true },
  );
  const chunks = async function* make(): AsyncGenerator<readonly unknown[], readonly unknown[]> {
    yield [1];
    yield [2];
    return [3];
  };
  await caller.callProgress("com.get.some", chunks()).result;
  await cancel(callee, caller);
}

async function cancel(callee: WampClient, caller: WampClient): Promise<void> {
  let called: (() => void) | undefined;
  await callee.register("com.slow", ({ signal }) => {
    called?.();
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(new WampError("com.interrupted")));
    });
  });
  for (const cancelMode of ["skip", "kill", "killnowait"] as const) {
    const abort = new AbortController();
    called = () => abort.abort();
    await rejection(caller.call("com.slow", [], { cancelMode, signal: abort.signal }));
  }
}

async function publish(subscriber: WampClient, publisher: WampClient): Promise<void> {
  const { id } = await publisher.connected();
  await publisher.publish("com.news.one", DATA, {
    kwargs: KWARGS,
    acknowledge: true,
    retain: true,
    disclose_me: true,
  });
  const events = await subscriber.events("com.news.", { match: "prefix", get_retained: true });
  await subscriber.subscribe("com..one", () => {}, { match: "wildcard" });
  await publisher.publish("com.news.two", [new Uint8Array([3])], PASSTHRU);
  await publisher.publish("com.news.three", [], {
    acknowledge: true,
    exclude_me: false,
    exclude: [id],
    exclude_authid: ["joe"],
    exclude_authrole: ["user"],
    eligible: [id],
    eligible_authid: ["joe"],
    eligible_authrole: ["user"],
  });
  await events.unsubscribe();
}

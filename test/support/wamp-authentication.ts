/**
 * Clients that authenticate, in memory: our client's methods against our router's.
 *
 * @module
 */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { vi } from "vitest";
import type { Connection } from "../../src/connection/connection.ts";
import { Attempts } from "../../src/wamp/client/authentication/attempts.ts";
import type { Authentication } from "../../src/wamp/client/authentication/authentication.ts";
import type { WampClient } from "../../src/wamp/client/types.ts";
import { joinOver } from "../../src/wamp/client/wamp-client.ts";
import { CLIENT_ROLES } from "../../src/wamp/protocol/features.ts";
import * as MessageType from "../../src/wamp/protocol/message-type.ts";
import { memoryLinks } from "../../src/wamp/protocol/memory-link.ts";
import type { Dict, HelloDetails, Message, Welcome } from "../../src/wamp/protocol/messages.ts";
import type {
  Authenticator,
  Introduction,
  Step,
} from "../../src/wamp/router/authentication/authenticator.ts";
import type { Principal } from "../../src/wamp/router/principal.ts";
import { RouterCore } from "../../src/wamp/router/router.ts";
import { RecordingLogger } from "./recording-logger.ts";
import { root } from "./project.ts";
import { WampPeer } from "./wamp-peer.ts";

/** A router with one realm, `realm1`. */
export function routerWith(...authenticators: readonly Authenticator[]): {
  router: RouterCore;
  logger: RecordingLogger;
} {
  const logger = new RecordingLogger();
  const authorizer = { authorize: () => ({ allow: true }) };
  const realms = { realm1: { authenticators, authorizer } };
  return { router: new RouterCore({ realms, logger }), logger };
}

/** Joins `realm1`: what ends it, a WELCOME or an ABORT, and the challenges before it. */
export async function knock(
  router: RouterCore,
  methods: readonly Authentication[],
  more: Partial<HelloDetails> = {},
): Promise<{ end: Message; challenges: Message[] }> {
  const attempts = await Attempts.begin(methods, { connection: undefined });
  const peer = WampPeer.attach(router);
  peer.send([MessageType.Hello, "realm1", { roles: CLIENT_ROLES, ...attempts.details, ...more }]);
  const challenges: Message[] = [];
  for (;;) {
    const message = await peer.take();
    if (message[0] !== MessageType.Challenge) {
      if (message[0] === MessageType.Welcome) attempts.welcome(message[2]);
      peer.close();
      return { end: message, challenges };
    }
    challenges.push(message);
    const { signature, extra = {} } = await attempts.answer(message);
    peer.send([MessageType.Authenticate, signature, extra]);
  }
}

/** As `knock`, for those that are let in: WELCOME.Details without what is always there. */
export async function welcomed(
  ...parameters: Parameters<typeof knock>
): Promise<Omit<Welcome[2], "roles" | "agent" | "realm">> {
  const { end } = await knock(...parameters);
  if (end[0] !== MessageType.Welcome) throw new Error(`refused: ${JSON.stringify(end)}`);
  const { roles: _, agent: __, realm: ___, ...rest } = end[2];
  return rest;
}

/** A session of the application's own. */
export async function localSession(
  router: RouterCore,
  realm: string,
  identity: Partial<Principal> = {},
): Promise<WampClient> {
  const [ours, theirs] = memoryLinks();
  const local = {
    authid: "local",
    authrole: "trusted",
    authmethod: "local",
    authprovider: "local",
  };
  void router.attach(theirs, { ...local, ...identity });
  return joinOver(ours, { realm });
}

/** What a client says in its HELLO, for a method that is asked directly; `request` is the handshake below. */
export function introduction(said: Partial<Introduction> = {}, request?: object): Introduction {
  const connection = request && ({ request } as unknown as Connection);
  return {
    realm: "realm1",
    session: 1,
    authid: undefined,
    authrole: undefined,
    authextra: {},
    authmethods: [],
    link: { connection, serializer: "json" },
    ...said,
  };
}

type ChallengeStep = Extract<Step, { type: "challenge" }>;

/** The challenge that a method begins with. */
export async function challengeOf(
  method: Authenticator,
  said: Partial<Introduction> = {},
  request?: object,
): Promise<ChallengeStep> {
  const step = await method.begin(introduction(said, request));
  if (step.type !== "challenge") throw new Error(`no challenge: ${JSON.stringify(step)}`);
  return step;
}

/** How often WebCrypto did what, while `work` went on. */
export async function cryptoUse(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const names = ["digest", "sign", "verify", "deriveBits"] as const;
  const spies = names.map((name) => vi.spyOn(globalThis.crypto.subtle, name));
  await work();
  const counts = Object.fromEntries(
    names.map((name, at) => [name, spies[at]?.mock.calls.length ?? -1]),
  );
  for (const spy of spies) spy.mockRestore();
  return counts;
}

/** Test vectors that are not part of the package: `undefined` where they aren't there. */
export function vectors(name: string): Dict | undefined {
  const path = join(root, "..", "shared", "data", "wamp-vectors", "derived", `${name}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Dict) : undefined;
}

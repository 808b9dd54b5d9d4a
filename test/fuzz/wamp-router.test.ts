/**
 * Clients that send anything, in every serializer, to one router: nothing ends the process, or the session of somebody else.
 * `FUZZ_SEED` and `FUZZ_RUNS` change the fixed seed and the effort.
 *
 * @module
 */

import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Connection } from "../../src/connection/connection.ts";
import { pair } from "../../src/testing/pair.ts";
import { cbor } from "../../src/wamp/cbor/cbor.ts";
import { joinRealm } from "../../src/wamp/client/index.ts";
import type { WampClient } from "../../src/wamp/client/index.ts";
import { msgpack } from "../../src/wamp/msgpack/msgpack.ts";
import { CLIENT_ROLES } from "../../src/wamp/protocol/features.ts";
import { json } from "../../src/wamp/protocol/json.ts";
import { ConnectionLink } from "../../src/wamp/protocol/link.ts";
import type { List } from "../../src/wamp/protocol/messages.ts";
import { parseMessage } from "../../src/wamp/protocol/parse.ts";
import type { Serializer } from "../../src/wamp/protocol/serializer.ts";
import { anonymous } from "../../src/wamp/router/authentication/anonymous.ts";
import { RouterCore } from "../../src/wamp/router/router.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { message } from "../support/wamp-messages.ts";
import { settled } from "../support/wamp-peer.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 6455);
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 300);

/** What sessions have in common, so that what one sends concerns the others. */
const uri = fc.constantFrom("com.shared", "com.shared.more", "com.", "com..more", "__proto__");
const match = fc.constantFrom("exact", "prefix", "wildcard");
const request = fc.integer({ min: 1, max: 6 });
const args = fc.constantFrom<List[]>([], ["text"], [1, [2, { three: 3 }]], [new Uint8Array(3)]);
const flag = fc.boolean();

/** Requests that make sense, with ids that are given when they are sent. */
const sensible: fc.Arbitrary<List> = fc.oneof(
  fc.tuple(fc.constant(16), request, fc.record({ acknowledge: flag, retain: flag }), uri, args),
  fc.tuple(fc.constant(32), request, fc.record({ match, get_retained: flag }), uri),
  fc.tuple(fc.constant(34), request, request),
  fc.tuple(
    fc.constant(48),
    request,
    fc.record({ receive_progress: flag, progress: flag }),
    uri,
    args,
  ),
  fc.tuple(fc.constant(49), request, fc.record({ mode: fc.constantFrom("skip", "kill", "odd") })),
  fc.tuple(
    fc.constant(64),
    request,
    fc.record({ match, invoke: fc.constantFrom("single", "roundrobin"), force_reregister: flag }),
    uri,
  ),
  fc.tuple(fc.constant(66), request, request),
  fc.tuple(fc.constant(70), request, fc.record({ progress: flag }), args),
  fc.tuple(fc.constant(8), fc.constant(68), request, fc.constant({}), uri, args),
  fc.constant([6, {}, "wamp.close.normal"]),
  fc.constant([1, "realm1", { roles: CLIENT_ROLES }]),
);

const REQUESTS = new Set<unknown>([16, 32, 34, 48, 64, 66]);

/** What a client sends after its HELLO; `number`: with the id that is due, where it is a request. */
interface Step {
  readonly number: boolean;
  readonly content: List | Uint8Array;
}

const step: fc.Arbitrary<Step> = fc.record({
  number: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: flag }),
  content: fc.oneof(
    { weight: 8, arbitrary: sensible },
    { weight: 3, arbitrary: message },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  ),
});

const client = fc.record({
  serializer: fc.constantFrom<Serializer[]>(json, msgpack, cbor),
  joins: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: flag }),
  steps: fc.array(step, { maxLength: 20 }),
  leaves: fc.constantFrom("close", "terminate", "stay"),
});

function connect(router: RouterCore, serializer: Serializer): Connection {
  const [ours, theirs] = pair();
  void router.attach(new ConnectionLink(theirs, serializer, parseMessage));
  return ours;
}

/** Says all that it has to say, in turns of the event loop. */
async function run(
  router: RouterCore,
  plan: typeof client extends fc.Arbitrary<infer T> ? T : never,
) {
  const connection = connect(router, plan.serializer);
  void connection.forEach(() => {}).catch(() => {});
  const say = (content: List): void =>
    void connection.send(plan.serializer.encode(content)).catch(() => {});
  if (plan.joins) say([1, "realm1", { roles: CLIENT_ROLES }]);
  let last = 0;
  for (const { number, content } of plan.steps) {
    if (content instanceof Uint8Array) {
      const text = String.fromCharCode(...content);
      void connection.send(plan.serializer === json ? text : content).catch(() => {});
    } else if (number && REQUESTS.has(content[0])) say([content[0], ++last, ...content.slice(2)]);
    else say(content);
    if (last % 3 === 0) await settled();
  }
  if (plan.leaves === "close") void connection.close();
  if (plan.leaves === "terminate") connection.terminate();
  return connection;
}

/** Somebody in the realm whom nothing of that concerns. */
async function witness(router: RouterCore, serializer: Serializer): Promise<WampClient> {
  const name = serializer.name;
  const session = await joinRealm(connect(router, serializer), {
    realm: "realm1",
    serializers: [serializer],
  });
  await session.register(`org.witness.${name}`, ({ args: [value] }) => value);
  return session;
}

test("nothing that clients send ends the process, or somebody else's session", async () => {
  const logger = new RecordingLogger();
  const realm1 = {
    authenticators: [anonymous()],
    authorizer: { authorize: () => ({ allow: true }) },
  };
  const router = new RouterCore({ realms: { realm1 }, serializers: [json, msgpack, cbor], logger });
  const witnesses = await Promise.all([json, msgpack, cbor].map((one) => witness(router, one)));
  const plans = fc.array(client, { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(plans, async (clients) => {
      const connections = await Promise.all(clients.map((plan) => run(router, plan)));
      await settled();
      for (const [index, name] of ["json", "msgpack", "cbor"].entries()) {
        const other = witnesses[(index + 1) % 3] as WampClient;
        expect(await other.call(`org.witness.${name}`, [index])).toBe(index);
      }
      for (const connection of connections) connection.terminate();
      await settled();
      expect(router.stats().get("realm1")?.sessions).toBe(3);
    }),
    { seed, numRuns },
  );
  expect(logger.lines).toEqual([]);
  await Promise.all(witnesses.map((one) => one.close()));
  await router.close();
});

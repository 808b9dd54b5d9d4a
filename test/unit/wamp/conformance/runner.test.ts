import { describe, expect, test } from "vitest";
import type { Connection } from "../../../../src/connection/connection.ts";
import { pair } from "../../../../src/testing/pair.ts";
import type { ConformanceCase } from "../../../../src/wamp/conformance/case.ts";
import { loadCases } from "../../../../src/wamp/conformance/load.ts";
import { runConformance } from "../../../../src/wamp/conformance/runner.ts";
import type { ConformanceOptions } from "../../../../src/wamp/conformance/runner.ts";
import { json } from "../../../../src/wamp/protocol/json.ts";
import { ConnectionLink } from "../../../../src/wamp/protocol/link.ts";
import type { List } from "../../../../src/wamp/protocol/messages.ts";
import { anonymous } from "../../../../src/wamp/router/authentication/anonymous.ts";
import { parseMessage } from "../../../../src/wamp/protocol/parse.ts";
import { RouterCore } from "../../../../src/wamp/router/router.ts";

const allowAll = { authorize: () => ({ allow: true }) };

function makeRouter(): () => Promise<Connection> {
  const realm1 = { authenticators: [anonymous()], authorizer: allowAll };
  const router = new RouterCore({ realms: { realm1 } });
  return () => {
    const [client, server] = pair();
    void router.attach(new ConnectionLink(server, json, parseMessage));
    return Promise.resolve(client);
  };
}

/** A router that only does what `answer` says; HELLO is answered with WELCOME. */
function fakeRouter(answer: (message: List, server: Connection) => void) {
  return (): Promise<Connection> => {
    const [client, server] = pair();
    void server.forEach((data) => {
      const message = JSON.parse(data as string) as List;
      if (message[0] !== 1) return answer(message, server);
      const details = { roles: { broker: {}, dealer: {} } };
      void server.send(JSON.stringify([2, 99, details]));
    });
    return Promise.resolve(client);
  };
}

function load(steps: unknown, more: object = {}): ConformanceCase[] {
  const one = { id: "a/one", title: "One", actors: { A: {}, B: {} }, steps, ...more };
  const content = { spec: "Here", profile: "basic", cases: [one] };
  return loadCases([{ name: "a/one.json", chapter: "a", content }]);
}

async function run(steps: unknown, options: Partial<ConformanceOptions> = {}, more: object = {}) {
  const open = options.open ?? makeRouter();
  const results = await runConformance(load(steps, more), {
    open,
    serializer: json,
    timeout: 200,
    ...options,
  });
  return results[0];
}

const SUBSCRIBE = ["A", "send", [32, "$request", {}, "$uri.topic"]];
const SUBSCRIBED = ["A", "expect", [33, "$request", "$sub"]];
const PUBLISH = ["B", "send", [16, "$request", { acknowledge: true }, "$uri.topic", [1]]];

describe("against a router that does right", () => {
  test("a case is ok", async () => {
    const event = ["A", "expect", [36, "$sub", "$pub", {}, [1]]];
    const steps = [SUBSCRIBE, SUBSCRIBED, PUBLISH, event, ["B", "expect", [17, "$any", "$pub"]]];
    expect(await run(steps)).toEqual({ id: "a/one", serializer: "json", outcome: "ok" });
  });

  test("a wrong expectation fails, with the step and what came", async () => {
    const result = await run([SUBSCRIBE, ["A", "expect", [33, "$request", 0]]]);
    expect(result).toMatchObject({
      outcome: "failed",
      step: "2",
      reason: "message[2] is not 0",
      expected: ["A", "expect", [33, "$request", 0]],
      received: [33, 1, expect.any(Number)],
    });
  });

  test("a message that doesn't come fails in time", async () => {
    const result = await run([["repeat", 2, [["A", "sync"], SUBSCRIBED]]]);
    expect(result).toMatchObject({ step: "1.2", reason: "nothing came within 200 ms" });
  });

  test("a quiet actor is found out when an event comes, whatever is still under way", async () => {
    const quiet = ["A", "quiet"];
    expect(await run([SUBSCRIBE, SUBSCRIBED, quiet])).toMatchObject({ outcome: "ok" });
    expect(await run([SUBSCRIBE, SUBSCRIBED, PUBLISH, quiet])).toMatchObject({
      outcome: "failed",
      reason: "nothing should have come",
      received: [36, expect.any(Number), expect.any(Number), {}, [1]],
    });
  });

  test("messages in whatever order are each expected once", async () => {
    const two = ["repeat", 2, [["A", "send", [32, "$request", {}, "$uri.t$i"]]]];
    const right = ["A", "unordered", [33, 2, "$two"], [33, 1, "$one"]];
    const wrong = ["A", "unordered", [33, 1, "$one"], [33, 1, "$two"]];
    expect(await run([two, right])).toMatchObject({ outcome: "ok" });
    expect(await run([two, wrong])).toMatchObject({ outcome: "failed", step: "2" });
  });

  test("what comes before an expected message may be skipped", async () => {
    const steps = [SUBSCRIBE, ["repeat", 3, [PUBLISH]], ["A", "eventually", [36, "$s", "$p", {}]]];
    const wanted = [...steps.slice(0, 2), ["A", "eventually", [36, "$s", "$p", {}, [1]]]];
    expect(await run(wanted)).toMatchObject({ outcome: "ok" });
    expect(await run(steps)).toMatchObject({ outcome: "failed", step: "3" });
  });

  test("an ABORT, and a connection that is closed after it", async () => {
    const abort = ["A", "expect", [3, {}, "wamp.error.protocol_violation"]];
    const steps = [["A", "raw", "malformed"], abort, ["A", "quiet"]];
    expect(await run(steps)).toMatchObject({ outcome: "ok" });
    expect(await run([["A", "raw", "empty"], abort, ["A", "closed"]])).toMatchObject({
      outcome: "ok",
    });
    expect(await run([["A", "closed"]])).toMatchObject({ outcome: "failed" });
  });

  test("a session that leaves and one that is back", async () => {
    const steps = [
      ["A", "leave"],
      ["A", "connect"],
      ["A", "join"],
      ["A", "sync"],
      SUBSCRIBE,
      SUBSCRIBED,
    ];
    expect(await run(steps)).toMatchObject({ outcome: "ok" });
  });

  test("a case that can't be played is an error", async () => {
    const kind = [["A", "send", [34, "$request", "$id"]]];
    expect(await run(kind)).toMatchObject({ outcome: "error", reason: "$id stands for no value" });
    const nowhere = { actors: { A: { realm: "nowhere" } } };
    expect(await run([["A", "sync"]], {}, nowhere)).toMatchObject({
      outcome: "error",
      reason: "A was not welcomed",
    });
  });
});

describe("what a router hasn't", () => {
  const steps = [["A", "sync"]];

  test("a fixture that wasn't configured is unsupported", async () => {
    const more = { requires: ["ticket-users"] };
    expect(await run(steps, {}, more)).toMatchObject({
      outcome: "unsupported",
      reason: "the router is not configured for it: ticket-users",
    });
    expect(await run(steps, { fixtures: ["ticket-users"] }, more)).toMatchObject({ outcome: "ok" });
    expect(await run(steps, { fixtures: ["all"] }, more)).toMatchObject({ outcome: "ok" });
  });

  test("a feature that isn't announced is unsupported, unless one is strict", async () => {
    const more = { needs: ["dealer.sharded_registration"] };
    expect(await run(steps, {}, more)).toMatchObject({ outcome: "unsupported" });
    expect(await run(steps, { strict: true }, more)).toMatchObject({ outcome: "ok" });
  });

  test("a serializer that isn't there is unsupported, and a case for another is left out", async () => {
    const more = { actors: { A: { serializer: "cbor" } } };
    expect(await run(steps, {}, more)).toMatchObject({ reason: "there is no cbor" });
    expect(await run(steps, {}, { serializers: ["cbor"] })).toBeUndefined();
  });
});

describe("against a router that does wrong", () => {
  const sync = [["A", "sync"]];

  test("it doesn't answer", async () => {
    const open = fakeRouter(() => {});
    expect(await run(sync, { open })).toMatchObject({ outcome: "failed" });
  });

  test("it hangs up", async () => {
    const open = fakeRouter((_, server) => server.terminate());
    expect(await run([SUBSCRIBE, SUBSCRIBED], { open })).toMatchObject({
      outcome: "failed",
      reason: "the router closed the connection",
    });
    expect(await run(sync, { open })).toMatchObject({ outcome: "failed" });
  });

  test("it sends what is no message", async () => {
    const open = fakeRouter((_, server) => void server.send("[33, 1]"));
    expect(await run([SUBSCRIBE, SUBSCRIBED], { open })).toMatchObject({
      outcome: "failed",
      reason: "this is no WAMP message: SUBSCRIBED is too short",
      received: [33, 1],
    });
  });

  test("it sends without end", async () => {
    const open = fakeRouter((_, server) => {
      const flood = (): void => {
        if (server.state !== "open") return;
        server.send(JSON.stringify([36, 1, 1, {}])).then(flood, () => {});
      };
      flood();
    });
    const never = ["A", "eventually", [33, "$request", "$sub"]];
    expect(await run([SUBSCRIBE, never], { open })).toMatchObject({ outcome: "failed", step: "2" });
    expect(await run([SUBSCRIBE, ["A", "leave"]], { open })).toMatchObject({ outcome: "failed" });
    expect(await run([SUBSCRIBE, ["A", "sync"]], { open })).toMatchObject({ outcome: "failed" });
  });

  test("it sends more than was asked for", async () => {
    const open = fakeRouter((message, server) => {
      const reply = JSON.stringify([33, message[1], 5]);
      if (message[0] === 32) for (let times = 0; times < 2; times++) void server.send(reply);
      else void server.send(JSON.stringify([8, message[0], message[1], {}, "wamp.error.none"]));
    });
    expect(await run([SUBSCRIBE, SUBSCRIBED, ["A", "quiet"]], { open })).toMatchObject({
      outcome: "failed",
      step: "3",
      received: [33, 1, 5],
    });
  });
});

test("a router that can't be reached rejects the run", async () => {
  const open = (): Promise<Connection> => Promise.reject(new Error("refused"));
  await expect(run([["A", "sync"]], { open })).rejects.toThrow("refused");
});

test("a realm that lets nobody in rejects the run", async () => {
  await expect(run([["A", "sync"]], { realm: "nowhere" })).rejects.toThrow("into nowhere");
});

test("options that nobody knows are refused", async () => {
  await expect(run([["A", "sync"]], { timeOut: 5 } as object)).rejects.toThrow(TypeError);
});

test("results are told as they come", async () => {
  const seen: string[] = [];
  await run([["A", "sync"]], { onResult: ({ id, outcome }) => void seen.push(`${id} ${outcome}`) });
  expect(seen).toEqual(["a/one ok"]);
});

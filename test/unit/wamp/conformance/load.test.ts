import { describe, expect, test } from "vitest";
import { loadCases } from "../../../../src/wamp/conformance/load.ts";

const good = {
  id: "pubsub/one",
  title: "Something happens",
  actors: { A: {} },
  steps: [
    ["A", "send", [32, "$request", {}, "$uri.topic"]],
    ["A", "expect", [33, "$request", "$sub"]],
  ],
};
const about = { spec: "Somewhere", profile: "basic" };

function load(cases: unknown, file: object = about) {
  return loadCases([{ name: "pubsub/a.json", chapter: "pubsub", content: { ...file, cases } }]);
}

test("a case has what its file says, and what it says itself", () => {
  const file = { ...about, needs: ["broker"], requires: ["event-history"] };
  const [one] = load([{ ...good, needs: ["broker.event_history"], spec: "Elsewhere" }], file);
  expect(one).toMatchObject({
    id: "pubsub/one",
    chapter: "pubsub",
    spec: "Elsewhere",
    profile: "basic",
    needs: ["broker", "broker.event_history"],
    requires: ["event-history"],
  });
  expect(one?.steps[1]).toEqual({
    actor: "A",
    verb: "expect",
    values: [[33, "$request", "$sub"]],
  });
});

test("steps may be repeated, in each other too", () => {
  const inner = ["repeat", 3, [["A", "sync"]]];
  const [one] = load([{ ...good, steps: [["repeat", 2, [inner]]] }]);
  const sync = { actor: "A", verb: "sync", values: [] };
  expect(one?.steps).toEqual([{ times: 2, steps: [{ times: 3, steps: [sync] }] }]);
});

test("an id may be there once", () => {
  expect(() => load([good, good])).toThrow("two cases have the id pubsub/one");
});

describe("what is wrong is said", () => {
  const where = "pubsub/a.json: pubsub/one";
  test.each<[string, object, string]>([
    ["other chapter", { id: "rpc/one" }, 'the id rpc/one has to begin with "pubsub/"'],
    ["unknown key", { step: [] }, `${where} has an unknown key step`],
    ["no title", { title: undefined }, `${where}: title is no text`],
    ["other profile", { profile: "expert" }, `${where}: profile is "basic" or "advanced"`],
    ["no actors", { actors: {} }, `${where} has no actors`],
    ["actor's key", { actors: { A: { rolls: {} } } }, `${where}: actor A has an unknown key rolls`],
    ["join", { actors: { A: { join: "no" } } }, `${where}: actor A: join is true or false`],
    ["needs", { needs: "broker" }, `${where}: needs is no list`],
    ["no steps", { steps: [] }, `${where} has no steps`],
    ["step", { steps: [{}] }, `${where}: step 1 is no list`],
    ["actor", { steps: [["B", "sync"]] }, `${where}: step 1: there is no actor B`],
    ["verb", { steps: [["A", "wait"]] }, `${where}: step 1: there is no verb wait`],
    ["values", { steps: [["A", "expect"]] }, `${where}: step 1: expect has 0 values`],
    [
      "pattern",
      { steps: [["A", "expect", [7]]] },
      `${where}: step 1: [7] is no pattern of a message`,
    ],
    ["raw", { steps: [["A", "raw", "odd"]] }, `${where}: step 1: raw takes malformed, truncated`],
    ["repeat", { steps: [["repeat", 0, []]] }, `${where}: step 1: repeat takes a number from 1`],
    [
      "variable",
      { steps: [["A", "send", [34, "$request", "$subb"]]] },
      `${where}: $subb is sent before it has a value`,
    ],
  ])("%s", (_, change, message) => {
    expect(() => load([{ ...good, ...change }])).toThrow(message);
  });

  test("a file that is no object", () => {
    const file = { name: "a.json", chapter: "a", content: [] };
    expect(() => loadCases([file])).toThrow("a.json is no object");
  });
});

test("what is known of an actor may be sent once it has joined", () => {
  const send = ["A", "send", [16, "$request", { exclude: ["$B.session"] }, "$uri"]];
  const late = { A: {}, B: { join: false } };
  expect(load([{ ...good, actors: { A: {}, B: {} }, steps: [send] }])).toHaveLength(1);
  expect(() => load([{ ...good, actors: late, steps: [send] }])).toThrow("$B.session");
  expect(load([{ ...good, actors: late, steps: [["B", "join"], send] }])).toHaveLength(1);
});

/** Stubs that change the same documents, whatever the order in which their data, results and ends come. */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Simulation } from "../../../../src/ddp/client/index.ts";
import type { Json } from "../../../support/ddp-peer.ts";
import { connected } from "../../../support/ddp-client-fixture.ts";
import { turns } from "../../../support/turns.ts";

/** What a server does about a call: in this order, with whatever else it does in between. */
interface Work {
  readonly id: string;
  readonly messages: Json[];
}

/** The messages of a server that adds 1 to a document for each call, one call after the other. */
function workOf(calls: readonly (readonly [string, boolean])[]): Work[] {
  const counts = new Map([
    ["a", 0],
    ["b", 0],
  ]);
  return calls.map(([document, isResultFirst], index) => {
    const id = String(index + 1);
    const n = (counts.get(document) ?? 0) + 1;
    counts.set(document, n);
    const data = { msg: "changed", collection: "things", id: document, fields: { n } };
    const updated = { msg: "updated", methods: [id] };
    const result = { msg: "result", id, result: n };
    return { id, messages: isResultFirst ? [result, data, updated] : [data, updated, result] };
  });
}

/** One list of messages in which the messages of each call are in their order, as are the data of all. */
function interleave(works: readonly Work[], choices: readonly number[]): Json[] {
  const queues = works.map(({ messages }) => messages.slice());
  const merged: Json[] = [];
  for (let step = 0; queues.some(({ length }) => length > 0); step++) {
    const firstWithData = queues.find((queue) => queue.some(({ msg }) => msg === "changed"));
    const open = queues.filter(
      (queue) => queue.length > 0 && (queue[0]!["msg"] !== "changed" || queue === firstWithData),
    );
    const queue = open[(choices[step % choices.length] ?? 0) % open.length]!;
    merged.push(queue.shift()!);
  }
  return merged;
}

const call = fc.tuple(fc.constantFrom("a", "b"), fc.boolean());

test("what is shown only goes up, and ends with what the server has", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(call, { minLength: 1, maxLength: 6 }),
      fc.array(fc.nat({ max: 5 }), { minLength: 1, maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 6 }),
      async (calls, choices, groups) => {
        await using made = await connected();
        const { server, client, things } = made;
        await server.say(
          { msg: "added", collection: "things", id: "a", fields: { n: 0 } },
          { msg: "added", collection: "things", id: "b", fields: { n: 0 } },
        );
        const flickers: unknown[] = [];
        things.find().observe({
          changedAt: (after, before) => {
            if (Number(after["n"]) <= Number(before["n"])) flickers.push([before, after]);
          },
          removedAt: (before) => flickers.push(before),
        });
        client.methods({
          add: (_: Simulation, id: string) => void things.update(id, { $inc: { n: 1 } }),
        });
        const pending = calls.map(([id]) => client.call("add", id));
        const messages = interleave(workOf(calls), choices);
        for (let at = 0, turn = 0; at < messages.length; turn++) {
          const size = groups[turn % groups.length] ?? 1;
          server.send(...messages.slice(at, at + size));
          at += size;
          await turns(2);
        }
        const results = await Promise.all(pending);
        expect(flickers).toEqual([]);
        expect(results).toEqual(workOf(calls).map(({ messages }) => resultOf(messages)));
        const sums = ["a", "b"].map((name) => calls.filter(([id]) => id === name).length);
        expect(things.find().fetch()).toEqual([
          { _id: "a", n: sums[0] },
          { _id: "b", n: sums[1] },
        ]);
      },
    ),
    { numRuns: 60 },
  );
});

function resultOf(messages: readonly Json[]): unknown {
  return messages.find(({ msg }) => msg === "result")?.["result"];
}

import { expect, test } from "vitest";
import type { PublicationStrategy } from "../../../../../../src/ddp/server/index.ts";
import { RecordedView } from "../../../../../support/ddp-session-view.ts";

function viewWith(strategy: PublicationStrategy): RecordedView {
  const view = new RecordedView();
  view.strategies.set("c", strategy);
  return view;
}

/** Two subscriptions publish a document; one says again what is so, both end. */
function story(strategy: PublicationStrategy): readonly unknown[] {
  const view = viewWith(strategy);
  view.source("A").added("1", { x: 1, y: 1 });
  view.source("B").added("1", { x: 2 });
  view.source("A").changed("1", { x: 1 });
  const both = view.drain();
  view.close("A");
  const one = view.drain();
  view.close("B");
  return [both, one, view.drain()];
}

test("SERVER_MERGE sends the difference, and reveals", () => {
  expect(story("SERVER_MERGE")).toEqual([
    [["added", "1", { x: 1, y: 1 }]],
    [["changed", "1", { x: 2, y: undefined }]],
    [["removed", "1"]],
  ]);
});

test("NO_MERGE passes everything, and removes for each subscription", () => {
  expect(story("NO_MERGE")).toEqual([
    [
      ["added", "1", { x: 1, y: 1 }],
      ["added", "1", { x: 2 }],
      ["changed", "1", { x: 1 }],
    ],
    [["removed", "1"]],
    [["removed", "1"]],
  ]);
});

test("NO_MERGE_NO_HISTORY passes everything, and removes nothing by itself", () => {
  expect(story("NO_MERGE_NO_HISTORY")).toEqual([
    [
      ["added", "1", { x: 1, y: 1 }],
      ["added", "1", { x: 2 }],
      ["changed", "1", { x: 1 }],
    ],
    [],
    [],
  ]);
  const view = viewWith("NO_MERGE_NO_HISTORY");
  view.source("A").changed("1", { x: 1 });
  view.source("A").removed("1");
  expect(view.drain()).toEqual([
    ["changed", "1", { x: 1 }],
    ["removed", "1"],
  ]);
  expect(view.source("A").documents.size).toBe(0);
});

test("NO_MERGE_MULTI makes the second added a change, and removes with the last", () => {
  expect(story("NO_MERGE_MULTI")).toEqual([
    [
      ["added", "1", { x: 1, y: 1 }],
      ["changed", "1", { x: 2 }],
      ["changed", "1", { x: 1 }],
    ],
    [],
    [["removed", "1"]],
  ]);
});

test("without merging only ids are kept", () => {
  for (const strategy of ["NO_MERGE", "NO_MERGE_MULTI"] as const) {
    const view = viewWith(strategy);
    view.source("A").added("1", { large: "text" });
    expect([...view.source("A").documents]).toEqual([["1", {}]]);
  }
});

test("a strategy counts from when nothing of the collection is published", () => {
  const view = viewWith("NO_MERGE");
  view.source("A").added("1", { x: 1 });
  view.strategies.set("c", "SERVER_MERGE");
  view.source("B").added("1", { x: 1 });
  view.source("B").removed("1");
  view.close("A");
  view.close("B");
  expect(view.drain()).toHaveLength(4);
  view.source("C").added("1", { x: 1 });
  view.source("D").added("1", { x: 1 });
  expect(view.drain()).toEqual([["added", "1", { x: 1 }]]);
});

test("removed() after strategy change does not throw", () => {
  const strategies = ["SERVER_MERGE", "NO_MERGE", "NO_MERGE_NO_HISTORY", "NO_MERGE_MULTI"] as const;
  for (const before of strategies) {
    for (const after of strategies) {
      const view = viewWith(before);
      view.source("A").added("1", { x: 1 });
      view.strategies.set("c", after);
      view.source("A").removed("1");
      view.source("A").removed("1");
      view.close("A");
      view.source("A").added("1", { x: 1 });
      expect(view.drain()).toContainEqual(["removed", "1"]);
    }
  }
});

test("another user's documents are removed without merging too", () => {
  for (const strategy of ["NO_MERGE", "NO_MERGE_MULTI"] as const) {
    const view = viewWith(strategy);
    view.source("A").added("both", { x: 1 });
    view.source("A").added("old", { x: 1 });
    view.drain();
    view.view.beginReplacing();
    const after = view.view.open("c", false);
    after.added("both", { x: 2 });
    after.added("old", { x: 2 });
    after.removed("old");
    const msg = strategy === "NO_MERGE" ? "added" : "changed";
    expect(view.drain()).toEqual([
      [msg, "both", { x: 2 }],
      [msg, "old", { x: 2 }],
    ]);
    view.view.finishReplacing();
    expect(view.drain()).toEqual([["removed", "old"]]);
    after.removed("both");
    expect(view.drain()).toEqual([["removed", "both"]]);
  }
});

test("there are four strategies", () => {
  const { strategies } = new RecordedView();
  expect(() => strategies.set("c", "MERGE" as never)).toThrow(TypeError);
  expect(() => strategies.set("c", "toString" as never)).toThrow(TypeError);
  expect(strategies.get("toString")).toBe("SERVER_MERGE");
});

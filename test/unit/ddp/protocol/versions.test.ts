import { expect, test } from "vitest";
import { hasPings, isVersion, negotiate } from "../../../../src/ddp/protocol/versions.ts";

test.each([
  ["1", ["1", "pre2", "pre1"], true, "1"],
  ["pre2", ["pre2", "1"], true, "pre2"],
  ["pre1", ["pre1"], true, "pre1"],
  ["pre1", ["1", "pre1"], false, "1"],
  ["9", ["9"], false, "1"],
  ["9", ["9", "pre2", "1"], false, "pre2"],
  ["1", ["pre2"], false, "1"],
  ["1", undefined, false, "1"],
  ["1", "1", false, "1"],
  ["1", ["1", 5], false, "1"],
  [1, ["1"], false, "1"],
  [undefined, [], false, "1"],
  ["toString", ["toString"], false, "1"],
])("livedata - version negotiation: %j of %j", (version, support, accepted, spoken) => {
  expect(negotiate(version, support)).toEqual({ accepted, version: spoken });
});

test("pings came with pre2", () => {
  expect(["1", "pre2", "pre1"].map((version) => isVersion(version) && hasPings(version))).toEqual([
    true,
    true,
    false,
  ]);
  expect(isVersion("2")).toBe(false);
});

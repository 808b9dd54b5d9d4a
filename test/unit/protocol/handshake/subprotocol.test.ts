import { expect, test } from "vitest";
import { selectSubprotocol } from "../../../../src/protocol/handshake/subprotocol.ts";

test.each([
  [["a", "b"], ["b", "a"], "b"],
  [["a", "b"], ["c", "a"], "a"],
  [["a"], ["b"], undefined],
  [[], ["a"], undefined],
  [["a"], [], undefined],
  [["A"], ["a"], undefined],
  [["__proto__"], ["a"], undefined],
])("of %j, a server that has %j selects %s", (offered, supported, expected) => {
  expect(selectSubprotocol(offered, supported)).toBe(expected);
});

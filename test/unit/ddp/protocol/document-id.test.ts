import fc from "fast-check";
import { expect, test } from "vitest";
import { idParse, idStringify } from "../../../../src/ddp/protocol/document-id.ts";
import { EJSON } from "../../../../src/ddp/protocol/ejson/ejson.ts";
import { ObjectId } from "../../../../src/ddp/protocol/object-id.ts";
import { NO_VECTORS, vectors } from "../../../support/ddp-vectors.ts";

const A = "a".repeat(24);

const cases: readonly (readonly [id: unknown, text: string])[] = [
  [new ObjectId(A), A],
  ["abc", "abc"],
  ["", ""],
  ["-a", "--a"],
  ["~b", "-~b"],
  ["{c", "-{c"],
  [A, `-${A}`],
  ["A".repeat(24), "A".repeat(24)],
  [undefined, "-"],
  [5, "~5"],
  [true, "~true"],
  [null, "~null"],
  ["__proto__", "__proto__"],
];

test.each(cases)("%j is written %j", (id, text) => {
  expect(idStringify(id)).toBe(text);
  expect(EJSON.equals(idParse(text), id)).toBe(true);
});

test("an object is no id", () => {
  expect(() => idStringify({ a: 1 })).toThrow(TypeError);
});

test("ids come back as they were", () => {
  const ids = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
  fc.assert(
    fc.property(ids, (id) => {
      expect(idParse(idStringify(id))).toBe(id);
    }),
  );
});

test("what no server writes is taken as it is", () => {
  expect(idParse("~x")).toBe("~x");
});

test("different ids are written differently", () => {
  const ids = fc.oneof(fc.string({ unit: fc.constantFrom("-", "~", "{", "1", "a") }), fc.integer());
  fc.assert(
    fc.property(ids, ids, (a, b) => {
      expect(idStringify(a) === idStringify(b)).toBe(a === b);
    }),
  );
});

const text = vectors("random-and-id-vectors.txt");

test.skipIf(!text)(`recorded ids (or ${NO_VECTORS})`, () => {
  const lines = (text ?? "").split("\n").filter((line) => line.includes(" -> "));
  expect(lines).toHaveLength(11);
  for (const line of lines) {
    const [id = "", written = ""] = line.split(" -> ");
    expect(idStringify(toId(id))).toBe(JSON.parse(written));
  }
});

/** (The record has ids as they are printed, so that numbers look like text.) */
function toId(printed: string): unknown {
  const oid = /^ObjectID\("(\w+)"\)$/.exec(printed)?.[1];
  if (oid !== undefined) return new ObjectId(oid);
  if (printed === "undefined") return undefined;
  return /^(?:\d|true|null)/.test(printed) ? JSON.parse(printed) : printed;
}

test("an ObjectId has 24 digits", () => {
  expect(new ObjectId().toHexString()).toMatch(/^[0-9a-f]{24}$/);
  expect(new ObjectId("A".repeat(24)).toHexString()).toBe(A);
  expect(String(new ObjectId(A))).toBe(`ObjectID("${A}")`);
  expect(() => new ObjectId("x")).toThrow(TypeError);
  expect(EJSON.equals(new ObjectId(A), new ObjectId(A))).toBe(true);
  expect(EJSON.equals(new ObjectId(A), A)).toBe(false);
  expect(EJSON.clone(new ObjectId(A)).equals(new ObjectId(A))).toBe(true);
});

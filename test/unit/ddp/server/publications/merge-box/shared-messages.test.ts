import { expect, test } from "vitest";
import { EJSON, ObjectId } from "../../../../../../src/ddp/server/index.ts";
import { SharedMessages } from "../../../../../../src/ddp/server/publications/merge-box/shared-messages.ts";

/** A value that counts how often it is written. */
class Counted {
  writes = 0;

  typeName(): string {
    return "counted";
  }

  toJSONValue(): number {
    return ++this.writes;
  }
}

EJSON.addType("counted", () => new Counted());

test("a message about one object is written once", () => {
  const messages = new SharedMessages();
  const value = new Counted();
  const fields = { at: new Date(5), value };
  const first = messages.added("c", "1", fields);
  expect(messages.added("c", "1", fields)).toBe(first);
  expect(value.writes).toBe(1);
  expect(first.text).toBe(true);
  expect(JSON.parse(first.data as string)).toEqual({
    msg: "added",
    collection: "c",
    id: "1",
    fields: { at: { $date: 5 }, value: { $type: "counted", $value: 1 } },
  });
});

test("one object under several names, ids or kinds of message is not mistaken", () => {
  const messages = new SharedMessages();
  const fields = { x: 1 };
  const written = [
    messages.added("c", "1", fields),
    messages.added("d", "1", fields),
    messages.added("d", "2", fields),
    messages.changed("d", "2", fields),
    messages.added("c", "1", fields),
  ].map(({ data }) => JSON.parse(data as string) as object);
  expect(written).toEqual([
    { msg: "added", collection: "c", id: "1", fields },
    { msg: "added", collection: "d", id: "1", fields },
    { msg: "added", collection: "d", id: "2", fields },
    { msg: "changed", collection: "d", id: "2", fields },
    { msg: "added", collection: "c", id: "1", fields },
  ]);
});

test("fields that are undefined are not there, or cleared", () => {
  const messages = new SharedMessages();
  const text = (changes: object): unknown =>
    JSON.parse(messages.changed("c", "1", changes as never).data as string);
  const changed = { msg: "changed", collection: "c", id: "1" };
  expect(text({ x: undefined, y: 1 })).toEqual({ ...changed, fields: { y: 1 }, cleared: ["x"] });
  expect(text({ x: undefined })).toEqual({ ...changed, cleared: ["x"] });
  expect(messages.added("c", "1", { x: undefined }).data).toBe(
    '{"msg":"added","collection":"c","id":"1"}',
  );
  expect(messages.added("c", "2", {}).data).toBe('{"msg":"added","collection":"c","id":"2"}');
});

test("only the latest are kept: by number and by characters, but the last one always", () => {
  const messages = new SharedMessages();
  const [value, small] = [new Counted(), new Counted()];
  const [first, large] = [{ value }, { value: small, text: "x".repeat(2 ** 21) }];
  const keep = (count: number): void => {
    for (let n = 0; n < count; n++) messages.added("c", "n", { n });
  };
  messages.added("c", "1", first);
  keep(1023);
  messages.added("c", "1", first);
  expect(value.writes).toBe(1);
  keep(1);
  messages.added("c", "1", first);
  expect(value.writes).toBe(2);
  messages.changed("c", "1", large);
  messages.changed("c", "1", large);
  expect(small.writes).toBe(1);
  messages.added("c", "1", first);
  expect(value.writes).toBe(3);
  messages.changed("c", "1", large);
  expect(small.writes).toBe(2);
});

test("what can't be written is thrown each time, and not kept", () => {
  const messages = new SharedMessages();
  const bad = { n: 1n };
  for (const _ of [1, 2]) expect(() => messages.added("c", "1", bad)).toThrow(TypeError);
});

test("ids are as messages have them", () => {
  const messages = new SharedMessages();
  const hex = "aaaaaaaaaaaaaaaaaaaaaaaa";
  const ids = ["1", "1", "", 1, new ObjectId(hex), hex, "-x"].map((id) => messages.idText(id));
  expect(ids).toEqual(["1", "1", "", "~1", hex, `-${hex}`, "--x"]);
});

test("the removal of one document is written once, for all that come one after the other", () => {
  const messages = new SharedMessages();
  const first = messages.removed("c", "1");
  expect(first.data).toBe('{"msg":"removed","collection":"c","id":"1"}');
  expect(messages.removed("c", "1")).toBe(first);
  expect(messages.removed("d", "1").data).toContain('"d"');
  expect(messages.removed("d", "2").data).toContain('"2"');
  expect(messages.removed("c", "1")).not.toBe(first);
});

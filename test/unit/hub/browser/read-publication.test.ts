import { describe, expect, test } from "vitest";
import type { ClientInfo, Publication } from "../../../../src/channels/client/index.ts";
import { nameOf, readMessage, readRenamed } from "../../../../src/hub/browser/read-publication.ts";

const ADA: ClientInfo = { user: "", client: "1", conn_info: { name: "Ada" } };
const PLACE = { epoch: "e", now: 7 };

function published(data: unknown, more: Partial<Publication> = {}): Publication {
  return { type: "publication", data, offset: 3, info: undefined, tags: undefined, ...more };
}

describe("what was said", () => {
  test("by a person has the name that the server knows", () => {
    const data = { text: "hello", key: "k", time: 5, name: "Eve" };
    expect(readMessage(published(data, { info: ADA }), PLACE)).toEqual({
      key: "k",
      name: "Ada",
      text: "hello",
      time: 5,
    });
  });

  test.each([
    [
      { text: "hello", name: "Bot" },
      { name: "Bot", text: "hello" },
    ],
    [{ text: "hello" }, { name: "Somebody", text: "hello" }],
    ["hello", { name: "Somebody", text: "hello" }],
    [{ value: [1] }, { text: '{"value":[1]}' }],
    [
      { text: 1, name: {}, key: 2 },
      { name: "Somebody", text: '{"text":1,"name":{},"key":2}' },
    ],
    [17, { text: "17" }],
    [false, { text: "false" }],
    [
      { text: "x", time: 1e300 },
      { text: "x", time: 7 },
    ],
    [
      { text: "x", time: "now" },
      { text: "x", time: 7 },
    ],
  ])("by a backend may be anything: %j", (data, message) => {
    expect(readMessage(published(data), PLACE)).toMatchObject({ key: "e:3", ...message });
  });

  test("without a place in the history is like no other", () => {
    const nowhere = published("hello", { offset: undefined });
    expect(readMessage(nowhere, PLACE).key).not.toBe(readMessage(nowhere, PLACE).key);
  });
});

describe("another name", () => {
  const renamed = { client: "1", from: "Ada", to: "Augusta" };

  test("is what the server says, and nobody else", () => {
    expect(readRenamed(published({ renamed }))).toEqual(renamed);
    expect(readRenamed(published({ renamed }, { info: ADA }))).toBeUndefined();
  });

  test.each([null, "x", {}, { renamed: 1 }, { renamed: { ...renamed, to: 1 } }])(
    "is not in %j",
    (data) => expect(readRenamed(published(data))).toBeUndefined(),
  );
});

test.each([
  [ADA, "Ada"],
  [{ user: "42", client: "1" }, "42"],
  [{ user: "", client: "1" }, "Somebody"],
  [{ user: "42", client: "1", conn_info: { name: 1 } }, "42"],
  [{ user: "42", client: "1", conn_info: null }, "42"],
])("the name of %j is %j", (info, name) => {
  expect(nameOf(info)).toBe(name);
});

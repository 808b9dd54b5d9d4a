import { describe, expect, test } from "vitest";
import {
  checkData,
  checkOptionalData,
  dataFromBase64,
} from "../../../../src/channels/server/data.ts";
import { createChannels } from "../../../../src/channels/server/create-channels.ts";
import type { Data } from "../../../../src/channels/protocol/messages.ts";

describe("data", () => {
  test("is JSON as it was written, on one line", () => {
    expect(checkData('{"n": 12345678901234567890}')).toBe('{"n": 12345678901234567890}');
    expect(checkData("[1,\n2]")).toBe("[1, 2]");
  });

  test("may be bytes", () => {
    expect(checkData(new Uint8Array([1]))).toEqual(new Uint8Array([1]));
  });

  test.each<[string, unknown]>([
    ["nothing", ""],
    ["text that is no JSON", "hello"],
    ["several values", "1\n2"],
    ["no bytes", new Uint8Array()],
    ["an object", { a: 1 }],
  ])("is not %s", (_, data) => {
    expect(() => checkData(data as Data, "info")).toThrow(/^info /);
  });

  test("may be left out where it may", () => {
    expect(checkOptionalData(undefined, "info")).toBe(undefined);
    expect(() => checkOptionalData("", "info")).toThrow("info has to be JSON");
  });
});

test("base64 is JSON or bytes", () => {
  const encode = (bytes: string | number[]): string =>
    Buffer.from(bytes as string).toString("base64");
  expect(dataFromBase64(encode('{"a":\n1}'))).toBe('{"a": 1}');
  expect(dataFromBase64(encode([0xff]))).toEqual(new Uint8Array([0xff]));
  expect(dataFromBase64(encode("hello"))).toEqual(new Uint8Array(Buffer.from("hello")));
  for (const wrong of ["a", "ab", "a===", "a-_=", "ab=c", " ", "YQ==YQ=="]) {
    expect(dataFromBase64(wrong)).toBe(undefined);
  }
});

test("what would break the frames of clients is refused where it comes in", async () => {
  const namespaces = { news: { history: { size: 10, ttl: 1000 } } };
  await using channels = createChannels({ namespaces });
  const refused = { errorCode: 107 };
  await expect(channels.publish("news:x", "hello")).rejects.toMatchObject(refused);
  await expect(channels.publish("news:x", "")).rejects.toMatchObject(refused);
  const filter = { user: "ann" };
  await expect(channels.subscribe(filter, "news:x", { data: "x" })).rejects.toMatchObject(refused);
  await expect(channels.subscribe(filter, "news:x", { info: "" })).rejects.toMatchObject(refused);
  await expect(channels.refresh(filter, { info: "{" })).rejects.toMatchObject(refused);
  await expect(channels.disconnect(filter, { code: 1 })).rejects.toMatchObject(refused);
  await expect(channels.subscribe(filter, "news:x", { expireAt: 1 })).rejects.toMatchObject({
    errorCode: 110,
  });
  await expect(channels.subscribe(filter, "")).rejects.toMatchObject(refused);
  await expect(channels.unsubscribe(filter, "olds:x")).rejects.toMatchObject({ errorCode: 102 });
});

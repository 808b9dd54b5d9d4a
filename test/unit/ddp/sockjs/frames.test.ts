import { expect, test } from "vitest";
import {
  closeFrame,
  encode,
  messagesFrame,
  readBatch,
  readFrame,
} from "../../../../src/ddp/sockjs/frames.ts";

test("messages are strings in an array of JSON", () => {
  const frame = messagesFrame([encode('{"msg":"pong"}'), encode("\ud800\u2028")]);
  expect(frame).toBe('a["{\\"msg\\":\\"pong\\"}","\\ud800\u2028"]');
  expect(JSON.parse(frame.slice(1))).toEqual(['{"msg":"pong"}', "\ud800\u2028"]);
});

test("a close has a code and a reason", () => {
  expect(closeFrame(3000, 'Go "away"!')).toBe('c[3000,"Go \\"away\\"!"]');
});

test("a client sends an array of messages, or one", () => {
  expect(readFrame('["a","","{}"]')).toEqual(["a", "", "{}"]);
  expect(readFrame('"a"')).toEqual(["a"]);
  expect(readFrame("[]")).toEqual([]);
  expect(readFrame("")).toEqual([]);
});

test("what is no text becomes an empty one", () => {
  expect(readFrame('{"msg":"ping"}')).toEqual([""]);
  expect(readFrame('[1,null,["x"],{"toString":1},"y"]')).toEqual(["", "", "", "", "y"]);
});

test("what is no JSON is no frame", () => {
  expect(readFrame("bad")).toBeUndefined();
  expect(readFrame('["a"')).toBeUndefined();
  expect(readFrame("[".repeat(100_000))).toBeUndefined();
});

test("a request has to have an array", () => {
  expect(readBatch('["a","b"]')).toEqual({ messages: ["a", "b"] });
  expect(readBatch("")).toEqual({ problem: "Payload expected." });
  expect(readBatch('"a"')).toEqual({ problem: "Payload expected." });
  expect(readBatch('["a')).toEqual({ problem: "Broken JSON encoding." });
});

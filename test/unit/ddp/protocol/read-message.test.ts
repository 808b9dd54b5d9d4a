import { describe, expect, test } from "vitest";
import {
  BadMessage,
  readMessage,
  toClientMessage,
} from "../../../../src/ddp/protocol/read-message.ts";
import { writeMessage } from "../../../../src/ddp/protocol/write-message.ts";

function complaint(text: string): { reason: string; offending: unknown } {
  try {
    toClientMessage(readMessage(text));
  } catch (error) {
    if (error instanceof BadMessage) return { reason: error.message, offending: error.offending };
    throw error;
  }
  throw new Error(`there is nothing wrong with ${text}`);
}

describe("malformed input", () => {
  test.each(["{bad", '"str"', "5", "null", "", "[".repeat(100_000)])("%s is no message", (text) => {
    expect(complaint(text)).toEqual({ reason: "Bad request", offending: undefined });
  });

  test.each([
    "[]",
    "{}",
    '{"msg":""}',
    "[1]",
    '{"id":"1"}',
    '{"msg":0}',
    '{"msg":5}',
    '{"msg":"zzz","id":"9"}',
    '{"msg":"toString"}',
    '{"msg":"__proto__"}',
    '{"__proto__":{"msg":"ping"}}',
    '{"msg":"result"}',
    '{"msg":"ping","id":5}',
  ])("%s is a bad request", (text) => {
    expect(complaint(text)).toEqual({ reason: "Bad request", offending: JSON.parse(text) });
  });

  test.each([
    '{"msg":"method","id":"1","method":"m","params":[{"$type":"nope","$value":1}]}',
    '{"msg":"method","id":"1","method":"m","params":[{"$binary":"!!!"}]}',
    `{"msg":"method","id":"1","method":"m","params":${"[".repeat(1_000)}${"]".repeat(1_000)}}`,
    '{"msg":"x","cleared":5}',
    '{"msg":"x","cleared":[5]}',
  ])("%s can't be decoded", (text) => {
    expect(complaint(text)).toEqual({ reason: "Parse error", offending: undefined });
  });

  test.each([
    '{"msg":"method","id":1,"method":"m"}',
    '{"msg":"method","id":"1","method":5}',
    '{"msg":"method","id":"1","method":"m","params":{}}',
    '{"msg":"method","id":"1","method":"m","params":null}',
    '{"msg":"method","id":"1","method":"m","randomSeed":5}',
    '{"msg":"method","id":"1"}',
    '{"msg":"method","method":"m"}',
  ])("%s is no call", (text) => {
    expect(complaint(text)).toEqual({
      reason: "Malformed method invocation",
      offending: JSON.parse(text),
    });
  });

  test.each([
    '{"msg":"sub","id":1,"name":"n"}',
    '{"msg":"sub","id":"1"}',
    '{"msg":"sub","id":"1","name":"n","params":{}}',
  ])("%s is no subscription", (text) => {
    expect(complaint(text)).toEqual({
      reason: "Malformed subscription",
      offending: JSON.parse(text),
    });
  });

  test("an unsub with an id that is none", () => {
    expect(complaint('{"msg":"unsub","id":7}').reason).toBe("Malformed unsubscription");
  });

  const long = "x".repeat(257);
  const many = Array.from({ length: 1_001 }, () => 1);

  test.each([
    ["Malformed method invocation", { msg: "method", id: long, method: "m" }],
    ["Malformed method invocation", { msg: "method", id: "1", method: long }],
    ["Malformed method invocation", { msg: "method", id: "1", method: "m", randomSeed: long }],
    ["Malformed method invocation", { msg: "method", id: "1", method: "m", params: many }],
    ["Malformed subscription", { msg: "sub", id: long, name: "n" }],
    ["Malformed subscription", { msg: "sub", id: "1", name: long }],
    ["Malformed subscription", { msg: "sub", id: "1", name: "n", params: many }],
    ["Malformed unsubscription", { msg: "unsub", id: long }],
    ["Bad request", { msg: "ping", id: long }],
  ])("ids, names and lists of parameters that are too long: %s %#", (reason, message) => {
    expect(complaint(JSON.stringify(message)).reason).toBe(reason);
    const cut = JSON.stringify(message).replace("x", "").replace("1,", "");
    expect(toClientMessage(readMessage(cut))).toBeDefined();
  });

  test("what is long isn't sent back", () => {
    const text = JSON.stringify({ msg: "zzz", junk: "x".repeat(2_000) });
    expect(complaint(text)).toEqual({ reason: "Bad request", offending: undefined });
  });

  test("what is sent back isn't decoded", () => {
    const text = '{"msg":"sub","id":1,"name":"n","params":[{"$date":1}]}';
    expect(complaint(text).offending).toEqual(JSON.parse(text));
  });
});

describe("messages", () => {
  test.each([
    '{"msg":"connect","version":"1","support":["1"]}',
    '{"msg":"connect"}',
    '{"msg":"disconnect"}',
    '{"msg":"ping"}',
    '{"msg":"ping","id":"a"}',
    '{"msg":"pong","id":"a"}',
    '{"msg":"pong","id":5}',
    '{"msg":"unsub"}',
    '{"msg":"unsub","id":"a"}',
    '{"msg":"sub","id":"a","name":"n"}',
    '{"msg":"sub","id":"a","name":"toString","params":[{"$date":1}]}',
    '{"msg":"method","id":"a","method":"m","params":[{"$escape":{"$date":1}}],"randomSeed":"s"}',
    '{"msg":"method","id":"a","method":"m","more":1}',
  ])("%s is read, and written again", (text) => {
    expect(writeMessage(toClientMessage(readMessage(text)))).toBe(text);
  });

  test("values are decoded, and only they", () => {
    const text = '{"msg":"sub","id":"a","name":"n","params":[{"$date":1}],"other":{"$date":1}}';
    expect(toClientMessage(readMessage(text))).toMatchObject({
      params: [new Date(1)],
      other: { $date: 1 },
    });
  });

  test("values of a server's messages are written", () => {
    const at = new Date(1);
    expect(writeMessage({ msg: "added", collection: "c", id: "a", fields: { at } })).toBe(
      '{"msg":"added","collection":"c","id":"a","fields":{"at":{"$date":1}}}',
    );
    expect(writeMessage({ msg: "result", id: "1", result: at })).toBe(
      '{"msg":"result","id":"1","result":{"$date":1}}',
    );
    expect(writeMessage({ msg: "result", id: "1", result: null })).toBe(
      '{"msg":"result","id":"1","result":null}',
    );
    expect(writeMessage({ msg: "result", id: "1", result: undefined })).toBe(
      '{"msg":"result","id":"1"}',
    );
  });
});

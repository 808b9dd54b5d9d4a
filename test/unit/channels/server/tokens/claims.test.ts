import { describe, expect, test } from "vitest";
import {
  ClaimError,
  readConnection,
  readSubscription,
} from "../../../../../src/channels/server/tokens/claims.ts";

const bytes = Buffer.from([0xff, 0]).toString("base64");

describe("a connection token", () => {
  test("says who somebody is", () => {
    const claims = readConnection(
      '{"sub":"ann","info":{"n":12345678901234567890,\n"f":1.0},"meta":{"a":[1]},"jti":5}',
    );
    expect(claims).toMatchObject({
      user: "ann",
      info: '{"n":12345678901234567890, "f":1.0}',
      meta: '{"a":[1]}',
      expireAt: undefined,
    });
    expect(claims.subscriptions?.size).toBe(0);
  });

  test("without a name is for somebody without one", () => {
    expect(readConnection("{}").user).toBe("");
    expect(readConnection('{"sub":""}').user).toBe("");
  });

  test("may have its info in base64", () => {
    expect(readConnection(`{"b64info":"${bytes}","info":1}`).info).toEqual(
      new Uint8Array([0xff, 0]),
    );
    expect(readConnection(`{"b64info":"${btoa('{"a":1}')}"}`).info).toBe('{"a":1}');
    expect(readConnection('{"b64info":"","info":1}').info).toBe("1");
  });

  test("brings subscriptions", () => {
    const { subscriptions } = readConnection(
      `{"channels":["news:a","__proto__"],"subs":{
        "news:a":{"info":{"x":1.0},"b64data":"${bytes}"},
        "news:b":{"data":null,"override":{
          "presence":{"value":true},"join_leave":{"value":false},"force_recovery":{"value":true}
        }},
        "news:c":{"override":{"recover":{"value":false},"force_push_join_leave":{"value":true}}}
      }}`,
    );
    expect(Object.fromEntries(subscriptions ?? [])).toEqual({
      ["__proto__"]: {},
      "news:a": { info: '{"x":1.0}', data: new Uint8Array([0xff, 0]) },
      "news:b": { presence: true, joinLeave: false, recover: true },
      "news:c": { joinLeave: true, recover: false },
    });
  });

  test.each([
    '{"sub":5}',
    '{"sub":["ann"]}',
    '{"b64info":"*"}',
    '{"b64info":5}',
    '{"channels":"news:a"}',
    '{"channels":[5]}',
    '{"subs":[]}',
    '{"subs":{"news:a":5}}',
    '{"subs":{"news:a":{"override":{"presence":true}}}}',
    '{"subs":{"news:a":{"override":{"presence":{"value":"yes"}}}}}',
    '{"expire_at":"soon"}',
    '{"channel":"news:a"}',
    "[]",
  ])("%s is not good", (payload) => {
    expect(() => readConnection(payload)).toThrow(ClaimError);
  });
});

describe("a subscription token", () => {
  test("says who may subscribe to what, and how", () => {
    expect(
      readSubscription(
        `{"sub":"ann","channel":"news:a","client":"c1","info":{"x":1},"data":[1.0],"expire_at":5,
          "override":{"presence":{"value":true}}}`,
      ),
    ).toEqual({
      user: "ann",
      channel: "news:a",
      client: "c1",
      info: '{"x":1}',
      data: "[1.0]",
      expireAt: 5,
      presence: true,
    });
  });

  test("is for whoever it names, and without a name not for everybody", () => {
    expect(readSubscription('{"channel":"a","sub":"ann"}')).toMatchObject({ user: "ann" });
    expect(readSubscription('{"channel":"a"}')).toMatchObject({ user: "" });
    expect(readSubscription('{"channel":"a","client":"c"}')).toMatchObject({
      user: undefined,
      client: "c",
    });
  });

  test.each(["{}", '{"channel":""}', '{"channel":5}', '{"channel":"a","client":5}'])(
    "%s is not good",
    (payload) => {
      expect(() => readSubscription(payload)).toThrow(ClaimError);
    },
  );
});

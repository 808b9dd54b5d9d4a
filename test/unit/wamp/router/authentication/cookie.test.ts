import { describe, expect, test } from "vitest";
import type { Step } from "../../../../../src/wamp/router/authentication/authenticator.ts";
import { cookie } from "../../../../../src/wamp/router/authentication/cookie.ts";
import { introduction } from "../../../../support/wamp-authentication.ts";

const REFUSED = { type: "refuse", reason: "wamp.error.authentication_failed" };

describe("a cookie", () => {
  const joe = { authid: "joe", role: "user" };
  const method = cookie({
    name: "session",
    principals: { f3a9: joe, b8: { ...joe, authid: "ann" } },
  });
  const begin = async (header?: string, authid?: string): Promise<Step> => {
    const headers = new Headers(header === undefined ? {} : { cookie: header });
    return method.begin(introduction({ authid }, { headers }));
  };

  test.each([
    "session=f3a9",
    " session = f3a9 ",
    "a=b; session=f3a9; session=b8",
    "nosession=b8;session=f3a9",
    "=; ;session=f3a9",
  ])("%j", async (header) => {
    expect(await begin(header)).toMatchObject({
      type: "accept",
      principal: { authid: "joe", authrole: "user", authmethod: "cookie", authprovider: "static" },
    });
  });

  test.each([undefined, "", "session", "other=f3a9", "Session=f3a9"])(
    "isn't there: %j",
    async (header) => {
      expect(await begin(header)).toEqual({ type: "skip" });
    },
  );

  test.each(["session=", "session=f3a", "session=__proto__", 'session="f3a9"'])(
    "is nobody's: %s",
    async (header) => {
      expect(await begin(header)).toEqual(REFUSED);
    },
  );

  test("is somebody else's", async () => {
    expect(await begin("session=f3a9", "ann")).toEqual(REFUSED);
    expect(await begin("session=b8", "ann")).toMatchObject({ type: "accept" });
  });

  test("is found by a function that makes no sense", async () => {
    for (const facts of [
      true,
      {},
      { authid: "joe" },
      { role: "user" },
      { ...joe, roles: "root" },
    ]) {
      const broken = cookie({ name: "id", principals: () => facts as never });
      const headers = new Headers({ cookie: "id=1" });
      const said = introduction({ authrole: "root" }, { headers });
      await expect(broken.begin(said)).rejects.toThrow(TypeError);
    }
  });

  test("isn't there in memory", async () => {
    expect(await method.begin(introduction())).toEqual({ type: "skip" });
  });

  test("is looked at by a function", async () => {
    const dynamic = cookie({
      name: "id",
      principals: async ({ cookie: value, realm }) =>
        value === "1" ? { authid: `one@${realm}`, role: "user" } : undefined,
    });
    const said = (value: string) =>
      introduction({}, { headers: new Headers({ cookie: `id=${value}` }) });
    expect(await dynamic.begin(said("1"))).toMatchObject({ principal: { authid: "one@realm1" } });
    expect(await dynamic.begin(said("2"))).toEqual(REFUSED);
  });
});

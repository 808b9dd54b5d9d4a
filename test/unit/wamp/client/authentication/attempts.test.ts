import { describe, expect, test } from "vitest";
import { Attempts } from "../../../../../src/wamp/client/authentication/attempts.ts";
import type {
  Attempt,
  Authentication,
} from "../../../../../src/wamp/client/authentication/authentication.ts";
import { anonymous, cookie, tls } from "../../../../../src/wamp/client/authentication/implicit.ts";
import { scram } from "../../../../../src/wamp/client/authentication/scram.ts";
import { ticket } from "../../../../../src/wamp/client/authentication/ticket.ts";
import type { Dict, Welcome } from "../../../../../src/wamp/protocol/messages.ts";

const context = { connection: undefined };
const joe = ticket({ authid: "joe", ticket: "1" });

function welcome(details: Partial<Welcome[2]> = {}): Welcome[2] {
  return { roles: {}, ...details };
}

function method(name: string, attempt: Partial<Attempt> = {}, authid?: string): Authentication {
  const challenge = (): { signature: string } => ({ signature: name });
  return { method: name, authid, begin: () => ({ challenge, ...attempt }) };
}

describe("HELLO says", () => {
  test("nothing but that it is nobody, without methods", async () => {
    expect((await Attempts.begin([], context)).details).toEqual({ authmethods: ["anonymous"] });
  });

  test("the methods in order, and what they have to say", async () => {
    const methods = [
      method("a", { authextra: { one: 1 } }, "joe"),
      method("b", { authextra: { two: 2 } }),
      joe,
      anonymous(),
      tls(),
      cookie({ authid: "joe" }),
    ];
    const { details } = await Attempts.begin(methods, context);
    expect(details).toEqual({
      authmethods: ["a", "b", "ticket", "anonymous", "tls", "cookie"],
      authid: "joe",
      authextra: { one: 1, two: 2 },
    });
  });

  test.each([
    [[joe, ticket({ authid: "joe", ticket: "2" })], "two ways to authenticate by ticket"],
    [[joe, tls({ authid: "ann" })], "one authid only"],
  ])("no contradictions", async (methods, message) => {
    await expect(Attempts.begin(methods, context)).rejects.toThrow(message);
  });

  test("nothing for a method that can't begin", async () => {
    const broken = { ...joe, begin: () => Promise.reject(new Error("no key")) };
    await expect(Attempts.begin([broken], context)).rejects.toThrow("no key");
  });
});

describe("a CHALLENGE", () => {
  test("is answered by the method that it names", async () => {
    const attempts = await Attempts.begin([method("a"), joe], context);
    expect(await attempts.answer([4, "ticket", {}])).toEqual({ signature: "1" });
    expect(await attempts.answer([4, "a", {}])).toEqual({ signature: "a" });
  });

  test.each(["wampcra", "__proto__", ""])("for what wasn't offered isn't: %j", async (name) => {
    const attempts = await Attempts.begin([joe], context);
    await expect(attempts.answer([4, name, {}])).rejects.toMatchObject({
      uri: "wamp.error.authentication_failed",
    });
  });

  test.each([anonymous(), tls(), cookie()])("of a method that has none isn't", async (implicit) => {
    const attempts = await Attempts.begin([implicit], context);
    await expect(attempts.answer([4, implicit.method, {}])).rejects.toThrow("has no CHALLENGE");
  });
});

describe("a WELCOME", () => {
  const proving = method("a", {
    welcome({ authextra = {} }) {
      if (authextra["proof"] !== 1) throw new Error("no proof");
    },
  });

  test("has to have the proof of each method that was used", async () => {
    const attempts = await Attempts.begin([proving, joe], context);
    await attempts.answer([4, "a", {}]);
    await attempts.answer([4, "ticket", {}]);
    expect(() => attempts.welcome(welcome({ authmethod: "ticket" }))).toThrow("no proof");
    expect(() => attempts.welcome(welcome({ authextra: { proof: 1 } }))).not.toThrow();
  });

  test("needs none of a method that wasn't used", async () => {
    const attempts = await Attempts.begin([proving, joe], context);
    await attempts.answer([4, "ticket", {}]);
    expect(() => attempts.welcome(welcome({ authmethod: "ticket" }))).not.toThrow();
    const other = await Attempts.begin([proving, anonymous()], context);
    expect(() => other.welcome(welcome({ authmethod: "anonymous" }))).not.toThrow();
  });

  test.each([undefined, "other", "a", "__proto__"])(
    "without a CHALLENGE is no way past the proof: %s",
    async (authmethod) => {
      const attempts = await Attempts.begin([proving], context);
      expect(() => attempts.welcome(welcome({ authmethod }))).toThrow("no proof");
      const password = await Attempts.begin(
        [scram({ authid: "joe", password: "pencil" })],
        context,
      );
      expect(() =>
        password.welcome(welcome({ authmethod, authextra: { verifier: "AAAA" } })),
      ).toThrow("proof is wrong");
    },
  );
});

test("a method can be used for many sessions at once: what it remembers is the attempt's", async () => {
  const client = scram({ authid: "joe", password: "pencil" });
  const extras: Dict[] = [];
  for (let count = 0; count < 2; count++) {
    extras.push((await Attempts.begin([client], context)).details.authextra ?? {});
  }
  expect(extras[0]?.["nonce"]).not.toBe(extras[1]?.["nonce"]);
});

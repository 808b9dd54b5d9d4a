import fc from "fast-check";
import { expect, test } from "vitest";
import { scramCredentials } from "../../../../../src/wamp/authentication/scram.ts";
import type { Step } from "../../../../../src/wamp/router/authentication/authenticator.ts";
import { cryptosign } from "../../../../../src/wamp/router/authentication/cryptosign.ts";
import { inSteps } from "../../../../../src/wamp/router/authentication/in-steps.ts";
import { limitAttempts } from "../../../../../src/wamp/router/authentication/limit-attempts.ts";
import { scram } from "../../../../../src/wamp/router/authentication/scram.ts";
import { ticket } from "../../../../../src/wamp/router/authentication/ticket.ts";
import { wampcra } from "../../../../../src/wamp/router/authentication/wampcra.ts";
import { introduction } from "../../../../support/wamp-authentication.ts";

const role = "user";
const publicKeys = ["1adfc8bfe1d35616e64dffbd900096f23b066f914c8c2ffbb66f6075b96e116d"];
const argon2id = async (): Promise<Uint8Array> => new Uint8Array(32);
const standard = await scramCredentials("pencil", { argon2id });
const dialect = await scramCredentials("pencil", { argon2id, kdf: "argon2id-13" });

const secrets = wampcra({ principals: { joe: { secret: "secret2", role } } });
const tickets = ticket({ principals: { joe: { ticket: "secret!!!", role } } });
const methods = [
  tickets,
  secrets,
  scram({ principals: { joe: { ...standard, role } } }),
  scram({ dialect: "autobahn", principals: { joe: { ...dialect, role } } }),
  cryptosign({ principals: { joe: { publicKeys, role } } }),
  limitAttempts(inSteps(secrets, tickets)),
];

const nonce = "AAAAAAAAAAAAAAAAAAAAAA==";
const name = fc.oneof(
  fc.constantFrom("joe", "moe", "__proto__", "constructor", "", undefined),
  fc.string({ unit: "binary" }),
);
const key = fc.oneof(
  fc.constantFrom("nonce", "pubkey", "channel_binding", "challenge", "cbind_data", "__proto__"),
  fc.string(),
);
const value = fc.oneof(
  fc.constantFrom(nonce, ...publicKeys, "tls-unique", "n,,", null),
  fc.anything(),
);
const extra = fc
  .array(fc.tuple(key, value))
  .map(
    (pairs) =>
      Object.fromEntries([["nonce", nonce], ["pubkey", publicKeys[0]], ...pairs]) as object,
  );
const signature = fc.oneof(
  fc.string(),
  fc.base64String({ minLength: 44, maxLength: 44 }),
  fc.constant("0".repeat(192)),
);

test("whatever a client says, nothing throws, and nobody gets in", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...methods),
      fc.record({ authid: name, authrole: name, authextra: extra }),
      signature,
      extra,
      async (method, { authid, authrole, authextra }, given, more) => {
        const authmethods = [method.method, "ticket"];
        const said = introduction({ authid, authrole, authextra: { ...authextra }, authmethods });
        let step: Step = await method.begin(said);
        if (step.type === "challenge") step = await step.respond(given, { ...more });
        expect(step).toEqual({ type: "refuse", reason: "wamp.error.authentication_failed" });
      },
    ),
    { numRuns: 500 },
  );
});

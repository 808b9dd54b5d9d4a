import { createPrivateKey } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";
import { SignJWT } from "jose";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { createChannels } from "../../../../../src/channels/server/create-channels.ts";
import type { TokenVerifierOptions } from "../../../../../src/channels/server/tokens/options.ts";
import { tokenVerifier } from "../../../../../src/channels/server/tokens/token-verifier.ts";
import { pair } from "../../../../../src/testing/pair.ts";
import { certificate } from "../../../../support/certificates.ts";
import { SECRET, keyPair, signed, signedText, unsigned } from "./support.ts";
import type { Pair } from "./support.ts";

const HS: TokenVerifierOptions = { algorithms: ["HS256"], secrets: [SECRET] };
const INVALID = { closeCode: 3500, reason: "invalid token" };
const EXPIRED = { errorCode: 109 };

const seconds = (): number => Math.floor(Date.now() / 1000);

function connection(token: string, options: TokenVerifierOptions = HS): Promise<object> {
  return tokenVerifier(options).connection(token);
}

async function isAccepted(token: string, options: TokenVerifierOptions): Promise<boolean> {
  try {
    await connection(token, options);
    return true;
  } catch (error) {
    expect(error).toMatchObject(INVALID);
    return false;
  }
}

describe("signatures", () => {
  test.each(["HS256", "HS384", "HS512"] as const)("of %s", async (alg) => {
    const options = { ...HS, algorithms: [alg] };
    expect(await isAccepted(signed({ sub: "ann" }, SECRET, { alg }), options)).toBe(true);
    expect(await isAccepted(signed({ sub: "ann" }, "other", { alg }), options)).toBe(false);
    const another = alg === "HS256" ? "HS512" : "HS256";
    expect(await isAccepted(signed({ sub: "ann" }, SECRET, { alg: another }), options)).toBe(false);
  });

  test.each(["RS256", "PS512", "ES256", "ES384", "ES512", "EdDSA"] as const)(
    "of %s, with a key in PEM or JWK",
    async (alg) => {
      const [right, other] = [keyPair(alg), keyPair(alg)];
      const token = await right.sign({ sub: "ann" });
      for (const format of ["pem", "jwk"] as const) {
        const accepts = (pair: Pair): Promise<boolean> =>
          isAccepted(token, { algorithms: [alg], keys: [pair[format]] });
        expect(await accepts(right)).toBe(true);
        expect(await accepts(other)).toBe(false);
      }
    },
  );

  test("of a secret in bytes", async () => {
    const secrets = [new TextEncoder().encode(SECRET)];
    expect(await isAccepted(signed({}), { ...HS, secrets })).toBe(true);
  });

  test("of one of several secrets and keys of several kinds, while they are changed", async () => {
    const [rsa, ec, stranger] = [keyPair("RS256"), keyPair("ES256"), keyPair("ES256")];
    const options: TokenVerifierOptions = {
      algorithms: ["HS256", "RS256", "ES256"],
      secrets: ["old secret", SECRET],
      keys: [rsa.pem, ec.jwk, keyPair("ES256").pem],
    };
    const accepts = async (token: string | Promise<string>): Promise<boolean> =>
      isAccepted(await token, options);
    expect(await accepts(signed({}, "old secret"))).toBe(true);
    expect(await accepts(signed({}, SECRET))).toBe(true);
    expect(await accepts(rsa.sign({}))).toBe(true);
    expect(await accepts(ec.sign({}))).toBe(true);
    expect(await accepts(stranger.sign({}))).toBe(false);
  });

  test("of a key with a kid are not for tokens with another one", async () => {
    const pair = keyPair("ES256");
    const options: TokenVerifierOptions = {
      algorithms: ["ES256"],
      keys: [{ ...pair.jwk, kid: "one" }],
    };
    expect(await isAccepted(await pair.sign({}, { kid: "one" }), options)).toBe(true);
    expect(await isAccepted(await pair.sign({}), options)).toBe(true);
    expect(await isAccepted(await pair.sign({}, { kid: "two" }), options)).toBe(false);
  });

  test("of a key in a certificate", async () => {
    const { cert, key } = certificate("server");
    const sign = (pem: string): Promise<string> =>
      new SignJWT({ sub: "ann" }).setProtectedHeader({ alg: "ES256" }).sign(createPrivateKey(pem));
    const options: TokenVerifierOptions = { algorithms: ["ES256"], keys: [cert] };
    expect(await isAccepted(await sign(key), options)).toBe(true);
    expect(await isAccepted(await sign(certificate("client").key), options)).toBe(false);
  });

  test("of a key for another algorithm than it says are not good", async () => {
    const pair = keyPair("RS256");
    const options: TokenVerifierOptions = {
      algorithms: ["RS256", "RS512"],
      keys: [{ ...pair.jwk, alg: "RS512" }],
    };
    expect(await isAccepted(await pair.sign({}), options)).toBe(false);
    expect(await isAccepted(await pair.sign({}, { alg: "RS512" }), options)).toBe(true);
  });

  test("a key that fits no algorithm is the application's mistake, and not the client's", async () => {
    const options: TokenVerifierOptions = { algorithms: ["ES256"], keys: [keyPair("ES384").pem] };
    await expect(connection(await keyPair("ES256").sign({}), options)).rejects.toThrow(TypeError);
  });
});

describe("attacks", () => {
  const claims = { sub: "admin", exp: seconds() + 1000 };

  test.each(["none", "None", "NONE", "", "nOnE"])("no signature: alg %j", async (alg) => {
    const rsa = keyPair("RS256");
    for (const options of [HS, { algorithms: ["RS256"], keys: [rsa.pem] }] as const) {
      expect(await isAccepted(unsigned(claims, alg), options)).toBe(false);
      expect(await isAccepted(signed(claims, "", { alg }), options)).toBe(false);
    }
  });

  test("a public key as the secret", async () => {
    const rsa = keyPair("RS256");
    const both: TokenVerifierOptions = {
      algorithms: ["RS256", "HS256"],
      keys: [rsa.pem, rsa.jwk],
      secrets: [SECRET],
    };
    for (const secret of [rsa.pem, rsa.pem.trim(), JSON.stringify(rsa.jwk)]) {
      expect(await isAccepted(signed(claims, secret), both)).toBe(false);
      const only: TokenVerifierOptions = { algorithms: ["RS256"], keys: [rsa.pem] };
      expect(await isAccepted(signed(claims, secret), only)).toBe(false);
    }
  });

  test("a key that the token brings along", async () => {
    const stranger = keyPair("ES256");
    const options: TokenVerifierOptions = { algorithms: ["ES256"], keys: [keyPair("ES256").pem] };
    const header = { jwk: stranger.jwk, jku: "http://127.0.0.1:1/", x5u: "http://127.0.0.1:1/" };
    expect(await isAccepted(await stranger.sign(claims, header), options)).toBe(false);
  });

  test("claims that were changed", async () => {
    const [head, , signature] = signed({ sub: "ann" }).split(".");
    const [, payload] = signed(claims).split(".");
    expect(await isAccepted(`${head}.${payload}.${signature}`, HS)).toBe(false);
  });

  test("extensions that nobody knows", async () => {
    expect(await isAccepted(signed(claims, SECRET, { crit: ["x"], x: 1 }), HS)).toBe(false);
    expect(await isAccepted(signed(claims, SECRET, { crit: ["b64"], b64: false }), HS)).toBe(false);
  });

  test.each([
    "",
    ".",
    "..",
    "a.b.c",
    "a.b.c.d.e",
    `${signed({})}.`,
    `${signed({})}x`,
    ` ${signed({})}`,
    signed({}).slice(0, -2),
    signedText("not JSON"),
    signedText("[]"),
    signedText("null"),
    signedText(new Uint8Array([0x7b, 0xff, 0x7d])),
    signedText(`{"info":${"[".repeat(100_000)}${"]".repeat(100_000)}}`),
    "x".repeat(100_000),
  ])("what is no token (%#)", async (token) => {
    expect(await isAccepted(token, HS)).toBe(false);
    await expect(tokenVerifier(HS).subscription(token)).rejects.toMatchObject(INVALID);
  });

  test("a subscription token used to connect, and the other way around", async () => {
    expect(await isAccepted(signed({ sub: "ann", channel: "news:x" }), HS)).toBe(false);
    await expect(tokenVerifier(HS).subscription(signed({ sub: "ann" }))).rejects.toMatchObject(
      INVALID,
    );
  });
});

describe("time", () => {
  test("an expired token asks for another one", async () => {
    await expect(connection(signed({ exp: seconds() - 1 }))).rejects.toMatchObject(EXPIRED);
    const token = signed({ channel: "news:x", exp: seconds() - 1 });
    await expect(tokenVerifier(HS).subscription(token)).rejects.toMatchObject(EXPIRED);
  });

  test("one that expired and has a wrong signature is not good", async () => {
    expect(await isAccepted(signed({ exp: 1 }, "other"), HS)).toBe(false);
  });

  test("one that is not good yet is not good", async () => {
    expect(await isAccepted(signed({ nbf: seconds() + 100 }), HS)).toBe(false);
    expect(await isAccepted(signed({ nbf: seconds() - 100 }), HS)).toBe(true);
  });

  test("clocks may be apart", async () => {
    const options = { ...HS, clockTolerance: 10_000 };
    const exp = seconds() - 5;
    expect(await connection(signed({ exp }), options)).toMatchObject({ expireAt: exp });
    await expect(connection(signed({ exp: exp - 10 }), options)).rejects.toMatchObject(EXPIRED);
    expect(await isAccepted(signed({ nbf: seconds() + 5 }), options)).toBe(true);
  });

  test("expire_at says how long the connection may last, and exp when it says nothing", async () => {
    const exp = seconds() + 100;
    const expireAt = async (claims: object): Promise<unknown> =>
      ((await connection(signed({ ...claims }))) as { expireAt?: number }).expireAt;
    expect(await expireAt({})).toBe(undefined);
    expect(await expireAt({ exp })).toBe(exp);
    expect(await expireAt({ exp, expire_at: exp + 900 })).toBe(exp + 900);
    expect(await expireAt({ exp, expire_at: 0 })).toBe(undefined);
    expect(await expireAt({ exp, expire_at: null })).toBe(exp);
    await expect(expireAt({ exp, expire_at: -1 })).rejects.toMatchObject(EXPIRED);
    await expect(expireAt({ exp: 1, expire_at: 0 })).rejects.toMatchObject(EXPIRED);
    await expect(expireAt({ exp, expire_at: 1 })).rejects.toMatchObject(EXPIRED);
  });
});

describe("audience and issuer", () => {
  test.each<[object, boolean]>([
    [{ aud: "chat", iss: "app" }, true],
    [{ aud: ["other", "chat"], iss: "app" }, true],
    [{ aud: "other", iss: "app" }, false],
    [{ aud: "chat", iss: "other" }, false],
    [{ aud: "chat" }, false],
    [{ iss: "app" }, false],
    [{ aud: { chat: true }, iss: "app" }, false],
  ])("%j: %s", async (claims, accepted) => {
    const options = { ...HS, audience: "chat", issuer: ["app", "app2"] };
    expect(await isAccepted(signed({ ...claims }), options)).toBe(accepted);
  });

  test("are not looked at unless that is asked for", async () => {
    expect(await isAccepted(signed({ aud: "x", iss: "y" }), HS)).toBe(true);
  });
});

describe("a JWKS", () => {
  async function serveKeys(): Promise<{
    url: string;
    keys: object[];
    requests: number;
    status: number;
  }> {
    const state = { url: "", keys: [] as object[], requests: 0, status: 200 };
    const server = createServer((_, response) => {
      state.requests++;
      response.writeHead(state.status, { "Content-Type": "application/json" });
      response.end(JSON.stringify({ keys: state.keys }));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => void server.close());
    state.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    return state;
  }

  test("is fetched once, and again for a new kid", async () => {
    const [one, two] = [keyPair("RS256"), keyPair("ES256")];
    const jwks = await serveKeys();
    jwks.keys.push({ ...one.jwk, kid: "one", alg: "RS256", use: "sig" });
    const options: TokenVerifierOptions = {
      algorithms: ["RS256", "ES256"],
      jwks: jwks.url,
      jwksCooldown: 0,
    };
    const verifier = tokenVerifier(options);
    for (const user of ["ann", "bob"]) {
      const token = await one.sign({ sub: user }, { kid: "one" });
      expect(await verifier.connection(token)).toMatchObject({ user });
    }
    expect(jwks.requests).toBe(1);
    const token = await two.sign({ sub: "cid" }, { kid: "two" });
    await expect(verifier.connection(token)).rejects.toMatchObject(INVALID);
    jwks.keys.push({ ...two.jwk, kid: "two" });
    expect(await verifier.connection(token)).toMatchObject({ user: "cid" });
  });

  test("is not fetched for each kid that somebody invents", async () => {
    const pair = keyPair("ES256");
    const jwks = await serveKeys();
    jwks.keys.push({ ...pair.jwk, kid: "one" });
    const verifier = tokenVerifier({ algorithms: ["ES256"], jwks: jwks.url });
    for (const kid of ["one", "a", "b", "c", "d"]) {
      await verifier.connection(await pair.sign({}, { kid })).catch(() => {});
    }
    expect(jwks.requests).toBe(1);
  });

  test("may have several keys that fit", async () => {
    const [one, two, stranger] = [keyPair("ES256"), keyPair("ES256"), keyPair("ES256")];
    const jwks = await serveKeys();
    jwks.keys.push(one.jwk, two.jwk);
    const options: TokenVerifierOptions = { algorithms: ["ES256"], jwks: jwks.url };
    expect(await isAccepted(await two.sign({}), options)).toBe(true);
    expect(await isAccepted(await stranger.sign({}), options)).toBe(false);
  });

  test("with a secret in it lets nobody in", async () => {
    const jwks = await serveKeys();
    jwks.keys.push({ kty: "oct", k: Buffer.from(SECRET).toString("base64url"), alg: "HS256" });
    const options: TokenVerifierOptions = {
      algorithms: ["ES256", "HS256"],
      secrets: ["other"],
      jwks: jwks.url,
    };
    expect(await isAccepted(signed({ sub: "ann" }), options)).toBe(false);
    expect(jwks.requests).toBe(0);
  });

  test("that can't be fetched is not the client's fault", async () => {
    const pair = keyPair("ES256");
    const jwks = await serveKeys();
    jwks.keys.push(pair.jwk);
    jwks.status = 500;
    const verifier = tokenVerifier({ algorithms: ["ES256"], jwks: jwks.url });
    const token = await pair.sign({ sub: "ann" });
    const error: unknown = await verifier.connection(token).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toMatchObject(INVALID);
    jwks.status = 200;
    expect(await verifier.connection(token)).toMatchObject({ user: "ann" });
  });
});

describe("clients", () => {
  async function connect(token: string) {
    const channels = createChannels({
      namespaces: { news: {}, plain: { access: { subscribe: "anyone" } } },
      tokens: tokenVerifier(HS),
    });
    onTestFinished(() => channels.close());
    const [client, server] = pair();
    void channels.handler(server);
    const ask = async (command: object): Promise<Record<string, object>> => {
      await client.send(JSON.stringify(command));
      return JSON.parse(String(await client.recv())) as Record<string, object>;
    };
    const closed = client.closed.then(({ code }) => ({ closed: code }));
    const answer = await Promise.race([ask({ id: 1, connect: { token } }).catch(() => {}), closed]);
    return { channels, client, ask, answer: answer ?? (await closed) };
  }

  test("come in with a token, and it subscribes them", async () => {
    const info = '{"n":12345678901234567890}';
    const subs = '{"news:a":{"data":1.0}}';
    const { answer, channels } = await connect(
      signedText(`{"sub":"ann","exp":${seconds() + 100},"info":${info},"subs":${subs}}`),
    );
    expect(answer).toMatchObject({ connect: { expires: true, subs: { "news:a": {} } } });
    expect(await channels.connections()).toMatchObject([{ user: "ann", channels: ["news:a"] }]);
  });

  test("are asked for a new one, or sent away", async () => {
    expect((await connect(signed({ exp: 1 }))).answer).toMatchObject({ error: { code: 109 } });
    expect((await connect("x")).answer).toEqual({ closed: 3500 });
    expect((await connect(signed({ sub: "ann" }, "other"))).answer).toEqual({ closed: 3500 });
  });

  test("may subscribe with a token of their own", async () => {
    const { ask } = await connect(signed({ sub: "ann" }));
    const token = signed({ sub: "ann", channel: "$news:a" });
    expect(await ask({ id: 2, subscribe: { channel: "$news:a" } })).toMatchObject({
      error: { code: 103 },
    });
    expect(await ask({ id: 3, subscribe: { channel: "$news:a", token } })).toMatchObject({ id: 3 });
  });

  test.each([
    ["another user", { sub: "bob", channel: "$news:a" }],
    ["nobody", { channel: "$news:a" }],
    ["another channel", { sub: "ann", channel: "$news:b" }],
    ["another client", { sub: "ann", client: "x", channel: "$news:a" }],
  ])("are sent away with one for %s", async (_, claims) => {
    const { client } = await connect(signed({ sub: "ann" }));
    const token = signed({ ...claims });
    await client.send(JSON.stringify({ id: 2, subscribe: { channel: "$news:a", token } }));
    expect(await client.closed).toMatchObject({ code: 3500 });
  });
});

test("the library is loaded with the first token", async () => {
  vi.resetModules();
  const loaded = vi.fn<() => void>();
  vi.doMock("jose", async (original) => {
    loaded();
    return original();
  });
  onTestFinished(() => vi.doUnmock("jose"));
  const fresh = await import("../../../../../src/channels/server/tokens/token-verifier.ts");
  const verifier = fresh.tokenVerifier(HS);
  expect(loaded).not.toHaveBeenCalled();
  await verifier.connection(signed({ sub: "ann" }));
  expect(loaded).toHaveBeenCalledOnce();
});

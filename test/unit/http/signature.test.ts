import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { sign, verifySignature } from "../../../src/http/signature.ts";

const NOW = 1_700_000_000_500;
const now = { now: NOW };
const body = '{"a":"é"}';
const mac = (secret: string, time: number | string): string =>
  createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");

test("a signature is the HMAC-SHA256 of the time in seconds, a point and the body", async () => {
  expect(await sign("secret", body, NOW)).toBe(`t=1700000000,v1=${mac("secret", 1_700_000_000)}`);
});

test("what was signed is verified, as text and as bytes", async () => {
  const header = await sign("secret", body, NOW);
  expect(await verifySignature(body, header, "secret", now)).toBe(true);
  expect(await verifySignature(Buffer.from(body), header, ["secret"], now)).toBe(true);
});

test("any of several secrets will do, and any of several signatures", async () => {
  const header = await sign("new", body, NOW);
  expect(await verifySignature(body, header, ["old", "new"], now)).toBe(true);
  expect(await verifySignature(body, header, ["old", "older"], now)).toBe(false);
  const both = `t=1700000000, v1=${mac("other", 1_700_000_000)}, v1=${mac("new", 1_700_000_000)}`;
  expect(await verifySignature(body, both, "new", now)).toBe(true);
});

test("another body, time or secret is refused", async () => {
  const header = await sign("secret", body, NOW);
  expect(await verifySignature(`${body} `, header, "secret", now)).toBe(false);
  expect(await verifySignature(body, header.replace("t=17", "t=16"), "secret", now)).toBe(false);
  expect(await verifySignature(body, header, "Secret", now)).toBe(false);
});

describe("the time", () => {
  test.each([
    [300_000, true],
    [301_000, false],
    [-300_000, true],
    [-301_000, false],
  ])("of %d ms ago: %s", async (age, expected) => {
    const header = await sign("secret", body, 1_700_000_000_000);
    const options = { now: 1_700_000_000_000 + age };
    expect(await verifySignature(body, header, "secret", options)).toBe(expected);
  });

  test("is compared with the tolerance that is given", async () => {
    const header = await sign("secret", body, NOW);
    const options = { now: NOW + 5_000, tolerance: 2_000 };
    expect(await verifySignature(body, header, "secret", options)).toBe(false);
  });
});

test.each([
  ["nothing", undefined],
  ["null", null],
  ["a list", ["t=1700000000"]],
  ["no text", ""],
  ["no time", `v1=${mac("secret", 1_700_000_000)}`],
  ["no signature", "t=1700000000"],
  ["two times", `t=1700000000,t=1700000000,v1=${mac("secret", 1_700_000_000)}`],
  ["a time in hex", `t=aa,v1=${mac("secret", "aa")}`],
  ["half a signature", `t=1700000000,v1=${mac("secret", 1_700_000_000).slice(0, 32)}`],
  ["too much", `t=1700000000,v1=${mac("secret", 1_700_000_000)}${",v1=00".repeat(300)}`],
])("a header with %s is refused", async (_, header) => {
  expect(await verifySignature(body, header, "secret", now)).toBe(false);
});

test.each([
  ["none", []],
  ["an empty one", ""],
  ["an empty one among others", ["a", ""]],
])("without a secret (%s) verifying is a mistake", async (_, secrets) => {
  await expect(verifySignature(body, "", secrets)).rejects.toThrow(TypeError);
});

test("a secret that is not set is a mistake", async () => {
  await expect(verifySignature(body, "", undefined as never)).rejects.toThrow(/needs a secret/);
});

import { describe, expect, test } from "vitest";
import { checkOptions } from "../../../src/util/option-names.ts";

const NAMES = {
  maxMessage: true,
  keepalive: { interval: true, timeout: true },
  tls: true,
} as const;

function check(options: unknown): void {
  checkOptions("serve", options, NAMES);
}

describe("options that are known", () => {
  test.each([
    [{}],
    [{ maxMessage: 1, keepalive: { interval: 1 }, tls: { ca: "" } }],
    [{ keepalive: false }],
    [{ maxMesage: undefined, keepalive: { intervall: undefined } }],
    [Object.assign(Object.create({ inherited: 1 }) as object, { maxMessage: 1 })],
  ])("pass: %j", (options) => {
    expect(() => check(options)).not.toThrow();
  });
});

describe("others are refused", () => {
  test.each([
    [{ maxMesage: 1 }, 'serve has no option "maxMesage": did you mean "maxMessage"?'],
    [{ maxmessage: 1 }, 'serve has no option "maxmessage": did you mean "maxMessage"?'],
    [{ perMessageDeflate: true }, 'serve has no option "perMessageDeflate"'],
    [
      { keepalive: { intervall: 1 } },
      'serve\'s option keepalive has no option "intervall": did you mean "interval"?',
    ],
    [{ toString: 1 }, 'serve has no option "toString"'],
    [JSON.parse('{"__proto__": 1}'), 'serve has no option "__proto__"'],
  ])("%j", (options, message) => {
    expect(() => check(options)).toThrow(new TypeError(message));
  });
});

test.each([["chat"], [["chat"]], [8765], [null]])("%j is no object of options", (options) => {
  expect(() => check(options)).toThrow(new TypeError("serve takes its options as an object"));
});

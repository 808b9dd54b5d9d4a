import { describe, expect, test } from "vitest";
import { HandshakeError } from "../../../../src/errors.ts";
import { parseExtensions, type ExtensionOffer } from "../../../../src/protocol/extensions/offer.ts";
import {
  acceptDeflate,
  confirmDeflate,
  type DeflateOptions,
  offerDeflate,
} from "../../../../src/protocol/extensions/permessage-deflate.ts";

const NAME = "permessage-deflate";

function offers(value: string): ExtensionOffer[] {
  return parseExtensions(value) ?? expect.fail(`malformed: ${value}`);
}

/** `[server context takeover, client context takeover, server window, client window]` */
function accept(
  value: string,
  options: DeflateOptions = {},
): [header: string, ...unknown[]] | undefined {
  const accepted = acceptDeflate(offers(value), options);
  if (!accepted) return undefined;
  const { header, parameters } = accepted;
  return [
    header,
    parameters.serverContextTakeover,
    parameters.clientContextTakeover,
    parameters.serverMaxWindowBits,
    parameters.clientMaxWindowBits,
  ];
}

const BOTH_NO = "; server_no_context_takeover; client_no_context_takeover";
const TAKEOVER: DeflateOptions = { serverContextTakeover: true, clientContextTakeover: true };

describe("a server accepts", () => {
  test("without context takeover, unless it was told otherwise", () => {
    expect(accept(NAME)).toEqual([NAME + BOTH_NO, false, false, 15, 15]);
    expect(accept(NAME, TAKEOVER)).toEqual([NAME, true, true, 15, 15]);
  });

  test("what the client wants less of", () => {
    expect(accept(`${NAME}; server_no_context_takeover`, TAKEOVER)).toEqual([
      `${NAME}; server_no_context_takeover`,
      false,
      true,
      15,
      15,
    ]);
    expect(accept(`${NAME}; client_no_context_takeover`, TAKEOVER)).toEqual([
      `${NAME}; client_no_context_takeover`,
      true,
      false,
      15,
      15,
    ]);
  });

  test.each<
    [offer: string, options: DeflateOptions, header: string, server: number, client: number]
  >([
    ["server_max_window_bits=10", {}, "; server_max_window_bits=10", 10, 15],
    ["server_max_window_bits=15", {}, "; server_max_window_bits=15", 15, 15],
    ["server_max_window_bits=8", { serverMaxWindowBits: 12 }, "; server_max_window_bits=8", 8, 15],
    ["server_max_window_bits=14", { serverMaxWindowBits: 9 }, "; server_max_window_bits=9", 9, 15],
    ["x", { serverMaxWindowBits: 9 }, "; server_max_window_bits=9", 9, 15],
    ["x", { clientMaxWindowBits: 9 }, "", 15, 15],
    ["client_max_window_bits", {}, "", 15, 15],
    ["client_max_window_bits", { clientMaxWindowBits: 9 }, "; client_max_window_bits=9", 15, 9],
    ["client_max_window_bits=10", {}, "; client_max_window_bits=10", 15, 10],
    ["client_max_window_bits=15", {}, "", 15, 15],
    [
      "client_max_window_bits=10",
      { clientMaxWindowBits: 12 },
      "; client_max_window_bits=10",
      15,
      10,
    ],
    [
      "client_max_window_bits=12",
      { clientMaxWindowBits: 10 },
      "; client_max_window_bits=10",
      15,
      10,
    ],
    [
      'client_max_window_bits="9"; server_max_window_bits="11"',
      {},
      "; server_max_window_bits=11; client_max_window_bits=9",
      11,
      9,
    ],
  ])("windows: %s with %j", (offer, options, header, server, client) => {
    const value = offer === "x" ? NAME : `${NAME}; ${offer}`;
    expect(accept(value, { ...TAKEOVER, ...options })).toEqual([
      NAME + header,
      true,
      true,
      server,
      client,
    ]);
  });

  test("the first of several offers that it can", () => {
    const value = `x-webkit-deflate-frame, ${NAME}; server_max_window_bits=7, ${NAME}; server_max_window_bits=10, ${NAME}`;
    expect(accept(value)?.[0]).toBe(`${NAME}${BOTH_NO}; server_max_window_bits=10`);
  });
});

const INVALID = [
  "server_max_window_bits",
  "server_max_window_bits=0",
  "server_max_window_bits=1",
  "server_max_window_bits=7",
  "server_max_window_bits=16",
  "server_max_window_bits=09",
  "server_max_window_bits=-1",
  "server_max_window_bits=+9",
  "server_max_window_bits=9.0",
  "server_max_window_bits=1e1",
  "server_max_window_bits=99999999999999999999",
  "client_max_window_bits=7",
  "client_max_window_bits=16",
  "client_max_window_bits=015",
  "client_max_window_bits=x",
  "server_no_context_takeover=1",
  "client_no_context_takeover=true",
  "unknown",
  "__proto__",
  "constructor=1",
  "Server_No_Context_Takeover",
  "server_no_context_takeover; server_no_context_takeover",
  "client_no_context_takeover; client_no_context_takeover",
  "server_max_window_bits=10; server_max_window_bits=10",
  "client_max_window_bits; client_max_window_bits=10",
];

describe("a server declines", () => {
  test.each(INVALID)("%s", (parameters) => {
    expect(accept(`${NAME}; ${parameters}`)).toBeUndefined();
  });

  test("other extensions, and none", () => {
    expect(accept("x-webkit-deflate-frame, permessage-bzip2, constructor")).toBeUndefined();
    expect(acceptDeflate([], {})).toBeUndefined();
  });
});

describe("a client offers", () => {
  test.each<[DeflateOptions, string]>([
    [{}, `${BOTH_NO}; client_max_window_bits`],
    [TAKEOVER, "; client_max_window_bits"],
    [{ ...TAKEOVER, serverMaxWindowBits: 8 }, "; server_max_window_bits=8; client_max_window_bits"],
    [{ ...TAKEOVER, clientMaxWindowBits: 8 }, "; client_max_window_bits=8"],
    [
      { serverContextTakeover: true, serverMaxWindowBits: 15, clientMaxWindowBits: 15 },
      "; client_no_context_takeover; client_max_window_bits",
    ],
  ])("with %j", (options, parameters) => {
    expect(offerDeflate(options)).toBe(NAME + parameters);
  });
});

function confirm(value: string, options: DeflateOptions): unknown[] | undefined {
  const parameters = confirmDeflate(offers(value), options);
  return (
    parameters && [
      parameters.serverContextTakeover,
      parameters.clientContextTakeover,
      parameters.serverMaxWindowBits,
      parameters.clientMaxWindowBits,
    ]
  );
}

describe("a client takes an answer", () => {
  test("that declines", () => {
    expect(confirmDeflate([], {})).toBeUndefined();
  });

  test.each<[options: DeflateOptions, answer: string, ...unknown[]]>([
    [{}, "; server_no_context_takeover", false, false, 15, 15],
    [{}, BOTH_NO, false, false, 15, 15],
    [TAKEOVER, "", true, true, 15, 15],
    [TAKEOVER, BOTH_NO, false, false, 15, 15],
    [TAKEOVER, "; client_max_window_bits=8", true, true, 15, 8],
    [TAKEOVER, "; server_max_window_bits=8", true, true, 8, 15],
    [{ ...TAKEOVER, serverMaxWindowBits: 10 }, "; server_max_window_bits=10", true, true, 10, 15],
    [{ ...TAKEOVER, serverMaxWindowBits: 10 }, '; server_max_window_bits="9"', true, true, 9, 15],
    [{ ...TAKEOVER, clientMaxWindowBits: 10 }, "", true, true, 15, 10],
    [{ ...TAKEOVER, clientMaxWindowBits: 10 }, "; client_max_window_bits=9", true, true, 15, 9],
  ])("with %j: %s", (options, answer, ...expected) => {
    expect(confirm(NAME + answer, options)).toEqual(expected);
  });
});

describe("a client refuses an answer", () => {
  test.each<[options: DeflateOptions, answer: string]>([
    [{}, NAME],
    [{}, `${NAME}; client_no_context_takeover`],
    [{ ...TAKEOVER, serverMaxWindowBits: 10 }, NAME],
    [{ ...TAKEOVER, serverMaxWindowBits: 10 }, `${NAME}; server_max_window_bits=11`],
    [{ ...TAKEOVER, clientMaxWindowBits: 10 }, `${NAME}; client_max_window_bits=11`],
    [TAKEOVER, `${NAME}; client_max_window_bits`],
    [TAKEOVER, `${NAME}, ${NAME}`],
    [TAKEOVER, "x-webkit-deflate-frame"],
    [TAKEOVER, `${NAME}, foo`],
  ])("with %j: %s", (options, answer) => {
    expect(() => confirm(answer, options)).toThrow(HandshakeError);
  });

  test.each(INVALID)("%s", (parameters) => {
    expect(() => confirm(`${NAME}; ${parameters}`, TAKEOVER)).toThrow(HandshakeError);
  });
});

test.each<DeflateOptions>([
  { serverMaxWindowBits: 7 },
  { serverMaxWindowBits: 16 },
  { clientMaxWindowBits: 0 },
  { clientMaxWindowBits: 8.5 },
  { clientMaxWindowBits: Number.NaN },
])("window bits that there are not are misuse: %j", (options) => {
  expect(() => offerDeflate(options)).toThrow(RangeError);
  expect(() => acceptDeflate([], options)).toThrow(RangeError);
  expect(() => confirmDeflate([], options)).toThrow(RangeError);
});

test("a client takes whatever our server answers to what it offers", () => {
  const takeovers = [false, true];
  const windows = [undefined, 8, 11, 15];
  const all: DeflateOptions[] = [];
  for (const serverContextTakeover of takeovers) {
    for (const clientContextTakeover of takeovers) {
      for (const serverMaxWindowBits of windows) {
        for (const clientMaxWindowBits of windows) {
          all.push({
            serverContextTakeover,
            clientContextTakeover,
            serverMaxWindowBits,
            clientMaxWindowBits,
          });
        }
      }
    }
  }
  for (const client of all) {
    for (const server of all) {
      const accepted = acceptDeflate(offers(offerDeflate(client)), server);
      expect(confirmDeflate(offers(accepted!.header), client)).toEqual(accepted!.parameters);
    }
  }
});

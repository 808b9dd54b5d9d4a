/**
 * What must hold for any bytes, in any chunks. `FUZZ_SEED` and `FUZZ_RUNS` change the fixed seed and the effort.
 */

import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProtocolEvent } from "../../src/protocol/events.ts";
import { parseExtensions } from "../../src/protocol/extensions/offer.ts";
import { acceptDeflate } from "../../src/protocol/extensions/permessage-deflate.ts";
import { parseTokens } from "../../src/protocol/handshake/field-values.ts";
import type { MessageCodec, Role } from "../../src/protocol/platform.ts";
import { Protocol } from "../../src/protocol/protocol.ts";
import { Utf8Validator } from "../../src/protocol/utf8-validator.ts";
import { webPlatform } from "../../src/protocol/web-platform.ts";

const seed = Number(process.env["FUZZ_SEED"] ?? 6455);
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 1000);

function check<T>(arbitrary: fc.Arbitrary<T>, property: (value: T) => void): void {
  fc.assert(fc.property(arbitrary, property), { seed, numRuns });
}

// ---- streams of frames

interface Frame {
  first: number;
  payload: Uint8Array;
}

/** A frame as bytes, written here without the library. */
function encodeFrame({ first, payload }: Frame, masked: boolean, key: Uint8Array): Uint8Array {
  const { length } = payload;
  const bytes = [first];
  const maskBit = masked ? 0x80 : 0;
  if (length < 126) bytes.push(maskBit | length);
  else bytes.push(maskBit | 126, length >> 8, length & 0xff);
  if (masked) bytes.push(...key);
  payload.forEach((byte, at) => bytes.push(masked ? byte ^ key[at & 3]! : byte));
  return Uint8Array.from(bytes);
}

const text = fc.string({ unit: "grapheme", maxLength: 30 }).map((value) => Buffer.from(value));
const binary = fc.uint8Array({ maxLength: 300 });

/** The frames of one message, with control frames between them. */
const message: fc.Arbitrary<Frame[]> = fc
  .record({
    data: fc.oneof(
      text.map((payload) => ({ opcode: 1, payload: payload as Uint8Array })),
      binary.map((payload) => ({ opcode: 2, payload })),
      { weight: 1, arbitrary: binary.map((payload) => ({ opcode: 1, payload })) },
    ),
    compressed: fc.boolean(),
    cuts: fc.array(fc.nat(300), { maxLength: 5 }),
    control: fc.option(
      fc.record({ first: fc.constantFrom(0x89, 0x8a), payload: fc.uint8Array({ maxLength: 125 }) }),
    ),
  })
  .map(({ data: { opcode, payload }, compressed, cuts, control }) => {
    const ends = [
      ...cuts.filter((cut) => cut < payload.length).toSorted((a, b) => a - b),
      payload.length,
    ];
    const frames: Frame[] = ends.map((end, index) => ({
      first:
        (index === 0 ? opcode | (compressed ? 0x40 : 0) : 0) |
        (index === ends.length - 1 ? 0x80 : 0),
      payload: payload.subarray(ends[index - 1] ?? 0, end),
    }));
    if (control) frames.splice(1, 0, control);
    return frames;
  });

const close: fc.Arbitrary<Frame[]> = fc
  .oneof(
    fc.constant(new Uint8Array()),
    fc
      .tuple(fc.constantFrom(1000, 1001, 1005, 3000, 4999, 5000), text)
      .map(([code, reason]) =>
        Uint8Array.from([code >> 8, code & 0xff, ...reason.subarray(0, 100)]),
      ),
  )
  .map((payload) => [{ first: 0x88, payload }]);

interface Stream {
  role: Role;
  bytes: Uint8Array;
  compression: boolean;
  maxMessage: number;
}

/** Mostly valid streams, some of them with a few bytes changed. */
const stream: fc.Arbitrary<Stream> = fc
  .record({
    role: fc.constantFrom<Role>("client", "server"),
    items: fc.array(fc.oneof({ weight: 12, arbitrary: message }, { weight: 1, arbitrary: close }), {
      maxLength: 8,
    }),
    compression: fc.boolean(),
    maxMessage: fc.constantFrom(200, 1000, Infinity),
    key: fc.uint8Array({ minLength: 4, maxLength: 4 }),
    edits: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { maxLength: 3 }),
    ),
  })
  .map(({ role, items, compression, maxMessage, key, edits }) => {
    const frames = items.flat().map(({ first, payload }) => {
      const allowed = compression ? first : first & ~0x40;
      return encodeFrame({ first: allowed, payload }, role === "server", key);
    });
    const bytes = new Uint8Array(Buffer.concat(frames));
    for (const [at, value] of edits) if (at < bytes.length) bytes[at] = value;
    return { role, bytes, compression, maxMessage };
  });

const cutsOf = fc.array(fc.nat(2500), { maxLength: 30 });

function chunksOf(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const ends = [
    ...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b),
    bytes.length,
  ];
  return ends.map((end, index) => bytes.slice(ends[index - 1] ?? 0, end));
}

// ---- what an endpoint makes of them

const invert = (data: Uint8Array): Uint8Array => data.map((byte) => byte ^ 0xff);
const syncCodec: MessageCodec = { threshold: 10, compress: invert, decompress: invert, close() {} };
const asyncCodec: MessageCodec = {
  threshold: 10,
  compress: (data) => Promise.resolve(invert(data)),
  decompress: (data) => Promise.resolve(invert(data)),
  close() {},
};

/** Events that can be compared: errors by code and message, parts joined to messages. */
function normalize(events: readonly ProtocolEvent[]): unknown[] {
  const normal: unknown[] = [];
  let parts: Buffer[] = [];
  for (const event of events) {
    if (event.type === "failure") {
      normal.push(["failure", event.error.closeCode, event.error.message]);
    } else if (event.type === "close") {
      normal.push(["close", event.code, event.reason]);
    } else if (event.type === "message" || event.type === "part") {
      parts.push(Buffer.from(event.data as string));
      if (event.type === "part" && !event.final) continue;
      normal.push(["message", typeof event.data, Buffer.concat(parts).toString("hex")]);
      parts = [];
    } else {
      normal.push([event.type, Buffer.from(event.data).toString("hex")]);
    }
  }
  return normal;
}

function receive(
  { role, compression, maxMessage }: Stream,
  chunks: readonly Uint8Array[],
  inParts = false,
): unknown[] {
  const codec = compression ? syncCodec : undefined;
  const protocol = new Protocol({ role, platform: webPlatform, maxMessage, codec });
  const events: ProtocolEvent[] = [];
  for (const chunk of chunks) {
    if (inParts) protocol.receiveParts(true);
    protocol.receiveData(chunk);
    while (protocol.yielding) protocol.proceed();
    events.push(...protocol.events());
  }
  return normalize(events);
}

describe("any stream of bytes", () => {
  test("means the same however it is split", () => {
    check(fc.tuple(stream, cutsOf), ([input, cuts]) => {
      const expected = receive(input, [input.bytes.slice()]);
      expect(receive(input, chunksOf(input.bytes, cuts))).toEqual(expected);
      const single = Array.from(input.bytes, (byte) => Uint8Array.of(byte));
      expect(receive(input, single)).toEqual(expected);
    });
  });

  test("means the same when the codec answers later, whether or not the driver waits", async () => {
    await fc.assert(
      fc.asyncProperty(stream, cutsOf, fc.boolean(), async (input, cuts, waits) => {
        const expected = receive({ ...input, compression: true }, [input.bytes.slice()]);
        const events: ProtocolEvent[] = [];
        const drain = (): number => events.push(...protocol.events());
        const { role, maxMessage } = input;
        const protocol: Protocol = new Protocol({
          role,
          platform: webPlatform,
          maxMessage,
          codec: asyncCodec,
          onProgress: drain,
        });
        for (const chunk of chunksOf(input.bytes, cuts)) {
          protocol.receiveData(chunk);
          drain();
          while (waits && protocol.suspended) await Promise.resolve();
        }
        while (protocol.suspended) await Promise.resolve();
        expect(normalize(events)).toEqual(expected);
      }),
      { seed, numRuns },
    );
  });

  test("gives the same text and bytes in parts as in whole", () => {
    const unlimited = stream.map((input) => ({ ...input, maxMessage: Infinity }));
    check(fc.tuple(unlimited, cutsOf), ([input, cuts]) => {
      const expected = receive(input, [input.bytes.slice()]);
      expect(receive(input, chunksOf(input.bytes, cuts), true)).toEqual(expected);
    });
  });

  test("costs memory in proportion to what came, and never more than the limit", () => {
    check(fc.tuple(fc.oneof(stream, noise()), cutsOf), ([input, cuts]) => {
      const { role, compression, maxMessage } = input;
      // Compression may make data longer.
      const most = compression ? (maxMessage * 9) / 8 : maxMessage;
      let received = 0;
      const allocate = (size: number): Uint8Array => {
        if (size > 125) {
          expect(size).toBeLessThanOrEqual((maxMessage * 9) / 8);
          expect(size).toBeLessThanOrEqual(Math.max(64 * 1024, 2 * received));
        }
        return new Uint8Array(size);
      };
      const platform = { ...webPlatform, allocate };
      const codec = compression ? syncCodec : undefined;
      const protocol = new Protocol({ role, platform, maxMessage, codec });
      // Answers go to a memory of the driver's.
      protocol.congested = true;
      for (const chunk of chunksOf(input.bytes, cuts)) {
        received += chunk.length;
        protocol.receiveData(chunk);
        expect(protocol.kept).toBeLessThanOrEqual(Math.min(received, most));
      }
      expect(protocol.dataToSend()).toEqual([]);
    });
  });
});

/** Bytes without any sense, except that the first ones often are a header. */
function noise(): fc.Arbitrary<Stream> {
  return fc.record({
    role: fc.constantFrom<Role>("client", "server"),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc
        .tuple(
          fc.constantFrom(0x01, 0x02, 0x81, 0x82, 0xc1, 0x89),
          fc.constantFrom(0x7d, 0x7e, 0x7f, 0xfd, 0xfe, 0xff),
          fc.uint8Array({ maxLength: 500 }),
        )
        .map(([first, second, rest]) => Uint8Array.from([first, second, 0, 0, ...rest])),
    ),
    compression: fc.boolean(),
    maxMessage: fc.constantFrom(200, 1000, 1024 * 1024),
  });
}

describe("random bytes", () => {
  test("never throw, and mean the same however they are split", () => {
    check(fc.tuple(noise(), cutsOf), ([input, cuts]) => {
      const expected = receive(input, [input.bytes.slice()]);
      expect(receive(input, chunksOf(input.bytes, cuts))).toEqual(expected);
    });
  });
});

// ---- what is sent arrives

type Action =
  | { type: "message"; data: string | Uint8Array; compress: boolean }
  | { type: "parts"; data: string[] | Uint8Array[] }
  | { type: "ping" | "pong"; data: Uint8Array };

const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({
    type: fc.constant("message" as const),
    data: fc.oneof(
      fc.string({ unit: "binary" }),
      fc.string({ unit: "grapheme-ascii", maxLength: 300 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom(new Uint8Array(16_385), "é".repeat(40_000)),
    ),
    compress: fc.boolean(),
  }),
  fc.record({
    type: fc.constant("parts" as const),
    data: fc.oneof(
      fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 5 }),
      fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 5 }),
    ),
  }),
  fc.record({
    type: fc.constantFrom("ping" as const, "pong" as const),
    data: fc.uint8Array({ maxLength: 125 }),
  }),
);

function perform(protocol: Protocol, item: Action): void {
  if (item.type === "message") {
    protocol.sendMessage(item.data, { compress: item.compress });
  } else if (item.type === "parts") {
    item.data.forEach((part, index) => {
      protocol.sendPart(part, typeof part === "string", index === item.data.length - 1);
    });
  } else if (item.type === "ping") {
    protocol.sendPing(item.data);
  } else {
    protocol.sendPong(item.data);
  }
}

/** What must arrive, in the form of `normalize`. */
function expectedOf({ type, data }: Action): unknown {
  if (type === "ping" || type === "pong") return [type, Buffer.from(data).toString("hex")];
  const whole = Array.isArray(data) ? joined(data) : data;
  return ["message", typeof whole, Buffer.from(whole as string).toString("hex")];
}

function joined(parts: string[] | Uint8Array[]): string | Uint8Array {
  return typeof parts[0] === "string" ? parts.join("") : Buffer.concat(parts as Uint8Array[]);
}

describe("what one side sends", () => {
  const setting = fc.record({
    role: fc.constantFrom<Role>("client", "server"),
    actions: fc.array(action, { maxLength: 10 }),
    compression: fc.boolean(),
    cuts: cutsOf,
  });

  test("is what the other side receives, however it is split", () => {
    check(setting, ({ role, actions, compression, cuts }) => {
      const codec = compression ? syncCodec : undefined;
      const sender = new Protocol({ role, platform: webPlatform, codec });
      for (const item of actions) perform(sender, item);
      sender.sendClose(1000, "done");
      const bytes = new Uint8Array(Buffer.concat(sender.dataToSend()));
      const input: Stream = {
        role: role === "client" ? "server" : "client",
        bytes,
        compression,
        maxMessage: 1024 * 1024,
      };
      expect(receive(input, chunksOf(bytes, cuts))).toEqual([
        ...actions.map(expectedOf),
        ["close", 1000, "done"],
      ]);
    });
  });

  test("is the same when its codec answers later", async () => {
    await fc.assert(
      fc.asyncProperty(setting, async ({ role, actions }) => {
        const platform = { ...webPlatform, maskingKey: () => 0x01020304 };
        const sync = new Protocol({ role, platform, codec: syncCodec });
        const later = new Protocol({ role, platform, codec: asyncCodec });
        const written: Uint8Array[] = [];
        for (const item of actions) {
          perform(sync, item);
          perform(later, item);
          if (item.type === "ping") await Promise.resolve();
          written.push(...later.dataToSend());
        }
        while (later.heldBytes > 0) await Promise.resolve();
        written.push(...later.dataToSend());
        expect(Buffer.concat(written).equals(Buffer.concat(sync.dataToSend()))).toBe(true);
      }),
      { seed, numRuns },
    );
  });
});

// ---- parts of it

const COMPLETIONS = completions();

/** Enough ends for any character that was begun. */
function completions(): Buffer[] {
  const bytes = [0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf];
  const one = bytes.map((byte) => [byte]);
  const two = one.flatMap((begun) => [0x80, 0xbf].map((byte) => [...begun, byte]));
  const three = two.map((begun) => [...begun, 0x80]);
  return [[], ...one, ...two, ...three].map((end) => Buffer.from(end));
}

test("a byte is refused when no valid text goes on like this, and not before or after", () => {
  const bytes = fc
    .array(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 3 }).map((value) => [...Buffer.from(value)]),
        fc
          .constantFrom(0xc3, 0xe0, 0xe2, 0xed, 0xef, 0xf0, 0xf4, 0x80, 0x90, 0xa0, 0xbf)
          .map((byte) => [byte]),
        fc.nat(255).map((byte) => [byte]),
      ),
      { maxLength: 6 },
    )
    .map((pieces) => Buffer.from(pieces.flat()));
  check(bytes, (data) => {
    const validator = new Utf8Validator();
    for (let at = 0; at < data.length; at++) {
      const taken = validator.push(data, at, at + 1);
      const prefix = data.subarray(0, at + 1);
      const possible = COMPLETIONS.some((end) => isUtf8(Buffer.concat([prefix, end])));
      expect(taken).toBe(possible);
      if (!taken) return;
    }
    expect(validator.pending === 0).toBe(isUtf8(data));
  });
});

describe("header fields", () => {
  const field = fc.oneof(
    fc.string({ unit: "grapheme-ascii" }),
    fc
      .array(
        fc.constantFrom(
          "a",
          "permessage-deflate",
          ";",
          ",",
          "=",
          '"',
          "\\",
          " ",
          "\t",
          "10",
          "client_max_window_bits",
        ),
        { maxLength: 12 },
      )
      .map((tokens) => tokens.join("")),
  );

  test("of any kind never throw", () => {
    check(field, (value) => {
      parseTokens(value);
      const offers = parseExtensions(value);
      if (offers) acceptDeflate(offers, {});
    });
  });

  test("are read as they were written", () => {
    const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}$/);
    const parameter = fc.record({ name: token, value: fc.option(token), quoted: fc.boolean() });
    const list = fc.array(
      fc.record({ name: token, parameters: fc.array(parameter, { maxLength: 4 }) }),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    check(list, (offers) => {
      const value = offers
        .map(({ name, parameters }) =>
          [
            name,
            ...parameters.map((item) => {
              if (item.value === null) return item.name;
              const quoted = `"${[...item.value].join("\\").replace(/^/, "\\")}"`;
              return `${item.name}=${item.quoted ? quoted : item.value}`;
            }),
          ].join("; "),
        )
        .join(" , ");
      expect(parseExtensions(value)).toEqual(
        offers.map(({ name, parameters }) => ({
          name,
          parameters: parameters.map((item) => [item.name, item.value ?? undefined]),
        })),
      );
    });
  });
});

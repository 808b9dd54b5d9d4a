import { existsSync, readdirSync, readFileSync } from "node:fs";
import { deepStrictEqual } from "node:assert";
import { expect, test } from "vitest";
import { cbor } from "../../src/wamp/cbor/cbor.ts";
import { msgpack } from "../../src/wamp/msgpack/msgpack.ts";
import { Violation } from "../../src/wamp/protocol/errors.ts";
import { json } from "../../src/wamp/protocol/json.ts";
import { parseMessage } from "../../src/wamp/protocol/parse.ts";
import type { Serializer } from "../../src/wamp/protocol/serializer.ts";
import { VECTORS } from "../support/wamp-vectors.ts";

interface Variant {
  readonly bytes_hex: string;
}

interface Sample {
  readonly description: string;
  readonly serializers?: Readonly<Record<string, readonly Variant[]>>;
  readonly wmsg?: readonly unknown[];
  readonly expected_error?: { readonly type: string; readonly contains?: string };
}

interface File {
  readonly wamp_message_type: string;
  readonly wamp_message_code: number;
  readonly samples: readonly Sample[];
}

/** What isn't run, and why. */
const EXCLUDED: readonly (readonly [reason: string, applies: (name: string) => boolean])[] = [
  // Message 337 is an extension of Autobahn's and Crossbar's.
  ["EVENT_RECEIVED", (name) => name.startsWith("EVENT_RECEIVED ")],
  // Bytes in the place of the arguments: Autobahn's "payload transparency", which the specification's payload passthru
  // replaced; Arguments are a list.
  [
    "transparent payload",
    (name) => /transparent payload|both forward_for and E2EE|valid with payload/.test(name),
  ],
  // Attributes of Autobahn's and Crossbar's own, which are let through unseen, as the specification demands.
  [
    "attributes that are not the specification's",
    (name) =>
      /(?:transaction_hash|x_acknowledged_delivery|forward_for|enc_algo) with invalid/.test(name),
  ],
];

const FORMATS: Readonly<Record<string, Serializer>> = { json, msgpack, cbor };
/** Variants of UBJSON and FlatBuffers: this package has neither. */
const OTHER_FORMATS = ["ubjson", "flatbuffers"];

const isHere = existsSync(VECTORS);
const samples = isHere ? read() : [];
const included = samples.filter(({ name }) => !EXCLUDED.some(([, applies]) => applies(name)));

function read(): { name: string; code: number; sample: Sample }[] {
  return ["basic", "advanced"].flatMap((profile) => {
    const folder = `${VECTORS}/singlemessage/${profile}`;
    return readdirSync(folder).flatMap((entry) => {
      const file = JSON.parse(readFileSync(`${folder}/${entry}`, "utf8")) as File;
      const { wamp_message_type: type, wamp_message_code: code } = file;
      return file.samples.map((sample) => {
        return { name: `${type} ${sample.description}`, code, sample };
      });
    });
  });
}

/** The bytes of a variant, as the serializer gets them. */
function dataOf(format: string, { bytes_hex: hex }: Variant): string | Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
  return format === "json" ? Buffer.from(bytes).toString("utf8") : bytes;
}

function checkBytes(code: number, variants: Required<Sample>["serializers"]): void {
  const messages: unknown[] = [];
  for (const [format, list] of Object.entries(variants)) {
    const serializer = FORMATS[format];
    if (!serializer) {
      expect(OTHER_FORMATS).toContain(format);
      continue;
    }
    const encodings = list.map((variant) => dataOf(format, variant));
    for (const encoding of encodings) {
      const message = parseMessage(serializer.decode(encoding));
      expect(message[0]).toBe(code);
      expect(encodings).toContainEqual(serializer.encode(message));
      messages.push(message);
    }
  }
  expect(messages.length).toBeGreaterThanOrEqual(3);
  for (const message of messages) deepStrictEqual(message, messages[0]);
}

function checkMessage({ wmsg, expected_error: error }: Sample): void {
  const parse = (): unknown => parseMessage(structuredClone(wmsg));
  if (!error) {
    expect(parse()).toEqual(wmsg);
  } else {
    expect(parse).toThrow(Violation);
    expect(parse).toThrow(error.contains);
  }
}

test.skipIf(!isHere)("there are as many vectors as there were", () => {
  const count = (list: typeof samples, key: keyof Sample): number =>
    list.filter(({ sample }) => sample[key] !== undefined).length;
  expect([count(samples, "serializers"), count(samples, "wmsg")]).toEqual([35, 67]);
  expect([count(included, "serializers"), count(included, "wmsg")]).toEqual([30, 55]);
});

test.skipIf(!isHere).each(included.map((one) => [one.name, one] as const))("%s", (_name, one) => {
  if (one.sample.serializers) checkBytes(one.code, one.sample.serializers);
  else checkMessage(one.sample);
});

test.skipIf(!isHere)("each exclusion leaves something out", () => {
  for (const [reason, applies] of EXCLUDED) {
    const left = samples.filter(({ name }) => applies(name));
    expect(left.length, reason).toBeGreaterThan(0);
  }
});

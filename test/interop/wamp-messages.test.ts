/** What our router and our client send, read by the strict parsers of Autobahn for Python; and the other way round. */

import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { readCases } from "../../src/cli/conformance-files.ts";
import { connect } from "../../src/client/node/index.ts";
import { cbor } from "../../src/wamp/cbor/index.ts";
import { fromRouter } from "../../src/wamp/client/from-router.ts";
import { json } from "../../src/wamp/client/index.ts";
import type { Serializer } from "../../src/wamp/client/index.ts";
import { runConformance } from "../../src/wamp/conformance/index.ts";
import { msgpack } from "../../src/wamp/msgpack/index.ts";
import * as MessageType from "../../src/wamp/protocol/message-type.ts";
import { parseMessage } from "../../src/wamp/protocol/parse.ts";
import { findPython, requirePeer } from "../support/peers.ts";
import { scratchFolder } from "../support/scratch.ts";
import { startRouter } from "../support/wamp-fixture.ts";
import { playClient } from "./wamp-client-scenario.ts";
import { Recorder } from "./wamp-recorder.ts";
import { report } from "./wamp-report.ts";

const python = findPython("autobahn, cbor2, umsgpack");
const available = requirePeer(
  "Autobahn for Python",
  python !== undefined,
  "apt-get install python3-autobahn python3-cbor2 python3-u-msgpack",
);
/** Of the cases' actors, which send what must not be sent too. */
const SERIALIZERS = [json, msgpack, cbor];
const FROM_ROUTER = [
  "Abort",
  "Challenge",
  "Error",
  "Event",
  "Goodbye",
  "Interrupt",
  "Invocation",
  "Published",
  "Registered",
  "Result",
  "Subscribed",
  "Unregistered",
  "Unsubscribed",
  "Welcome",
] as const;
const folder = scratchFolder();

/** `Message` is its line in the file, and then its text. */
interface Validation<Message> {
  readonly read: Readonly<Record<string, number>>;
  readonly refused: readonly (readonly [message: Message, why: string])[];
  readonly unknown: Readonly<Record<string, readonly string[]>>;
  readonly different: readonly (readonly [message: Message, written: string])[];
}

async function validate(recorder: Recorder): Promise<Validation<string>> {
  const file = join(folder, "messages.txt");
  recorder.write(file);
  const validated = await report(python as string, "wamp_validator.py", file);
  const { refused, different, ...rest } = validated as Validation<number>;
  const texts = recorder.messages.map(({ text }) => text);
  const name = ([line, why]: readonly [number, string]) => [texts[line] as string, why] as const;
  return { ...rest, refused: refused.map(name), different: different.map(name) };
}

function upper(name: string): string {
  return name.toUpperCase();
}

async function playAllCases(recorder: Recorder): Promise<void> {
  const router = await startRouter(recorder.serializers);
  try {
    for (const serializer of SERIALIZERS) {
      await runConformance(readCases(), {
        open: ({ subprotocol }) => connect(router.url, { subprotocols: [subprotocol] }),
        serializer,
        serializers: SERIALIZERS,
        fixtures: ["all"],
      });
    }
  } finally {
    await router.close();
  }
}

/** What Autobahn has another way for: payload transparency. */
const PASSTHRU = ["ppt_cipher", "ppt_keyid", "ppt_scheme", "ppt_serializer"];

describe.runIf(available)("Autobahn for Python reads", () => {
  test("what the router sends", { timeout: 180_000 }, async () => {
    const recorder = new Recorder();
    await playAllCases(recorder);
    const { read, unknown, refused, different } = await validate(recorder);
    expect({ refused, different }).toEqual({ refused: [], different: [] });
    expect(Object.keys(read).sort()).toEqual(FROM_ROUTER.map(upper));
    // (It doesn't know progressive invocations either.)
    expect(unknown).toEqual({
      ERROR: PASSTHRU,
      EVENT: PASSTHRU,
      INVOCATION: [...PASSTHRU, "progress"],
      RESULT: PASSTHRU,
      WELCOME: ["agent"],
    });
  });

  test("what the client sends, and the router's answers", async () => {
    const recorder = new Recorder();
    for (const serializer of recorder.serializers) await playClient(serializer);
    const { read, unknown, refused, different } = await validate(recorder);
    expect({ refused, different }).toEqual({ refused: [], different: [] });
    expect(Object.keys(read).sort()).toEqual(Object.keys(MessageType).map(upper).sort());
    // (Its `disclose_me` is a setting of the router's.)
    expect(unknown).toEqual({
      CALL: ["disclose_me", ...PASSTHRU, "progress"],
      EVENT: PASSTHRU,
      HELLO: ["agent"],
      INVOCATION: [...PASSTHRU, "progress"],
      PUBLISH: ["disclose_me", ...PASSTHRU],
      REGISTER: ["disclose_caller", "forward_timeout"],
      WELCOME: ["agent"],
    });
  });

  test("what is wrong, and says so", async () => {
    const recorder = new Recorder();
    for (const { encode } of recorder.serializers) {
      encode([36, -1, 2, {}]);
      encode([69, 1, { mode: "kill", extra: true }]);
      encode([50, 1, {}, ["ä"], { a: 1 }]);
    }
    const { read, refused, unknown } = await validate(recorder);
    expect(read).toEqual({ INTERRUPT: 3, RESULT: 3 });
    const wrong = "[36,-1,2,{}]";
    expect(refused.map(([message]) => message)).toEqual([wrong, wrong, wrong]);
    expect(unknown).toEqual({ INTERRUPT: ["extra"] });
  });
});

describe.runIf(available)("what Autobahn for Python writes", () => {
  let written: Readonly<Record<string, readonly string[]>>;

  beforeAll(async () => {
    written = (await report(python as string, "wamp_messages.py")) as typeof written;
  });

  test.each(SERIALIZERS)("is read by the router and the client ($name)", (serializer) => {
    const messages = (written[serializer.name] ?? []).map((hex) => decode(serializer, hex));
    const types = new Set<unknown>();
    const codes = new Map<string, number>(Object.entries(MessageType));
    const fromRouters = new Set<unknown>(FROM_ROUTER.map((name) => codes.get(name)));
    for (const message of messages) {
      const [type] = message as [unknown];
      types.add(type);
      expect(parseMessage(structuredClone(message))).toEqual(message);
      if (fromRouters.has(type)) expect(fromRouter(structuredClone(message))).toEqual(message);
    }
    expect(types).toEqual(new Set(Object.values(MessageType)));
  });

  test("is the same with each serializer", () => {
    const [first, ...others] = SERIALIZERS.map((serializer) =>
      written[serializer.name]?.map((hex) => decode(serializer, hex)),
    );
    for (const other of others) expect(other).toEqual(first);
  });
});

function decode(serializer: Serializer, hex: string): unknown {
  const data = Buffer.from(hex, "hex");
  return serializer.decode(serializer.name === "json" ? data.toString() : data);
}

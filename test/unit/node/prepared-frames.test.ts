import { expect, test } from "vitest";

import { prepare } from "../../../src/connection/prepared-message.ts";
import { createCodec } from "../../../src/node/deflate/codec.ts";
import { preparedBytes, preparedFrame } from "../../../src/node/prepared-frames.ts";

const bits = { serverMaxWindowBits: 15, clientMaxWindowBits: 15 };
const parameters = { ...bits, serverContextTakeover: false, clientContextTakeover: false };
const text = "compressible ".repeat(200);

test("text is encoded once", () => {
  const message = prepare("é");
  expect(Buffer.from(preparedBytes(message)).toString("hex")).toBe("c3a9");
  expect(preparedBytes(message)).toBe(preparedBytes(message));
});

test("a frame is made once, as text or binary", () => {
  const message = prepare("hi");
  const frame = preparedFrame(message, undefined)!;
  expect(Buffer.from(frame).toString("hex")).toBe("81026869");
  expect(preparedFrame(message, undefined)).toBe(frame);
  const bytes = prepare(Buffer.from("hi"));
  expect(Buffer.from(preparedFrame(bytes, undefined)!).toString("hex")).toBe("82026869");
  const asText = prepare(Buffer.from("hi"), { text: true });
  expect(Buffer.from(preparedFrame(asText, undefined)!).toString("hex")).toBe("81026869");
});

test("there is a compressed frame for each kind of compressor, beside the plain one", () => {
  const message = prepare(text);
  const plain = preparedFrame(message, undefined);
  const frames = [
    createCodec("server", parameters, {}),
    createCodec("server", parameters, {}),
    createCodec("server", parameters, { level: 1 }),
    createCodec("server", { ...parameters, serverMaxWindowBits: 9 }, {}),
  ].map((codec) => preparedFrame(message, codec)!);
  expect(frames[1]).toBe(frames[0]);
  expect(new Set([plain, ...frames]).size).toBe(4);
  expect(frames[0]?.[0]).toBe(0xc1);
  expect(frames[0]!.length).toBeLessThan(100);
});

test("a message below the threshold has the plain frame", () => {
  const message = prepare("short");
  const codec = createCodec("server", parameters, {});
  expect(preparedFrame(message, codec)).toBe(preparedFrame(message, undefined));
});

test("there is no frame for all where each connection has its own context", () => {
  const codec = createCodec("server", { ...parameters, serverContextTakeover: true }, {});
  expect(preparedFrame(prepare(text), codec)).toBeUndefined();
  codec.close();
});

test("a large message is compressed once, by the first connection that sends it", async () => {
  const message = prepare(text.repeat(60));
  const codecs = [1, 2].map(() => createCodec("server", parameters, {}));
  for (const codec of codecs) expect(preparedFrame(message, codec)).toBeUndefined();
  const [first, second] = codecs.map((codec) => codec.compress(preparedBytes(message)));
  expect(first).toBeInstanceOf(Promise);
  expect(second).toBe(first);
  await first;
});

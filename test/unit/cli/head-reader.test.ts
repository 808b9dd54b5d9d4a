import { expect, test } from "vitest";

import { HeadReader } from "../../../src/cli/head-reader.ts";

function read(...chunks: string[]): { lines: string[]; rest: string } {
  const lines: string[] = [];
  const reader = new HeadReader((line) => lines.push(line));
  const rest = chunks.map((chunk) => Buffer.from(reader.read(Buffer.from(chunk))).toString());
  return { lines, rest: rest.join("") };
}

test("a request is followed by frames", () => {
  expect(read("GET / HTTP/1.1\r\nHost: x\r\n\r\nframes", "more")).toEqual({
    lines: ["GET / HTTP/1.1"],
    rest: "framesmore",
  });
});

test("so is an answer that accepts, however it is cut", () => {
  const text = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
  const expected = { lines: ["HTTP/1.1 101 Switching Protocols"], rest: "frames" };
  expect(read(`${text}frames`)).toEqual(expected);
  expect(read(...text, "frames")).toEqual(expected);
});

test("informational answers come before the one that counts", () => {
  const hints = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
  expect(read(`${hints}${hints}HTTP/1.1 101 OK\r\n\r\nx`)).toEqual({
    lines: ["HTTP/1.1 103 Early Hints", "HTTP/1.1 103 Early Hints", "HTTP/1.1 101 OK"],
    rest: "x",
  });
});

test("what follows a refusal is no frame", () => {
  expect(read("HTTP/1.1 401 Unauthorized\r\n\r\nbody", "HTTP/1.1 101 OK\r\n\r\nx")).toEqual({
    lines: ["HTTP/1.1 401 Unauthorized"],
    rest: "",
  });
});

test("a head that never ends is given up", () => {
  expect(read("x".repeat(40_000), "\r\n\r\nframes")).toEqual({ lines: [], rest: "" });
});

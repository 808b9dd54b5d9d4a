/** The harness itself: that it has every case, and that it notices what it is there to notice. */

import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocketServer } from "ws";
import type { WebSocket } from "ws";
import { ALL_CASES, selectCases } from "./cases/all-cases.ts";
import { EXCLUDED } from "./excluded.ts";
import type { ConformanceCase, Verdict } from "./support/case.ts";
import { FrameReader, PeerViolation } from "./support/frame-reader.ts";
import { fuzzServer } from "./support/fuzzing-client.ts";
import { FuzzingServer } from "./support/fuzzing-server.ts";
import { openAsServer } from "./support/handshake.ts";
import { readRecord } from "./support/suite.ts";
import { wsTestee } from "./support/ws-testee.ts";

const COUNTS = { 1: 16, 2: 11, 3: 7, 4: 10, 5: 20, 6: 145, 7: 37, 9: 54, 10: 1, 12: 90, 13: 126 };

describe("the cases", () => {
  test("are the suite's 517, by section", () => {
    const counts: Record<string, number> = {};
    for (const { id } of ALL_CASES) {
      const section = id.split(".", 1)[0] ?? "";
      counts[section] = (counts[section] ?? 0) + 1;
    }
    expect(counts).toEqual(COUNTS);
    expect(new Set(ALL_CASES.map(({ id }) => id)).size).toBe(517);
  });

  test("that are excluded exist, and say why", () => {
    for (const [id, reason] of Object.entries(EXCLUDED)) {
      expect(ALL_CASES.some((one) => one.id === id)).toBe(true);
      expect(reason).not.toBe("");
    }
  });

  test("are all on record, in both directions, and none as failed or non-strict", async () => {
    const record = await readRecord();
    for (const verdicts of [record.server, record.client]) {
      const wanted = ALL_CASES.filter(({ id }) => !(id in EXCLUDED));
      expect(Object.keys(verdicts)).toEqual(wanted.map(({ id }) => id));
      for (const { id, informational } of wanted) {
        const outcome = informational === true ? "INFORMATIONAL" : "OK";
        expect(verdicts[id]).toMatchObject({ behaviour: outcome, closeBehaviour: outcome });
      }
    }
  });

  test("are chosen by number, by section and by pattern", () => {
    expect(selectCases("6.4.*,7.1.1").map(({ id }) => id)).toEqual(
      "6.4.1 6.4.2 6.4.3 6.4.4 7.1.1".split(" "),
    );
    expect(selectCases("1")).toHaveLength(16);
    expect(selectCases("*")).toHaveLength(517);
    expect(() => selectCases("6.4.5")).toThrow("no case is called 6.4.5");
  });
});

describe("a peer's frames", () => {
  const breaches: [name: string, bytes: string][] = [
    ["reserved bits", "c100"],
    ["an unknown opcode", "8300"],
    ["a fragmented ping", "0900"],
    ["a control frame of 126 bytes", "897e007e"],
    ["a mask where there must be none", "818000000000"],
    ["a length of 125 in 16 bits", "817e007d"],
    ["a length of 65535 in 64 bits", "827f000000000000ffff"],
  ];
  test.each(breaches)("with %s are a violation", (_name, bytes) => {
    const reader = new FrameReader({ masked: false, rsv1Allowed: false });
    reader.push(Buffer.from(bytes, "hex"));
    expect(() => reader.next()).toThrow(PeerViolation);
  });

  test("are put together from single bytes", () => {
    const reader = new FrameReader({ masked: true, rsv1Allowed: true });
    const frames = [];
    for (const byte of Buffer.from("c18337fa213d7f9f4d890037fa213d", "hex").subarray(0, 9)) {
      reader.push(Buffer.from([byte]));
      const frame = reader.next();
      if (frame !== undefined) frames.push(frame);
    }
    expect(frames).toEqual([{ fin: true, rsv1: true, opcode: 1, payload: Buffer.from("Hel") }]);
  });
});

describe("a server", () => {
  test("that looks at UTF-8 only when the message is whole is non-strict", async () => {
    const server = await wsTestee.startServer();
    onTestFinished(() => server.close());
    const verdicts = selectCases("6.4").map((one) => fuzzServer(one, server.url));
    for (const verdict of await Promise.all(verdicts)) {
      expect(verdict).toMatchObject({ behaviour: "NON-STRICT", closeBehaviour: "OK" });
    }
  });

  test("that changes a message has failed", async () => {
    const verdict = await fuzz("1.1.2", (socket) => {
      socket.on("message", (data: Buffer) => socket.send(`${data.toString("utf8").slice(1)}?`));
    });
    expect(verdict).toMatchObject({ behaviour: "FAILED" });
  });

  test("that answers text with bytes has failed", async () => {
    const verdict = await fuzz("1.1.2", (socket) => {
      socket.on("message", (data) => socket.send(data, { binary: true }));
    });
    expect(verdict).toMatchObject({ behaviour: "FAILED" });
  });

  test("that takes bad UTF-8 has failed", async () => {
    const verdict = await fuzz("6.3.1", echo, { skipUTF8Validation: true });
    expect(verdict).toMatchObject({ behaviour: "FAILED", closeBehaviour: "FAILED" });
  });

  test("that closes with another code than it should is recorded with it", async () => {
    const verdict = await fuzz("7.1.1", (socket) => {
      socket.on("message", (data, isBinary) => {
        socket.send(data, { binary: isBinary });
        socket.close(4000);
      });
    });
    expect(verdict).toMatchObject({ closeBehaviour: "FAILED", closeCode: 4000 });
  });

  test("that declines compression has not implemented it", async () => {
    expect(await fuzz("12.1.1", echo)).toMatchObject({ behaviour: "UNIMPLEMENTED" });
  });

  test("that never answers has failed when the time is up", async () => {
    const verdict = await fuzzRaw({ ...caseOf("2.1"), deadline: 50 }, () => undefined);
    expect(verdict).toMatchObject({ behaviour: "FAILED", closeBehaviour: "FAILED" });
  });

  test("that drops TCP without a close frame has not closed cleanly", async () => {
    const verdict = await fuzzRaw(caseOf("7.3.3"), (socket) => {
      socket.once("data", () => socket.end());
    });
    expect(verdict).toMatchObject({ closeBehaviour: "UNCLEAN", closeCode: null });
  });

  test("that answers a close frame with another code has failed the case about it", async () => {
    const verdict = await fuzzRaw(caseOf("7.3.3"), (socket) => {
      socket.once("data", () => socket.end(Buffer.from("880203ea", "hex")));
    });
    expect(verdict).toMatchObject({ behaviour: "FAILED", closeBehaviour: "WRONG CODE" });
  });

  test("that leaves TCP to the client has closed badly", async () => {
    const verdict = await fuzzRaw({ ...caseOf("7.3.3"), deadline: 50 }, (socket) => {
      socket.once("data", () => socket.write(Buffer.from("880203e8", "hex")));
    });
    expect(verdict).toMatchObject({ behaviour: "OK", closeBehaviour: "FAILED BY CLIENT" });
  });

  test("that sends on after its close frame has broken the protocol", async () => {
    const verdict = await fuzzRaw(caseOf("7.3.3"), (socket) => {
      socket.once("data", () => socket.end(Buffer.from("880203e88a00", "hex")));
    });
    expect(verdict).toMatchObject({ behaviour: "FAILED", closeBehaviour: "FAILED" });
    expect(verdict.detail).toContain("bytes after the close frame");
  });

  test("that does not upgrade has failed", async () => {
    const server = createServer((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const verdict = await fuzzServer(caseOf("1.1.1"), await listen(server));
    expect(verdict).toMatchObject({ behaviour: "FAILED", closeBehaviour: "FAILED" });
  });
});

describe("a client", () => {
  test("that drops TCP before the server does has closed badly", async () => {
    const fuzzer = new FuzzingServer();
    await fuzzer.listen();
    onTestFinished(() => fuzzer.close());
    const { url, verdict } = fuzzer.expect(caseOf("7.1.1"));
    await wsTestee.echo(url);
    expect(await verdict).toMatchObject({ behaviour: "OK", closeBehaviour: "FAILED BY CLIENT" });
  });
});

function caseOf(id: string): ConformanceCase {
  const [found] = selectCases(id);
  if (found === undefined) throw new RangeError(`no case ${id}`);
  return found;
}

function echo(socket: WebSocket): void {
  socket.on("message", (data, isBinary) => socket.send(data, { binary: isBinary }));
}

/** Runs a case against a server made with `ws`, for which it has not much time. */
async function fuzz(
  id: string,
  serve: (socket: WebSocket) => void,
  options: { skipUTF8Validation?: boolean } = {},
): Promise<Verdict> {
  const server = new WebSocketServer({ ...options, port: 0, host: "127.0.0.1" });
  onTestFinished(() => server.close());
  server.on("connection", serve);
  await once(server, "listening");
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return await fuzzServer({ ...caseOf(id), deadline: 200 }, url);
}

/** Runs a case against a server that is on its own after the handshake. */
async function fuzzRaw(one: ConformanceCase, serve: (socket: Socket) => void): Promise<Verdict> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    void openAsServer(socket, () => undefined).then(() => {
      serve(socket);
      socket.resume();
    });
  });
  return await fuzzServer(one, await listen(server));
}

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  onTestFinished(() => void server.close());
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

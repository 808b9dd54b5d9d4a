import { beforeEach, describe, expect, test } from "vitest";

import type { Connection } from "fullduplex";
import { pair } from "fullduplex/testing";
import { runSlashCommand } from "../../../src/cli/slash-commands.ts";

describe("runSlashCommand", () => {
  let connection: Connection;
  let peer: Connection;
  let printed: string[];

  beforeEach(() => {
    [connection, peer] = pair();
    printed = [];
    return () => {
      connection.terminate();
    };
  });

  function run(line: string): Promise<void> {
    return runSlashCommand(line, { connection, print: (text) => printed.push(text) });
  }

  test("/ping shows the round trip", async () => {
    await run("/ping");
    expect(printed).toEqual([expect.stringMatching(/^pong after \d+\.\d ms$/)]);
  });

  test("/binary sends bytes", async () => {
    await run("/binary 00 ff");
    await run("/binary base64:AAEC");
    expect(Buffer.from((await peer.recv()) as Uint8Array).toString("hex")).toBe("00ff");
    expect(Buffer.from((await peer.recv()) as Uint8Array).toString("hex")).toBe("000102");
  });

  test("/binary refuses what is none", async () => {
    await run("/binary xyz");
    expect(printed).toEqual(["/binary: it is neither hexadecimal nor base64: and what follows it"]);
  });

  test.each([
    ["/text /ping", "/ping"],
    ["/text", ""],
    ["/text  two  blanks ", " two  blanks "],
  ])("%j sends %j", async (line, text) => {
    await run(line);
    expect(await peer.recv()).toBe(text);
  });

  test.each([
    ["/close", 1000, ""],
    ["/close 4001", 4001, ""],
    ["/close 1001 so long,  all", 1001, "so long,  all"],
  ])("%j closes with %i", async (line, code, reason) => {
    await run(line);
    expect(await peer.closed).toMatchObject({ code, reason, initiator: "remote" });
    expect(printed).toEqual([]);
  });

  test.each(["/close 1005", "/close 99", "/close now"])("%j is refused", async (line) => {
    await run(line);
    expect(printed).toEqual([expect.stringMatching(/^\/close: \w+ is no close code$/)]);
    expect(connection.state).toBe("open");
  });

  test("/help shows every command", async () => {
    await run("/help");
    for (const name of ["ping", "close", "binary", "text", "help"]) {
      expect(printed[0]).toContain(`/${name}`);
    }
  });

  test.each(["/", "/nope", "/constructor", "/__proto__ x", "//text"])(
    "%j is no command, and sends nothing",
    async (line) => {
      await run(line);
      expect(printed).toEqual([expect.stringContaining("no such command")]);
      await connection.send("next");
      expect(await peer.recv()).toBe("next");
    },
  );

  test("what can't be sent any more is said", async () => {
    await connection.close();
    await run("/text x");
    await run("/ping");
    expect(printed).toEqual([
      expect.stringMatching(/^\/text: closed with 1000/),
      expect.stringMatching(/^\/ping: closed with 1000/),
    ]);
  });
});

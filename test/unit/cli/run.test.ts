import { describe, expect, test } from "vitest";

import { run } from "../../../src/cli/run.ts";
import { manifest } from "../../support/project.ts";
import { FakeIo } from "./support.ts";

async function runWith(...words: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = new FakeIo();
  const code = await run(words, io);
  return { code, out: io.out, err: io.err };
}

describe("run", () => {
  test.each(["--help", "-h", "help"])("%s shows the commands", async (word) => {
    const { code, out, err } = await runWith(word);
    expect(code).toBe(0);
    expect(out).toMatch(/connect .*\n.*echo .*\n.*hub /);
    expect(err).toBe("");
  });

  test("--version shows the package's version", async () => {
    expect(await runWith("--version")).toEqual({ code: 0, out: `${manifest.version}\n`, err: "" });
  });

  test.each(["connect", "echo", "hub"])("%s --help shows the command's options", async (name) => {
    const { code, out, err } = await runWith(name, "--help");
    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: fullduplex ${name} \\[options\\]`));
    expect(err).toBe("");
  });

  test.each([
    [[], "which command?", "--help"],
    [["conect"], 'unknown command "conect"; did you mean connect?', "--help"],
    [["\x1b[2J"], 'unknown command "\\u001b[2J"', "--help"],
    [["--verbose"], "unknown option --verbose", "--help"],
    [["__proto__"], 'unknown command "__proto__"', "--help"],
    [["echo", "--prt", "1"], "unknown option --prt; did you mean --port?", "echo --help"],
    [["echo", "--port", "65536"], "--port takes a whole number from 0 to 65535", "echo --help"],
    [
      ["echo", "--path", "/x", "--port", "1"],
      "--path and --port exclude each other",
      "echo --help",
    ],
    [["hub", "there"], '"there" is one word too many', "hub --help"],
    [["connect"], "<url> is missing", "connect --help"],
    [["connect", "ws://a:b:c"], "the URL can't be parsed", "connect --help"],
    [["connect", "ws://a", "-H", "a b: c"], /^.*Header name/, "connect --help"],
    [["connect", "ws://a", "-H", "Upgrade: c"], "Upgrade is up to the handshake", "connect --help"],
    [
      ["connect", "ws://a", "--subprotocol", "a b"],
      "not the name of a subprotocol",
      "connect --help",
    ],
  ])("%j is answered with what is wrong, and where to look", async (words, message, topic) => {
    const { code, out, err } = await runWith(...words);
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(/^fullduplex: /);
    expect(err.slice("fullduplex: ".length)).toMatch(message);
    expect(err.endsWith(`\nSee fullduplex ${topic}\n`)).toBe(true);
  });

  test("a defect is told as one, with where it happened", async () => {
    const io = new FakeIo();
    const broken = Object.defineProperty(io, "env", {
      get(): never {
        throw new Error("no \x1b[2J variables");
      },
    });
    expect(await run(["connect", "ws://a"], broken)).toBe(70);
    expect(io.err).toMatch(/^fullduplex: this is a defect: Error: no \\x1b\[2J variables\n {4}at /);
  });
});

/** docs/reference/cli.md says what the commands do. */

import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { CONNECT } from "../../src/cli/connect-command.ts";
import { ECHO } from "../../src/cli/echo-command.ts";
import { ExitCode, SIGNAL_EXIT_CODES } from "../../src/cli/exit-codes.ts";
import { HUB } from "../../src/cli/hub-command.ts";
import { WAMP_CONFORMANCE } from "../../src/cli/wamp-conformance-command.ts";
import { root } from "../support/project.ts";

const text = readFileSync(join(root, "docs", "reference", "cli.md"), "utf8");

describe("the reference of the command line", () => {
  test.each([CONNECT, ECHO, HUB, WAMP_CONFORMANCE])(
    "has every option of $name, and no other",
    ({ name, options }) => {
      const [, section = ""] = text.split(new RegExp(`^## fullduplex ${name}$`, "m"));
      const [own = ""] = section.split(/^## /m);
      const rows = own.split("\n").filter((line) => line.startsWith("| `-"));
      const documented = rows.flatMap((row) => {
        const [, left = ""] = row.split("|");
        return Array.from(left.matchAll(/--([a-z-]+)/g), ([, option]) => option);
      });
      expect(new Set(documented)).toEqual(new Set(Object.keys(options)));
    },
  );

  test("has every exit code", () => {
    const codes = [...Object.values(ExitCode), ...Object.values(SIGNAL_EXIT_CODES)];
    const [, section = ""] = text.split("### Exit codes");
    const documented = section.match(/^\| (\d+(?:, \d+)*) /gm)?.flatMap((row) => row.match(/\d+/g));
    expect(documented?.map(Number)).toEqual(codes);
  });
});

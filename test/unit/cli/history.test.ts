import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { History } from "../../../src/cli/history.ts";
import { scratchFolder } from "../../support/scratch.ts";

const folder = scratchFolder();

test("lines are there again, the latest first, in a file that nobody else may read", () => {
  const env = { XDG_STATE_HOME: join(folder, "a") };
  new History(env).save(["two", "one"]);
  expect(new History(env).load()).toEqual(["two", "one"]);
  const file = join(folder, "a", "fullduplex", "history");
  expect(readFileSync(file, "utf8")).toBe("two\none\n");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(folder, "a", "fullduplex"))).toEqual(["history"]);
});

test.each([{}, { XDG_STATE_HOME: "" }, { XDG_STATE_HOME: "relative" }])(
  "%j names no place",
  (env) => {
    new History(env).save(["line"]);
    expect(new History(env).load()).toEqual([]);
  },
);

test("a history that can't be read or written is no error", () => {
  const env = { XDG_STATE_HOME: join(folder, "b") };
  expect(new History(env).load()).toEqual([]);
  writeFileSync(join(folder, "b"), "a file, no folder");
  new History(env).save(["line"]);
  expect(new History(env).load()).toEqual([]);
});

test("a file that is too large is not read, and no more than 1000 lines are", () => {
  const env = { XDG_STATE_HOME: join(folder, "c") };
  mkdirSync(join(folder, "c", "fullduplex"), { recursive: true });
  const file = join(folder, "c", "fullduplex", "history");
  writeFileSync(file, "x\n".repeat(2000));
  expect(new History(env).load()).toHaveLength(1000);
  writeFileSync(file, "x\n".repeat(600_000));
  expect(new History(env).load()).toEqual([]);
});

test("an empty history leaves the file as it is", () => {
  const env = { XDG_STATE_HOME: join(folder, "d") };
  new History(env).save(["line"]);
  new History(env).save([]);
  expect(new History(env).load()).toEqual(["line"]);
});

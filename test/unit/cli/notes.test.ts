import { expect, test } from "vitest";

import { Notes } from "../../../src/cli/notes.ts";
import { FakeIo } from "./support.ts";

test("notes go to the standard error", () => {
  const io = new FakeIo();
  new Notes(io).print("a note");
  expect(io.err).toBe("a note\n");
});

test("notes are diverted while there is a prompt, if the standard error is the terminal", () => {
  const io = new FakeIo({ terminal: true });
  const notes = new Notes(io);
  const diverted: string[] = [];
  notes.divert((line) => diverted.push(line));
  notes.print("above the prompt");
  notes.divert(undefined);
  notes.print("after it");
  expect(diverted).toEqual(["above the prompt"]);
  expect(io.err).toBe("after it\n");
});

test("notes are not diverted from a file", () => {
  const io = new FakeIo({ terminal: true });
  io.stderr.isTTY = false;
  const notes = new Notes(io);
  notes.divert(() => expect.unreachable());
  notes.print("a note");
  expect(io.err).toBe("a note\n");
});

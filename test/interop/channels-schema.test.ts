import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { command, reply } from "../../src/channels/protocol/schema.ts";
import type { Schema } from "../../src/channels/protocol/schema.ts";

/** Each message of theirs, with its fields: `6: map of SubscribeResult` by name. */
const theirs = readMessages(
  readFileSync(fileURLToPath(import.meta.resolve("centrifuge/build/protobuf")), "utf8"),
);

/** What their generated code writes says what the fields are. */
function readMessages(code: string): Map<string, Map<string, string>> {
  const encoders = code.matchAll(
    /(\w+)\.encode = function encode\(message, writer\) \{(.*?)return writer;/gs,
  );
  return new Map(
    Array.from(encoders, ([, name = "", body = ""]) => [name, readFields(body.split("\n"))]),
  );
}

function readFields(lines: readonly string[]): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of lines) {
    const number = /\/\* id (\d+), wireType \d =\*\//.exec(line)?.[1] ?? "";
    const [, nested, list] = /protocol\.(\w+)\.encode\(message\.(\w+(?:\[i\])?),/.exec(line) ?? [];
    const [, mapped, map] = /protocol\.(\w+)\.encode\(message\.(\w+)\[keys/.exec(line) ?? [];
    const [, scalar, name] = /\.(\w+)\(message\.(\w+)\)/.exec(line) ?? [];
    const [, texts] = /string\(keys\[i\]\).*\.string\(message\.(\w+)\[/.exec(line) ?? [];
    if (texts) fields.set(texts, `${number}: map of string`);
    // The number of such a map stands in the line before.
    else if (map) fields.set(map, `map of ${mapped}`);
    else if (list?.endsWith("[i]")) fields.set(list.slice(0, -3), `${number}: list of ${nested}`);
    else if (list) fields.set(list, `${number}: ${nested}`);
    else if (name) fields.set(name, `${number}: ${scalar === "bytes" ? "data" : scalar}`);
  }
  return fields;
}

/** Compares a message of ours, and those in it. */
function compare(schema: Schema, message: string, seen: string[]): void {
  for (const [name, { number, type, many }] of schema) {
    const field = theirs.get(message)?.get(name);
    seen.push(`${message}.${name}`);
    // (Ours alone; and filters, which we don't read.)
    if (message === "Push" && name === "advance") {
      expect(field).toBeUndefined();
      continue;
    }
    if (name === "tf") continue;
    const [, nested] = /(?:^|[ :])([A-Z]\w+)$/.exec(field ?? "") ?? [];
    const isOfMessages = many === "map" && typeof type !== "string";
    const prefix = isOfMessages ? "" : `${number}: `;
    const of = many ? `${many} of ` : "";
    expect(`${message}.${name} ${field}`).toBe(
      `${message}.${name} ${prefix}${of}${typeof type === "string" ? type : nested}`,
    );
    if (typeof type !== "string") compare(type, nested ?? "", seen);
  }
}

test("fields have the numbers and types that the clients of centrifuge know", () => {
  const seen: string[] = [];
  compare(command, "Command", seen);
  compare(reply, "Reply", seen);
  expect(seen.length).toBeGreaterThan(100);
});

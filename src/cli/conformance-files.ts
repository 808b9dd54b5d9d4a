/**
 * The cases that come with the package.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";

import { loadCases } from "../wamp/conformance/index.ts";
import type { ConformanceCase } from "../wamp/conformance/index.ts";

/** The path is the same from `src` and from `dist`. */
const FOLDER = new URL("../../conformance/wamp/", import.meta.url);

/** @throws TypeError when a file is not as it should be. */
export function readCases(): ConformanceCase[] {
  const chapters = readdirSync(FOLDER, { withFileTypes: true }).filter((it) => it.isDirectory());
  const names = chapters.flatMap(({ name }) =>
    readdirSync(new URL(`${name}/`, FOLDER)).map((file) => ({ chapter: name, file })),
  );
  const files = names
    .filter(({ file }) => file.endsWith(".json"))
    .map(({ chapter, file }) => ({ chapter, name: `${chapter}/${file}` }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return loadCases(files.map((file) => ({ ...file, content: read(file.name) })));
}

function read(name: string): unknown {
  try {
    return JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));
  } catch (error) {
    throw new TypeError(`${name} is no JSON: ${(error as Error).message}`, { cause: error });
  }
}

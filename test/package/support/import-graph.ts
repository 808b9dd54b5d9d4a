/**
 * Which module imports which, read from the sources: type-only imports count, which bundlers drop.
 *
 * It relies on the formatter: imports and exports begin a line, and end in a semicolon.
 *
 * @module
 */

import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";

/** One import: both are paths below the folder that was read, or `to` is what was written when it is not relative. */
export interface Edge {
  readonly from: string;
  readonly to: string;
}

export interface ImportGraph {
  /** Path below the folder → text. */
  readonly files: ReadonlyMap<string, string>;
  readonly edges: readonly Edge[];
}

const STATIC = /^(?:import|export)\b[^;"]*?\bfrom\s*"([^"]+)"|^import\s*"([^"]+)"/gm;
const DYNAMIC = /\bimport\(\s*"([^"]+)"\s*\)/g;
const COMMENT_LINE = /^\s*(?:\/\/|\/\*|\*).*$/gm;

export function readImportGraph(folder: string): ImportGraph {
  const files = new Map<string, string>();
  const edges: Edge[] = [];
  for (const entry of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!entry.endsWith(".ts")) continue;
    const file = entry.split(sep).join("/");
    const text = readFileSync(join(folder, entry), "utf8");
    files.set(file, text);
    for (const specifier of specifiers(text)) {
      const target = resolve(folder, dirname(entry), specifier);
      const to = specifier.startsWith(".") ? slashes(relative(folder, target)) : specifier;
      edges.push({ from: file, to });
    }
  }
  return { files, edges };
}

/** The text without the lines that are nothing but comment. */
export function withoutComments(text: string): string {
  return text.replaceAll(COMMENT_LINE, "");
}

function specifiers(text: string): string[] {
  const code = withoutComments(text);
  const found = [...code.matchAll(STATIC), ...code.matchAll(DYNAMIC)];
  return found.map((match) => match[1] ?? match[2] ?? "");
}

function slashes(path: string): string {
  return path.split(sep).join("/");
}

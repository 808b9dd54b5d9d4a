/**
 * The files of the pages, read once at the start: what is not among them is not there, whatever the path says.
 *
 * They come from `dist`, which this module is part of or beside; so the sources serve the same pages as the package.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readModules } from "./module-graph.ts";
import { FOREVER, reply, REVALIDATE } from "./reply.ts";
import type { Reply } from "./reply.ts";

/** What there is to serve. */
export interface Assets {
  /** HTML by name, such as `home`. */
  readonly pages: ReadonlyMap<string, Reply>;
  /** Everything that the pages load, by path. */
  readonly files: ReadonlyMap<string, Reply>;
}

const DIST = fileURLToPath(new URL("../../../dist/", import.meta.url));

const PAGES = "hub/pages";
const SCRIPTS = "hub/browser";

const TYPES: ReadonlyMap<string, string> = new Map([
  [".css", "text/css; charset=utf-8"],
  [".html", "text/html; charset=utf-8"],
  [".js", "text/javascript; charset=utf-8"],
  [".svg", "image/svg+xml"],
]);

/**
 * Reads the pages, their styles and images, and of the scripts those that a page needs: `hub/browser/<page>.js` and what
 * it imports.
 *
 * @throws Error when `dist` is missing or incomplete.
 */
export function loadAssets(dist: string = DIST): Assets {
  const names = listPages(dist);
  const html = new Map<string, string>();
  const scripts = new Map<string, readonly string[]>();
  const contents = new Map<string, Uint8Array>();
  for (const file of names) {
    const content = readFileSync(join(dist, PAGES, file));
    if (extname(file) !== ".html") {
      contents.set(`${PAGES}/${file}`, content);
      continue;
    }
    const page = file.slice(0, -".html".length);
    const modules = readModules(dist, `${SCRIPTS}/${page}.js`);
    for (const [path, code] of modules) contents.set(path, code);
    html.set(page, content.toString("utf8"));
    scripts.set(page, [...modules.keys()]);
  }
  const prefix = `/assets/${fingerprint(contents)}/`;
  const files = Array.from(contents, ([path, content]): [string, Reply] => {
    return [prefix + path, reply(TYPES.get(extname(path)) ?? "text/plain", content, FOREVER)];
  });
  const pages = Array.from(html, ([page, text]): [string, Reply] => {
    const filled = fill(text, prefix, scripts.get(page) ?? []);
    return [page, reply("text/html; charset=utf-8", filled, REVALIDATE)];
  });
  return { pages: new Map(pages), files: new Map(files) };
}

function listPages(dist: string): string[] {
  try {
    return readdirSync(join(dist, PAGES)).filter((file) => TYPES.has(extname(file)));
  } catch (error) {
    throw new Error("the pages of the hub are not there: run `npm run build`", { cause: error });
  }
}

/** The same for the same files, so that a path with it in it never means anything else. */
function fingerprint(contents: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha256");
  for (const path of [...contents.keys()].sort()) {
    const content = contents.get(path) as Uint8Array;
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}

/** Puts in where the files are, and tells the browser at once which modules it will need. */
function fill(html: string, prefix: string, modules: readonly string[]): string {
  const links = modules.map((path) => `<link rel="modulepreload" href="${prefix}${path}">`);
  return html.replaceAll("<!-- modules -->", links.join("\n    ")).replaceAll("assets:", prefix);
}

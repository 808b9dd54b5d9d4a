import { describe, expect, test } from "vitest";
import { loadAssets } from "../../../../src/hub/http/assets.ts";
import { scratchFolder, writeFiles } from "../../../support/scratch.ts";

const folder = scratchFolder();

function build(name: string, css: string): string {
  writeFiles(folder, {
    [`${name}/hub/pages/home.html`]:
      '<!-- modules --><link href="assets:hub/pages/a.css"><script src="assets:hub/browser/home.js">',
    [`${name}/hub/pages/a.css`]: css,
    [`${name}/hub/pages/notes.md`]: "is no asset",
    [`${name}/hub/browser/home.js`]: 'import { b } from "../../client/b.js";\n',
    [`${name}/hub/browser/home.d.ts`]: "is no asset",
    [`${name}/client/b.js`]: "export const b = 1;\n",
    [`${name}/server/secret.js`]: "is no asset",
  });
  return `${folder}/${name}`;
}

describe("loadAssets", () => {
  test("has the pages, and what they need, and nothing else", () => {
    const { pages, files } = loadAssets(build("one", "p {}"));
    expect([...pages.keys()]).toEqual(["home"]);
    const paths = [...files.keys()].map((path) => path.replace(/^\/assets\/[0-9a-f]{16}\//, ""));
    expect(paths.sort()).toEqual(["client/b.js", "hub/browser/home.js", "hub/pages/a.css"]);
    const types = [...files.values()].map(({ headers }) => headers["Content-Type"]);
    expect(new Set(types)).toEqual(
      new Set(["text/css; charset=utf-8", "text/javascript; charset=utf-8"]),
    );
  });

  test("puts the addresses of the files into the pages", () => {
    const { pages, files } = loadAssets(build("one", "p {}"));
    const html = String(pages.get("home")?.body);
    const links = Array.from(html.matchAll(/(?:href|src)="([^"]+)"/g), ([, link = ""]) => link);
    expect(links.length).toBe(4);
    for (const link of links) expect(files.has(link)).toBe(true);
  });

  test("gives other files other addresses", () => {
    const [one] = loadAssets(build("one", "p {}")).files.keys();
    const [same] = loadAssets(build("same", "p {}")).files.keys();
    const [other] = loadAssets(build("other", "p { }")).files.keys();
    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  test("says what to do when nothing has been built", () => {
    expect(() => loadAssets(`${folder}/nothing`)).toThrow(/npm run build/);
  });
});

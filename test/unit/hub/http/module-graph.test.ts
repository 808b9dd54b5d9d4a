import { describe, expect, test } from "vitest";
import { readModules } from "../../../../src/hub/http/module-graph.ts";
import { scratchFolder, writeFiles } from "../../../support/scratch.ts";

const folder = scratchFolder();

describe("readModules", () => {
  test("finds a module and all that it imports, once", () => {
    writeFiles(folder, {
      "a/main.js": 'import { b } from "./b.js";\nimport "../c.js";\nexport { d } from "../c.js";\n',
      "a/b.js": 'import {\n  c,\n} from "../c.js";\n',
      "c.js": '/** import { x } from "./not.js"; */\nimport { b } from "./a/b.js";\n',
      "unused.js": "",
    });
    const modules = readModules(folder, "a/main.js");
    expect([...modules.keys()].sort()).toEqual(["a/b.js", "a/main.js", "c.js"]);
    expect(String(modules.get("a/b.js"))).toContain("../c.js");
  });

  test.each([
    ["a package", 'import { x } from "fullduplex";'],
    ["Node", 'import { x } from "node:fs";'],
    ["a file outside", 'import { x } from "../outside.js";'],
    ["a file by its absolute path", 'import { x } from "/etc/passwd";'],
  ])("refuses to follow an import of %s", (_, code) => {
    writeFiles(folder, { "entry.js": `${code}\n` });
    expect(() => readModules(folder, "entry.js")).toThrow(/a browser can't get/);
  });

  test("reports a module that is not there", () => {
    expect(() => readModules(folder, "gone.js")).toThrow(/ENOENT/);
  });
});

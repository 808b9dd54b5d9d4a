import { beforeAll, expect, test } from "vitest";
import { ensureBuilt } from "../support/built.ts";
import { codeEntries } from "../support/project.ts";
import { runNode } from "../support/run.ts";

beforeAll(ensureBuilt);

test.each(codeEntries().map(([name]) => name))(
  "require(%j) works, which it does as long as no module awaits at its top level",
  async (name) => {
    const script = `console.log(Object.keys(require(${JSON.stringify(name)})).length)`;
    const { stdout, stderr } = await runNode(["--input-type=commonjs", "--eval", script]);
    expect(Number(stdout), stderr).toBeGreaterThan(0);
  },
);

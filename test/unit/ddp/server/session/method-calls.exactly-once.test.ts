import { describe, test } from "vitest";
import fc from "fast-check";
import { CUTS, playWithCuts } from "../../../../support/ddp-exactly-once.ts";

describe.each([
  ["waits for connected, session goes on", false, false],
  ["waits for connected, session has ended", false, true],
  ["sends at once, session goes on", true, false],
  ["sends at once, session has ended", true, true],
] as const)("a method runs exactly once, client %s", (_name, isEager, ends) => {
  test("wherever the connection is cut", async () => {
    for (const cut of CUTS) await playWithCuts([cut], isEager, ends);
  });

  test("wherever it is cut twice", async () => {
    const cut = fc.constantFrom(...CUTS);
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { minLength: 2, maxLength: 4 }), (cuts) =>
        playWithCuts(cuts, isEager, ends),
      ),
      { numRuns: 25 },
    );
  });
});

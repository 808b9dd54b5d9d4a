import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../support/project.ts";
import { runNode } from "../support/run.ts";
import { scratchFolder } from "../support/scratch.ts";

/** As bench/lib/report/results.mjs writes them. */
interface Results {
  readonly machine: Readonly<Record<string, unknown>>;
  readonly versions: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

interface Row {
  readonly id: string;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly peer: string;
  readonly value?: { readonly median: number };
  readonly ofBaseline?: { readonly median: number };
  readonly unavailable?: string;
  readonly failure?: string;
}

const folder = scratchFolder();
const hurry = ["--quick", "--rounds=1", "--seconds=0.1", "--warmup=0.1", "--minutes=10"];

/** Runs the benchmarks as `npm run bench` does, in a hurry. */
async function bench(
  ...parameters: string[]
): Promise<{ code: number | undefined; results: Results; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runNode(
    [join(root, "bench", "run.mjs"), ...hurry, "--name=test", `--out=${folder}`, ...parameters],
    // A folder of its own for the file that lets runs take turns: a test doesn't wait for measurements elsewhere.
    { timeout: 300_000, env: { TMPDIR: folder } },
  );
  const results = JSON.parse(readFileSync(join(folder, "test.json"), "utf8")) as Results;
  return { code, results, stdout, stderr };
}

const rows = [
  "binary-1",
  "binary-16",
  "text-16",
  "large",
  "broadcast-1",
  "broadcast-8",
  "channels-1",
  "channels-8",
  "channels-recovery",
  "channels-memory",
  "deflate-1",
  "deflate-16",
  "deflate-memory",
  "tls-16",
  "accepts",
  "idle-memory",
  "latency-p50",
  "latency-p99",
  "client-16",
  "wamp-calls-64",
  "wamp-calls-1-p50",
  "wamp-calls-1-p99",
  "wamp-patterns",
  "wamp-events",
  "ddp-writes",
  "ddp-latency-p50",
  "ddp-latency-p99",
  "ddp-others",
  "ddp-memory",
];

/** The forms of this package that a row has, at least. */
function formOf(id: string): string {
  if (id === "wamp-patterns") return "fullduplex-wamp-100k";
  if (id.startsWith("wamp")) return "fullduplex-wamp";
  if (id === "ddp-others") return "fullduplex-ddp-10k";
  if (id.startsWith("ddp")) return "fullduplex-ddp";
  return id.startsWith("channels") ? "fullduplex-channels" : "fullduplex";
}

/** Rows without `ws`: only channels recover anything, and `ws` speaks neither WAMP nor DDP. */
const withoutWs = /^channels-recovery$|^wamp|^ddp/;

test("a run has a figure in every row, and a table", async () => {
  const { code, results, stdout, stderr } = await bench("--peers=fullduplex,ws");
  expect(code, stderr).toBe(0);
  expect(results.rows.map(({ id }) => id)).toEqual(rows);
  for (const { id, entries } of results.rows) {
    const measured = entries.filter(({ unavailable }) => unavailable === undefined);
    const others = withoutWs.test(id) ? [] : ["ws"];
    const expected = [formOf(id), ...others];
    expect(measured.map(({ peer }) => peer)).toEqual(expect.arrayContaining(expected));
    for (const { peer, value, ofBaseline } of measured) {
      expect(value?.median, `${id}: ${peer}`).toBeGreaterThan(0);
      if (others.length > 0) expect(ofBaseline?.median, `${id}: ${peer}`).toBeGreaterThan(0);
    }
  }
  expect(Object.keys(results.versions)).toEqual(["fullduplex", "ws"]);
  const table = readFileSync(join(folder, "test.md"), "utf8");
  expect(table).toContain(`Node ${process.versions.node}`);
  expect(table.match(/^## /gm)?.length).toBe(rows.length);
  expect(stdout).toContain("| x uWebSockets.js |");

  const chart = join(folder, "chart.svg");
  const drawn = await runNode([join(root, "bench", "chart.mjs"), join(folder, "test.json"), chart]);
  expect(drawn).toMatchObject({ code: 0, stderr: "" });
  const svg = readFileSync(chart, "utf8");
  // It is about WebSockets, not about what stands on them.
  const drawnRows = rows.filter((id) => !/^(?:channels|wamp|ddp)/.test(id));
  expect(svg.match(/<text class="row"/g)?.length).toBe(drawnRows.length);
  expect(svg).toMatch(/^<svg [^]*<\/svg>\n$/);
});

const published = join(root, "bench", "results", "full.json");

test.skipIf(!existsSync(published))("the published chart shows the published results", async () => {
  const chart = join(folder, "published.svg");
  const { code, stderr } = await runNode([join(root, "bench", "chart.mjs"), published, chart]);
  expect(code, stderr).toBe(0);
  const shown = readFileSync(join(root, "docs", "images", "bench.svg"), "utf8");
  expect(shown, "node bench/chart.mjs").toBe(readFileSync(chart, "utf8"));
});

describe("replies are checked", () => {
  test.each([
    ["byte", "binary-1$|binary-16|large|broadcast-8$|deflate-16|^latency", 6],
    ["order", "binary-16|text-16", 2],
  ])("a wrong %s fails the run", async (kind, only, count) => {
    // However long it may take: it ends when a wrong reply is found.
    const { code, results, stderr } = await bench(
      `--peers=canary-${kind}`,
      `--only=${only}`,
      "--seconds=20",
    );
    expect(code).toBe(1);
    const entries = results.rows.map(({ entries: [entry] }) => entry);
    expect(entries.map((entry) => entry?.failure)).toEqual(
      results.rows.map(() => expect.stringMatching(/a wrong (?:reply|message)/)),
    );
    expect(new Set(results.rows.map(({ id }) => id.replace(/-p\d+$/, ""))).size).toBe(count);
    expect(stderr).toContain("FAILED: ");
  });

  test("a client that gets a wrong byte fails the run", async () => {
    const { code, results } = await bench(
      "--peers=fullduplex,ws",
      "--only=client",
      "--server=canary-byte",
      "--seconds=20",
    );
    expect(code).toBe(1);
    for (const { failure } of results.rows[0]?.entries ?? []) expect(failure).toBe("a wrong reply");
  });
});

test("what can't be measured is in the table with the reason", async () => {
  const { code, results } = await bench("--peers=uws,socket.io", "--only=binary-1$|client");
  expect(code).toBe(0);
  const reasons = results.rows.flatMap(({ entries }) =>
    entries.map(({ peer, value, unavailable }) => [peer, value ?? unavailable]),
  );
  expect(reasons).toContainEqual(["uws", "has no client"]);
  expect(reasons).toContainEqual(["socket.io", "runs with its text events only"]);
  expect(reasons.length).toBe(4);
});

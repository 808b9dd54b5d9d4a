import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** The package's own name resolves to its sources, so that tests need no build. */
const conditions = ["fullduplex:source", "node"];

/** Each folder of tests is a project of its own: `vitest run --project fuzz`, or `npm run test:fuzz`. */
interface Suite {
  name: string;
  /** Milliseconds that one test may take. */
  timeout: number;
  /** One file at a time: for tests that need the machine to themselves. */
  serial?: boolean;
  /** Its files share the modules of one process, which saves loading them anew for each: three quarters of the time. */
  shared?: boolean;
}

const suites: Suite[] = [
  { name: "unit", timeout: 10_000, shared: true },
  { name: "contract", timeout: 10_000 },
  { name: "integration", timeout: 30_000, shared: true },
  { name: "package", timeout: 120_000 },
  { name: "release", timeout: 120_000 },
  { name: "fuzz", timeout: 300_000 },
  { name: "conformance", timeout: 600_000, serial: true },
  { name: "interop", timeout: 60_000 },
  { name: "browser", timeout: 120_000, serial: true },
  { name: "runtimes", timeout: 900_000, serial: true },
  { name: "load", timeout: 300_000, serial: true },
  { name: "bench", timeout: 300_000, serial: true },
];

export default defineConfig({
  test: {
    // On two processors vitest would use one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    coverage: {
      provider: "v8",
      reportOnFailure: true,
      reporter: ["text-summary", "html", "json-summary"],
      include: ["src/**/*.ts"],
      // Only a browser runs the pages' own code: test/browser covers it.
      exclude: [
        "src/**/index.ts",
        "src/hub/browser/{chat,home,todo,wamp,wamp-session}.ts",
        "src/hub/browser/view/**",
      ],
      thresholds: { lines: 95, "src/protocol/**": { branches: 100 } },
    },
    projects: suites.map(({ name, timeout, serial = false, shared = false }) => ({
      resolve: { conditions },
      ssr: { resolve: { conditions } },
      test: {
        name,
        include: [`test/${name}/**/*.test.ts`],
        testTimeout: timeout,
        hookTimeout: timeout,
        fileParallelism: !serial,
        isolate: !shared,
      },
    })),
  },
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../support/project.ts";

interface LockedPackage {
  readonly resolved?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lockfiles = [
  "package-lock.json",
  "test/runtimes/package-lock.json",
  "test/peers/package-lock.json",
  "bench/package-lock.json",
];

describe.each(lockfiles)("%s", (file) => {
  const { packages } = JSON.parse(readFileSync(join(root, file), "utf8")) as {
    packages: Readonly<Record<string, LockedPackage>>;
  };
  const places = Object.entries(packages);

  test("lists what every platform needs, without which `npm ci` refuses it", () => {
    const names = new Set(places.map(([place]) => place.replace(/^.*node_modules\//, "")));
    const needed = places.flatMap(([, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies),
    );
    expect(needed.filter((name) => !names.has(name))).toEqual([]);
    expect(needed.length).toBeGreaterThan(0);
  });

  test("names no registry", () => {
    expect(places.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
    expect(places.length).toBeGreaterThan(1);
  });
});

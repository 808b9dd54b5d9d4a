import { afterEach, describe, expect, test, vi } from "vitest";
import { recall, remember } from "../../../../src/hub/browser/memory.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("what the browser remembers", () => {
  test("comes back", () => {
    const items = new Map<string, string>();
    vi.stubGlobal("sessionStorage", {
      getItem: (name: string) => items.get(name) ?? null,
      setItem: (name: string, value: string) => items.set(name, value),
    });
    expect(recall("sessionStorage", "name")).toBeUndefined();
    remember("sessionStorage", "name", "Ada");
    expect(recall("sessionStorage", "name")).toBe("Ada");
  });

  test("is nothing where the person forbids it", () => {
    const forbid = (): never => {
      throw new Error("forbidden");
    };
    vi.stubGlobal("localStorage", { getItem: forbid, setItem: forbid });
    remember("localStorage", "name", "Ada");
    expect(recall("localStorage", "name")).toBeUndefined();
  });
});

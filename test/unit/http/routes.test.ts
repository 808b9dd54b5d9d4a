import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RouteTable } from "../../../src/http/routes.ts";

/** Matches a path, and says which pattern it was. */
function table(...patterns: string[]): (path: string) => unknown {
  const routes = new RouteTable(patterns.map((pattern) => [pattern, pattern] as const));
  return (path) => {
    const match = routes.match(path);
    return typeof match === "object" ? [match.value, { ...match.params }] : match;
  };
}

describe("RouteTable", () => {
  test("matches exactly, segment by segment", () => {
    const match = table("/", "/chat", "/chat/:room", "/a/b/");
    expect(match("/")).toEqual(["/", {}]);
    expect(match("/chat")).toEqual(["/chat", {}]);
    expect(match("/chat/blue")).toEqual(["/chat/:room", { room: "blue" }]);
    expect(match("/a/b/")).toEqual(["/a/b/", {}]);
    for (const path of [
      "/chat/",
      "/chat/blue/",
      "/chat/blue/x",
      "/Chat",
      "//",
      "/a/b",
      "",
      "chat",
      "*",
    ]) {
      expect(match(path), path).toBeUndefined();
    }
  });

  test("prefers text to a parameter, and a parameter to a tail, from left to right", () => {
    const match = table("/*", "/:a/:b", "/x/*", "/x/:b", "/x/y", "/:a/y", "/x/y/*");
    expect(match("/x/y")).toEqual(["/x/y", {}]);
    expect(match("/x/z")).toEqual(["/x/:b", { b: "z" }]);
    expect(match("/z/y")).toEqual(["/:a/y", { a: "z" }]);
    expect(match("/z/z")).toEqual(["/:a/:b", { a: "z", b: "z" }]);
    expect(match("/x/y/z")).toEqual(["/x/y/*", { "*": "z" }]);
    expect(match("/x/z/z")).toEqual(["/x/*", { "*": "z/z" }]);
    expect(match("/z")).toEqual(["/*", { "*": "z" }]);
  });

  test("goes back to a less specific pattern where the more specific one does not lead on", () => {
    const match = table("/a/b/d", "/a/:x/c");
    expect(match("/a/b/c")).toEqual(["/a/:x/c", { x: "b" }]);
  });

  test("gives a tail all that is left, which may be empty", () => {
    const match = table("/files/*");
    expect(match("/files/")).toEqual(["/files/*", { "*": "" }]);
    expect(match("/files/a//b/../c")).toEqual(["/files/*", { "*": "a//b/../c" }]);
    expect(match("/files")).toBeUndefined();
  });

  test("decodes what is percent-encoded, after taking the path apart", () => {
    const match = table("/chat/:room", "/caf%C3%A9", "/a b", "/x%2Fy");
    expect(match("/chat/a%2Fb%20c")).toEqual(["/chat/:room", { room: "a/b c" }]);
    expect(match("/caf%c3%a9")).toEqual(["/caf%C3%A9", {}]);
    expect(match("/a%20b")).toEqual(["/a b", {}]);
    expect(match("/%63hat/%F0%9F%98%80")).toEqual(["/chat/:room", { room: "😀" }]);
    expect(match("/x%2Fy")).toEqual(["/x%2Fy", {}]);
    expect(match("/x/y")).toBeUndefined();
  });

  test("says when the encoding is malformed", () => {
    const match = table("/*");
    for (const path of ["/%", "/%4", "/%zz", "/a/%ff", "/%C3%28", "/%ED%A0%80"]) {
      expect(match(path), path).toBe("malformed");
    }
  });

  test("takes the names of prototypes for ordinary ones (GHSA-5v72-xg48-5rpm)", () => {
    const routes = new RouteTable([
      ["/constructor", 1],
      ["/:__proto__/:constructor/:toString", 2],
    ]);
    expect(routes.match("/constructor")).toMatchObject({ value: 1 });
    for (const path of ["/__proto__", "/toString", "/hasOwnProperty"]) {
      expect(routes.match(path), path).toBeUndefined();
    }
    const match = routes.match("/__proto__/x/valueOf");
    if (typeof match !== "object") throw new Error("no match");
    expect(Object.getPrototypeOf(match.params)).toBeNull();
    expect(Object.entries(match.params)).toEqual([
      ["__proto__", "__proto__"],
      ["constructor", "x"],
      ["toString", "valueOf"],
    ]);
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });

  test("refuses patterns that make no sense, or that are the same", () => {
    expect(() => table("chat")).toThrow('route "chat" is no path');
    expect(() => table("*")).toThrow('route "*" is no path');
    expect(() => table("/chat?x")).toThrow("has no query");
    expect(() => table("/a/*/b")).toThrow('"*" can only be the last segment');
    expect(() => table("/:")).toThrow("a parameter has no name");
    expect(() => table("/:a/:a")).toThrow("two parameters have the same name");
    expect(() => table("/%zz")).toThrow("is malformed");
    expect(() => table("/:a", "/:b")).toThrow("route /:b is there twice");
    expect(() => table("/a%20b", "/a b")).toThrow("is there twice");
    expect(() => table("/%251", "/:a", "/%252", "/*")).not.toThrow();
  });

  test("never throws for a path, and gives back what was encoded", () => {
    const routes = new RouteTable([["/:a/:b", "two"]]);
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: "binary" }),
        fc.string({ minLength: 1 }),
        (a, b) => {
          const encode = (text: string): string => encodeURIComponent(text);
          const match = routes.match(`/${encode(a)}/${encode(b)}`);
          expect(match).toEqual({ value: "two", params: { a: a, b: b } });
        },
      ),
    );
    fc.assert(fc.property(fc.string(), (path) => void routes.match(`/${path}`)));
  });
});

import { expect, test } from "vitest";
import { HttpHeaders } from "../../../src/http/headers.ts";

const headers = new HttpHeaders(["Host", "a", "X-A", "1", "x-a", "2", "__proto__", "3"]);

test("names are compared without regard to case", () => {
  expect(headers.get("HOST")).toBe("a");
  expect(headers.has("host")).toBe(true);
  expect(headers.get("hos")).toBeUndefined();
  expect(headers.get("hosu")).toBeUndefined();
});

test("repeated fields are joined, or given each", () => {
  expect(headers.get("x-A")).toBe("1, 2");
  expect(headers.getAll("X-a")).toEqual(["1", "2"]);
  expect(headers.getAll("x-b")).toEqual([]);
});

test("names that every object has are ordinary", () => {
  expect(headers.get("__proto__")).toBe("3");
  expect(headers.has("constructor")).toBe(false);
});

test("fields are iterated in order, with names in lower case", () => {
  expect([...headers]).toEqual([
    ["host", "a"],
    ["x-a", "1"],
    ["x-a", "2"],
    ["__proto__", "3"],
  ]);
  expect(headers.size).toBe(4);
});

test("there may be none", () => {
  expect(new HttpHeaders().size).toBe(0);
  expect([...new HttpHeaders()]).toEqual([]);
});

test("a name without a value is no field", () => {
  expect([...new HttpHeaders(["a", "1", "b"])]).toEqual([["a", "1"]]);
  expect(new HttpHeaders(["a", "1", "b"]).has("b")).toBe(false);
});

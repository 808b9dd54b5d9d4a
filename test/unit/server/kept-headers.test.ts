import { expect, test } from "vitest";
import { shareStrings } from "../../../src/server/common-strings.ts";
import { KeptHeaders } from "../../../src/server/kept-headers.ts";

const COMMON = ["Host", "a.example", "Upgrade", "websocket", "Connection", "Upgrade"];

function kept(fields: readonly string[]): KeptHeaders {
  const raw = [...fields];
  shareStrings(raw);
  return new KeptHeaders(raw);
}

test("fields come back as they came, whatever others have sent", () => {
  const requests = [
    [...COMMON, "Sec-WebSocket-Key", "first"],
    [...COMMON, "Sec-WebSocket-Key", "second"],
    ["Sec-WebSocket-Key", "third", ...COMMON],
    [...COMMON, "Sec-WebSocket-Key", "fourth", "Cookie", "a=1", "X-Own", "value"],
    [...COMMON, "Sec-WebSocket-Key", "fifth", "Cookie", "", "__proto__", "value"],
    [...COMMON, "Sec-WebSocket-Key", "fifth", "Cookie", "websocket", "__proto__", "value"],
    COMMON,
    COMMON.map((text) => text.toUpperCase()),
    [],
  ];
  for (let times = 0; times < 2; times++) {
    const all = requests.map(kept);
    expect(all.map(({ headers }) => headers.raw)).toEqual(requests);
  }
});

test("ever new forms change nothing", () => {
  const requests = Array.from({ length: 100 }, (_, index) => {
    return [...COMMON, `X-${index}`, `${index}`, ...COMMON.slice(0, (index % 4) * 2)];
  });
  const all = requests.map(kept);
  expect(all.map(({ headers }) => headers.raw)).toEqual(requests);
});

test("lookups are those of header fields", () => {
  const { headers } = kept([...COMMON, "Cookie", "a=1", "cookie", "b=2"]);
  expect(headers.get("COOKIE")).toBe("a=1, b=2");
  expect(headers.get("upgrade")).toBe("websocket");
  expect(headers.size).toBe(5);
});

import { expect, test } from "vitest";
import { shareStrings } from "../../../src/server/common-strings.ts";

test("sharing changes no text, known or not, whatever its case", () => {
  const fields = [
    ...["Host", "a.example", "Upgrade", "websocket", "upgrade", "WebSocket"],
    ...["__proto__", "constructor", "Sec-WebSocket-Version", "13"],
    ...["sec-websocket-version", "", "", "keep-alive, Upgrade", "Cookie", "a=1"],
    ...["User-Agent", "x".repeat(1000), "odd"],
  ];
  const before = [...fields];
  for (let times = 0; times < 2; times++) {
    shareStrings(fields);
    expect(fields).toEqual(before);
  }
});

test("ever new values change nothing either", () => {
  for (let count = 0; count < 1000; count++) {
    const fields = ["Host", `${count}.example`, "Origin", `https://${count}.example`];
    const before = [...fields];
    shareStrings(fields);
    expect(fields).toEqual(before);
  }
});

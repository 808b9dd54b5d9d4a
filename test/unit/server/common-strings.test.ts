import { expect, test } from "vitest";
import { shareStrings } from "../../../src/server/common-strings.ts";

test("sharing changes no text, known or not, whatever its case", () => {
  const names = "Host Upgrade upgrade __proto__ Sec-WebSocket-Version sec-websocket-version Cookie";
  const values = ["a.example", "websocket", "WebSocket", "13", "", "keep-alive, Upgrade", "a=1"];
  const fields = names.split(" ").flatMap((name, index) => [name, values[index] ?? ""]);
  fields.push("User-Agent", "x".repeat(1000), "odd");
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

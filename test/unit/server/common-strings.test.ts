import { expect, test } from "vitest";
import { shareStrings } from "../../../src/server/common-strings.ts";

test("sharing changes no text, known or not, whatever its case", () => {
  const texts = [
    ..."Host a.example Upgrade websocket upgrade WebSocket __proto__ constructor".split(" "),
    "Sec-WebSocket-Version",
    "sec-websocket-version",
    "",
    "keep-alive, Upgrade",
  ];
  const before = [...texts];
  shareStrings(texts);
  expect(texts).toEqual(before);
});

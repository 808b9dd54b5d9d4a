import { describe, expect, test } from "vitest";
import { secureRandom, seededRandom } from "../../../../../src/ddp/protocol/random/random.ts";
import { RandomStreams } from "../../../../../src/ddp/protocol/random/random-stream.ts";
import { NO_VECTORS, vectors } from "../../../../support/ddp-vectors.ts";

const SEED = "3ba0d8b2a1c9e4f5d6a7";

test("random: the ids of a seed are everybody's", () => {
  const random = seededRandom(0);
  expect(Array.from({ length: 4 }, () => random.id())).toEqual([
    "cp9hWvhg8GSvuZ9os",
    "3f3k6Xo7rrHCifQhR",
    "shxDnjWWmnKPEoLhM",
    "6QTjB8C5SEqhmz4ni",
  ]);
});

test("random: several seeds are one after the other", () => {
  const random = seededRandom("my", 3, "seeds");
  expect(Array.from({ length: 3 }, () => random.id())).toEqual([
    "JYRduBwQtjpeCkqP7",
    "HLxYtpZBtSain84zj",
    "s9XrbWaDC4yCL5NCW",
  ]);
});

describe("random - format", () => {
  test.each([
    ["an id", () => secureRandom.id(), /^[2-9A-HJ-NP-TW-Za-km-z]{17}$/],
    ["an id of another length", () => secureRandom.id(5), /^[2-9A-HJ-NP-TW-Za-km-z]{5}$/],
    ["digits", () => secureRandom.hexString(9), /^[0-9a-f]{9}$/],
    ["a secret", () => secureRandom.secret(), /^[\w-]{43}$/],
    ["a shorter secret", () => secureRandom.secret(13), /^[\w-]{13}$/],
  ])("%s", (_name, draw, format) => {
    expect(draw()).toMatch(format);
    expect(draw()).not.toBe(draw());
  });

  test("a fraction", () => {
    for (let count = 0; count < 1_000; count++) {
      const fraction = secureRandom.fraction();
      expect(fraction >= 0 && fraction < 1).toBe(true);
    }
  });
});

describe("livedata - DDP.randomStream", () => {
  test("streams of one seed are apart, and each goes on", () => {
    const streams = new RandomStreams(SEED);
    expect(streams.stream("").id()).toBe("jogJcogHpJsZpSikL");
    const todos = streams.forCollection("todos");
    expect([todos.id(), todos.id()]).toEqual(["hXrwKFLbKm8jdqR9A", "2TKBvKfEDJC94Fb4f"]);
    expect(streams.forCollection("todos")).toBe(todos);
    expect(new RandomStreams(SEED).forCollection("todos").hexString(24)).toBe(
      "a7df53595c1b9d6220752e5a",
    );
  });

  test("methods that are called get seeds of their own", () => {
    const streams = new RandomStreams(SEED);
    expect(["a", "a", "b"].map((name) => streams.seedFor(name))).toEqual([
      "ab0938090ea9b93a3aa8",
      "ede3974e9ad89cc455ae",
      "4a3eeb6f7033e0967841",
    ]);
    expect(new RandomStreams(SEED).seedFor("seed")).toBe("4b17a77b71df76e6f2ef");
  });

  test("without a seed there is none until something is drawn", () => {
    const streams = new RandomStreams();
    expect(streams.seed).toBeUndefined();
    const id = streams.stream("x").id();
    expect(streams.seed).toMatch(/^[0-9a-f]{20}$/);
    expect(new RandomStreams(streams.seed).stream("x").id()).toBe(id);
  });
});

const text = vectors("random-and-id-vectors.txt");

test.skipIf(!text)(`recorded streams (or ${NO_VECTORS})`, () => {
  const lines = (text ?? "").split("\n").filter((line) => /^"[^"]*" /.test(line));
  expect(lines).toHaveLength(5);
  for (const line of lines) {
    const name = JSON.parse(line.slice(0, line.indexOf('" ') + 1)) as string;
    const [id, second, short, hex, fraction, choice, secret] = line
      .slice(JSON.stringify(name).length + 1)
      .split(" ");
    const random = new RandomStreams(SEED).stream(name);
    expect([random.id(), random.id(), random.id(5), random.hexString(20)]).toEqual([
      id,
      second,
      short,
      hex,
    ]);
    expect(random.fraction()).toBe(Number(fraction));
    expect("abc"[Math.floor(random.fraction() * 3)]).toBe(choice);
    expect(random.secret(10)).toBe(secret);
  }
});

test.skipIf(!text)(`recorded seeds (or ${NO_VECTORS})`, () => {
  const lines = (text ?? "").split("\n").filter((line) => /^\[.*\] 0\./.test(line));
  expect(lines).toHaveLength(4);
  for (const line of lines) {
    const end = line.indexOf("] ") + 1;
    const [first, second, id] = line.slice(end + 1).split(" ");
    const seeds = JSON.parse(line.slice(0, end)) as [string, ...string[]];
    const random = seededRandom(...seeds);
    expect([random.fraction(), random.fraction(), random.id()]).toEqual([
      Number(first),
      Number(second),
      id,
    ]);
  }
});

import { describe, expect, test } from "vitest";
import { WampError } from "../../../../../../src/wamp/protocol/errors.ts";
import type { HistoryEvent } from "../../../../../../src/wamp/router/broker/history/event-history.ts";
import { HistoryQuery } from "../../../../../../src/wamp/router/broker/history/history-query.ts";

/** Publications 11 to 15, one each second from 10:00:01 on. */
const events = [1, 2, 3, 4, 5].map((n) => ({
  publication: { id: 10 + n, topic: n % 2 === 0 ? "even" : "odd" },
  time: Date.UTC(2026, 0, 1, 10, 0, n),
})) as unknown as HistoryEvent[];

function ask(kwargs: Record<string, unknown>): number[] {
  return new HistoryQuery(kwargs)
    .select(events, () => true)
    .events.map((event) => event.publication.id);
}

const at = (second: number): string => `2026-01-01T10:00:0${second}Z`;

test.each<[Record<string, unknown>, number[]]>([
  [{}, [11, 12, 13, 14, 15]],
  [{ reverse: false }, [11, 12, 13, 14, 15]],
  [{ reverse: true }, [15, 14, 13, 12, 11]],
  [{ limit: 2 }, [11, 12]],
  [{ limit: 2, reverse: true }, [15, 14]],
  [{ limit: 100 }, [11, 12, 13, 14, 15]],
  [{ from_time: at(3) }, [13, 14, 15]],
  [{ after_time: at(3) }, [14, 15]],
  [{ before_time: at(3) }, [11, 12]],
  [{ until_time: at(3) }, [11, 12, 13]],
  [{ from_time: at(2), before_time: at(4) }, [12, 13]],
  [{ after_time: at(4), before_time: at(2) }, []],
  [{ topic: "even" }, [12, 14]],
  [{ topic: "even", limit: 1, reverse: true }, [14]],
  [{ topic: "other" }, []],
  [{ from_publication: 13 }, [13, 14, 15]],
  [{ after_publication: 13 }, [14, 15]],
  [{ before_publication: 13 }, [11, 12]],
  [{ until_publication: 13 }, [11, 12, 13]],
  [{ after_publication: 11, until_publication: 14, topic: "odd" }, [13]],
  [{ after_publication: 14, before_publication: 12 }, []],
  [{ after_publication: 13, reverse: true, limit: 1 }, [15]],
  [{ before_publication: 14, reverse: true, limit: 2 }, [13, 12]],
  // Nobody knows what comes before or after one that isn't there.
  [{ after_publication: 99 }, []],
  [{ before_publication: 99 }, []],
  [{ from_publication: 12, until_publication: 99 }, []],
  // Absent, as some serializers write it; and conditions that nobody knows.
  [{ limit: null, from_time: null, from_publication: null }, [11, 12, 13, 14, 15]],
  [{ __proto__: null, constructor: 1, unknown: 2 }, [11, 12, 13, 14, 15]],
])("%j", (kwargs, expected) => {
  expect(ask(kwargs)).toEqual(expected);
});

test("pages follow each other, either way", () => {
  const pages: number[][] = [];
  for (let page = ask({ limit: 2 }); page.length > 0;) {
    pages.push(page);
    page = ask({ limit: 2, after_publication: page.at(-1) });
  }
  expect(pages).toEqual([[11, 12], [13, 14], [15]]);
});

test("whether there is more is told, and what may not be seen isn't counted", () => {
  const select = (limit: number, may: (id: number) => boolean) => {
    const result = new HistoryQuery({ limit }).select(events, (event) => may(event.publication.id));
    return [result.events.length, result.isLimitReached];
  };
  expect(select(5, () => true)).toEqual([5, false]);
  expect(select(4, () => true)).toEqual([4, true]);
  expect(select(4, (id) => id !== 12)).toEqual([4, false]);
});

describe("timestamps", () => {
  test.each([
    "2026-01-01T10:00:03Z",
    "2026-01-01t10:00:03z",
    "2026-01-01 10:00:03Z",
    "2026-01-01T10:00:03.000Z",
    "2026-01-01T12:00:03+02:00",
    "2026-01-01T09:30:03.000000-00:30",
  ])("%s is one", (text) => {
    expect(ask({ from_time: text, until_time: text })).toEqual([13]);
  });

  test.each([
    "",
    "yesterday",
    "2026-01-01",
    "2026-01-01T10:00:03",
    "2026-13-01T10:00:03Z",
    "x".repeat(1e6),
    5,
  ])("%.30s is none", (text) => {
    expect(() => ask({ from_time: text })).toThrow("from_time is a timestamp of RFC 3339");
  });
});

test.each([
  { reverse: 1 },
  { limit: 0 },
  { limit: -1 },
  { limit: 1.5 },
  { limit: "5" },
  { topic: 5 },
  { from_publication: 0 },
  { after_publication: "11" },
  { before_publication: 1.5 },
  { until_publication: {} },
])("%j is refused", (kwargs) => {
  expect(() => new HistoryQuery(kwargs)).toThrow(WampError);
});

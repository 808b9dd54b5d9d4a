import fc from "fast-check";
import { expect, test } from "vitest";
import { equals } from "../../../../../../src/ddp/protocol/ejson/equals.ts";
import { changeFields, getField } from "../../../../../../src/ddp/protocol/fields.ts";
import type { Fields } from "../../../../../../src/ddp/protocol/fields.ts";
import type { PublicationStrategy } from "../../../../../../src/ddp/server/index.ts";
import { RecordedView } from "../../../../../support/ddp-session-view.ts";
import type { Said } from "../../../../../support/ddp-session-view.ts";

const SOURCES = ["A", "B", "C", "D"];
const NAMES = ["x", "y", "__proto__"];

interface Step {
  readonly op: "added" | "changed" | "removed" | "close";
  readonly source: string;
  readonly id: string;
  readonly fields: Fields;
}

const value = fc.constantFrom<unknown>(1, 2, "text", [1, { a: 2 }], { a: 1 }, undefined);

const step: fc.Arbitrary<Step> = fc.record({
  op: fc.constantFrom("added", "added", "changed", "changed", "removed", "close"),
  source: fc.constantFrom(...SOURCES),
  id: fc.constantFrom("1", "2"),
  fields: fc.dictionary(fc.constantFrom(...NAMES), value, { noNullPrototype: true }),
});

/** What sources have, and since when each has each field. */
class Model {
  readonly #documents = new Map<string, Map<string, Map<string, [unknown, number]>>>();
  #time = 0;

  has(source: string, id: string): boolean {
    return this.#of(id).has(source);
  }

  apply({ op, source, id, fields }: Step): void {
    if (op === "close") for (const sources of this.#documents.values()) sources.delete(source);
    else if (op === "removed") this.#of(id).delete(source);
    else if (op === "added" || this.has(source, id)) this.#change(source, id, fields);
  }

  #change(source: string, id: string, fields: Fields): void {
    const sources = this.#of(id);
    const held = sources.get(source) ?? new Map<string, [unknown, number]>();
    sources.set(source, held);
    for (const [name, content] of Object.entries(fields)) {
      if (content === undefined) held.delete(name);
      else held.set(name, [content, held.get(name)?.[1] ?? this.#time++]);
    }
  }

  /** The fields that the client sees, as entries in the order of their names; `undefined`: no document. */
  visible(id: string): [string, unknown][] | undefined {
    const sources = [...this.#of(id).values()];
    if (sources.length === 0) return undefined;
    return NAMES.flatMap((name): [string, unknown][] => {
      const held = sources.flatMap((fields) => (fields.has(name) ? [fields.get(name)] : []));
      const [first] = held.toSorted((a, b) => (a?.[1] ?? 0) - (b?.[1] ?? 0));
      return first ? [[name, first[0]]] : [];
    });
  }

  #of(id: string): Map<string, Map<string, [unknown, number]>> {
    let sources = this.#documents.get(id);
    if (!sources) this.#documents.set(id, (sources = new Map()));
    return sources;
  }
}

/** A client that is told nothing in vain. */
class Client {
  readonly #documents = new Map<string, Fields>();

  apply(said: readonly Said[]): void {
    for (const [msg, id, fields] of said as [string, string, Fields][]) {
      const before = this.#documents.get(id);
      expect(before === undefined).toBe(msg === "added");
      if (msg === "removed") this.#documents.delete(id);
      else this.#documents.set(id, this.#change(before, fields));
    }
  }

  #change(before: Fields | undefined, fields: Fields): Fields {
    for (const [name, content] of Object.entries(fields)) {
      if (before) expect(equals(getField(before, name), content)).toBe(false);
    }
    return changeFields(before ?? {}, fields);
  }

  visible(id: string): [string, unknown][] | undefined {
    const fields = this.#documents.get(id);
    return (
      fields &&
      NAMES.flatMap((name): [string, unknown][] => {
        const content = getField(fields, name);
        return content === undefined ? [] : [[name, content]];
      })
    );
  }
}

function play(view: RecordedView, { op, source, id, fields }: Step): void {
  if (op === "close") view.close(source);
  else if (op === "removed") view.source(source).removed(id);
  else view.source(source)[op](id, fields);
}

test("the client of a merge box sees the union, each field from whom had it first, and is told nothing in vain", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const [view, model, client] = [new RecordedView(), new Model(), new Client()];
      for (const each of steps) {
        play(view, each);
        model.apply(each);
        client.apply(view.drain());
        for (const id of ["1", "2"]) expect(client.visible(id)).toEqual(model.visible(id));
      }
    }),
    { numRuns: 400 },
  );
});

test("another view comes in place of the first: the client has what the second would have made", () => {
  const steps = fc.array(step, { maxLength: 25 });
  fc.assert(
    fc.property(steps, steps, steps, (before, during, after) => {
      const [view, client, model] = [new RecordedView(), new Client(), new Model()];
      for (const each of before) play(view, each);
      client.apply(view.drain());
      view.view.beginReplacing();
      view.forgetSources();
      for (const each of during) play(view, each);
      expect(view.drain()).toEqual([]);
      view.view.finishReplacing();
      client.apply(view.drain());
      for (const each of during) model.apply(each);
      for (const id of ["1", "2"]) expect(client.visible(id)).toEqual(model.visible(id));
      for (const each of after) {
        play(view, each);
        model.apply(each);
        client.apply(view.drain());
        for (const id of ["1", "2"]) expect(client.visible(id)).toEqual(model.visible(id));
      }
    }),
    { numRuns: 300 },
  );
});

/** What each strategy says for one step. `has`: whether this source, and whether another has the document. */
function expected(
  strategy: PublicationStrategy,
  each: Step,
  has: { own: boolean; other: boolean },
): Said[] {
  const { op, id, fields } = each;
  const remembers = strategy !== "NO_MERGE_NO_HISTORY";
  const counts = strategy === "NO_MERGE_MULTI";
  const changed: Said[] = Object.keys(fields).length > 0 ? [["changed", id, fields]] : [];
  if (op === "added") {
    return counts && (has.own || has.other) ? changed : [["added", id, fields]];
  }
  if (remembers && !has.own) return [];
  if (op === "changed") return changed;
  return counts && has.other ? [] : [["removed", id]];
}

test("without merging each step is passed on as the strategy says", () => {
  const strategies = fc.constantFrom("NO_MERGE", "NO_MERGE_NO_HISTORY", "NO_MERGE_MULTI");
  const steps = fc.array(step, { maxLength: 40 });
  fc.assert(
    fc.property(strategies, steps, (strategy: PublicationStrategy, all) => {
      const [view, model] = [new RecordedView(), new Model()];
      view.strategies.set("c", strategy);
      for (const each of all) {
        const { op, source } = each;
        const ids = op === "close" ? ["1", "2"].filter((id) => model.has(source, id)) : [each.id];
        const said = ids.flatMap((id) => {
          const own = model.has(source, id);
          const other = SOURCES.some((name) => name !== source && model.has(name, id));
          if (op === "close" && strategy === "NO_MERGE_NO_HISTORY") return [];
          return expected(strategy, { ...each, id }, { own, other });
        });
        play(view, each);
        model.apply(each);
        // (The documents of a source that ends go in the order in which they came.)
        expect(view.drain().toSorted(byId)).toEqual(said.toSorted(byId));
      }
    }),
    { numRuns: 300 },
  );
});

function byId(a: Said, b: Said): number {
  return String(a[1]).localeCompare(String(b[1]));
}

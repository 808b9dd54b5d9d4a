/**
 * Whoever observes has the documents of the query, whenever it has joined.
 *
 * @module
 */

import fc from "fast-check";
import { expect, test } from "vitest";
import type { DocumentSink, LiveHandle } from "../../../../src/ddp/live/live-source.ts";
import { Multiplexer } from "../../../../src/ddp/live/multiplexer.ts";
import type { Fields } from "../../../../src/ddp/protocol/fields.ts";
import { Recorder } from "../../../support/recorder.ts";
import { turns } from "../../../support/turns.ts";

/** What happens next; with `within`, it happens while the change after it is passed on. */
type Step =
  | { readonly do: "write"; readonly id: string }
  | { readonly do: "join"; readonly within: boolean }
  | { readonly do: "leave"; readonly who: number }
  | { readonly do: "wait" };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("write" as const), id: fc.constantFrom("a", "b") }),
  },
  fc.record({ do: fc.constant("join" as const), within: fc.boolean() }),
  fc.record({ do: fc.constant("leave" as const), who: fc.nat(5) }),
  fc.record({ do: fc.constant("wait" as const) }),
);

/** Two documents, or fewer, that each write adds, changes or removes. */
class Source {
  readonly documents = new Map<string, Fields>();
  readonly sinks = new Set<DocumentSink>();
  #writes = 0;

  readonly start = async (sink: DocumentSink): Promise<LiveHandle> => {
    for (const [id, fields] of this.documents) sink.added(id, fields);
    this.sinks.add(sink);
    await turns();
    return { stop: () => void this.sinks.delete(sink) };
  };

  write(id: string): void {
    const fields = { n: ++this.#writes };
    const isThere = this.documents.has(id);
    if (isThere && fields.n % 3 === 0) {
      this.documents.delete(id);
      for (const sink of this.sinks) sink.removed(id);
      return;
    }
    this.documents.set(id, fields);
    for (const sink of this.sinks) {
      if (isThere) sink.changed(id, fields, fields);
      else sink.added(id, fields);
    }
  }
}

test("every observer's documents are the query's, each change once, and nothing runs for nobody", async () => {
  const property = fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
    const source = new Source();
    const multiplexer = new Multiplexer();
    const members: { recorder: Recorder; handle: Promise<LiveHandle>; hasLeft: boolean }[] = [];
    const within: (() => void)[] = [];
    const join = (): void => {
      const recorder = new Recorder(() => within.shift()?.());
      const handle = multiplexer.observe("q", source.start, recorder);
      members.push({ recorder, handle, hasLeft: false });
    };
    const leave = (who: number): void => {
      const member = members[who];
      if (!member) return;
      member.hasLeft = true;
      void member.handle.then((handle) => handle.stop());
    };
    for (const next of steps) {
      if (next.do === "write") source.write(next.id);
      else if (next.do === "leave") leave(next.who);
      else if (next.do === "wait") await turns();
      else if (next.within) within.push(join);
      else join();
    }
    await turns(3);
    for (const { recorder, hasLeft } of members) {
      expect(recorder.mistakes).toEqual([]);
      if (!hasLeft) expect(recorder.documents).toEqual(source.documents);
    }
    for (const member of members.keys()) leave(member);
    await turns(3);
    expect(multiplexer.size).toBe(0);
    expect(source.sinks.size).toBe(0);
  });
  await fc.assert(property, { numRuns: 200 });
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { Documents } from "../../../../support/ddp-documents.ts";
import { ddpWith } from "../../../../support/ddp-fixture.ts";
import { DdpPeer } from "../../../../support/ddp-peer.ts";
import type { Json } from "../../../../support/ddp-peer.ts";
import { Replay } from "../../../../support/ddp-replay.ts";

type Row = { readonly owner: string; readonly open: boolean; readonly n: number };
type Rows = Readonly<Record<string, object>>;
type Step =
  | { readonly do: "put"; readonly id: string; readonly row: Row }
  | { readonly do: "remove"; readonly id: string }
  | { readonly do: "sub" | "unsub"; readonly name: string }
  | { readonly do: "login"; readonly user: string | null; readonly meanwhile: readonly Write[] };
type Write = Extract<Step, { do: "put" | "remove" }>;

const IDS = ["1", "2", "3"];
const NAMES = ["mine", "open", "notes"];

const write: fc.Arbitrary<Write> = fc.oneof(
  fc.record({
    do: fc.constant("put" as const),
    id: fc.constantFrom(...IDS),
    row: fc.record({
      owner: fc.constantFrom("a", "b"),
      open: fc.boolean(),
      n: fc.integer({ min: 0, max: 2 }),
    }),
  }),
  fc.record({ do: fc.constant("remove" as const), id: fc.constantFrom(...IDS) }),
);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: write },
  fc.record({ do: fc.constantFrom("sub", "unsub"), name: fc.constantFrom(...NAMES) }),
  fc.record({
    do: fc.constant("login" as const),
    user: fc.constantFrom("a", "b", null),
    meanwhile: fc.array(write, { maxLength: 4 }),
  }),
);

/** A server with three publications over the same documents, a client of it, and what the client should have. */
class World {
  readonly rows: Documents = new Documents("c");
  readonly #subscribed = new Set<string>();
  readonly #replay = new Replay();
  readonly #peer: DdpPeer;
  #user: string | null = null;
  #calls = 0;

  private constructor(peer: DdpPeer, rows: Documents) {
    this.#peer = peer;
    this.rows = rows;
  }

  static async make(): Promise<World> {
    const { ddp } = ddpWith();
    const rows = new Documents("c");
    ddp.publish({
      mine: ({ userId }) => rows.find(({ owner }) => owner === userId),
      open: () => rows.find(({ open }) => open === true),
      notes: async (subscription) => {
        subscription.added("c", "1", { note: subscription.userId });
        subscription.ready();
      },
    });
    ddp.publish(null, ({ userId }) => rows.find(({ n, owner }) => n === 2 && owner !== userId));
    return new World(await DdpPeer.connect(ddp), rows);
  }

  async play(each: Step): Promise<void> {
    if (each.do === "login") await this.#login(each.user, each.meanwhile);
    else if (each.do === "put" || each.do === "remove") this.#write(each);
    else this.#subscribe(each.do, each.name);
    this.#replay.apply(await this.#peer.rest());
    expect(this.#replay.collections["c"] ?? {}).toEqual(this.#expected(this.#user));
  }

  async #login(user: string | null, meanwhile: readonly Write[]): Promise<void> {
    const before = this.#expected(this.#user);
    let go = (): void => {};
    this.rows.hold(new Promise<void>((resolve) => (go = resolve)));
    const id = String(this.#calls++);
    this.#peer.send({ msg: "method", id, method: "login", params: [user] });
    const early = await this.#peer.rest();
    for (const [at, each] of meanwhile.entries()) {
      // (Half of them come while the new queries wait, the others in the turn in which those deliver.)
      if (at === Math.floor(meanwhile.length / 2)) go();
      this.#write(each);
    }
    go();
    this.rows.hold(undefined);
    this.#user = user;
    const messages = [...early, ...(await this.#peer.rest())];
    this.#replay.apply(messages);
    this.#checkNoFlapping(messages, before, new Set(meanwhile.map((each) => each.id)));
    expect(messages.slice(-2)).toEqual([
      { msg: "updated", methods: [id] },
      { msg: "result", id },
    ]);
  }

  /** What both users see is never removed, nor said to be different when it isn't. */
  #checkNoFlapping(messages: readonly Json[], before: Rows, written: Set<string>): void {
    const after = this.#expected(this.#user);
    for (const { msg, id, fields } of messages) {
      if (typeof id !== "string" || written.has(id) || !(id in before && id in after)) continue;
      if (!["added", "changed", "removed"].includes(String(msg))) continue;
      expect(msg).toBe("changed");
      const known = Object.entries(before[id] ?? {});
      for (const [name, value] of Object.entries((fields as object | undefined) ?? {})) {
        expect(known).not.toContainEqual([name, value]);
      }
    }
  }

  #write(each: Write): void {
    if (each.do === "put") this.rows.put(each.id, each.row);
    else this.rows.remove(each.id);
  }

  #subscribe(msg: "sub" | "unsub", name: string): void {
    this.#peer.send({ msg, id: name, name });
    if (msg === "sub") this.#subscribed.add(name);
    else this.#subscribed.delete(name);
  }

  #expected(user: string | null): Rows {
    const seen = this.rows.all(
      ({ owner, open, n }) =>
        (this.#subscribed.has("mine") && owner === user) ||
        (this.#subscribed.has("open") && open === true) ||
        (n === 2 && owner !== user),
    );
    if (!this.#subscribed.has("notes")) return seen;
    return { ...seen, 1: { ...seen["1"], note: user } };
  }
}

test("after each login the client has what the model says, and what both users see never goes", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const world = await World.make();
      for (const each of steps) await world.play(each);
    }),
    { numRuns: 60 },
  );
});

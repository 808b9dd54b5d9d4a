/**
 * Plays one case against a router.
 *
 * @module
 */

import { CLIENT_ROLES } from "../protocol/features.ts";
import type { List } from "../protocol/messages.ts";
import type { Actor } from "./actor.ts";
import type { ActorStep, CaseResult, ConformanceCase, Step } from "./case.ts";
import { CaseFailure } from "./inbox.ts";
import { matchMessage } from "./match.ts";
import { Scope } from "./placeholders.ts";
import { rawData } from "./raw.ts";
import type { Raw } from "./raw.ts";
import { Stage } from "./stage.ts";
import type { Surroundings } from "./stage.ts";

/** What became of it. Never rejects. `unique`: a URI component that no other run uses. */
export async function runCase(
  one: ConformanceCase,
  surroundings: Surroundings,
  unique: string,
): Promise<CaseResult> {
  const about = { id: one.id, serializer: surroundings.serializer.name };
  const scope = new Scope(unique, [
    ["realm", surroundings.realm],
    ["roles", CLIENT_ROLES],
  ]);
  const stage = new Stage(one, surroundings, scope);
  const play = new Play(stage, scope);
  try {
    await stage.set();
  } catch (error) {
    await stage.clear();
    return { ...about, outcome: "error", ...reasonOf(error) };
  }
  try {
    await play.run(one.steps);
    return { ...about, outcome: "ok" };
  } catch (error) {
    const outcome = error instanceof CaseFailure ? "failed" : "error";
    const { path, values } = play;
    return { ...about, outcome, ...reasonOf(error), step: path, expected: values };
  } finally {
    await stage.clear();
  }
}

function reasonOf(error: unknown): Pick<CaseResult, "reason" | "received"> {
  const reason = error instanceof Error ? error.message : String(error);
  const received = error instanceof CaseFailure ? error.received : undefined;
  return { reason, ...(received !== undefined && { received }) };
}

class Play {
  readonly #stage: Stage;
  readonly #scope: Scope;
  /** Where it is: the step's number, with those of the steps around it. */
  path = "";
  /** The step that it is at, as the case has it. */
  values: unknown;

  constructor(stage: Stage, scope: Scope) {
    this.#stage = stage;
    this.#scope = scope;
  }

  async run(steps: readonly Step[], path = ""): Promise<void> {
    for (const [index, step] of steps.entries()) {
      const here = `${path}${index + 1}`;
      if ("times" in step) {
        await this.#repeat(step.times, step.steps, here);
        continue;
      }
      this.path = here;
      this.values = [step.actor, step.verb, ...step.values];
      await this.#step(step);
    }
  }

  async #repeat(times: number, steps: readonly Step[], path: string): Promise<void> {
    for (let i = 0; i < times; i++) {
      this.#scope.set("i", i);
      await this.run(steps, `${path}.`);
    }
  }

  async #step({ actor: name, verb, values }: ActorStep): Promise<void> {
    if (verb === "connect") return this.#stage.connect(name);
    if (verb === "join") return this.#stage.join(name);
    const actor = this.#stage.actor(name);
    switch (verb) {
      case "send":
        return actor.send(this.#scope.expand(values[0], () => actor.nextRequest()));
      case "raw":
        return actor.sendRaw(this.#raw(values[0] as Raw, actor));
      case "expect":
        return this.#expect(name, values as readonly List[]);
      case "unordered":
        return this.#unordered(name, values as readonly List[]);
      case "eventually":
        return this.#eventually(name, values[0] as List);
      case "sync":
        return this.#stage.settle(name);
      case "quiet":
        return this.#quiet(name);
      case "closed":
        return this.#closed(name);
      case "leave":
        return actor.leave();
      default:
        return actor.hangUp();
    }
  }

  #raw(raw: Raw, { serializer }: Actor): string | Uint8Array {
    if (typeof raw !== "object") return rawData(raw, serializer);
    return raw.text.replaceAll("$uri", this.#scope.uri("uri", ""));
  }

  async #expect(name: string, patterns: readonly List[]): Promise<void> {
    const { inbox } = this.#stage.actor(name);
    for (const pattern of patterns) {
      const message = await inbox.takeMessage();
      const wrong = this.#match(name, pattern, message);
      if (wrong !== undefined) throw new CaseFailure(wrong, message);
    }
  }

  /** As many messages as there are patterns, each for another one. */
  async #unordered(name: string, patterns: readonly List[]): Promise<void> {
    const { inbox } = this.#stage.actor(name);
    const messages: List[] = [];
    while (messages.length < patterns.length) messages.push(await inbox.takeMessage());
    const before = this.#scope.copy();
    if (this.#assign(name, patterns, messages)) return;
    this.#scope.reset(before);
    throw new CaseFailure("the messages are not the expected ones, in whatever order", messages);
  }

  #assign(name: string, patterns: readonly List[], messages: readonly List[]): boolean {
    const [pattern, ...others] = patterns;
    if (!pattern) return true;
    return messages.some((message, index) => {
      const before = this.#scope.copy();
      const rest = messages.toSpliced(index, 1);
      if (this.#match(name, pattern, message) === undefined) {
        if (this.#assign(name, others, rest)) return true;
        this.#scope.reset(before);
      }
      return false;
    });
  }

  /** What comes before it may be anything, and is gone then. */
  async #eventually(name: string, pattern: List): Promise<void> {
    const { inbox } = this.#stage.actor(name);
    const { deadline } = inbox;
    for (;;) {
      const message = await inbox.takeMessage(deadline);
      if (this.#match(name, pattern, message) === undefined) return;
    }
  }

  async #quiet(name: string): Promise<void> {
    await this.#stage.settle(name);
    const actor = this.#stage.actor(name);
    if (actor.inbox.isEmpty) return;
    const arrival = await actor.inbox.take();
    if (arrival.type === "closed" && actor.hasEnded) return;
    if (arrival.type === "closed") throw new CaseFailure("the router closed the connection");
    const received = arrival.type === "message" ? arrival.message : arrival.received;
    throw new CaseFailure("nothing should have come", received);
  }

  async #closed(name: string): Promise<void> {
    const arrival = await this.#stage.actor(name).inbox.take();
    if (arrival.type === "closed") return;
    const received = arrival.type === "message" ? arrival.message : arrival.received;
    throw new CaseFailure("the connection should have been closed", received);
  }

  /** Binds the pattern's variables if it matches, and only then. */
  #match(name: string, pattern: List, message: List): string | undefined {
    const scope = this.#scope.copy();
    const { request } = this.#stage.actor(name);
    const wrong = matchMessage(pattern, message, { scope, request });
    if (wrong === undefined) this.#scope.adopt(scope);
    return wrong;
  }
}

/**
 * From JSON to the steps of a case.
 *
 * @module
 */

import { isDict } from "../protocol/dict.ts";
import { messageName } from "../protocol/parse.ts";
import { VERBS } from "./case.ts";
import type { ActorSpec, ActorStep, Step, Verb } from "./case.ts";
import { RAW_KINDS } from "./raw.ts";

/** How many values follow a verb. */
const COUNTS: Readonly<Record<Verb, readonly [min: number, max: number]>> = {
  connect: [0, 0],
  join: [0, 0],
  send: [1, 1],
  raw: [1, 1],
  expect: [1, Infinity],
  unordered: [2, Infinity],
  eventually: [1, 1],
  quiet: [0, 0],
  sync: [0, 0],
  closed: [0, 0],
  leave: [0, 0],
  hang_up: [0, 0],
};

const WITH_PATTERNS: readonly Verb[] = ["expect", "unordered", "eventually"];
const MAX_TIMES = 1000;

/** @throws TypeError for what is no list of steps. */
export function loadSteps(
  value: unknown,
  actors: ReadonlyMap<string, ActorSpec>,
  where: string,
): Step[] {
  if (!Array.isArray(value) || value.length === 0) throw new TypeError(`${where} has no steps`);
  return value.map((item, index) => loadStep(item, actors, `${where}: step ${index + 1}`));
}

function loadStep(value: unknown, actors: ReadonlyMap<string, ActorSpec>, where: string): Step {
  if (!Array.isArray(value)) throw new TypeError(`${where} is no list`);
  const [first, second, ...values] = value as unknown[];
  if (first === "repeat") return loadRepeat(second, values[0], actors, where);
  if (typeof first !== "string" || !actors.has(first)) {
    throw new TypeError(`${where}: there is no actor ${String(first)}`);
  }
  const verb = VERBS.find((known) => known === second);
  if (!verb) throw new TypeError(`${where}: there is no verb ${String(second)}`);
  const step: ActorStep = { actor: first, verb, values };
  checkValues(step, where);
  return step;
}

function loadRepeat(
  times: unknown,
  steps: unknown,
  actors: ReadonlyMap<string, ActorSpec>,
  where: string,
): Step {
  if (!Number.isSafeInteger(times) || (times as number) < 1 || (times as number) > MAX_TIMES) {
    throw new TypeError(`${where}: repeat takes a number from 1 to ${MAX_TIMES}`);
  }
  return { times: times as number, steps: loadSteps(steps, actors, where) };
}

function checkValues({ verb, values }: ActorStep, where: string): void {
  const [min, max] = COUNTS[verb];
  if (values.length < min || values.length > max) {
    throw new TypeError(`${where}: ${verb} has ${values.length} values`);
  }
  if (verb === "raw" && !isRaw(values[0])) {
    throw new TypeError(`${where}: raw takes ${RAW_KINDS.join(", ")} or {"text": …}`);
  }
  if (!WITH_PATTERNS.includes(verb)) return;
  for (const pattern of values) {
    if (!Array.isArray(pattern) || !isType(pattern[0])) {
      throw new TypeError(`${where}: ${JSON.stringify(pattern)} is no pattern of a message`);
    }
  }
}

function isRaw(value: unknown): boolean {
  return isDict(value) ? typeof value["text"] === "string" : RAW_KINDS.some((it) => it === value);
}

function isType(value: unknown): boolean {
  return typeof value === "number" && messageName(value) !== String(value);
}

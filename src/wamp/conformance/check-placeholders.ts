/**
 * Finds variables that nothing gives a value before they are sent: most likely misspelt.
 *
 * @module
 */

import type { ActorStep, ConformanceCase, Step } from "./case.ts";
import { readPlaceholder } from "./placeholders.ts";

/** What a run gives a value to by itself. */
const GIVEN: readonly string[] = ["realm", "roles", "i"];

/** What is known of each actor that has joined. */
const ACTOR_FACTS = ["session", "authid", "authrole"] as const;

/** @throws TypeError for a placeholder that can't be replaced. */
export function checkPlaceholders(
  { actors, steps }: Pick<ConformanceCase, "actors" | "steps">,
  where: string,
): void {
  const known = new Set(GIVEN);
  for (const [name, { join = true }] of actors) if (join) learnActor(name, known);
  checkSteps(steps, known, where);
}

function checkSteps(steps: readonly Step[], known: Set<string>, where: string): void {
  for (const step of steps) {
    if ("times" in step) checkSteps(step.steps, known, where);
    else checkStep(step, known, where);
  }
}

function checkStep({ actor, verb, values }: ActorStep, known: Set<string>, where: string): void {
  if (verb === "join") learnActor(actor, known);
  for (const name of variablesIn(values)) {
    if (verb === "send" && !known.has(name)) {
      throw new TypeError(`${where}: $${name} is sent before it has a value`);
    }
    known.add(name);
  }
}

function learnActor(name: string, known: Set<string>): void {
  for (const fact of ACTOR_FACTS) known.add(`${name}.${fact}`);
}

function variablesIn(value: unknown): string[] {
  if (typeof value === "string") {
    const placeholder = readPlaceholder(value);
    return placeholder?.type === "variable" ? [placeholder.name] : [];
  }
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap((item) => variablesIn(item));
}

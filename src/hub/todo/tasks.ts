/**
 * What the server and the page of the to-do list have in common: tasks, and the methods that change them.
 *
 * @module
 */

import { MAX_TITLE } from "./limits.ts";

export interface Task {
  readonly _id: string;
  readonly title: string;
  readonly done: boolean;
  /** Tasks are shown in this order, the smallest first. */
  readonly position: number;
}

/** The collection, and the publication. */
export const TASKS = "tasks";

/** The names of the methods. */
export const Method = {
  /** `(title)` */
  Add: "tasks.add",
  /** `(id, done)` */
  Check: "tasks.check",
  /** `(id, title)` */
  Rename: "tasks.rename",
  /** `(id)` */
  Remove: "tasks.remove",
} as const;

/** A title in one line; `undefined` when nothing is left of it, or too much. */
export function cleanTitle(raw: string): string | undefined {
  const title = raw.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return title !== "" && title.length <= MAX_TITLE ? title : undefined;
}

/** Where a new task goes: after all that there are. */
export function nextPosition(tasks: readonly Task[]): number {
  return tasks.reduce((last, { position }) => Math.max(last, position), 0) + 1;
}

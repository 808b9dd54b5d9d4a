/**
 * From JSON to cases. Whatever is wrong with a file is said with its name and the case's: a case that is skipped because of a
 * typo would test nothing.
 *
 * @module
 */

import type { Dict } from "../protocol/messages.ts";
import { isDict } from "../protocol/dict.ts";
import type { ActorSpec, ConformanceCase } from "./case.ts";
import { checkPlaceholders } from "./check-placeholders.ts";
import { loadSteps } from "./load-steps.ts";

/** One file of cases, parsed. */
export interface CaseFile {
  /** For error messages. */
  readonly name: string;
  /** The name of its folder: what the ids of its cases begin with. */
  readonly chapter: string;
  readonly content: unknown;
}

const FILE_KEYS = ["spec", "profile", "needs", "requires", "cases"];
const CASE_KEYS = [
  "id",
  "title",
  "spec",
  "profile",
  "needs",
  "requires",
  "serializers",
  "decided",
  "actors",
  "steps",
];
const ACTOR_KEYS = ["realm", "user", "join", "serializer", "roles", "without", "hello"];

/**
 * The cases of all files, in their order.
 *
 * @throws TypeError for a file that is not as conformance/wamp/README.md says, and for an id that is there twice.
 *
 * @example
 * ```ts
 * const text = await readFile("conformance/wamp/pubsub/publishing.json", "utf8");
 * const cases = loadCases([{ name: "publishing.json", chapter: "pubsub", content: JSON.parse(text) }]);
 * ```
 */
export function loadCases(files: readonly CaseFile[]): ConformanceCase[] {
  const cases = files.flatMap((file) => loadFile(file));
  const ids = new Set<string>();
  for (const { id } of cases) {
    if (ids.has(id)) throw new TypeError(`two cases have the id ${id}`);
    ids.add(id);
  }
  return cases;
}

function loadFile({ name, chapter, content }: CaseFile): ConformanceCase[] {
  const file = dict(content, name);
  refuseOthers(file, FILE_KEYS, name);
  return list(file["cases"], `${name}: cases`).map((item, index) => {
    const one = dict(item, `${name}: case ${index + 1}`);
    const id = text(one["id"], `${name}: the id of case ${index + 1}`);
    if (!id.startsWith(`${chapter}/`)) {
      throw new TypeError(`${name}: the id ${id} has to begin with "${chapter}/"`);
    }
    return loadCase(one, { id, chapter, file, where: `${name}: ${id}` });
  });
}

interface Surroundings {
  readonly id: string;
  readonly chapter: string;
  readonly file: Dict;
  readonly where: string;
}

function loadCase(one: Dict, { id, chapter, file, where }: Surroundings): ConformanceCase {
  refuseOthers(one, CASE_KEYS, where);
  const profile = one["profile"] ?? file["profile"];
  if (profile !== "basic" && profile !== "advanced") {
    throw new TypeError(`${where}: profile is "basic" or "advanced"`);
  }
  const actors = loadActors(one["actors"], where);
  const loaded: ConformanceCase = {
    id,
    chapter,
    title: text(one["title"], `${where}: title`),
    spec: text(one["spec"] ?? file["spec"], `${where}: spec`),
    profile,
    needs: [...names(file, "needs", where), ...names(one, "needs", where)],
    requires: [...names(file, "requires", where), ...names(one, "requires", where)],
    serializers: one["serializers"] === undefined ? undefined : names(one, "serializers", where),
    decided: optional(one["decided"], `${where}: decided`),
    actors,
    steps: loadSteps(one["steps"], actors, where),
  };
  checkPlaceholders(loaded, where);
  return loaded;
}

function loadActors(value: unknown, where: string): ReadonlyMap<string, ActorSpec> {
  const actors = new Map<string, ActorSpec>();
  for (const [name, item] of Object.entries(dict(value, `${where}: actors`))) {
    const place = `${where}: actor ${name}`;
    const actor = dict(item, place);
    refuseOthers(actor, ACTOR_KEYS, place);
    if (actor["join"] !== undefined && typeof actor["join"] !== "boolean") {
      throw new TypeError(`${place}: join is true or false`);
    }
    actors.set(name, {
      realm: optional(actor["realm"], `${place}: realm`),
      user: optional(actor["user"], `${place}: user`),
      join: actor["join"],
      serializer: optional(actor["serializer"], `${place}: serializer`),
      roles: actor["roles"] === undefined ? undefined : dict(actor["roles"], `${place}: roles`),
      without: names(actor, "without", place),
      hello: actor["hello"] === undefined ? undefined : dict(actor["hello"], `${place}: hello`),
    });
  }
  if (actors.size === 0) throw new TypeError(`${where} has no actors`);
  return actors;
}

function refuseOthers(value: Dict, keys: readonly string[], where: string): void {
  const other = Object.keys(value).find((key) => !keys.includes(key));
  if (other !== undefined) throw new TypeError(`${where} has an unknown key ${other}`);
}

function dict(value: unknown, where: string): Dict {
  if (isDict(value)) return value;
  throw new TypeError(`${where} is no object`);
}

function list(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new TypeError(`${where} is no list`);
}

function text(value: unknown, where: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new TypeError(`${where} is no text`);
}

function optional(value: unknown, where: string): string | undefined {
  return value === undefined ? undefined : text(value, where);
}

function names(from: Dict, key: string, where: string): string[] {
  return list(from[key] ?? [], `${where}: ${key}`).map((item) => text(item, `${where}: ${key}`));
}

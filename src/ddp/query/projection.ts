/**
 * Projections: which fields of documents somebody wants.
 *
 * @module
 */

import { isPlainObject, setField } from "../protocol/fields.ts";
import type { Fields, MutableFields } from "../protocol/fields.ts";
import { invalidQuery } from "./invalid.ts";

/** Names of fields; below them the names within, or `undefined` where all of it is meant. */
type Tree = Map<string, Tree | undefined>;

/** The wanted part of a document. */
export type Project = <T extends object>(document: T) => T;

/**
 * The projection that `fields` asks for; `undefined` when it asks for everything.
 *
 * @throws DdpError when it mixes fields to have with fields to leave out, or names a field and a part of it.
 */
export function compileProjection(fields: Fields = {}): Project | undefined {
  const names = Object.keys(fields);
  if (names.length === 0) return undefined;
  const paths = names.filter((name) => name !== "_id");
  const keeps = isWanted(fields, paths[0] ?? "_id");
  if (paths.some((path) => isWanted(fields, path) !== keeps)) {
    throw invalidQuery("fields are either all 1 or all 0");
  }
  const tree: Tree = new Map();
  for (const path of paths) addPath(tree, path);
  const hasId = !Object.hasOwn(fields, "_id") || isWanted(fields, "_id");
  if (hasId === keeps) tree.set("_id", undefined);
  return <T extends object>(document: T) => project(document as Fields, tree, keeps) as T;
}

function isWanted(fields: Fields, name: string): boolean {
  const wanted = fields[name];
  if (wanted === 1 || wanted === true) return true;
  if (wanted === 0 || wanted === false) return false;
  throw invalidQuery(`${name} is 1 or 0 in fields`);
}

function addPath(tree: Tree, path: string): void {
  const names = path.split(".");
  const last = names.pop() as string;
  let branch = tree;
  for (const name of names) {
    let next = branch.get(name);
    if (!next) {
      if (branch.has(name)) throw overlap(path);
      branch.set(name, (next = new Map()));
    }
    branch = next;
  }
  if (branch.has(last)) throw overlap(path);
  branch.set(last, undefined);
}

function overlap(path: string): Error {
  return invalidQuery(`fields have ${path} beside a part of it`);
}

function project(fields: Fields, tree: Tree, keeps: boolean): MutableFields {
  const projected: MutableFields = {};
  for (const name of Object.keys(fields)) {
    const branch = tree.get(name);
    const value = fields[name];
    if (branch) {
      const part = projectValue(value, branch, keeps);
      if (part !== undefined) setField(projected, name, part);
    } else if (tree.has(name) === keeps) setField(projected, name, value);
  }
  return projected;
}

/** Arrays are gone through. Of a value without fields nothing is kept, and nothing is left out. */
function projectValue(value: unknown, tree: Tree, keeps: boolean): unknown {
  if (isPlainObject(value)) return project(value, tree, keeps);
  if (!Array.isArray(value)) return keeps ? undefined : value;
  const parts: unknown[] = [];
  for (const item of value as unknown[]) {
    const part = projectValue(item, tree, keeps);
    if (part !== undefined) parts.push(part);
  }
  return parts;
}

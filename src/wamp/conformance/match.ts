/**
 * Whether a message is as a case expects it, and what its placeholders stand for then.
 *
 * @module
 */

import { isId } from "../protocol/ids.ts";
import * as T from "../protocol/message-type.ts";
import { isDict } from "../protocol/dict.ts";
import { fromHex, readPlaceholder } from "./placeholders.ts";
import type { Scope } from "./placeholders.ts";

/** Where the arguments begin, for the messages that may have some. */
const PAYLOAD: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  [T.Abort, 3],
  [T.Error, 5],
  [T.Publish, 4],
  [T.Event, 4],
  [T.Call, 4],
  [T.Result, 3],
  [T.Invocation, 4],
  [T.Yield, 3],
]);

/** In a list of patterns, at the end: whatever else there is. In a dict, as a key: other keys too. */
const REST = "...";

/** What matching needs to know besides the pattern. */
export interface MatchContext {
  /** Placeholders are bound in it, even when the message doesn't match: give a copy. */
  readonly scope: Scope;
  /** What `$request` stands for: the id of the actor's last request. */
  readonly request: number;
}

/**
 * `undefined` when it matches; else where it doesn't, in words. Dicts match when they have (at least) what the pattern has; in
 * arguments, exactly that. Empty arguments may be there or not.
 */
export function matchMessage(
  pattern: readonly unknown[],
  message: readonly unknown[],
  context: MatchContext,
): string | undefined {
  const [wanted, found] = [trim(pattern), trim(message)];
  const payload = PAYLOAD.get(found[0]) ?? Infinity;
  return matchList(wanted, found, "message", (item, value, path, index) =>
    new Matcher(context, index >= payload).match(item, value, path),
  );
}

/** Without the empty arguments at its end. */
function trim(message: readonly unknown[]): readonly unknown[] {
  const payload = PAYLOAD.get(message[0]) ?? Infinity;
  let end = message.length;
  if (end === payload + 2 && isEmpty(message[end - 1])) end--;
  if (end === payload + 1 && isEmpty(message[end - 1])) end--;
  return message.slice(0, end);
}

function isEmpty(value: unknown): boolean {
  return Array.isArray(value)
    ? value.length === 0
    : isDict(value) && Object.keys(value).length === 0;
}

type MatchItem = (
  pattern: unknown,
  value: unknown,
  path: string,
  index: number,
) => string | undefined;

function matchList(
  patterns: readonly unknown[],
  values: readonly unknown[],
  path: string,
  each: MatchItem,
): string | undefined {
  const isOpen = patterns.at(-1) === REST;
  const length = isOpen ? patterns.length - 1 : patterns.length;
  for (let index = 0; index < Math.min(length, values.length); index++) {
    const wrong = each(patterns[index], values[index], `${path}[${index}]`, index);
    if (wrong !== undefined) return wrong;
  }
  if (values.length < length || (!isOpen && values.length > length)) {
    return `${path} has ${values.length} elements instead of ${length}`;
  }
  return undefined;
}

class Matcher {
  readonly #context: MatchContext;
  /** Dicts have exactly what the pattern has, unless it says otherwise. */
  readonly #exact: boolean;

  constructor(context: MatchContext, exact: boolean) {
    this.#context = context;
    this.#exact = exact;
  }

  match(pattern: unknown, value: unknown, path: string): string | undefined {
    if (typeof pattern === "string") return this.#matchText(pattern, value, path);
    if (Array.isArray(pattern)) {
      if (!Array.isArray(value)) return `${path} is no list`;
      return matchList(pattern, value, path, (item, found, at) => this.match(item, found, at));
    }
    if (isDict(pattern)) return this.#matchObject(pattern, value, path);
    return pattern === value ? undefined : `${path} is not ${String(pattern)}`;
  }

  #matchText(text: string, value: unknown, path: string): string | undefined {
    const { scope, request } = this.#context;
    const placeholder = readPlaceholder(text);
    if (!placeholder) {
      return text === value ? undefined : `${path} is not ${JSON.stringify(text)}`;
    }
    switch (placeholder.type) {
      case "kind":
        return isOfKind(placeholder.name, value) ? undefined : `${path} is no ${placeholder.name}`;
      case "uri": {
        const uri = scope.uri(placeholder.root, placeholder.rest);
        return uri === value ? undefined : `${path} is not ${JSON.stringify(uri)}`;
      }
      case "bytes":
        return isSame(fromHex(placeholder.hex), value) ? undefined : `${path} is not ${text}`;
      case "request": {
        const { name } = placeholder;
        const id = name === undefined ? request : scope.get(`request.${name}`);
        return id === value ? undefined : `${path} is not ${String(id)}, the id of the request`;
      }
      default:
        return this.#matchVariable(placeholder.name, value, path);
    }
  }

  #matchVariable(name: string, value: unknown, path: string): string | undefined {
    const { scope } = this.#context;
    if (!scope.has(name)) {
      scope.set(name, value);
      return undefined;
    }
    const known = scope.get(name);
    return isSame(known, value) ? undefined : `${path} is not ${show(known)}, which is $${name}`;
  }

  #matchObject(pattern: Record<string, unknown>, value: unknown, path: string): string | undefined {
    const [key] = Object.keys(pattern);
    if (key?.startsWith("$")) return this.#matchOperator(key, pattern[key], value, path);
    if (!isDict(value)) return `${path} is no dict`;
    for (const [name, wanted] of Object.entries(pattern)) {
      if (name === REST) continue;
      const found = Object.hasOwn(value, name) ? value[name] : undefined;
      const wrong = this.match(wanted, found, `${path}.${name}`);
      if (wrong !== undefined) return wrong;
    }
    const isOpen = !this.#exact || Object.hasOwn(pattern, REST);
    const extra = isOpen
      ? undefined
      : Object.keys(value).find((name) => !Object.hasOwn(pattern, name));
    return extra === undefined ? undefined : `${path} has ${JSON.stringify(extra)} besides`;
  }

  #matchOperator(
    operator: string,
    operand: unknown,
    value: unknown,
    path: string,
  ): string | undefined {
    const patterns = operand as readonly unknown[];
    switch (operator) {
      case "$oneOf":
        return patterns.some((pattern) => this.#accepts(pattern, value, path))
          ? undefined
          : `${path} is none of ${show(patterns)}`;
      case "$not":
        return this.#accepts(operand, value, path) ? `${path} is ${show(operand)}` : undefined;
      case "$set":
        if (Array.isArray(value) && value.length !== patterns.length) {
          return `${path} has ${value.length} elements instead of ${patterns.length}`;
        }
        return this.#includesAll(patterns, value, path);
      case "$includes":
        return this.#includesAll(patterns, value, path);
      case "$atLeast":
        return typeof value === "number" && value >= (operand as number)
          ? undefined
          : `${path} is not ${show(operand)} or more`;
      default:
        return `${path}: there is no operator ${operator}`;
    }
  }

  #includesAll(patterns: readonly unknown[], value: unknown, path: string): string | undefined {
    if (!Array.isArray(value)) return `${path} is no list`;
    const missing = patterns.find(
      (pattern) => !value.some((item) => this.#accepts(pattern, item, path)),
    );
    return missing === undefined ? undefined : `${path} has no ${show(missing)}`;
  }

  /** Keeps what is bound by a pattern that matches, and nothing of one that doesn't. */
  #accepts(pattern: unknown, value: unknown, path: string): boolean {
    const { scope, request } = this.#context;
    const trial = scope.copy();
    const matcher = new Matcher({ scope: trial, request }, this.#exact);
    if (matcher.match(pattern, value, path) !== undefined) return false;
    scope.adopt(trial);
    return true;
  }
}

function isOfKind(name: string, value: unknown): boolean {
  switch (name) {
    case "any":
      return value !== undefined;
    case "absent":
      return value === undefined;
    case "id":
      return isId(value);
    case "int":
      return Number.isSafeInteger(value);
    case "bool":
      return typeof value === "boolean";
    case "list":
      return Array.isArray(value);
    case "dict":
      return isDict(value);
    default:
      return typeof value === "string";
  }
}

/** Of what messages consist of. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => isSame(item, b[index]));
  }
  if (!isDict(a) || !isDict(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

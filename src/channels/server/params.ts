/**
 * What backends send: the parameters of a call, or what they answer, checked as it is read. `null` is the same as nothing, as clients of typed languages send it.
 *
 * @module
 */

import { ErrorCode } from "../protocol/codes.ts";
import type { Data } from "../protocol/messages.ts";
import { dataFromBase64 } from "./data.ts";
import { ChannelError } from "./errors.ts";
import { onOneLine, rawItems, rawMembers } from "./raw-json.ts";

type Values = Readonly<Record<string, unknown>>;

/** All its methods throw a `ChannelError` `BadRequest` that says what is wrong. */
export class Params {
  readonly #values: Values;
  readonly #text: string;
  #members: ReadonlyMap<string, string> | undefined;

  private constructor(values: Values, text: string) {
    this.#values = values;
    this.#text = text;
  }

  /** `undefined` for what is no JSON, and for JSON that is no object. */
  static parse(text: string): Params | undefined {
    try {
      const values = JSON.parse(text) as unknown;
      return isObject(values) ? new Params(values, text) : undefined;
    } catch {
      return undefined;
    }
  }

  static readonly none: Params = new Params({}, "{}");

  /** The names of what is there. */
  get names(): string[] {
    return Object.keys(this.#values).filter((name) => this.#get(name) !== undefined);
  }

  /** Default: `""`. */
  string(name: string): string {
    return this.#typed(name, isString, "a string") ?? "";
  }

  /** A string that has to be there, and not to be empty. */
  required(name: string): string {
    const value = this.string(name);
    if (value === "") throw refused(`${name} is missing`);
    return value;
  }

  /** Default: `false`. */
  boolean(name: string): boolean {
    return this.optionalBoolean(name) ?? false;
  }

  optionalBoolean(name: string): boolean | undefined {
    return this.#typed(name, (value) => typeof value === "boolean", "a boolean");
  }

  integer(name: string): number | undefined {
    return this.#typed(name, isInteger, "an integer");
  }

  /** Unix time in seconds; 0 is none. */
  time(name: string): number | undefined {
    const seconds = this.integer(name) ?? 0;
    if (seconds < 0) throw refused(`${name} has to be a time in seconds`);
    return seconds === 0 ? undefined : seconds;
  }

  /** Default: an empty list. */
  strings(name: string): readonly string[] {
    return this.#typed(name, isStrings, "a list of strings") ?? [];
  }

  stringMap(name: string): Readonly<Record<string, string>> | undefined {
    return this.#typed(name, isStringMap, "an object of strings");
  }

  object(name: string): Params | undefined {
    const values = this.#typed(name, isObject, "an object");
    return values && new Params(values, this.#raw(name));
  }

  /** A list of objects. Default: an empty one. */
  objects(name: string): readonly Params[] {
    const list = this.#typed(name, isObjects, "a list of objects") ?? [];
    const texts = list.length > 0 ? rawItems(this.#raw(name)) : [];
    return list.map((values, index) => new Params(values, texts[index] as string));
  }

  /** What is called `name` as JSON, or `b64…` in base64, which counts when both are there. */
  data(name: "data" | "info"): Data | undefined {
    const encoded = this.string(`b64${name}`);
    if (encoded !== "") {
      const data = dataFromBase64(encoded);
      if (data === undefined) throw refused(`b64${name} has to be base64`);
      return data;
    }
    return this.json(name);
  }

  /** Whatever is called `name`, as it is written. */
  json(name: string): string | undefined {
    return this.#get(name) === undefined ? undefined : onOneLine(this.#raw(name));
  }

  /** Whether something is there, be it `null`. */
  has(name: string): boolean {
    return Object.hasOwn(this.#values, name);
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? (this.#values[name] ?? undefined) : undefined;
  }

  #raw(name: string): string {
    try {
      this.#members ??= rawMembers(this.#text);
    } catch {
      throw refused("nested too deeply");
    }
    return this.#members.get(name) ?? "null";
  }

  #typed<T>(name: string, is: (value: unknown) => value is T, what: string): T | undefined {
    const value = this.#get(name);
    if (value === undefined) return undefined;
    if (!is(value)) throw refused(`${name} has to be ${what}`);
    return value;
  }
}

function refused(message: string): ChannelError {
  return new ChannelError(ErrorCode.BadRequest, message);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isString);
}

function isObject(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isObjects(value: unknown): value is Values[] {
  return Array.isArray(value) && value.every(isObject);
}

function isStringMap(value: unknown): value is Record<string, string> {
  return isObject(value) && Object.values(value).every(isString);
}

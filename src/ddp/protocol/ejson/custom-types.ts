/**
 * Types of the application's own in EJSON.
 *
 * @module
 */

/** What an object needs so that EJSON writes it as one of a registered type. */
export interface CustomType {
  /** The name that it was registered with, by {@link addType}. */
  typeName(): string;
  /** What the registered function makes the object from: JSON, without types of EJSON. */
  toJSONValue(): unknown;
  /** Default: made again from `toJSONValue`. */
  clone?(): CustomType;
  /** Default: both have the same `toJSONValue`. */
  equals?(other: unknown): boolean;
}

type Revive = (json: unknown) => unknown;

const types = new Map<string, Revive>();

/**
 * Registers a type for the whole process: `revive` makes an object from what its `toJSONValue` returned. What it throws makes
 * the message that the value came in a malformed one.
 *
 * @throws TypeError when the name is taken.
 */
export function addType(name: string, revive: (json: unknown) => unknown): void {
  if (types.has(name)) throw new TypeError(`EJSON has a type ${name} already`);
  types.set(name, revive);
}

export function isCustom(value: object): value is CustomType {
  const { typeName, toJSONValue } = value as Partial<CustomType>;
  return (
    typeof typeName === "function" &&
    typeof toJSONValue === "function" &&
    types.has(typeName.call(value))
  );
}

/** @throws TypeError for a type that nobody registered. */
export function revive(name: string, json: unknown): unknown {
  const make = types.get(name);
  if (!make) throw new TypeError("a type that EJSON doesn't know");
  return make(json);
}

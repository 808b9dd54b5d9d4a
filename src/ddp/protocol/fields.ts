/**
 * The fields of a document: a plain object whose names come from the network.
 *
 * @module
 */

/** The top-level fields of a document, by name. Once it has been passed on, nobody changes it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Fields in the making. */
export type MutableFields = Record<string, unknown>;

/** Sets an own field, whatever its name is: assigning `__proto__` would change the prototype instead. */
export function setField(fields: MutableFields, name: string, value: unknown): void {
  if (name !== "__proto__") fields[name] = value;
  else {
    const own = { value, enumerable: true, configurable: true, writable: true };
    Object.defineProperty(fields, name, own);
  }
}

/** The own field of that name: never one that every object inherits. */
export function getField(fields: Fields, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** The fields with `changes` made to them: those that are `undefined` there are gone. The argument stays as it is. */
export function changeFields(fields: Fields, changes: Fields): Fields {
  // (Spreading copies own fields as they are, `__proto__` too.)
  const changed: MutableFields = { ...fields };
  for (const name of Object.keys(changes)) {
    const value = changes[name];
    if (value === undefined) delete changed[name];
    else setField(changed, name, value);
  }
  return changed;
}

/** Whether it is an object whose own fields are data: one that JSON could have made. */
export function isPlainObject(value: unknown): value is MutableFields {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || prototype === Object.prototype || isForeignObject(prototype);
}

/** The prototype of plain objects of another realm, such as a test runner's or a frame's. */
function isForeignObject(prototype: object): boolean {
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype, "isPrototypeOf");
}

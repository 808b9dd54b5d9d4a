/**
 * The words that begin with `$` in the messages of cases: what they stand for when a message is sent.
 *
 * @module
 */

/** The places below which a case has URIs of its own, and what each begins with in the router's configuration. */
const ROOTS: Readonly<Record<string, string>> = {
  uri: "conformance.open",
  history: "conformance.history",
  denied: "conformance.denied",
  undisclosed: "conformance.undisclosed",
};

const ROOT = /^\$(uri|history|denied|undisclosed)(?=\.|$)/;
const REQUEST = /^\$request(?:\.(\w+))?$/;
const BYTES = /^\$bytes\.((?:[0-9a-f]{2})*)$/;
/** Placeholders that match a kind of value, and stand for none. */
const KINDS = new Set(["any", "id", "int", "string", "bool", "list", "dict", "absent"]);

/** What a placeholder is. */
export type Placeholder =
  | { readonly type: "uri"; readonly root: string; readonly rest: string }
  | { readonly type: "request"; readonly name: string | undefined }
  | { readonly type: "bytes"; readonly hex: string }
  | { readonly type: "kind"; readonly name: string }
  | { readonly type: "variable"; readonly name: string };

/** `undefined`: the text stands for itself. */
export function readPlaceholder(text: string): Placeholder | undefined {
  if (!text.startsWith("$")) return undefined;
  const root = ROOT.exec(text)?.[1];
  if (root !== undefined) return { type: "uri", root, rest: text.slice(root.length + 1) };
  const request = REQUEST.exec(text);
  if (request) return { type: "request", name: request[1] };
  const hex = BYTES.exec(text)?.[1];
  if (hex !== undefined) return { type: "bytes", hex };
  const name = text.slice(1);
  return KINDS.has(name) ? { type: "kind", name } : { type: "variable", name };
}

/** A case is written wrongly. */
export class CaseError extends Error {}

/** What the placeholders of one run of a case stand for. */
export class Scope {
  readonly #unique: string;
  readonly #variables: Map<string, unknown>;

  /** `unique`: a URI component that no other run uses. */
  constructor(unique: string, variables: Iterable<readonly [string, unknown]> = []) {
    this.#unique = unique;
    this.#variables = new Map(variables);
  }

  has(name: string): boolean {
    return this.#variables.has(name);
  }

  get(name: string): unknown {
    return this.#variables.get(name);
  }

  set(name: string, value: unknown): void {
    this.#variables.set(name, value);
  }

  /** One that can be changed without this one being changed. */
  copy(): Scope {
    return new Scope(this.#unique, this.#variables);
  }

  /** Takes over what was set in a copy. */
  adopt(copy: Scope): void {
    for (const [name, value] of copy.#variables) this.#variables.set(name, value);
  }

  uri(root: string, rest: string): string {
    const counted = rest.replaceAll("$i", String(this.get("i")));
    return `${ROOTS[root]}.${this.#unique}${counted}`;
  }

  /** Forgets what was set since a copy was made. */
  reset(copy: Scope): void {
    this.#variables.clear();
    this.adopt(copy);
  }

  /** Every placeholder in `value` replaced. `request`: makes an id for a request that has none yet. */
  expand(value: unknown, request: () => number): unknown {
    if (typeof value === "string") return this.#expandText(value, request);
    if (Array.isArray(value)) return value.map((item) => this.expand(item, request));
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value);
    return Object.fromEntries(entries.map(([key, item]) => [key, this.expand(item, request)]));
  }

  #expandText(text: string, request: () => number): unknown {
    const placeholder = readPlaceholder(text);
    if (!placeholder) return text;
    switch (placeholder.type) {
      case "uri":
        return this.uri(placeholder.root, placeholder.rest);
      case "bytes":
        return fromHex(placeholder.hex);
      case "request":
        return this.#request(placeholder.name, request);
      case "kind":
        throw new CaseError(`${text} stands for no value`);
      default:
        if (!this.has(placeholder.name)) throw new CaseError(`${text} has no value yet`);
        return this.get(placeholder.name);
    }
  }

  #request(name: string | undefined, request: () => number): unknown {
    if (name === undefined) return request();
    const key = `request.${name}`;
    if (!this.has(key)) this.set(key, request());
    return this.get(key);
  }
}

export function fromHex(hex: string): Uint8Array {
  const pairs = hex.match(/../g) ?? [];
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

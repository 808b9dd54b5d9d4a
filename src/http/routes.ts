/**
 * Paths with parameters: `/`, `/chat/:room`, `/files/*`. Matching takes time linear in the path, and names such as
 * `__proto__` are ordinary, in a path as in a parameter.
 *
 * @module
 */

/** What a path pattern looks like: segments, `:name` for any one segment, `*` as the last one for any rest. */
export type RoutePath = `/${string}`;

/** The names of the parameters in a pattern. */
type ParamName<Path extends string> = Path extends `${infer Head}/${infer Tail}`
  ? ParamName<Head> | ParamName<Tail>
  : Path extends `:${infer Name}`
    ? Name
    : Path extends "*"
      ? "*"
      : never;

/** The parameters of a pattern: `{ room: string }` for `"/chat/:room"`, `{ "*": string }` for `"/files/*"`. */
export type PathParams<Path extends string> = string extends Path
  ? Readonly<Record<string, string>>
  : { readonly [Name in ParamName<Path>]: string };

/** What a path matched. `params` has no prototype, is frozen, and its values are percent-decoded. */
export interface RouteMatch<Value> {
  readonly value: Value;
  readonly params: Readonly<Record<string, string>>;
}

/** A pattern with a parameter or a tail, taken apart. */
interface Route<Value> {
  readonly segments: readonly string[];
  /** The kind of each segment: how specific the pattern is, and what it looks like. */
  readonly shape: readonly Kind[];
  readonly value: Value;
  /** What the latest path gave: many connections ask for the same one. */
  latest: { readonly path: string; readonly params: Readonly<Record<string, string>> } | undefined;
}

const Kind = { Static: 0, Param: 1, Tail: 2 } as const;
type Kind = (typeof Kind)[keyof typeof Kind];

const TAIL = "*";

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null));

/**
 * Patterns and what they lead to. Segments match exactly and are never empty, except those that a pattern spells out
 * (`/chat/` is not `/chat`); the most specific pattern wins, compared segment by segment: text, then `:name`, then `*`.
 *
 * @throws TypeError for a pattern that is malformed, or matches the same paths as another one.
 */
export class RouteTable<Value> {
  /** Patterns without parameters, by their decoded path: nothing is more specific. */
  readonly #static = new Map<string, Value>();
  readonly #dynamic: Route<Value>[] = [];

  constructor(routes: Iterable<readonly [pattern: string, value: Value]>) {
    const seen = new Set<string>();
    for (const [pattern, value] of routes) {
      const route = parse(pattern, value);
      const identity = identify(route);
      if (seen.has(identity)) throw new TypeError(`route ${pattern} is there twice`);
      seen.add(identity);
      if (route.shape.every((kind) => kind === Kind.Static)) this.#static.set(identity, value);
      else this.#dynamic.push(route);
    }
    this.#dynamic.sort(bySpecificity);
  }

  /**
   * Finds the route for a path, which is as it was sent: without its query, and percent-encoded.
   *
   * @returns `"malformed"` for a path whose percent-encoding is, `undefined` for one that no pattern matches.
   */
  match(path: string): RouteMatch<Value> | "malformed" | undefined {
    if (!path.startsWith("/")) return undefined;
    const rest = path.slice(1);
    // Most paths: nothing is encoded, so that the path is its own identity.
    if (!rest.includes("%") && this.#static.has(rest)) {
      return { value: this.#static.get(rest) as Value, params: NO_PARAMS };
    }
    const encoded = rest.split("/");
    const segments: string[] = [];
    for (const segment of encoded) {
      const decoded = decode(segment);
      if (decoded === undefined) return "malformed";
      segments.push(decoded);
    }
    const identity = segments.map(escapeStatic).join("/");
    if (this.#static.has(identity)) {
      return { value: this.#static.get(identity) as Value, params: NO_PARAMS };
    }
    const route = this.#dynamic.find((candidate) => fits(candidate, segments));
    if (!route) return undefined;
    if (route.latest?.path !== rest) {
      route.latest = { path: rest, params: Object.freeze(extract(route, segments)) };
    }
    return { value: route.value, params: route.latest.params };
  }
}

function parse<Value>(pattern: string, value: Value): Route<Value> {
  if (!pattern.startsWith("/") || /[?#]/.test(pattern)) {
    throw new TypeError(
      `route ${JSON.stringify(pattern)} is no path: it starts with "/" and has no query`,
    );
  }
  const segments = pattern.slice(1).split("/");
  const shape = segments.map((segment, index) => {
    if (segment === TAIL && index === segments.length - 1) return Kind.Tail;
    if (segment === TAIL) throw new TypeError(`route ${pattern}: "*" can only be the last segment`);
    return segment.startsWith(":") ? Kind.Param : Kind.Static;
  });
  const names = segments.filter((_, index) => shape[index] === Kind.Param);
  if (names.includes(":")) throw new TypeError(`route ${pattern}: a parameter has no name`);
  if (new Set(names).size < names.length) {
    throw new TypeError(`route ${pattern}: two parameters have the same name`);
  }
  const decoded = segments.map((segment, index) => {
    const text = shape[index] === Kind.Static ? decode(segment) : segment;
    if (text === undefined) throw new TypeError(`route ${pattern} is malformed`);
    return text;
  });
  return { segments: decoded, shape, value, latest: undefined };
}

/** Two patterns with the same identity match the same paths. */
function identify({ segments, shape }: Route<unknown>): string {
  const parts = segments.map((segment, index) => {
    return shape[index] === Kind.Static ? escapeStatic(segment) : `%${shape[index]}`;
  });
  return parts.join("/");
}

/** Keeps a decoded `/` apart from the separator, and text apart from the marks of {@link identify}. */
function escapeStatic(segment: string): string {
  return segment.replaceAll("%", "%25").replaceAll("/", "%2F");
}

function bySpecificity(a: Route<unknown>, b: Route<unknown>): number {
  const shared = Math.min(a.shape.length, b.shape.length);
  for (let index = 0; index < shared; index++) {
    const difference = (a.shape[index] as Kind) - (b.shape[index] as Kind);
    if (difference !== 0) return difference;
  }
  // No path matches both, since a tail is always the last segment.
  return 0;
}

function fits({ segments, shape }: Route<unknown>, path: readonly string[]): boolean {
  const hasTail = shape.at(-1) === Kind.Tail;
  if (hasTail ? path.length < shape.length : path.length !== shape.length) return false;
  return shape.every((kind, index) => {
    if (kind === Kind.Static) return segments[index] === path[index];
    return kind === Kind.Tail || path[index] !== "";
  });
}

function extract(
  { segments, shape }: Route<unknown>,
  path: readonly string[],
): Record<string, string> {
  // (What `Object.create(null)` makes is a hash table, of five times the size.)
  const params = Object.setPrototypeOf({}, null) as Record<string, string>;
  shape.forEach((kind, index) => {
    if (kind === Kind.Param) params[(segments[index] as string).slice(1)] = path[index] as string;
    if (kind === Kind.Tail) params[TAIL] = path.slice(index).join("/");
  });
  return params;
}

function decode(segment: string): string | undefined {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/**
 * What an application says of its procedures, topics and errors, and what the compiler makes of it. Nothing of this is there at run time.
 *
 * @module
 */

import type { Dict, List, Uri } from "../protocol/messages.ts";

/**
 * The procedures, topics and errors of an application, by URI. What is left out is untyped: any URI, `unknown` data.
 *
 * A procedure is a function type, or `{ args, kwargs, progress, result }` with those of them that it has. A topic is a tuple of the
 * arguments, or `{ args, kwargs }`. An error is as a topic.
 *
 * @example
 * ```ts
 * interface App {
 *   procedures: { "com.app.add": (a: number, b: number) => number };
 *   topics: { "com.app.tick": [count: number] };
 * }
 * const client = wampClient<App>(open, { realm: "realm1" });
 * ```
 */
export interface Api {
  readonly procedures?: object;
  readonly topics?: object;
  readonly errors?: object;
}

/** Of a client whose application says nothing: everything is `unknown`. */
export interface Untyped {
  readonly procedures: Readonly<Record<Uri, UnknownProcedure>>;
  readonly topics: Readonly<Record<Uri, UnknownData>>;
  readonly errors: Readonly<Record<Uri, UnknownData>>;
}

interface UnknownData {
  readonly args: List;
  readonly kwargs: Dict;
}

interface UnknownProcedure extends UnknownData {
  readonly progress: unknown;
  readonly result: unknown;
}

type Table<A extends Api, Part extends keyof Untyped> =
  A extends Readonly<Record<Part, infer T>> ? T : Untyped[Part];

/** The protocol's own URIs, which no application has to list. */
type Own = `wamp.${string}`;

/** URIs that may be called or registered. */
export type ProcedureName<A extends Api> = Extract<keyof Table<A, "procedures">, string> | Own;
/** URIs that may be published or subscribed to. */
export type TopicName<A extends Api> = Extract<keyof Table<A, "topics">, string> | Own;
/** URIs of errors. */
export type ErrorName<A extends Api> = Extract<keyof Table<A, "errors">, string> | Own;

type Entry<A extends Api, Part extends keyof Untyped, U> = U extends keyof Table<A, Part>
  ? Table<A, Part>[U]
  : Untyped[Part][Uri];

export type Procedure<A extends Api, U> = Entry<A, "procedures", U>;
export type Topic<A extends Api, U> = Entry<A, "topics", U>;
export type ErrorData<A extends Api, U> = Entry<A, "errors", U>;

type Fn = (...args: never) => unknown;
type Progressive<P, R> = AsyncIterable<P, R>;

/** The arguments of a procedure, a topic or an error. */
export type ArgsOf<T> = T extends Fn
  ? Parameters<T>
  : T extends List
    ? T
    : T extends { readonly args: infer Args extends List }
      ? Args
      : [];

/** The keyword arguments. */
export type KwargsOf<T> = T extends Fn | List
  ? NoKwargs
  : T extends { readonly kwargs: infer Kwargs }
    ? Kwargs
    : NoKwargs;

/** There are no keyword arguments. */
export type NoKwargs = Readonly<Record<string, never>>;

/** The first value of the result of a procedure. */
export type ResultOf<T> = T extends (...args: never) => Progressive<unknown, infer Result>
  ? Result
  : T extends Fn
    ? Awaited<ReturnType<T>>
    : T extends { readonly result: infer Result }
      ? Result
      : undefined;

/** The first value of its progressive results. */
export type ProgressOf<T> = T extends (...args: never) => Progressive<infer Progress, unknown>
  ? Progress
  : T extends { readonly progress: infer Progress }
    ? Progress
    : unknown;

/** An object with nothing in it. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type
type Nothing = Record<never, never>;

/** What follows a URI: arguments, and options; each may be left out unless it has something that may not. */
export type Rest<Args, Options> = Nothing extends Options
  ? [] extends Args
    ? [args?: Args, options?: Options]
    : [args: Args, options?: Options]
  : [args: Args, options: Options];

/** Keyword arguments as an option: one that can't be left out if one of them can't. */
export type WithKwargs<Kwargs> = Nothing extends Kwargs
  ? { readonly kwargs?: Kwargs | undefined }
  : { readonly kwargs: Kwargs };

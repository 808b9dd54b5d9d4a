/**
 * What an application says about writes of clients.
 *
 * @module
 */

import type { Document, NewDocument } from "../../live/documents.ts";
import type { DocumentId } from "../../protocol/document-id.ts";
import type { FindOptions, Modifier, UpdateResult } from "../../store/types.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { OptionNames } from "../../../util/option-names.ts";
import type { MethodInvocation } from "../methods/methods.ts";
import type { IdGeneration } from "../scope.ts";

/** A collection that rules can be made for, such as one of a `memoryDatabase`. */
export interface RestrictedCollection<T extends Document = Document> {
  readonly name: string;
  readonly idGeneration: IdGeneration;
  /** Rules and the write that they are about are one transaction. */
  readonly database: { transaction<R>(run: () => R | Promise<R>): Promise<R> };
  findOne(selector: ById<T>, options: FindOptions<T>): Promise<T | undefined>;
  insert(document: NewDocument<T>): Promise<DocumentId>;
  update(selector: ById<T>, modifier: Modifier): Promise<UpdateResult>;
  remove(selector: ById<T>): Promise<number>;
}

/** The only selector that clients may use. */
export type ById<T extends Document = Document> = Readonly<Record<"_id", T["_id"]>>;

/** What a rule says: for `allow` whether the write may be, for `deny` whether it may not. What it throws goes to the client. */
export type Verdict = boolean | Promise<boolean>;

/**
 * Rules for what clients write, by kind of write. They run in the transaction that writes: nobody else's writes come between, and they
 * all wait until the rules are done.
 */
export interface WriteRules<T extends Document = Document> {
  /** `document` has its id already. */
  insert?(invocation: MethodInvocation, document: T): Verdict;
  /**
   * @param document As it is before the update.
   * @param fields The names of the top-level fields that the modifier may change.
   * @param modifier Operators, as the client sent them.
   */
  update?(
    invocation: MethodInvocation,
    document: T,
    fields: readonly string[],
    modifier: Modifier,
  ): Verdict;
  remove?(invocation: MethodInvocation, document: T): Verdict;
  /** The fields of the document that `update` and `remove` look at, besides `_id`. Default: all. */
  readonly fetch?: readonly string[] | undefined;
}

const NAMES: OptionNames<WriteRules> = { insert: true, update: true, remove: true, fetch: true };

/** @throws TypeError for a rule that there is not, or that is no function, and for a `fetch` that is no list of names. */
export function checkRules(caller: string, rules: WriteRules<never>): void {
  checkOptions(caller, rules, NAMES);
  for (const kind of ["insert", "update", "remove"] as const) {
    if (rules[kind] !== undefined && typeof rules[kind] !== "function") {
      throw new TypeError(`the rule ${kind} of ${caller} is no function`);
    }
  }
  const { fetch = [] } = rules as { fetch?: unknown };
  if (!Array.isArray(fetch) || fetch.some((name) => typeof name !== "string")) {
    throw new TypeError(`fetch of ${caller} is a list of names`);
  }
}

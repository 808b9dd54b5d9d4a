/**
 * A collection that clients write to as far as rules let them.
 *
 * @module
 */

import type { Document } from "../../live/documents.ts";
import { clone } from "../../protocol/ejson/clone.ts";
import { DdpError } from "../../protocol/error.ts";
import { isPlainObject } from "../../protocol/fields.ts";
import type { FindOptions } from "../../store/types.ts";
import type { Method, MethodInvocation } from "../methods/methods.ts";
import { newDocumentId } from "../scope.ts";
import { checkModifier, checkUpdateOptions, toById } from "./client-parameters.ts";
import type { RestrictedCollection, Verdict, WriteRules } from "./write-rules.ts";

type Kind = "insert" | "update" | "remove";

/** Asks one list of rules. */
type Ask<T extends Document> = (rules: WriteRules<T>) => Verdict | undefined;

export class Restriction<T extends Document = Document> {
  readonly allow: WriteRules<T>[] = [];
  readonly deny: WriteRules<T>[] = [];
  readonly #collection: RestrictedCollection<T>;

  constructor(collection: RestrictedCollection<T>) {
    this.#collection = collection;
  }

  /** Meteor's clients call either name of each. */
  methods(): Record<string, Method> {
    const { name } = this.#collection;
    const insert: Method = (invocation, document) => this.#insert(invocation, document);
    const update: Method = (invocation, ...params) => this.#update(invocation, params);
    const remove: Method = (invocation, selector) => this.#remove(invocation, selector);
    return {
      [`/${name}/insert`]: insert,
      [`/${name}/insertAsync`]: insert,
      [`/${name}/update`]: update,
      [`/${name}/updateAsync`]: update,
      [`/${name}/remove`]: remove,
      [`/${name}/removeAsync`]: remove,
    };
  }

  async #insert(invocation: MethodInvocation, given: unknown): Promise<unknown> {
    this.#refuseWithoutRules("insert");
    if (!isPlainObject(given)) throw new DdpError(409, "A document is an object");
    const { name, idGeneration } = this.#collection;
    const { _id = newDocumentId(name, idGeneration), ...fields } = given;
    const document = { _id, ...fields } as unknown as T;
    return this.#transaction(async () => {
      // (The rules' own: what they do to it isn't inserted.)
      const shown = clone(document);
      await this.#judge((rules) => rules.insert?.(invocation, shown));
      return attempt(this.#collection.insert(document));
    });
  }

  async #update(invocation: MethodInvocation, params: readonly unknown[]): Promise<number> {
    const [selector, given, options] = params;
    this.#refuseWithoutRules("update");
    const which = toById(selector, "update");
    checkUpdateOptions(options);
    const { modifier, fields } = checkModifier(given);
    return this.#transaction(async () => {
      const document = await this.#collection.findOne(which, this.#fetched("update"));
      if (!document) return 0;
      const shown = clone(modifier);
      await this.#judge((rules) => rules.update?.(invocation, document, fields, shown));
      const { count } = await attempt(this.#collection.update(which, modifier));
      return count;
    });
  }

  async #remove(invocation: MethodInvocation, selector: unknown): Promise<number> {
    this.#refuseWithoutRules("remove");
    const which = toById(selector, "remove");
    return this.#transaction(async () => {
      const document = await this.#collection.findOne(which, this.#fetched("remove"));
      if (!document) return 0;
      await this.#judge((rules) => rules.remove?.(invocation, document));
      return this.#collection.remove(which);
    });
  }

  /** A document that the client may not write is then not even looked for. */
  #refuseWithoutRules(kind: Kind): void {
    if (!this.allow.some((rules) => rules[kind])) throw denied();
  }

  async #judge(ask: Ask<T>): Promise<void> {
    if (await anySays(this.deny, ask)) throw denied();
    if (!(await anySays(this.allow, ask))) throw denied();
  }

  /** What the rules of that kind look at: all, if one of them doesn't say. */
  #fetched(kind: Kind): FindOptions {
    const names: string[] = [];
    for (const rules of [...this.deny, ...this.allow]) {
      if (!rules[kind]) continue;
      if (!rules.fetch) return {};
      names.push(...rules.fetch);
    }
    return { fields: Object.fromEntries(["_id", ...names].map((name) => [name, 1 as const])) };
  }

  #transaction<R>(run: () => Promise<R>): Promise<R> {
    return this.#collection.database.transaction(run);
  }
}

/** What the collection says against the write is about what the client sent: it gets to know it. */
async function attempt<R>(write: Promise<R>): Promise<R> {
  try {
    return await write;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new DdpError(409, error.message, undefined, { cause: error });
  }
}

async function anySays<T extends Document>(
  all: readonly WriteRules<T>[],
  ask: Ask<T>,
): Promise<boolean> {
  for (const rules of all) {
    if (await ask(rules)) return true;
  }
  return false;
}

function denied(): DdpError {
  return new DdpError(403, "Access denied");
}

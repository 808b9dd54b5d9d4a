/**
 * A query, compiled.
 *
 * @module
 */

import { idStringify } from "../protocol/document-id.ts";
import type { Fields } from "../protocol/fields.ts";
import { equalitiesIn } from "../query/equalities.ts";
import type { Equality } from "../query/equalities.ts";
import { invalidQuery } from "../query/invalid.ts";
import { compileProjection } from "../query/projection.ts";
import type { Project } from "../query/projection.ts";
import { compileSelector } from "../query/selector.ts";
import type { CompiledSelector } from "../query/selector.ts";
import { compileSort } from "../query/sort.ts";
import type { Compare } from "../query/sort.ts";
import { fieldsOf } from "./changes.ts";
import type { FindOptions } from "./types.ts";

export interface Plan {
  readonly equalities: readonly Equality[];
  readonly selector: CompiledSelector;
  readonly sort: Compare | undefined;
  readonly skip: number;
  /** `Infinity` for none. */
  readonly limit: number;
  readonly project: Project | undefined;
}

/** @throws DdpError for a query that can't be done. */
export function compilePlan(selector: unknown, options: FindOptions): Plan {
  const { sort, fields, skip, limit } = options;
  return {
    equalities: equalitiesIn(selector),
    selector: compileSelector(selector),
    sort: sort && compileSort(sort),
    skip: count(skip, "skip"),
    // (As in MongoDB, 0 is none.)
    limit: count(limit, "limit") || Infinity,
    project: compileProjection(fields),
  };
}

function count(value: number = 0, name: string): number {
  if (!Number.isInteger(value) || value < 0) throw invalidQuery(`${name} is a number from 0`);
  return value;
}

/** What of a document somebody wants who knows its id. */
export function wantedFields({ project }: Plan, document: object): Fields {
  return fieldsOf(project ? project(document) : document);
}

/** The only ids that matter, as text. */
export function keysOf({ selector }: Plan): readonly string[] | undefined {
  return selector.ids?.map(idStringify);
}

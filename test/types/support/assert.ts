/**
 * Statements about types. They are checked by the compiler alone: nothing runs them.
 *
 * @module
 */

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Says whether two types are the same. */
export declare function equal<A, B>(answer: Equal<A, B>): void;

/** Says whether a value of type `A` can be given where a `B` is asked for. */
export declare function assignable<A, B>(answer: [A] extends [B] ? true : false): void;

/**
 * What a conformance case is, once it has been loaded. conformance/wamp/README.md describes how cases are written.
 *
 * @module
 */

import type { Dict } from "../protocol/messages.ts";

/** A client of the case: a session that sends only what the steps say. */
export interface ActorSpec {
  /** Default: the realm of the run. */
  readonly realm?: string | undefined;
  /** One of the users of the fixture `ticket-users`; without it the session is anonymous. */
  readonly user?: string | undefined;
  /** Whether it has joined before the first step. Default: `true`. */
  readonly join?: boolean | undefined;
  /** Default: the serializer of the run. */
  readonly serializer?: string | undefined;
  /** What it announces. Default: every role with every feature. */
  readonly roles?: Dict | undefined;
  /** Features that it doesn't announce, such as `callee.call_canceling`. */
  readonly without?: readonly string[] | undefined;
  /** What else is in the details of its HELLO. */
  readonly hello?: Dict | undefined;
}

export const VERBS = [
  "connect",
  "join",
  "send",
  "raw",
  "expect",
  "unordered",
  "eventually",
  "quiet",
  "sync",
  "closed",
  "leave",
  "hang_up",
] as const;

export type Verb = (typeof VERBS)[number];

/** Something that an actor does, or that has to happen to it. */
export interface ActorStep {
  readonly actor: string;
  readonly verb: Verb;
  readonly values: readonly unknown[];
}

/** The same steps several times; `$i` in them counts from 0. */
export interface RepeatStep {
  readonly times: number;
  readonly steps: readonly Step[];
}

export type Step = ActorStep | RepeatStep;

/** A conformance case: what a router has to do according to one place of the specification. */
export interface ConformanceCase {
  /** Unique; begins with the chapter, such as `pubsub/exclude-me-default`. */
  readonly id: string;
  readonly chapter: string;
  readonly title: string;
  /** The section of the specification. */
  readonly spec: string;
  readonly profile: "basic" | "advanced";
  /** Features that the router has to announce, such as `broker.publisher_exclusion`. */
  readonly needs: readonly string[];
  /** What has to be configured in the router, such as `ticket-users`. */
  readonly requires: readonly string[];
  /** The serializers that the case makes sense with. Default: all. */
  readonly serializers: readonly string[] | undefined;
  /** How a contradiction of the specification was decided. */
  readonly decided: string | undefined;
  readonly actors: ReadonlyMap<string, ActorSpec>;
  readonly steps: readonly Step[];
}

/**
 * What became of a case: `unsupported` when the router doesn't announce what it needs, or isn't configured for it; `error` when
 * it couldn't be tried.
 */
export type Outcome = "ok" | "failed" | "unsupported" | "error";

export const OUTCOMES: readonly Outcome[] = ["ok", "failed", "unsupported", "error"];

/** One case with one serializer. */
export interface CaseResult {
  readonly id: string;
  readonly serializer: string;
  readonly outcome: Outcome;
  /** For all but `ok`, in words. */
  readonly reason?: string | undefined;
  /** The step that failed, counted from 1; steps that are repeated have a number for each level, such as `3.2`. */
  readonly step?: string | undefined;
  /** What the step asks for, as it is in the case. */
  readonly expected?: unknown;
  /** The message that came. */
  readonly received?: unknown;
}

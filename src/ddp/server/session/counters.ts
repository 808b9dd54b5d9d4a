/**
 * What a server counts.
 *
 * @module
 */

/** What happened since the server was made. */
export interface DdpCounters {
  /** Sessions that were gone on with after their connection was lost. */
  readonly resumed: number;
  /** Clients that wanted to go on with a session that was gone, or couldn't be gone on with; they got a new one. */
  readonly restarted: number;
  /** Sessions that ended because they had more to send than is kept while their clients were away. */
  readonly overflowed: number;
  /** Sessions that ended because too many were waiting for their clients. */
  readonly crowdedOut: number;
  /** Calls that clients sent again, and that were answered without being run again. */
  readonly answeredAgain: number;
  /** Calls and subscriptions that rate limits have refused. */
  readonly limited: number;
  /** Connections that were given up because of their silence. */
  readonly silent: number;
}

/** How a server is doing. */
export interface DdpStats extends DdpCounters {
  /** Sessions whose clients are connected. */
  readonly sessions: number;
  /** Sessions that wait for their clients. */
  readonly waiting: number;
  /** Results of methods that were forgotten before it was known that they had arrived, because there was no room. */
  readonly droppedResults: number;
}

export type Counters = { -readonly [Name in keyof DdpCounters]: DdpCounters[Name] };

export function counters(): Counters {
  return {
    resumed: 0,
    restarted: 0,
    overflowed: 0,
    crowdedOut: 0,
    answeredAgain: 0,
    limited: 0,
    silent: 0,
  };
}

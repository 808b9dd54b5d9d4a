/**
 * Turns: what is sent in one of them leaves in one write.
 *
 * @module
 */

/** Who has something to write when the turn is over. */
export interface TurnMember {
  turnOver(): void;
}

export interface Turns {
  /** Differs from turn to turn. */
  readonly current: number;
  /** A member has written before the turn was over. */
  written(): void;
  /** Calls the member when the turn is over; once for each call. */
  atEnd(member: TurnMember): void;
}

/** How many members have written before the turn was over. */
let early = 0;
let read = 0;
let waiting: TurnMember[] = [];

/** Data was read from some socket: a new turn of {@link readTurns}. */
export function beginTurn(): void {
  read++;
  early = 0;
}

function endReadTurn(): void {
  const members = waiting;
  waiting = [];
  beginTurn();
  for (const member of members) member.turnOver();
}

/** From one read of any socket to the next; or a callback of the event loop in which several sockets are written to. */
export const readTurns: Turns = {
  get current() {
    return read;
  },

  /**
   * A broadcast from a timer has no read before it. Without this it would find itself in the turn of the one before, and
   * go through all connections twice; what answers a read needs no callback for it.
   */
  written() {
    if (++early === 2) process.nextTick(beginTurn);
  },

  atEnd(member) {
    if (waiting.push(member) === 1) process.nextTick(endReadTurn);
  },
};

let round = 0;
let isRunning = false;
let late: TurnMember[] = [];

function endRound(): void {
  const members = late;
  late = [];
  isRunning = false;
  round++;
  for (const member of members) member.turnOver();
}

function run(): void {
  if (isRunning) return;
  isRunning = true;
  setImmediate(endRound);
}

/**
 * From one round of the event loop to the next: for TLS, where each record is a read of its own. In shorter turns, what
 * has come apart into several records would be answered in as many, and never be together again.
 */
export const loopTurns: Turns = {
  get current() {
    return round;
  },

  written: run,

  atEnd(member) {
    late.push(member);
    run();
  },
};

/**
 * What is used of the `pg` package: whoever has it passes a pool of it, so that nothing here imports it.
 *
 * @module
 */

/** A statement, its rows asked for as arrays. */
export interface PostgresQuery {
  readonly text: string;
  // (Not `readonly`: the types of `pg` take no such array.)
  readonly values: unknown[];
  readonly rowMode: "array";
}

/** What a statement gave. */
export interface PostgresResult {
  readonly command: string;
  readonly rows: unknown[][];
  readonly rowCount: number | null;
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[];
}

/** What comes on a channel. */
export interface PostgresNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** What both a connection and a pool do. */
export interface PostgresQueryable {
  query(query: PostgresQuery): Promise<PostgresResult>;
}

/** A connection: what `pool.connect()` gives. */
export interface PostgresPoolClient extends PostgresQueryable {
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  on(event: "notification", listener: (notification: PostgresNotification) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  off(event: "end", listener: () => void): unknown;
  off(event: "notification", listener: (notification: PostgresNotification) => void): unknown;
  /** `true`: it can't be used again. */
  release(destroy?: boolean): void;
}

/** A connection that is nobody's: a `Client` of `pg`, not yet connected. */
export interface PostgresClient extends Omit<PostgresPoolClient, "release"> {
  connect(): Promise<unknown>;
  end(): Promise<void>;
}

/** A `Pool` of the `pg` package. */
export interface PostgresPool extends PostgresQueryable {
  connect(): Promise<PostgresPoolClient>;
  on(event: "error", listener: (error: Error) => void): unknown;
  off(event: "error", listener: (error: Error) => void): unknown;
  readonly options?: { readonly max?: number | undefined } | undefined;
}

/**
 * The messages of the client protocol, once for both encodings: their names in JSON and their numbers in Protobuf.
 *
 * @module
 */

/** The kinds of fields. `data` is the application's: any JSON in JSON, bytes in Protobuf. */
export type Scalar = "string" | "bool" | "uint32" | "uint64" | "int32" | "int64" | "data";

export interface Field {
  readonly number: number;
  readonly type: Scalar | Schema;
  /** A list of them, or a map from strings. */
  readonly many?: "list" | "map";
}

/** Fields by name. A missing field and one of value zero are the same. */
export type Schema = ReadonlyMap<string, Field>;

type Declared = Record<
  string,
  readonly [number: number, type: Scalar | Schema, many?: "list" | "map"]
>;

function schema(fields: Declared): Schema {
  return new Map(
    Object.entries(fields).map(([name, [number, type, many]]) => [
      name,
      { number, type, ...(many && { many }) },
    ]),
  );
}

const NOTHING = schema({});

const clientInfo = schema({
  user: [1, "string"],
  client: [2, "string"],
  conn_info: [3, "data"],
  chan_info: [4, "data"],
});

const publication: Schema = schema({
  data: [4, "data"],
  info: [5, clientInfo],
  offset: [6, "uint64"],
  tags: [7, "string", "map"],
});

const error = schema({ code: [1, "uint32"], message: [2, "string"], temporary: [3, "bool"] });

const subscribeRequest = schema({
  channel: [1, "string"],
  token: [2, "string"],
  recover: [3, "bool"],
  epoch: [6, "string"],
  offset: [7, "uint64"],
  data: [8, "data"],
  positioned: [9, "bool"],
  recoverable: [10, "bool"],
  join_leave: [11, "bool"],
  delta: [12, "string"],
  tf: [13, "data"],
  flag: [14, "int64"],
});

const subscribeResult = schema({
  expires: [1, "bool"],
  ttl: [2, "uint32"],
  recoverable: [3, "bool"],
  epoch: [6, "string"],
  publications: [7, publication, "list"],
  recovered: [8, "bool"],
  offset: [9, "uint64"],
  positioned: [10, "bool"],
  data: [11, "data"],
  was_recovering: [12, "bool"],
});

const connectResult = schema({
  client: [1, "string"],
  version: [2, "string"],
  expires: [3, "bool"],
  ttl: [4, "uint32"],
  data: [5, "data"],
  subs: [6, subscribeResult, "map"],
  ping: [7, "uint32"],
  pong: [8, "bool"],
  session: [9, "string"],
  node: [10, "string"],
});

const refreshResult = schema({
  client: [1, "string"],
  version: [2, "string"],
  expires: [3, "bool"],
  ttl: [4, "uint32"],
});

const channel = schema({ channel: [1, "string"] });

const position = schema({ offset: [1, "uint64"], epoch: [2, "string"] });

export const command: Schema = schema({
  id: [1, "uint32"],
  connect: [
    4,
    schema({
      token: [1, "string"],
      data: [2, "data"],
      subs: [3, subscribeRequest, "map"],
      name: [4, "string"],
      version: [5, "string"],
      headers: [6, "string", "map"],
    }),
  ],
  subscribe: [5, subscribeRequest],
  unsubscribe: [6, channel],
  publish: [7, schema({ channel: [1, "string"], data: [2, "data"] })],
  presence: [8, channel],
  presence_stats: [9, channel],
  history: [
    10,
    schema({
      channel: [1, "string"],
      limit: [7, "int32"],
      since: [8, position],
      reverse: [9, "bool"],
    }),
  ],
  ping: [11, NOTHING],
  send: [12, schema({ data: [1, "data"] })],
  rpc: [13, schema({ data: [1, "data"], method: [2, "string"] })],
  refresh: [14, schema({ token: [1, "string"] })],
  sub_refresh: [15, schema({ channel: [1, "string"], token: [2, "string"] })],
});

const push = schema({
  channel: [2, "string"],
  pub: [4, publication],
  join: [5, schema({ info: [1, clientInfo] })],
  leave: [6, schema({ info: [1, clientInfo] })],
  unsubscribe: [7, schema({ code: [2, "uint32"], reason: [3, "string"] })],
  message: [8, schema({ data: [1, "data"] })],
  subscribe: [
    9,
    schema({
      recoverable: [1, "bool"],
      epoch: [4, "string"],
      offset: [5, "uint64"],
      positioned: [6, "bool"],
      data: [7, "data"],
    }),
  ],
  disconnect: [11, schema({ code: [1, "uint32"], reason: [2, "string"], reconnect: [3, "bool"] })],
  refresh: [12, schema({ expires: [1, "bool"], ttl: [2, "uint32"] })],
  // Our own: the subscriber's place moves past a publication that is not sent to it. Others don't look at it.
  advance: [100, schema({ offset: [1, "uint64"] })],
});

export const reply: Schema = schema({
  id: [1, "uint32"],
  error: [2, error],
  push: [4, push],
  connect: [5, connectResult],
  subscribe: [6, subscribeResult],
  unsubscribe: [7, NOTHING],
  publish: [8, NOTHING],
  presence: [9, schema({ presence: [1, clientInfo, "map"] })],
  presence_stats: [10, schema({ num_clients: [1, "uint32"], num_users: [2, "uint32"] })],
  history: [
    11,
    schema({ publications: [1, publication, "list"], epoch: [2, "string"], offset: [3, "uint64"] }),
  ],
  ping: [12, NOTHING],
  rpc: [13, schema({ data: [1, "data"] })],
  refresh: [14, refreshResult],
  sub_refresh: [15, schema({ expires: [1, "bool"], ttl: [2, "uint32"] })],
});

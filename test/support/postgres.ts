/**
 * A PostgreSQL of the tests' own: a temporary cluster on a Unix socket.
 *
 * @module
 */

import { execFileSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { requirePeer } from "./peers.ts";

/** Whether there is one; otherwise it says how to get it. */
export function requirePostgres(): boolean {
  return requirePeer("PostgreSQL", findPostgres() !== undefined, "apt-get install postgresql");
}

/** The folder with the newest server's programs: Debian's, or the one that `POSTGRES_BIN` names. */
function findPostgres(): string | undefined {
  const debian = "/usr/lib/postgresql";
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  const newest = versions.toSorted((a, b) => b - a).map((version) => `${debian}/${version}/bin`);
  const places = [process.env["POSTGRES_BIN"], ...newest, "/usr/local/bin", "/usr/bin"];
  return places.find((place) => place !== undefined && existsSync(join(place, "initdb")));
}

/** Who runs it: PostgreSQL refuses to be run by root. */
interface Account {
  readonly uid?: number;
  readonly gid?: number;
}

export class TestPostgres {
  /** How to connect to it. */
  readonly config: pg.PoolConfig;
  /** The same as one URL. */
  readonly url: string;
  readonly #bin: string;
  readonly #folder: string;
  readonly #account: Account;
  readonly #pools: pg.Pool[] = [];

  private constructor(bin: string) {
    this.#bin = bin;
    this.#account = process.getuid?.() === 0 ? unprivileged() : {};
    // (Short, because paths of sockets are.)
    this.#folder = realpathSync(mkdtempSync(join(tmpdir(), "fullduplex-pg-")));
    const { uid, gid } = this.#account;
    if (uid !== undefined && gid !== undefined) chownSync(this.#folder, uid, gid);
    this.config = { host: this.#folder, user: "postgres", database: "postgres" };
    this.url = `postgres://postgres@/postgres?host=${encodeURIComponent(this.#folder)}`;
  }

  /** Makes a cluster and starts it: a few seconds. */
  static start(): TestPostgres {
    const bin = findPostgres();
    if (bin === undefined) throw new Error("there is no PostgreSQL");
    const postgres = new TestPostgres(bin);
    const { data } = postgres;
    const init = ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"];
    postgres.#run("initdb", [...init, "--locale=C"]);
    postgres.resume();
    return postgres;
  }

  private get data(): string {
    return join(this.#folder, "data");
  }

  /** A pool of connections to it, ended with it. */
  pool(config: pg.PoolConfig = {}): pg.Pool {
    const pool = new pg.Pool({ ...this.config, ...config });
    // (An error event without a listener would end the tests.)
    pool.on("error", () => {});
    this.#pools.push(pool);
    return pool;
  }

  /** Ends the server as a crash would: connections break off. */
  crash(): void {
    this.#run("pg_ctl", ["-D", this.data, "-m", "immediate", "-w", "stop"]);
  }

  /** Starts it again. */
  resume(): void {
    const options = `-k '${this.#folder}' -c listen_addresses='' -c fsync=off`;
    const log = join(this.#folder, "log");
    this.#run("pg_ctl", ["-D", this.data, "-l", log, "-o", options, "-w", "start"]);
  }

  /** Ends the pools and the server, and removes its files. */
  async stop(): Promise<void> {
    await Promise.all(this.#pools.map((pool) => pool.end()));
    try {
      this.#run("pg_ctl", ["-D", this.data, "-m", "immediate", "-w", "stop"]);
    } finally {
      rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  #run(program: string, parameters: readonly string[]): void {
    execFileSync(join(this.#bin, program), parameters, {
      ...this.#account,
      cwd: this.#folder,
      // (Without a pipe: the server would inherit it, and nobody would see it end.)
      stdio: "ignore",
    });
  }
}

/** Debian's account for it, or that of nobody. */
function unprivileged(): Account {
  for (const name of ["postgres", "nobody"]) {
    try {
      const id = (option: string): number => Number(execFileSync("id", [option, name]));
      return { uid: id("-u"), gid: id("-g") };
    } catch {
      // There is no such account.
    }
  }
  throw new Error("there is no account that PostgreSQL could run as");
}

/**
 * The files of Unix sockets that a server left behind when it did not end properly.
 *
 * @module
 */

import { lstat, unlink } from "node:fs/promises";
import { connect } from "node:net";

/**
 * Removes the file at `path` if it is a socket that nobody listens on. Resolves with whether it did: a file of another kind,
 * and a socket that somebody answers, are left alone.
 */
export async function removeStale(path: string): Promise<boolean> {
  const isSocket = await lstat(path).then(
    (stats) => stats.isSocket(),
    () => false,
  );
  if (!isSocket || !(await isDeserted(path))) return false;
  return unlink(path).then(
    () => true,
    () => false,
  );
}

function isDeserted(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    const conclude = (deserted: boolean): void => {
      socket.destroy();
      resolve(deserted);
    };
    socket.once("connect", () => conclude(false));
    socket.once("error", ({ code }: NodeJS.ErrnoException) => conclude(code === "ECONNREFUSED"));
  });
}

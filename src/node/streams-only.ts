/**
 * The way back to what is documented, should a version of Node change under us.
 *
 * @module
 */

/**
 * Whether sockets are only used through their streams: set `FULLDUPLEX_STREAMS=1` in the environment when the process
 * starts. It costs speed, and nothing else.
 */
export const usesStreams: boolean = process.env["FULLDUPLEX_STREAMS"] === "1";

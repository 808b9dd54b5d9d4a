/**
 * The little that the programs use of peers, so that they are checked without installing them.
 *
 * @module
 */

declare module "@trufflesuite/uws-js-unofficial" {
  interface Socket {
    send(message: ArrayBuffer | string, binary: boolean, compress?: boolean): number;
    subscribe(topic: string): boolean;
  }

  interface Behavior {
    maxPayloadLength?: number;
    maxBackpressure?: number;
    open?(socket: Socket): void;
    message?(socket: Socket, message: ArrayBuffer, binary: boolean): void;
  }

  interface App {
    ws(pattern: string, behavior: Behavior): App;
    listen(host: string, port: number, callback: (listening: object) => void): App;
    publish(topic: string, message: string, binary: boolean, compress?: boolean): boolean;
  }

  const uWS: {
    App(): App;
    us_socket_local_port(listening: object): number;
  };
  // The package is a CommonJS module: its default export is what it exports.
  export default uWS;
}

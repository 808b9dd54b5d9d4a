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

declare module "socket.io" {
  interface Socket {
    on(event: string, listener: (message: unknown) => void): void;
    emit(event: string, message: unknown): void;
    join(room: string): Promise<void> | void;
  }

  export class Server {
    constructor(
      server: object,
      options: { serveClient: boolean; transports: string[]; perMessageDeflate: boolean },
    );
    on(event: "connection", listener: (socket: Socket) => void): void;
    to(room: string): { emit(event: string, message: string): void };
  }
}

interface Pem {
  cert: string;
  key: string;
}

interface BunSocket {
  send(message: string | Uint8Array, compress?: boolean): number;
  subscribe(topic: string): void;
}

interface BunServer {
  readonly port: number;
  upgrade(request: Request): boolean;
  publish(topic: string, message: string): number;
}

declare const Bun: {
  gc(synchronously: boolean): void;
  serve(options: {
    hostname: string;
    port: number;
    tls?: Pem;
    fetch(request: Request, server: BunServer): Response | undefined;
    websocket: {
      perMessageDeflate: boolean;
      open(socket: BunSocket): void;
      message(socket: BunSocket, message: string | Uint8Array): void;
    };
  }): BunServer;
};

declare const Deno: {
  serve(
    options: { hostname: string; port: number; onListen(address: { port: number }): void },
    handler: (request: Request) => Response,
  ): void;
  upgradeWebSocket(request: Request): { socket: WebSocket; response: Response };
};

declare module "fox-wamp" {
  interface Listening {
    on(event: "listening", listener: () => void): void;
    address(): { readonly port: number };
  }

  class Router {
    listenWAMP(options: { port: number; host: string }): Listening;
  }

  // The package is a CommonJS module: its default export is what it exports.
  export default Router;
}

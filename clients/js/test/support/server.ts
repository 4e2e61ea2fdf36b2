import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { WebSocket, WebSocketServer } from "ws";

type Json = Record<string, unknown>;

/** A server that says what a test tells it to, also what no server may say. For everything else there is the real one. */
export class ScriptedServer {
  private readonly connections: Connection[] = [];
  private readonly waiting: ((connection: Connection) => void)[] = [];
  private readonly sockets = new Set<Socket>();
  /** How many connections there have been. */
  count = 0;

  private constructor(
    private readonly http: Server,
    readonly url: string,
  ) {}

  static async start(options: { subprotocol?: (offered: Set<string>) => string | false } = {}): Promise<ScriptedServer> {
    const http = createServer();
    const wss = new WebSocketServer({ server: http, ...(options.subprotocol && { handleProtocols: options.subprotocol }) });
    http.listen(0, "127.0.0.1");
    await once(http, "listening");
    const server = new ScriptedServer(http, `ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
    http.on("connection", (socket) => server.sockets.add(socket));
    wss.on("connection", (socket, request) => server.accept(new Connection(socket, request.url ?? "")));
    return server;
  }

  /** The next connection. */
  connection(): Promise<Connection> {
    const connection = this.connections.shift();
    if (connection) return Promise.resolve(connection);
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  /** The next connection, welcomed. */
  async welcomed(fields: Json = {}): Promise<Connection> {
    const connection = await this.connection();
    const { id } = await connection.next("connect");
    connection.send({ op: "welcome", id, session: "s1", resumed: false, server_time: 1, heartbeat: 0, limits: { max_message_bytes: 1 << 20, max_rooms: 100 }, ...fields });
    return connection;
  }

  async stop(): Promise<void> {
    this.http.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.http, "close");
  }

  private accept(connection: Connection): void {
    this.count++;
    const next = this.waiting.shift();
    if (next) next(connection);
    else this.connections.push(connection);
  }
}

/** One client, as the server sees it. */
export class Connection {
  private readonly heard: Json[] = [];
  private readonly waiting: ((message: Json) => void)[] = [];
  readonly closed: Promise<number>;

  constructor(
    readonly socket: WebSocket,
    readonly path: string,
  ) {
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Json;
      const next = this.waiting.shift();
      if (next) next(message);
      else this.heard.push(message);
    });
    this.closed = new Promise((resolve) => socket.on("close", resolve));
  }

  /** The client's next message, which has to be this operation. */
  async next(op: string): Promise<Json & { id: number }> {
    const message = this.heard.shift() ?? (await new Promise<Json>((resolve) => this.waiting.push(resolve)));
    if (message.op !== op) throw new Error(`expected ${op}, got ${JSON.stringify(message)}`);
    return message as Json & { id: number };
  }

  send(...messages: Json[]): void {
    for (const message of messages) this.raw(JSON.stringify(message));
  }

  raw(frame: string | Buffer): void {
    this.socket.send(frame);
  }

  /** Answers the next join. */
  async joined(fields: Json = {}): Promise<string> {
    const { id, room } = await this.next("join");
    this.send({ op: "joined", id, room, epoch: "e1", head: 0, ...fields });
    return room as string;
  }
}

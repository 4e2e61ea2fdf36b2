import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

/** An HTTP proxy as networks have them: one that knows no upgrades, one that keeps an answer until it is whole. */
export class Middlebox {
  private readonly sockets = new Set<Socket>();
  /** What fetches at this moment, a WebSocket as well. */
  private readonly fetching = new Set<object>();
  /** What becomes of requests to upgrade. */
  upgrades: "pass" | "swallow" | "refuse" = "pass";
  /** Whether answers are kept until they are whole. */
  buffers = false;
  /** The requests that came, as `METHOD path`, and `UPGRADE path`. */
  readonly requests: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly target: number,
  ) {}

  static async start(target: number, how: Partial<Pick<Middlebox, "upgrades" | "buffers">> = {}): Promise<Middlebox> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const box = Object.assign(new Middlebox(server, (server.address() as AddressInfo).port, target), how);
    server.on("connection", (socket) => box.keep(socket));
    server.on("request", (asked, answer) => {
      box.requests.push(`${asked.method} ${asked.url}`);
      if (asked.method === "GET") box.fetching.add(asked);
      const onward = request({ host: "127.0.0.1", port: target, method: asked.method, path: asked.url, headers: asked.headers }, (got) => {
        if (!box.buffers) {
          answer.writeHead(got.statusCode!, got.headers);
          answer.flushHeaders();
          got.pipe(answer);
          got.on("error", () => answer.destroy());
          return;
        }
        const parts: Buffer[] = [];
        got.on("data", (part: Buffer) => parts.push(part));
        got.on("end", () => answer.writeHead(got.statusCode!, got.headers).end(Buffer.concat(parts)));
        got.on("error", () => answer.destroy());
      });
      onward.on("error", () => answer.destroy());
      answer.on("close", () => {
        box.fetching.delete(asked);
        onward.destroy();
      });
      asked.pipe(onward);
    });
    server.on("upgrade", (asked, near: Socket, head: Buffer) => {
      box.requests.push(`UPGRADE ${asked.url}`);
      near.on("error", () => near.destroy());
      if (box.upgrades === "refuse") return void near.end("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      if (box.upgrades === "swallow") return;
      const far = box.keep(connect(box.target, "127.0.0.1"));
      box.fetching.add(asked);
      near.on("close", () => box.fetching.delete(asked));
      const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
      for (let i = 0; i < asked.rawHeaders.length; i += 2) lines.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}`);
      far.write(`${lines.join("\r\n")}\r\n\r\n`);
      far.write(head);
      near.pipe(far).pipe(near);
      near.on("close", () => far.destroy());
      far.on("error", () => near.destroy());
      far.on("close", () => near.destroy());
    });
    return box;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Resets every connection, wherever it is in a frame. The result is how many of them were fetching. */
  cut(): number {
    const { size } = this.fetching;
    this.fetching.clear();
    for (const socket of this.sockets) socket.resetAndDestroy();
    return size;
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, "close");
  }

  private keep(socket: Socket): Socket {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    return socket;
  }
}

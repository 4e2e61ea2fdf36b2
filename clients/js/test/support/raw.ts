import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** What a connection is answered with: `head` is its request, `body` what follows; `turn` counts the requests of this server, from 1. */
export type Serve = (socket: Socket, head: string, turn: number) => void;

/** A server that writes bytes, whatever they are. */
export class RawServer {
  /** The first line of each request. */
  readonly requests: string[] = [];
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(serve: Serve): Promise<RawServer> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const raw = new RawServer(server);
    server.on("connection", (socket) => {
      raw.sockets.add(socket);
      socket.on("close", () => raw.sockets.delete(socket));
      socket.on("error", () => socket.destroy());
      let text = "";
      socket.on("data", (data: Buffer) => {
        text += data.toString("latin1");
        for (let end; (end = text.indexOf("\r\n\r\n")) >= 0; ) {
          const head = text.slice(0, end);
          text = text.slice(end + 4);
          if (!/^[A-Z]+ /.test(head)) continue; // what a WebSocket says
          raw.requests.push(head.split(" HTTP/")[0]!);
          serve(socket, head, raw.requests.length);
        }
      });
    });
    return raw;
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, "close");
  }
}

export const JSON_PROTOCOL = "Sec-WebSocket-Protocol: carillon.v1.json\r\n";

/** The answer that opens a WebSocket. */
export function switching(head: string, lines = JSON_PROTOCOL, accept?: string): string {
  const key = /sec-websocket-key: *(\S+)/i.exec(head)?.[1] ?? "";
  const right = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept ?? right}\r\n${lines}\r\n`;
}

/** One frame of a server. */
export function frame(payload: Buffer | string, { first = 0x81, mask = false }: { first?: number; mask?: boolean } = {}): Buffer {
  const data = Buffer.from(payload);
  const bit = mask ? 0x80 : 0;
  const head = data.length < 126 ? [first, bit | data.length] : data.length < 65536 ? [first, bit | 126, data.length >> 8, data.length & 255] : [first, bit | 127, 0, 0, 0, 0, data.length >>> 24, (data.length >> 16) & 255, (data.length >> 8) & 255, data.length & 255];
  return Buffer.concat([Buffer.from(head), mask ? Buffer.from([0, 0, 0, 0]) : Buffer.alloc(0), data]);
}

export const WELCOME = '{"op":"welcome","session":"s","resumed":false,"server_time":1,"heartbeat":0,"limits":{"max_message_bytes":1000,"max_rooms":9}}';

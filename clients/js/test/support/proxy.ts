import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A network between client and server that can be cut and switched off. */
export class FaultProxy {
  private readonly sockets = new Set<Socket>();
  private up = true;
  /** How many connections were cut. */
  cuts = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async start(target: number): Promise<FaultProxy> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const proxy = new FaultProxy(server, (server.address() as AddressInfo).port);
    server.on("connection", (near) => proxy.join(near, target));
    return proxy;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  /** Resets every connection, wherever it is in a frame. */
  cut(): void {
    this.cuts += this.sockets.size / 2;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Lets nothing through from now on; connections are not told. */
  off(): void {
    this.up = false;
    for (const socket of this.sockets) socket.pause();
  }

  on(): void {
    this.up = true;
    this.cut();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }

  private join(near: Socket, target: number): void {
    if (!this.up) return void near.destroy();
    const far = connect(target, "127.0.0.1");
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.sockets.add(from);
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}

// The real server, as a user starts it, and a proxy that can cut its connections.

import {spawn} from "node:child_process";
import net from "node:net";
import {fileURLToPath} from "node:url";

const LAUNCHER = process.env.CARILLON ?? fileURLToPath(new URL("../../carillon", import.meta.url));
const START_LIMIT = 240_000; // it may have to build itself first

export class Server {
  #process;
  port;

  /** Starts on the port, or on one of the system's choice. */
  static async start(port = 0) {
    const server = new Server();
    server.#process = spawn(LAUNCHER, ["serve", "--port", String(port), "--auth", "trusting", "--json"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const report = await server.#firstLine();
    server.port = Number(new URL(report.target).port);
    return server;
  }

  #firstLine() {
    return new Promise((resolve, reject) => {
      let output = "";
      const limit = setTimeout(() => reject(new Error("the server did not start in time")), START_LIMIT);
      this.#process.once("exit", (code) => reject(new Error(`the server ended with ${code} instead of starting`)));
      this.#process.stdout.on("data", (data) => {
        output += data;
        const end = output.indexOf("\n");
        if (end >= 0) {
          clearTimeout(limit);
          this.#process.removeAllListeners("exit");
          resolve(JSON.parse(output.slice(0, end)));
        }
      });
    });
  }

  /** Ends it; `SIGKILL` leaves it no time for anything. */
  async stop(signal = "SIGTERM") {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once("exit", resolve));
    this.#process.kill(signal);
    await ended;
  }
}

/** A line to the server that can be cut and mended while the server knows nothing of it. */
export class Proxy {
  #listener;
  #sockets = new Set();
  #cut = false;
  port;

  static async to(port) {
    const proxy = new Proxy();
    proxy.#listener = net.createServer((near) => {
      const far = net.connect(port, "127.0.0.1");
      for (const socket of [near, far]) {
        proxy.#sockets.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          proxy.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      if (proxy.#cut) return void near.destroy();
      near.pipe(far).pipe(near);
    });
    await new Promise((resolve) => proxy.#listener.listen(0, "127.0.0.1", resolve));
    proxy.port = proxy.#listener.address().port;
    return proxy;
  }

  cut() {
    this.#cut = true;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  mend() {
    this.#cut = false;
  }

  async close() {
    this.cut();
    await new Promise((resolve) => this.#listener.close(resolve));
  }
}

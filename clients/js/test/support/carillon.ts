import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const launcher = process.env.CARILLON ?? fileURLToPath(new URL("../../../../carillon", import.meta.url));

/** A server that lives for a second would spend most of it compiling what it will not use. */
const environment = { CARILLON_JAVA_OPTS: "-XX:TieredStopAtLevel=1 -XX:CICompilerCount=1", ...process.env };

/** A port that is free at this moment; so that a server can come back on it. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

/** The real server, as a process. */
export class Carillon {
  private process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly args: string[],
  ) {}

  static async start(...args: string[]): Promise<Carillon> {
    const server = new Carillon(await freePort(), args);
    await server.start();
    return server;
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const child = spawn(launcher, ["serve", "--json", "--port", `${this.port}`, ...this.args], { stdio: ["ignore", "pipe", "pipe"], env: environment });
    this.process = child;
    let log = "";
    child.stderr!.on("data", (data: Buffer) => (log = (log + data.toString()).slice(-4000)));
    const listening = once(createInterface(child.stdout!), "line");
    const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`${launcher} serve ended with ${String(code)}: ${log}`)));
    ended.catch(() => undefined);
    await Promise.race([listening, ended]);
  }

  /** As a crash would. */
  async kill(): Promise<void> {
    await this.end("SIGKILL");
  }

  /** As an operator does. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, "exit");
  }
}

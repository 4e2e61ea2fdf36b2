import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/index.js";
import { bundle, chunks, compressed } from "../support/bundle.js";
import { Carillon } from "../support/carillon.js";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../", import.meta.url));
const npm = (cwd: string, ...args: string[]) => run("npm", [...args, "--no-audit", "--no-fund", "--prefer-offline"], { cwd });

let folder: string;
let packed: string;
let server: Carillon;

/** An empty project with the packed file installed, as a user would. */
async function project(name: string, fields: Record<string, unknown> = {}): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, "package.json"), JSON.stringify({ name, version: "1.0.0", ...fields }));
  await npm(path, "install", packed, "ws@8");
  return path;
}

/** Runs a program until it has printed as many lines as wanted, or ends. */
async function lines(cwd: string, args: string[], count: number, input?: string): Promise<string[]> {
  const child = spawn(process.execPath, args, { cwd, stdio: ["pipe", "pipe", "pipe"] });
  let out = "";
  let log = "";
  child.stderr.on("data", (data: Buffer) => (log += data.toString()));
  if (input !== undefined) child.stdin.write(input);
  const ended = once(child, "exit");
  const enough = new Promise<void>((resolve) => {
    child.stdout.on("data", (data: Buffer) => {
      out += data.toString();
      if (out.split("\n").length > count) resolve();
    });
  });
  await Promise.race([enough, ended]);
  child.kill();
  await ended;
  const result = out.split("\n").slice(0, -1);
  if (result.length < count) throw new Error(`${args.join(" ")} printed ${JSON.stringify(result)} and ${log}`);
  return result;
}

/** The first block of a language in the README's first minute. */
async function readmeBlock(language: string): Promise<string> {
  const text = await readFile(join(root, "README.md"), "utf8");
  const minute = text.slice(text.indexOf("## The first minute"));
  return new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(minute)![1]!;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "carillon-js-"));
  await run("npm", ["pack", "--pack-destination", folder], { cwd: root });
  packed = join(folder, (await readdir(folder)).find((name) => name.endsWith(".tgz"))!);
  server = await Carillon.start();
}, 300_000);

afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("the packed file", () => {
  it("holds what it should, and nothing else", async () => {
    const { stdout } = await run("tar", ["tzf", packed]);
    const files = stdout.trim().split("\n").map((name) => name.replace("package/", ""));
    for (const file of ["package.json", "README.md", "CHANGELOG.md", "docs/api.md", "examples/chat.mjs", "dist/index.js", "dist/index.cjs", "dist/index.d.ts", "dist/index.d.cts", "dist/react.js", "dist/msgpack.cjs"]) {
      expect(files).toContain(file);
    }
    expect(files.filter((name) => /^(src|test|node_modules)\//.test(name))).toEqual([]);
  });

  it("has no dependencies, and takes at most 15 KB minified and compressed, with room to spare for other zlibs", async () => {
    const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { dependencies?: unknown };
    expect(dependencies).toBeUndefined();
    const [code, ...later] = await chunks("dist/index.js");
    expect(code).not.toMatch(/from\s*["'`]/);
    const [fallback, store, past] = ["text/event-stream", "indexedDB", "newest"].map((word) => later.find((text) => text.includes(word))!);
    expect(later.length).toBe(3);
    for (const text of later) expect(text).not.toMatch(/from\s*["'`]/);
    expect(compressed(code!)).toBeLessThanOrEqual(14_750);
    // What only pages load that keep their outbox, and what only those do where a WebSocket does not work.
    expect(compressed(store!)).toBeLessThanOrEqual(1_200);
    expect(compressed(fallback!)).toBeLessThanOrEqual(2_500);
    expect(compressed(past!)).toBeLessThanOrEqual(600);
    expect(compressed(await bundle("dist/msgpack.js"))).toBeLessThanOrEqual(2_500);
    expect(compressed(await bundle("dist/react.js", ["react"]))).toBeLessThanOrEqual(1_500);
  });

  it("makes the README's first minute work, word by word", async () => {
    expect(await readmeBlock("sh")).toContain("npm install @carillon/client\n");
    const path = await project("minute");
    const program = (await readmeBlock("js")).replace("ws://localhost:8080", server.url);
    await writeFile(join(path, "hello.mjs"), program);
    expect(program.trim().split("\n").length).toBe(5);
    expect(await lines(path, ["hello.mjs"], 1)).toEqual(["hello"]);
  }, 120_000);

  it("can be required, imported, and type-checked both ways", async () => {
    const path = await project("kinds");
    const use = `
      const client = await connect(process.argv[2]);
      const room = await client.join("kinds/" + Math.random());
      console.log((await room.publish({ n: 1 })).offset, typeof msgpack.encode);
      await client.close();`;
    await writeFile(join(path, "a.mjs"), `import { connect } from "@carillon/client"; import { msgpack } from "@carillon/client/msgpack";${use}`);
    await writeFile(join(path, "b.cjs"), `const { connect } = require("@carillon/client"); const { msgpack } = require("@carillon/client/msgpack"); (async () => {${use}})();`);
    expect(await lines(path, ["a.mjs", server.url], 1)).toEqual(["1 function"]);
    expect(await lines(path, ["b.cjs", server.url], 1)).toEqual(["1 function"]);

    const typed = `import { connect, CarillonError, type Room } from "@carillon/client";
      export async function main(): Promise<void> {
        const client = await connect("ws://localhost:8080");
        const room: Room<{ text: string }, { name: string }> = await client.join<{ text: string }, { name: string }>("r", { presence: true });
        const { offset, level } = await room.publish({ text: "x" });
        const n: number = offset; const safe: "memory" | "replicated" | "stored" = level;
        for await (const { data } of room) { const text: string = data.text; console.log(n, safe, text); }
        room.on("gap", ({ ranges }) => console.log(ranges[0]?.[0].toFixed()));
        for (const { state } of room.presence.values()) console.log(state?.name.length);
        // @ts-expect-error a message of another type
        await room.publish({ txt: "x" }).catch((error: CarillonError) => error.code);
      }`;
    await writeFile(join(path, "typed.mts"), typed);
    await writeFile(join(path, "typed.cts"), typed);
    const options = { strict: true, noEmit: true, module: "node20", target: "es2022", lib: ["es2023", "dom", "esnext.disposable"], types: [] };
    await writeFile(join(path, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files: ["typed.mts", "typed.cts"] }));
    await run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", path]).catch((error: { stdout: string }) => {
      throw new Error(error.stdout);
    });
  }, 120_000);

  it("says what to do on a Node.js without WebSocket and without ws, where nothing else may be used", async () => {
    const path = join(folder, "bare");
    await mkdir(path);
    await writeFile(join(path, "package.json"), "{}");
    await npm(path, "install", packed);
    await writeFile(join(path, "a.mjs"), `delete globalThis.WebSocket; import { connect } from "@carillon/client"; connect(${JSON.stringify(server.url)}, { transports: ["websocket"] }).catch((error) => console.log(error.code, error.message));`);
    expect(await lines(path, ["a.mjs"], 1)).toEqual(["unsupported no WebSocket here: use Node.js 22 or later, or npm install ws"]);
  }, 60_000);
});

describe("the examples", () => {
  let path: string;
  beforeAll(async () => {
    path = await project("examples");
    await run("cp", ["-r", join(root, "examples"), path]);
  }, 120_000);

  it("chat", async () => {
    expect(await lines(path, ["examples/chat.mjs", server.url, "example/chat"], 2, "hello\nwörld\n")).toEqual([expect.stringMatching(/: hello$/), expect.stringMatching(/: wörld$/)]);
  }, 60_000);

  it("job progress", async () => {
    const shown = await lines(path, ["examples/job-progress.mjs", server.url], 6);
    expect(shown.at(-1)).toBe("#################### 100 %");
  }, 60_000);

  it("presence", async () => {
    expect((await lines(path, ["examples/presence.mjs", server.url, "example/people"], 1))[0]).not.toBe("");
  }, 60_000);

  it("live cursors, in a page beside node_modules and without a bundler", async () => {
    await copyFile(join(path, "node_modules/@carillon/client/examples/cursors.html"), join(path, "cursors.html"));
    const kinds: Record<string, string> = { html: "text/html", js: "text/javascript" };
    const files = createServer((asked, answer) => {
      const name = new URL(asked.url!, "http://localhost").pathname;
      readFile(join(path, name)).then(
        (bytes) => answer.writeHead(200, { "Content-Type": kinds[name.split(".").at(-1)!] ?? "text/plain" }).end(bytes),
        () => answer.writeHead(404).end(),
      );
    }).listen(0, "127.0.0.1");
    await once(files, "listening");
    const installer = fileURLToPath(new URL("../../../../tools/install-chromium", import.meta.url));
    const browser = await chromium.launch({ executablePath: execFileSync(installer, { encoding: "utf8" }).trim(), args: ["--no-sandbox", "--disable-features=LocalNetworkAccessChecks"] });
    try {
      const open = async () => {
        const page = await browser.newPage();
        await page.goto(`http://127.0.0.1:${(files.address() as AddressInfo).port}/cursors.html?server=${server.url}`);
        await page.waitForFunction(() => document.title === "Live cursors: connected");
        return page;
      };
      const [one, two] = [await open(), await open()];
      await one.mouse.move(40, 50);
      await one.mouse.move(140, 150, { steps: 30 });
      const place = () => two.evaluate(() => document.querySelector<HTMLElement>(".cursor")?.style.transform);
      await expect.poll(place, { timeout: 10_000 }).toMatch(/^translate\([\d.]+px, [\d.]+px\)$/);
      expect(await one.locator(".cursor").count()).toBe(0); // not one's own
      await one.close();
      await expect.poll(() => two.locator(".cursor").count(), { timeout: 30_000 }).toBe(0);
    } finally {
      await browser.close();
      files.close();
    }
  }, 120_000);

  it("bot", async () => {
    const client = await connect(server.url);
    const room = await client.join<string>("example/bot");
    const bot = lines(path, ["examples/bot.mjs", server.url, "example/bot"], 2).catch((error: Error) => error.message);
    const asking = setInterval(() => void room.publish("!echo I am here"), 300);
    for await (const { data } of room) if (data === "I am here") break;
    clearInterval(asking);
    await room.publish("!bye");
    expect(await bot).toContain("listening in example/bot");
    await client.close();
  }, 60_000);
});

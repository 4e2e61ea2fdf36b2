import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

const root = new URL("../../", import.meta.url);

/** One of the package's files, or of the sources, as one ES module for browsers: also what is loaded when it is needed. */
export async function bundle(file: string, external: string[] = []): Promise<string> {
  const [code, ...more] = await chunks(file, external, true);
  if (more.length > 0) throw new Error(`${file} became ${more.length + 1} files`);
  return code!;
}

/** The same as a bundler for pages makes it: what is loaded at once, and what when it is needed. */
export async function chunks(file: string, external: string[] = [], inlined = false): Promise<string[]> {
  const build = await rolldown({ input: fileURLToPath(new URL(file, root)), platform: "browser", external, logLevel: "silent" });
  const { output } = await build.generate({ format: "esm", minify: true, ...(inlined && { codeSplitting: false }) });
  await build.close();
  return output.flatMap((part) => (part.type === "chunk" ? [part.code] : []));
}

export const compressed = (code: string): number => gzipSync(code, { level: 9 }).length;

import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { rolldown } from "rolldown";

const root = new URL("../../", import.meta.url);

/** One of the package's files, or of the sources, as one ES module for browsers. */
export async function bundle(file: string, external: string[] = []): Promise<string> {
  const build = await rolldown({ input: fileURLToPath(new URL(file, root)), platform: "browser", external, logLevel: "silent" });
  const { output } = await build.generate({ format: "esm", minify: true });
  await build.close();
  if (output.length !== 1) throw new Error(`${file} became ${output.length} files`);
  return output[0].code;
}

export const compressed = (code: string): number => gzipSync(code, { level: 9 }).length;

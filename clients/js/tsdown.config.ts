import { defineConfig } from "tsdown";

export default defineConfig({
  entry: { index: "src/index.ts", msgpack: "src/codec/msgpack.ts", react: "src/react.ts" },
  format: ["esm", "cjs"],
  dts: true,
  platform: "neutral",
  target: "es2022",
  outDir: "dist",
  clean: true,
  external: ["react", "ws"],
});

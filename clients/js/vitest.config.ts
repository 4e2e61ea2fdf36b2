import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.{ts,tsx}"],
    testTimeout: 20_000,
    hookTimeout: 120_000,
    fileParallelism: false, // the tests with real servers and browsers want the machine for themselves
  },
});

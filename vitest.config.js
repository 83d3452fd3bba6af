// @ts-check
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{emulator,autograder,labs,site,bench,lint,bin}/**/*.test.{ts,js}'],
    globalSetup: 'emulator/node/test-temporary-folder.ts',
    // The host has few cores and a test may run a four-hart machine: two files at a time.
    pool: 'forks',
    maxWorkers: 2,
    // Host time only bounds a test that hangs. What a test asserts is guest time.
    testTimeout: 600_000,
    hookTimeout: 300_000,
    teardownTimeout: 10_000,
  },
});

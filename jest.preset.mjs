import { fileURLToPath } from 'node:url';

/** Jest settings every project shares: TypeScript through swc, native ESM, workspace packages read from their sources. */
export default {
  testEnvironment: 'node',
  // A bound against hanging, generous enough for real servers on a busy machine; no test measures time by it.
  testTimeout: 180_000,
  // Tests of one file that wait side by side (`it.concurrent`).
  maxConcurrency: 2,
  extensionsToTreatAsEsm: ['.ts'],
  reporters: ['default', fileURLToPath(new URL('./tools/jest-counts.mjs', import.meta.url))],
  testSequencer: fileURLToPath(new URL('./tools/jest-order.mjs', import.meta.url)),
  testMatch: ['<rootDir>/src/**/*.spec.ts'],
  testEnvironmentOptions: { customExportConditions: ['@reprise/source', 'node', 'node-addons'] },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        jsc: {
          target: 'es2023',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
      },
    ],
  },
};

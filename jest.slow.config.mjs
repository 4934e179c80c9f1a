// The suites that take too long for every `npm test`; CI runs them beside it.
import config from './jest.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: ['<rootDir>/tests/{slow,browser,machine-port}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // They build, install, drive browsers and make namespaces: one after the other.
  maxWorkers: 1,
  testTimeout: 600_000,
};

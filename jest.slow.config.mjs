// The suites that take too long for every `npm test`; CI runs them beside it.
import config from './jest.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: ['<rootDir>/tests/{slow,browser}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // They build, install and drive browsers: one after the other.
  maxWorkers: 1,
  testTimeout: 600_000,
};

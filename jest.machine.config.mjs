// The suites that boot a Debian to throw away: the package, the unit, a fresh clone. Only root can run them.
import config from './jest.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: ['<rootDir>/tests/machine/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // The first of them makes the root that the others boot.
  maxWorkers: 1,
  testTimeout: 900_000,
};

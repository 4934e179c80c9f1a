// The suites that boot a Debian to throw away: the package, the unit, a fresh clone. Only root can run them.
import config from './jest.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: ['<rootDir>/tests/machine/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // It makes the root that all of them boot copies of.
  globalSetup: '<rootDir>/tests/machine/global-setup.ts',
  globalTeardown: '<rootDir>/tests/machine/global-teardown.ts',
  maxWorkers: 1,
  testTimeout: 900_000,
};

// The suites that boot a Debian to throw away: the package, the unit, websites, databases. Only root can run them.
// `npm run soak` adds those that take long.
import process from 'node:process';
import config from './jest.config.mjs';

const isSoak = process.env.WHMAPI1_SOAK !== undefined;

/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: ['machine', ...(isSoak ? ['soak/machine'] : [])].map(
    (name) => `<rootDir>/tests/${name}/**/*.test.ts`,
  ),
  testPathIgnorePatterns: ['/node_modules/'],
  // It makes the root that all of them boot copies of.
  globalSetup: '<rootDir>/tests/machine/global-setup.ts',
  globalTeardown: '<rootDir>/tests/machine/global-teardown.ts',
  // They often wait for a daemon.
  maxWorkers: 3,
  testTimeout: 900_000,
};

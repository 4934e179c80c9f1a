// The suites that take too long for every `npm test`; CI runs them beside it.
import config from './jest.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: ['<rootDir>/tests/{slow,attack,browser,machine-port}/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 600_000,
};

// The suites that attack the program as strangers, accounts and busy clients do. CI runs them for seconds, with the slow
// suites. `npm run attack -- --minutes=60` runs them for as long as it says.
import config from './jest.slow.config.mjs';

/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: ['<rootDir>/tests/attack/**/*.test.ts'],
  // The suites divide the processor among themselves.
  maxWorkers: 1,
};

// The suites that take too long for every `npm test`; CI runs them beside it. `npm run soak` adds those that take hours.
import process from 'node:process';
import config from './jest.config.mjs';

const isSoak = process.env.WHMAPI1_SOAK !== undefined;
// A soak attacks alone at its end: the attacks measure how long others wait.
const folders = ['slow', 'browser', 'machine-port', isSoak ? 'soak' : 'attack'];

/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: folders.map((name) => `<rootDir>/tests/${name}/**/*.test.ts`),
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/tests/soak/machine/'],
  // They often wait: for a server’s start, a time limit, a browser.
  maxWorkers: 3,
  testTimeout: 600_000,
};

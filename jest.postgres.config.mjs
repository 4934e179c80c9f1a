// What a store in PostgreSQL guarantees, and that it knows every statement that `npm test` has sent to SQLite. Some suites
// run on it over again; `npm run soak` runs all that use a store.
import process from 'node:process';
import config from './jest.config.mjs';

const folders = 'functions,uapi,capabilities,life,ground,core,http';
const again = [
  'core/lost-commit',
  'core/long-list',
  'functions/accounts-creating',
  'functions/accounts-former-names',
  'functions/accounts-lists',
  'functions/rebuild',
  'functions/resellers',
  'http/authentication',
];
const isSoak = process.env.WHMAPI1_SOAK !== undefined;

/** @type {import('jest').Config} */
export default {
  ...config,
  testMatch: [
    '<rootDir>/tests/postgres/**/*.test.ts',
    ...(isSoak
      ? [`<rootDir>/tests/{${folders}}/**/*.test.ts`]
      : again.map((name) => `<rootDir>/tests/${name}.test.ts`)),
  ],
  testPathIgnorePatterns: ['/node_modules/'],
  // They often wait for a server that is stopped or far away.
  maxWorkers: 3,
  globalSetup: '<rootDir>/tests/postgres/global-setup.ts',
  globalTeardown: '<rootDir>/tests/postgres/global-teardown.ts',
};

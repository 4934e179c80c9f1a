// Packages that ship ES modules only (or require one) go through the transform as our own sources do.
const esmOnly = [
  'chalk',
  'string-width',
  'get-east-asian-width',
  'strip-ansi',
  'ansi-regex',
  '@noble',
  '@scure',
  'shlex',
  'uqr',
  'openid-client',
  'oauth4webapi',
  'jose',
];

/** @type {import('jest').Config} */
export default {
  // Jest would leave one of two cores idle.
  maxWorkers: '100%',
  // Only ends what would never end: no test claims to be quick.
  testTimeout: 120_000,
  testMatch: ['<rootDir>/tests/**/*.test.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/tests/(slow|soak|attack|browser|postgres|machine|machine-port)/',
  ],
  runtime: '<rootDir>/tests/support/shared-compilation.cjs',
  // Reading any other global asks the sandbox each time.
  sandboxInjectedGlobals: ['Array', 'Math', 'Object'],
  globalSetup: '<rootDir>/tests/support/global-setup.ts',
  globalTeardown: '<rootDir>/tests/support/global-teardown.ts',
  moduleNameMapper: {
    '^fast-check$': '<rootDir>/tests/support/seeded-fast-check.cjs',
    // As lock.ts imports it.
    '^\\./lock-file\\.ts$': '<rootDir>/tests/support/lock-file.ts',
    // As strength.ts imports it.
    '^\\./words\\.ts$': '<rootDir>/tests/support/password-words.ts',
    // Their statements are recorded.
    '^\\./sqlite-connection\\.ts$': '<rootDir>/tests/support/recorded-sql.ts',
    '^\\./sqlite-dialect\\.ts$': '<rootDir>/tests/support/two-dialects.ts',
  },
  transform: {
    '^.+\\.(ts|js|mjs)$': [
      '@swc/jest',
      { jsc: { target: 'es2023', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
};

// A suite that fails in its beforeAll leaves no database server, and Jest ends by itself.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const top = resolve(__dirname, '../..');
const program = join(top, 'node_modules/jest/bin/jest.js');

test('a MariaDB that a failed suite has started is stopped', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-failed-'));
  const file = join(folder, 'process');
  try {
    const match = ['--testMatch', '<rootDir>/tests/support/failing-suite.ts'];
    const words = [
      '--config',
      join(top, 'jest.slow.config.mjs'),
      '--globalSetup=',
      '--globalTeardown=',
      ...match,
    ];
    const { status, stderr } = spawnSync(process.execPath, [program, ...words], {
      ...{ cwd: top, encoding: 'utf8', env: { ...process.env, FAILING_SUITE: file } },
      timeout: 500_000,
    });
    expect(stderr).toContain('This suite fails.');
    // Null if Jest had to be ended.
    expect(status).toBe(1);
    const id = readFileSync(file, 'utf8').trim();
    expect(id).toMatch(/^\d+$/);
    expect(existsSync(`/proc/${id}`)).toBe(false);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

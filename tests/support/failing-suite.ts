// A suite whose beforeAll fails when it has started a server: for tests/soak/failed-suite.test.ts.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PrivateMariadb } from './private-mariadb.ts';

beforeAll(async () => {
  const { folder } = await PrivateMariadb.start();
  writeFileSync(process.env.FAILING_SUITE ?? '', readFileSync(join(folder, 'p')));
  throw new Error('This suite fails.');
});

test('does not run', () => {
  expect(true).toBe(true);
});

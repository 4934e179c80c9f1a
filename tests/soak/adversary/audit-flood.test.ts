// Strangers send requests without end: the audit log stays small, and describes what happened.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { AuditRecord } from '../../../src/core/audit.ts';
import { call, freshFolder, start } from '../../support/command.ts';
import { startServer } from '../../slow/adversary/server-process.ts';

const REQUESTS = 3000;
const AT_ONCE = 20;
const here = freshFolder();

const textOf = (file: string) =>
  (file.endsWith('.gz') ? gunzipSync(readFileSync(file)) : readFileSync(file)).toString();
const linesOf = (file: string) =>
  textOf(file)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AuditRecord);

test(`${REQUESTS} rejected requests of an address are a few lines with their number`, async () => {
  const state = join(here.path, 'state');
  const server = await startServer({ WHMAPI1_STATE_DIR: state });
  const statuses = new Set<number>();
  try {
    const attack = async (from: number) => {
      for (let number = from; number < REQUESTS; number += AT_ONCE) {
        const authorization = `whm root:${'A'.repeat(32)}`;
        const path = `/json-api/version?api.version=1&number=${number}&${'x'.repeat(500)}`;
        statuses.add((await fetch(server.url + path, { headers: { authorization } })).status);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, from) => attack(from)));
  } finally {
    await server.stop();
  }
  expect([...statuses]).toEqual([403]);
  const lines = linesOf(join(state, 'audit.log'));
  expect(statSync(join(state, 'audit.log')).size).toBeLessThan(20_000);
  const summaries = lines.filter((line) => line.function === 'refused requests');
  const counted = summaries.map((line) => Number(Object.fromEntries(line.arguments).requests));
  // The first one has its own line.
  expect(counted.reduce((sum, count) => sum + count, 0)).toBe(REQUESTS - 1);
  expect(summaries[0]).toMatchObject({ address: '127.0.0.1', result: 0 });
});

test('processes that rotate the log at once, some of them killed, lose no line of an acknowledged call', async () => {
  const seed = Date.now() % 100_000;
  console.log(`seed ${seed}`);
  let random = seed;
  const next = (most: number) => (random = (random * 48_271) % 2_147_483_647) % most;
  const state = join(here.path, 'rotated');
  const options = { state, env: { WHMAPI1_AUDIT_KIB: '16', WHMAPI1_AUDIT_FILES: '500' } };
  await call(['version'], options);
  const answered: string[] = [];
  // With such arguments, about 30 lines fill a file.
  const padding = Object.fromEntries(
    Array.from({ length: 3 }, (_, at) => [`api.filter.${at}.field`, 'x'.repeat(190)]),
  );
  const pad = Object.entries(padding).map(([name, value]) => `${name}=${value}`);
  const work = async (worker: number) => {
    for (let number = 0; number < 60; number++) {
      const name = `${worker}-${number}`;
      const { child, done } = start(
        ['version', `api.version=1`, ...pad, `api.sort.a.field=${name}`],
        options,
      );
      const isKilled = next(4) === 0;
      const timer = isKilled ? setTimeout(() => child.kill('SIGKILL'), 40 + next(160)) : undefined;
      const { signal, stdout } = await done;
      clearTimeout(timer);
      if (signal === null && stdout !== '') answered.push(name);
    }
  };
  await Promise.all([0, 1, 2, 3].map(work));
  const files = readdirSync(state).filter((name) => /^audit\.log(\.\d+(\.gz)?)?$/.test(name));
  const logged = new Set(
    files.flatMap((file) =>
      linesOf(join(state, file)).map((line) =>
        JSON.stringify(line.arguments.find(([name]) => name === 'api.sort.a.field')?.[1]),
      ),
    ),
  );
  expect(files.length).toBeGreaterThan(3);
  expect(answered.length).toBeGreaterThan(100);
  expect(answered.filter((name) => !logged.has(JSON.stringify(name)))).toEqual([]);
});

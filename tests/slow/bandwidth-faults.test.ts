// SIGKILL of the process that counts bandwidth: no line is counted twice, and none is lost. Real processes.
import { once } from 'node:events';
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { createGzip } from 'node:zlib';
import { BYTES_LOG } from '../../src/capabilities/bandwidth/driver/places.ts';
import { Database } from '../../src/store/database.ts';
import { call, freshFolder, run, start } from '../support/command.ts';

const folder = freshFolder();
/** The task stores what it has counted after so many bytes of the log. */
const PART = 64 * 1_048_576;
const LINES = 3_000_000;
let log: string;
let lines = 0;

beforeEach(async () => {
  const words = ['username=bob', 'domain=bob.example', 'password=correct horse battery staple 7'];
  expect((await call(['createacct', ...words], { state: folder.state })).metadata).toMatchObject({
    result: 1,
  });
  expect(await run(['--run-tasks'], { state: folder.state })).toMatchObject({ status: 0 });
  log = join(folder.state, 'root', BYTES_LOG);
  mkdirSync(dirname(log), { recursive: true });
  lines = 0;
});

/** Adds lines of one byte each. */
async function addLines(): Promise<void> {
  const file = createWriteStream(log, { flags: 'a' });
  const piece = `${Math.floor(Date.now() / 1000)} 1 bob.example\n`.repeat(LINES / 100);
  for (let at = 0; at < 100; at++) if (!file.write(piece)) await once(file, 'drain');
  file.end();
  await once(file, 'close');
  lines += LINES;
}

async function onStore<T>(work: (database: Database) => Promise<T> | T): Promise<T> {
  const database = new Database(join(folder.state, 'store.db'));
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

const position = (database: Database) =>
  database.prepare('SELECT coalesce(sum(position), 0) FROM bandwidth_log').value() as number;

const makeCountDue = () =>
  onStore((database) =>
    database.exec(
      `UPDATE task_timer SET next_at = CASE WHEN kind = 'count-bandwidth' THEN 0
       ELSE (unixepoch() + 86400) * 1000 END`,
    ),
  );

/** Runs the count that is due, or the one that was killed. One that finds nothing leaves no line. */
async function count(): Promise<void> {
  const { status, stdout } = await run(['--run-tasks'], { state: folder.state });
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^(?:task \d+ \(count-bandwidth\) done\n)?$/)]);
}

async function used(): Promise<number> {
  const { data } = await call(['showbw'], { state: folder.state });
  return (data?.acct as { totalbytes: number }[])[0]?.totalbytes ?? NaN;
}

const bytesRead = (pid: number | undefined) =>
  Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);

const sizeOf = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Kills a count that has stored a part of the log, between reading the next part and storing it. */
async function killCount(): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    // One part that is stored, and another that is read meanwhile.
    for (let time = 0; time < 2; time++) await addLines();
    const size = sizeOf(log) + sizeOf(`${log}.1`);
    await makeCountDue();
    const isKilled = await onStore(async (database) => {
      const before = position(database);
      const { child, done } = start(['--run-tasks'], { state: folder.state });
      while (position(database) === before && child.exitCode === null) await pause(0);
      const stored = position(database);
      const next = Math.min(size, stored + PART);
      while (child.exitCode === null && bytesRead(child.pid) < next - before) await pause(0);
      // Nobody can store anything now. Before that, the count would wait here, and not read.
      database.exec('BEGIN IMMEDIATE');
      const isBetween = position(database) === stored && stored < size;
      child.kill('SIGKILL');
      const { signal } = await done;
      if (isBetween) expect(position(database)).toBe(stored);
      database.exec('ROLLBACK');
      return signal === 'SIGKILL' && isBetween;
    });
    if (isKilled) return;
  }
  throw new Error('The signal always came before the count had read, or after it had stored.');
}

it('loses and doubles nothing if it is killed between reading and storing', async () => {
  await killCount();
  const stored = await used();
  expect(stored).toBeGreaterThan(0);
  expect(stored).toBeLessThan(lines);
  await count();
  expect(await used()).toBe(lines);
  await makeCountDue();
  await count();
  expect(await used()).toBe(lines);
});

it('loses and doubles nothing if the log is rotated before the count is repeated', async () => {
  await killCount();
  renameSync(log, `${log}.1`);
  await addLines();
  await killCount();
  await pipeline(createReadStream(`${log}.1`), createGzip({ level: 1 }), createWriteStream(`${log}.2.gz`));
  rmSync(`${log}.1`);
  renameSync(log, `${log}.1`);
  await addLines();
  await count();
  expect(await used()).toBe(lines);
  await makeCountDue();
  await count();
  expect(await used()).toBe(lines);
});

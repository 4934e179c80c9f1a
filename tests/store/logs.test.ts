import fs, {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { AuditRecord } from '../../src/core/audit.ts';
import { AuditReader } from '../../src/store/audit-reader.ts';
import { AuditLog } from '../../src/store/logs.ts';
import { compressOld } from '../../src/store/rotate.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';

let folder: string;
let path: string;
let log: AuditLog;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-logs-'));
  const directory = new StateDirectory(join(folder, 'state'), process.geteuid?.() ?? 0);
  path = directory.file('audit.log');
  log = new AuditLog(directory, { gathers: true, limits: { maxBytes: 1e9, maxAgeMs: 1e15, keep: 3 } });
});
afterEach(() => {
  log.close();
  rmSync(folder, { recursive: true, force: true });
});

const record = (xid: string): AuditRecord => ({
  ...{ time: 0, xid, caller: 'root', function: 'version', arguments: [] },
  ...{ result: 1, duration_ms: 0 },
});
const recent = (xid: string): AuditRecord => ({ ...record(xid), time: Date.now() });
const xidsIn = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as AuditRecord).xid);
const xids = (file = path) => xidsIn(readFileSync(file, 'utf8'));

describe('an audit log that collects lines', () => {
  test('has written every line when it says so', async () => {
    await Promise.all(['a', 'b', 'c'].map((xid) => log.append(record(xid), false)));
    expect(xids()).toEqual(['a', 'b', 'c']);
  });

  test('keeps the lines of others when a durable one cannot be written', async () => {
    await log.append(record('first'), true);
    const other = log.append(record('other'), false);
    chmodSync(path, 0o644);
    await expect(log.append(record('failed'), true)).rejects.toThrow('is open to others');
    chmodSync(path, 0o600);
    await other;
    expect(xids()).toEqual(['first', 'other']);
  });

  test('reports the error to every caller whose line could not be written', async () => {
    await log.append(record('first'), true);
    chmodSync(path, 0o644);
    const lost = await Promise.allSettled(['lost', 'lost too'].map((xid) => log.append(record(xid), false)));
    expect(lost).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
    chmodSync(path, 0o600);
    await log.append(record('found'), false);
    expect(xids()).toEqual(['first', 'found']);
  });

  test('continues in a new file if the old one was moved', async () => {
    await log.append(record('old'), true);
    renameSync(path, `${path}.1`);
    await log.append(record('new'), true);
    expect([xids(`${path}.1`), xids()]).toEqual([['old'], ['new']]);
  });
});

describe('a file that others write to as well', () => {
  test('a line that another process could not complete does not run into the next one', async () => {
    await log.append(record('own'), true);
    appendFileSync(path, '{"xid":"trunc');
    await log.append(record('next'), true);
    await log.append(record('last'), true);
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines[1]).toBe('{"xid":"trunc');
    expect(xidsIn([lines[0], ...lines.slice(2)].join('\n'))).toEqual(['own', 'next', 'last']);
  });

  test('lines go on at the start of a file that was emptied', async () => {
    await log.append(record('own'), true);
    truncateSync(path);
    const read = jest.spyOn(fs, 'readSync');
    try {
      await log.append(record('next'), true);
      // The position -1 would be the one behind what was read or written last.
      expect(read.mock.calls.filter((call) => Number((call as readonly unknown[])[4]) < 0)).toEqual([]);
    } finally {
      read.mockRestore();
    }
    expect(xids()).toEqual(['next']);
  });
});

describe('the lines of changes', () => {
  test('are written together before their commit, in their order', async () => {
    await log.append(record('first'), true);
    log.appendBeforeCommit(record('a'), true);
    log.appendBeforeCommit(record('b'), false);
    expect(xids()).toEqual(['first']);
    await log.flush();
    expect(xids()).toEqual(['first', 'a', 'b']);
  });

  test('stand before the line of a later call', async () => {
    log.appendBeforeCommit(record('rolled back'), true);
    await log.append(record('corrects it'), false);
    await log.flush();
    expect(xids()).toEqual(['rolled back', 'corrects it']);
  });

  test('are discarded with their commit if they cannot be written', async () => {
    await log.append(record('first'), true);
    log.appendBeforeCommit(record('lost'), true);
    chmodSync(path, 0o644);
    await expect(log.flush()).rejects.toThrow('is open to others');
    chmodSync(path, 0o600);
    log.appendBeforeCommit(record('again'), true);
    await log.flush();
    expect(xids()).toEqual(['first', 'again']);
  });

  test('wait for their commit if the line of another call cannot be written', async () => {
    await log.append(record('first'), true);
    log.appendBeforeCommit(record('change'), true);
    chmodSync(path, 0o644);
    await expect(log.append(record('failed'), false)).rejects.toThrow('is open to others');
    chmodSync(path, 0o600);
    await log.flush();
    expect(xids()).toEqual(['first', 'change']);
  });

  test('are in the new file if the old one was moved before the commit', async () => {
    await log.append(record('old'), true);
    log.appendBeforeCommit(record('new'), true);
    renameSync(path, `${path}.1`);
    await log.flush();
    expect([xids(`${path}.1`), xids()]).toEqual([['old'], ['new']]);
  });
});

test('control characters are escaped, and read back unchanged', async () => {
  const value = 'a\u009b31mb\u202egnp\u2066\u200b\u2028\u{e0001}\u007f\u001bé“中”😀';
  await log.append({ ...record('x'), arguments: [['reason', value]] }, true);
  const text = readFileSync(path, 'utf8');
  expect(text).toContain('"a\\u009b31mb\\u202egnp\\u2066\\u200b\\u2028\\udb40\\udc01\\u007f\\u001bé“中”😀"');
  expect((JSON.parse(text) as AuditRecord).arguments).toEqual([['reason', value]]);
});

describe('rotation', () => {
  const DAY = 24 * 60 * 60_000;
  const small = { maxBytes: 1000, maxAgeMs: 30 * DAY, keep: 3 };
  const open = (limits = small) =>
    new AuditLog(new StateDirectory(join(folder, 'state'), process.geteuid?.() ?? 0), {
      gathers: false,
      limits,
    });
  const all = () =>
    [`${path}.3`, `${path}.2`, `${path}.1`, path]
      .filter((file) => existsSync(file))
      .flatMap((file) => xids(file));

  test('keeps the given number of old files of about the given size, with the newest lines', async () => {
    const one = open();
    for (let number = 1; number <= 100; number++) await one.append(record(`x${number}`), false);
    one.close();
    expect(['', '.1', '.2', '.3', '.4'].map((end) => existsSync(path + end))).toEqual([
      ...[true, true, true, true],
      false,
    ]);
    const kept = all();
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, at) => `x${100 - kept.length + 1 + at}`));
    for (const end of ['.1', '.2', '.3']) {
      expect(readFileSync(path + end).length).toBeGreaterThanOrEqual(1000);
      expect(readFileSync(path + end).length).toBeLessThan(1200);
      expect(statSync(path + end).mode & 0o777).toBe(0o600);
    }
  });

  test('moves a file whose first line is old', async () => {
    const one = open({ ...small, maxBytes: 1e9 });
    await one.append({ ...record('old'), time: 0 }, false);
    await one.append({ ...record('young'), time: 29 * DAY }, false);
    expect(existsSync(`${path}.1`)).toBe(false);
    await one.append({ ...record('last'), time: 30 * DAY }, false);
    await one.append({ ...record('new'), time: 30 * DAY }, false);
    one.close();
    expect([xids(`${path}.1`), xids()]).toEqual([['old', 'young', 'last'], ['new']]);
  });

  test('loses no line of another process that has the file open', async () => {
    const [one, other] = [open(), open()];
    const written: string[] = [];
    for (let number = 1; number <= 24; number++) {
      for (const log of [one, other]) {
        const xid = `${log === one ? 'a' : 'b'}${number}`;
        await log.append(record(xid), false);
        written.push(xid);
      }
    }
    one.close();
    other.close();
    expect(all()).toEqual(written.slice(-all().length));
    expect(all().length).toBeGreaterThan(20);
  });

  test('continues after a rotation that was killed between two files', async () => {
    const one = open();
    for (let number = 1; number <= 20; number++) await one.append(record(`x${number}`), false);
    const before = all();
    // The state after a rotation that was killed when it had made room.
    renameSync(`${path}.2`, `${path}.3`);
    renameSync(`${path}.1`, `${path}.2`);
    for (let number = 21; number <= 30; number++) await one.append(record(`x${number}`), false);
    one.close();
    expect(all()).toEqual([...before, ...Array.from({ length: 10 }, (_, at) => `x${21 + at}`)]);
  });

  test('makes no call fail: a line is still written', async () => {
    const one = open();
    mkdirSync(join(folder, 'state', 'rotation.lock'));
    for (let number = 1; number <= 30; number++) await one.append(record(`x${number}`), true);
    one.close();
    expect(xids()).toHaveLength(30);
  });

  test('compresses old files except the newest, which other processes may still write to', async () => {
    const one = open();
    const old = new Date(1_700_000_000_500);
    const written: string[] = [];
    for (let number = 1; number <= 42; number++) {
      written.push(`x${number}`);
      await one.append(recent(`x${number}`), false);
      for (const end of ['.1', '.2', '.3']) if (existsSync(path + end)) utimesSync(path + end, old, old);
    }
    one.close();
    expect(['', '.1', '.2', '.3'].map((end) => existsSync(path + end))).toEqual([true, true, false, false]);
    const states = ['.3.gz', '.2.gz'].map((end) => statSync(path + end));
    expect(states.map(({ mode }) => mode & 0o777)).toEqual([0o600, 0o600]);
    expect(states.map(({ mtimeMs }) => mtimeMs)).toEqual([1_700_000_001_000, 1_700_000_001_000]);
    expect(readdirSync(join(folder, 'state')).filter((name) => name.includes('draft'))).toEqual([]);
    const compressed = ['.3.gz', '.2.gz'].map((end) => gunzipSync(readFileSync(path + end)).toString());
    const kept = [...compressed.flatMap(xidsIn), ...xids(`${path}.1`), ...xids()];
    expect(kept).toEqual(written.slice(-kept.length));
    expect(kept.length).toBeGreaterThan(20);
  });

  test('keeps an old file that gets a line while it is compressed', async () => {
    const directory = new StateDirectory(join(folder, 'state'), process.geteuid?.() ?? 0);
    const old = `${path}.2`;
    writeFileSync(old, 'first\n', { mode: 0o600 });
    utimesSync(old, 1_700_000_000, 1_700_000_000);
    const compression = compressOld(directory, 'audit.log', Date.now());
    appendFileSync(old, 'second\n');
    await compression;
    expect(readFileSync(old, 'utf8')).toBe('first\nsecond\n');
    expect(existsSync(`${old}.gz`)).toBe(false);
  });

  test('removes what a compression left that was killed at its end, and shows no line twice', async () => {
    const one = open();
    for (let number = 1; number <= 30; number++) await one.append(record(`x${number}`), false);
    // Both forms of a file.
    writeFileSync(`${path}.2.gz`, gzipSync(readFileSync(`${path}.2`)), { mode: 0o600 });
    const second = xids(`${path}.2`);
    const shown = async () => {
      const reader = new AuditReader(new StateDirectory(join(folder, 'state'), process.geteuid?.() ?? 0));
      const found: string[] = [];
      for await (const piece of reader.history(-Infinity)) found.push(...piece.map(({ xid }) => xid));
      reader.close();
      return found;
    };
    expect((await shown()).filter((xid) => second.includes(xid))).toEqual(second);
    for (let number = 31; !existsSync(`${path}.3.gz`); number++)
      await one.append(recent(`x${number}`), false);
    one.close();
    expect((await shown()).slice(0, second.length)).toEqual(second);
    expect(existsSync(`${path}.3`)).toBe(false);
  });
});

// whmapi1 --backup and --restore, with real files, under load, and with existing targets.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { call, freshFolder, parallel, run, storedSecret, storeSecret } from '../support/command.ts';
import { until } from '../support/until.ts';

const SECRET = 'WJ73QJSKZBXCIFPZ';
const folder = freshFolder();
const file = () => join(folder.path, 'whmapi1.backup');
const whmapi1 = (...argv: string[]) => run(argv, { state: folder.state });
const createPackage = (name: string, state = folder.state) => call(['addpkg', `name=${name}`], { state });
const matching = (pattern: RegExp) => expect.stringMatching(pattern) as string;

async function packages(state = folder.state): Promise<string[]> {
  const { data } = await call(['listpkgs', 'api.columns.enable=1', 'api.columns.a=name'], { state });
  return (data?.pkg as unknown as { name: string }[]).map(({ name }) => name).sort();
}

async function expectDone(...argv: string[]): Promise<string> {
  const { status, stdout, stderr } = await whmapi1(...argv);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

/** What an unfinished restore has left in the state directory. */
const drafts = () => readdirSync(folder.state).filter((name) => name.includes('restoring'));

test('a backup is private, contains no key, and lists what is not in it; restored elsewhere it is the same', async () => {
  await createPackage('gold');
  await storeSecret('root', SECRET, { state: folder.state });
  const said = await expectDone('--backup', file());
  expect(said).toContain('It does not contain their home directories, the content of their databases');
  expect(said).toContain('The key is not in it.');
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder.path).sort()).toEqual(['state', 'whmapi1.backup']);
  const key = readFileSync(join(folder.state, 'secret.key'));
  expect(readFileSync(file()).includes(key)).toBe(false);

  const other = join(folder.path, 'other');
  // As a copy from another server has it.
  chmodSync(file(), 0o644);
  const restored = await run(['--restore', file()], { state: other });
  expect(restored).toMatchObject({ status: 0, stderr: matching(/encrypted with another key/) });
  expect(statSync(join(other, 'store.db')).mode & 0o777).toBe(0o600);
  expect(await packages(other)).toEqual(await packages());
  writeFileSync(join(other, 'secret.key'), key, { mode: 0o600 });
  expect(await storedSecret('root', { state: other })).toBe(SECRET);
});

test('--with-key includes the key, with a warning, and restores it', async () => {
  await storeSecret('root', SECRET, { state: folder.state });
  const made = await whmapi1('--backup', file(), '--with-key');
  expect(made).toMatchObject({ status: 0, stderr: matching(/This file contains the key/) });
  const other = join(folder.path, 'other');
  expect(await run(['--restore', file()], { state: other })).toMatchObject({ status: 0, stderr: '' });
  expect(statSync(join(other, 'secret.key')).mode & 0o777).toBe(0o600);
  expect(await storedSecret('root', { state: other })).toBe(SECRET);
  // The restored database contains nothing of it.
  const key = readFileSync(join(other, 'secret.key'));
  expect(readFileSync(join(other, 'store.db')).includes(key)).toBe(false);
});

test('under load, a backup can be opened, and contains everything that was acknowledged before it began', async () => {
  await createPackage('first');
  const names = Array.from({ length: 30 }, (_, at) => `load${at}`);
  const acknowledged: string[] = [];
  const load = parallel(names, 3, async (name) => {
    await createPackage(name);
    acknowledged.push(name);
  });
  for (let backups = 0; backups < 4; backups += 1) {
    const before = [...acknowledged, 'first'];
    const path = `${file()}.${backups}`;
    await expectDone('--backup', path);
    const other = join(folder.path, `other${backups}`);
    expect(await run(['--restore', path], { state: other })).toMatchObject({ status: 0 });
    expect(await packages(other)).toEqual(expect.arrayContaining(before));
  }
  await load;
  expect(acknowledged).toHaveLength(30);
});

test('a store with contents is replaced only with --force, and is kept', async () => {
  await createPackage('old');
  await expectDone('--backup', file());
  await createPackage('new');
  expect(await whmapi1('--restore', file())).toMatchObject({
    status: 1,
    stderr: matching(/is not empty\. Add --force/),
  });
  expect(await packages()).toContain('new');
  expect(await expectDone('--restore', file(), '--force', '--dry-run')).toContain('Nothing was changed.');
  expect(await packages()).toContain('new');
  const said = await expectDone('--restore', file(), '--force');
  expect(await packages()).not.toContain('new');
  const [, kept = ''] = /^The old store is kept: (.+)$/m.exec(said) ?? [];
  const database = new Database(kept, { readOnly: true });
  expect(database.prepare('SELECT name FROM package').values()).toContain('new');
  database.close();
  expect(drafts()).toEqual([]);
  const audit = readFileSync(join(folder.state, 'audit.log'), 'utf8');
  expect(audit.match(/"function":"--restore".*"result":1/g)).toHaveLength(2);
});

test('a damaged store is replaced with --force', async () => {
  await createPackage('old');
  await expectDone('--backup', file());
  writeFileSync(join(folder.state, 'store.db'), 'no database'.repeat(1000));
  await expectDone('--restore', file(), '--force');
  expect(await packages()).toContain('old');
});

test('damaged, foreign and newer files are rejected, and change nothing', async () => {
  await createPackage('old');
  await expectDone('--backup', file());
  const before = readFileSync(join(folder.state, 'store.db'));
  const good = readFileSync(file());
  const damaged = join(folder.path, 'damaged');
  const refusal = async (bytes: Buffer | string) => {
    writeFileSync(damaged, bytes);
    const { status, stderr } = await whmapi1('--restore', damaged, '--force');
    expect(status).toBe(1);
    return stderr;
  };
  expect(await refusal('hello')).toMatch(/is not a backup of whmapi1/);
  const changed = Buffer.from(good);
  changed.write('olx', changed.indexOf('old'));
  expect(await refusal(changed)).toMatch(/is damaged/);
  expect(await refusal(good.subarray(0, good.length - 4096))).toMatch(/is damaged/);
  writeFileSync(damaged, good);
  const newer = new Database(damaged);
  const text = newer.prepare("SELECT value FROM whmapi1_backup WHERE name = 'manifest'").value() as string;
  const manifest = JSON.stringify({ ...(JSON.parse(text) as object), schema: 9999 });
  const update = newer.prepare('UPDATE whmapi1_backup SET value = ? WHERE name = ?');
  update.run(manifest, 'manifest');
  update.run(createHash('sha256').update(manifest).digest('hex'), 'digest');
  newer.close();
  expect(await refusal(readFileSync(damaged))).toMatch(/was created by a newer whmapi1/);
  expect(await refusal(before)).toMatch(/is not a backup of whmapi1/);
  expect(await packages()).toContain('old');
  expect(drafts()).toEqual([]);
});

test('operations and sessions from the time of the backup are not restored', async () => {
  await createPackage('old');
  const database = new Database(join(folder.state, 'store.db'));
  database.exec(`INSERT INTO operation (kind, input, begun, process, xid, caller)
    VALUES ('remove-account', '{"username":"bob"}', 1, '1 1 gone', 'abc123', 'root')`);
  database.close();
  await expectDone('--backup', file());
  const said = await expectDone('--restore', file(), '--force');
  expect(said).toContain('in progress at the time of the backup are not resumed (1)');
  const restored = new Database(join(folder.state, 'store.db'), { readOnly: true });
  expect(restored.prepare('SELECT count(*) FROM operation').value()).toBe(0);
  restored.close();
});

test('a running server, and a process that has the store open, prevent its replacement', async () => {
  await createPackage('old');
  await expectDone('--backup', file());
  const server = spawn(resolve(__dirname, '../../bin/whmapi1d'), ['--port=0'], {
    env: { PATH: process.env.PATH, WHMAPI1_STATE_DIR: folder.state },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    await once(server.stdout, 'data');
    const isAnnounced = () => readdirSync(folder.state).some((name) => name.startsWith('running-'));
    await until(isAnnounced, 'the server was announced');
    expect(await whmapi1('--restore', file(), '--force')).toMatchObject({
      status: 1,
      stderr: matching(/The API server is running .*systemctl stop whmapi1d/),
    });
  } finally {
    const gone = once(server, 'close');
    server.kill('SIGKILL');
    await gone;
  }
  const open = new Database(join(folder.state, 'store.db'));
  open.pragma('user_version');
  try {
    expect(await whmapi1('--restore', file(), '--force')).toMatchObject({
      status: 1,
      stderr: matching(/Another process is using/),
    });
  } finally {
    open.close();
  }
  // The files that the killed server left do not count as a running server.
  await expectDone('--restore', file(), '--force');
});

test('a restore that is killed leaves the old store or the new one, with a matching key', async () => {
  await storeSecret('root', SECRET, { state: folder.state });
  await createPackage('old');
  expect((await whmapi1('--backup', file(), '--with-key')).status).toBe(0);
  for (let delay = 60; delay <= 260; delay += 40) {
    rmSync(folder.state, { recursive: true, force: true });
    await storeSecret('root', 'KRSXG5CTMVRXEZLU', { state: folder.state });
    await createPackage('new');
    const child = spawn(resolve(__dirname, '../../bin/whmapi1'), ['--restore', file(), '--force'], {
      env: { PATH: process.env.PATH, WHMAPI1_STATE_DIR: folder.state },
      stdio: 'ignore',
    });
    const gone = once(child, 'close');
    setTimeout(() => child.kill('SIGKILL'), delay);
    await gone;
    const found = await packages();
    const isNew = found.includes('old');
    expect(found).toContain(isNew ? 'old' : 'new');
    expect(await storedSecret('root', { state: folder.state })).toBe(isNew ? SECRET : 'KRSXG5CTMVRXEZLU');
  }
});

test('the next call completes the key if a restore ended between store and key', async () => {
  await storeSecret('root', SECRET, { state: folder.state });
  const { state } = folder;
  const key = readFileSync(join(state, 'secret.key'));
  writeFileSync(join(state, 'secret.key.restoring'), key, { mode: 0o600 });
  writeFileSync(join(state, 'secret.key'), Buffer.alloc(32, 1), { mode: 0o600 });
  expect(await storedSecret('root', { state })).toBe(SECRET);
  expect(readFileSync(join(state, 'secret.key')).equals(key)).toBe(true);
  expect(existsSync(join(state, 'secret.key.restoring'))).toBe(false);
});

test('where a backup can be written, and which options can be combined', async () => {
  expect(await whmapi1('--backup', file())).toMatchObject({ status: 1, stderr: matching(/no store yet/) });
  await createPackage('old');
  await expectDone('--backup', file());
  expect(await whmapi1('--backup', file())).toMatchObject({ status: 1, stderr: matching(/already exists/) });
  await expectDone('--backup', file(), '--force');
  const open = join(folder.path, 'open');
  mkdirSync(open);
  chmodSync(open, 0o777);
  expect(await whmapi1('--backup', join(open, 'b'))).toMatchObject({
    status: 1,
    stderr: matching(/Every user can change files/),
  });
  expect(await whmapi1('--restore', file(), '--with-key')).toMatchObject({ status: 2 });
  expect(await whmapi1('--force', 'version')).toMatchObject({
    status: 2,
    stderr: matching(/--force goes with/),
  });
  expect(await whmapi1('--backup', file(), '--doctor')).toMatchObject({ status: 2 });
});

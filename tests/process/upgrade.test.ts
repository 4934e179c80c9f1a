// A process of an earlier version is killed during its work, and this version continues from the state that it left.
// The earlier version is this one with other plans: the steps are in another order, and there is one more.
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { migrations } from '../../src/store/migrations.generated.ts';
import { call, freshFolder } from '../support/command.ts';
import { auditLog } from './state.ts';

const top = resolve(__dirname, '../..');
const here = freshFolder();

/** A copy of the program in which one file is replaced. */
function makeEarlierVersion(file: string, edits: readonly (readonly [string, string])[]): string {
  const copy = join(here.path, 'earlier');
  mkdirSync(copy);
  for (const part of ['src', 'package.json', 'tsconfig.json', 'tests/process/account-worker.ts']) {
    cpSync(join(top, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(top, 'node_modules'), join(copy, 'node_modules'));
  let text = readFileSync(join(copy, file), 'utf8');
  for (const [before, after] of edits) {
    expect(text).toContain(before);
    text = text.replace(before, after);
  }
  writeFileSync(join(copy, file), text);
  return copy;
}

/** The call kills itself at that moment. */
async function callUntil(version: string, moment: string, command: string, args: object): Promise<void> {
  const script = join(version, 'tests/process/account-worker.ts');
  const words = ['--import', 'tsx', script, here.state, moment, command, JSON.stringify(args)];
  const worker = spawn(process.execPath, words, { cwd: version, stdio: ['ignore', 'ignore', 'inherit'] });
  const signal = await new Promise((done) => worker.on('close', (_status, name) => done(name)));
  expect(signal).toBe('SIGKILL');
}

const rows = (sql: string) => {
  const database = new Database(join(here.state, 'store.db'), { readOnly: true });
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
};
const etc = (file: string) => readFileSync(join(here.state, 'root/etc', file), 'utf8');
const lastStage = () => auditLog(here.state).lines.find(({ stage }) => stage?.endsWith('later'))?.stage;
const steps = () =>
  rows('SELECT kind, state FROM operation_step ORDER BY position') as { kind: string; state: string }[];

beforeEach(async () => {
  const made = await call(['createacct', 'username=bob', 'domain=bob.example'], { state: here.state });
  expect(made.metadata.reason).toBe('Account Creation Ok');
});

test('a plan with its steps in another order is undone step by step', async () => {
  const before = etc('passwd');
  const setShell =
    'steps.push(setShell.plan({ name: to.name, shell: after.shellPath, before: before.shellPath }));';
  const rename = 'if (from.name !== to.name || from.home !== to.home) steps.push(rename.plan({ from, to }));';
  const version = makeEarlierVersion('src/capabilities/accounts/driver/users/account.ts', [
    [setShell, ''],
    [rename, `${setShell.replace('to.name', 'from.name')} ${rename}`],
  ]);
  const args = { user: 'bob', newuser: 'robert', HASSHELL: '1' };
  await callUntil(version, 'before users.rename', 'modifyacct', args);
  expect(steps().filter(({ kind }) => kind.startsWith('users/'))).toEqual([
    { kind: 'users/set-shell', state: 'done' },
    { kind: 'users/rename', state: 'begun' },
  ]);
  expect(etc('passwd')).not.toBe(before);
  const { metadata } = await call(['list_users'], { state: here.state });
  expect(metadata.output).toBeUndefined();
  expect([etc('passwd'), rows('SELECT username FROM account'), steps(), lastStage()]).toEqual([
    before,
    [{ username: 'bob' }],
    [],
    'undone later',
  ]);
});

test('a plan with one more step is undone as long as nothing is lost', async () => {
  const before = etc('passwd');
  const remove = '[remove.plan({ name: username, home, uid })]';
  const version = makeEarlierVersion('src/capabilities/accounts/driver/users/account.ts', [
    [remove, '[suspend.plan({ name: username }), remove.plan({ name: username, home, uid })]'],
  ]);
  await callUntil(version, 'after users.suspend', 'removeacct', { username: 'bob' });
  expect(steps().filter(({ kind }) => kind.startsWith('users/'))).toEqual(
    expect.arrayContaining([
      { kind: 'users/suspend', state: 'begun' },
      { kind: 'users/remove', state: 'planned' },
    ]),
  );
  const { metadata } = await call(['list_users'], { state: here.state });
  expect(metadata.output).toBeUndefined();
  expect([etc('passwd'), rows('SELECT username FROM account'), steps(), lastStage()]).toEqual([
    before,
    [{ username: 'bob' }],
    [],
    'undone later',
  ]);
  expect(existsSync(join(here.state, 'root/home/bob'))).toBe(true);
});

test('processes that find a store of an earlier version at the same time copy it once, as it was', async () => {
  const earlier = migrations.at(-2)?.version ?? 0;
  const store = join(here.state, 'store.db');
  for (const end of ['', '-wal', '-shm']) rmSync(`${store}${end}`, { force: true });
  for (const name of ['secret.key', 'root']) rmSync(join(here.state, name), { recursive: true, force: true });
  writeFileSync(store, '', { mode: 0o600 });
  const old = new Database(store);
  for (const { version, sql } of migrations) if (version <= earlier) old.exec(sql);
  old.exec(
    `PRAGMA user_version = ${earlier}; INSERT INTO tfa_issuer (username, issuer) VALUES ('', 'before')`,
  );
  old.close();
  const calls = ['one', 'two', 'three'].map((issuer) =>
    call(['twofactorauth_set_issuer', `issuer=${issuer}`], { state: here.state }),
  );
  expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([0, 0, 0]);
  const copies = readdirSync(here.state).filter((name) => name.startsWith('store.schema-'));
  expect(copies).toEqual([`store.schema-${earlier}.backup`]);
  const copy = new Database(join(here.state, copies[0] ?? ''), { readOnly: true });
  expect([copy.pragma('user_version'), copy.prepare('SELECT issuer FROM tfa_issuer').values()]).toEqual([
    earlier,
    ['before'],
  ]);
  copy.close();
});

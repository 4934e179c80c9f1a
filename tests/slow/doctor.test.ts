// whmapi1 --doctor: its findings, that its commands fix them, and that it changes nothing.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { generate } from 'selfsigned';
import { Database } from '../../src/store/database.ts';
import { call, freshFolder, program, run, storeSecret } from '../support/command.ts';
import { describeOnMachine, ThrowAwayMachine } from '../machine-port/throw-away-machine.ts';
import { PrivateMount } from '../process/private-mount.ts';

interface Finding {
  readonly check: string;
  readonly severity: 'ok' | 'note' | 'warning' | 'problem';
  readonly message: string;
  readonly command?: string;
}

interface Report {
  readonly status: number | null;
  readonly to_fix: number;
  readonly findings: readonly Finding[];
}

const folder = freshFolder();
const top = resolve(__dirname, '../..');

async function examine(through?: readonly string[]): Promise<Report> {
  const options = { state: folder.state, ...(through === undefined ? {} : { through }) };
  const { status, stdout, stderr } = await run(['--doctor', '--output=json'], options);
  expect(stderr).toBe('');
  return { status, ...(JSON.parse(stdout) as Omit<Report, 'status'>) };
}

const matching = (pattern: RegExp) => expect.stringMatching(pattern) as string;
const containing = (text: string) => expect.stringContaining(text) as string;
const of = ({ findings }: Report, check: string) => findings.filter((one) => one.check === check);
const toFix = ({ findings }: Report) =>
  findings.filter(({ severity }) => severity === 'warning' || severity === 'problem');

/** Runs the command of the only finding to fix, like a user who copies it. */
async function fix(report: Report): Promise<void> {
  const [finding] = toFix(report);
  expect(finding?.command).toBeDefined();
  const { status, stderr } = spawnSync('sh', ['-c', finding?.command ?? 'false'], {
    encoding: 'utf8',
    env: {
      PATH: `${join(top, 'bin')}:${process.env.PATH ?? ''}`,
      WHMAPI1_STATE_DIR: folder.state,
      HOME: folder.path,
    },
  });
  expect([status, stderr]).toEqual([0, '']);
}

/** The printed command fixes the finding. */
async function expectFixable(check: string, severity: Finding['severity'], message: RegExp): Promise<void> {
  const report = await examine();
  expect(toFix(report)).toMatchObject([{ check, severity, message: matching(message) }]);
  expect([report.status, report.to_fix]).toEqual([1, 1]);
  await fix(report);
  const after = await examine();
  expect([after.status, toFix(after)]).toEqual([0, []]);
}

/** A digest of the names, modes, owners and contents of all files of the state directory. */
function snapshot(path = folder.state): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()) {
    const stats = statSync(join(path, name));
    hash.update(`${name} ${stats.mode} ${stats.uid}\n`);
    if (stats.isFile()) hash.update(readFileSync(join(path, name)));
  }
  return hash.digest('hex');
}

const account = (name: string) =>
  call(['createacct', `username=${name}`, `domain=${name}.example`], { state: folder.state });

function change(sql: string): void {
  const database = new Database(join(folder.state, 'store.db'));
  database.exec(sql);
  database.close();
}

test('a new installation needs no fix, and the check creates none', async () => {
  const report = await examine();
  expect([report.status, toFix(report)]).toEqual([0, []]);
  expect(existsSync(folder.state)).toBe(false);
  await account('bob');
  const before = snapshot();
  const { status, stdout, stderr } = await run(['--doctor'], { state: folder.state });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^note {4}Sandbox {10}This is a sandbox\..*\n {4}run: whmapi1 --sandbox-services$/m);
  expect(stdout).toContain(
    'ok      Database server  Accounts use an imitation of MariaDB, because the sandbox runs no server.',
  );
  expect(stdout).toContain('ok      Accounts         1 account: each has its user and its home');
  expect(stdout).toMatch(/\d+ notes?, \d+ ok\. Nothing to fix\.\n$/);
  expect(stdout).not.toContain('\u001b');
  expect(snapshot()).toBe(before);
});

test('modes of the state directory and of its files', async () => {
  await account('bob');
  chmodSync(join(folder.state, 'audit.log'), 0o644);
  await expectFixable('state-directory', 'problem', /“.*audit\.log” is open to other users \(mode 644\)/);
  chmodSync(folder.state, 0o755);
  const report = await examine();
  expect(of(report, 'state-directory')).toMatchObject([
    { severity: 'problem', command: `chmod 700 ${folder.state}` },
  ]);
  // The store is not opened then, and the rest is still checked.
  expect(of(report, 'store')).toMatchObject([{ severity: 'problem' }]);
  expect(of(report, 'disk-space')).not.toEqual([]);
  spawnSync('sh', ['-c', of(report, 'state-directory')[0]?.command ?? '']);
  expect((await examine()).status).toBe(0);
});

test('a damaged store is reported, and the rest is checked', async () => {
  await account('bob');
  const store = join(folder.state, 'store.db');
  writeFileSync(store, 'This is no database at all.'.repeat(400));
  const report = await examine();
  expect(of(report, 'store')).toMatchObject([
    { severity: 'problem', command: containing('whmapi1 --restore') },
  ]);
  expect(of(report, 'accounts')).toMatchObject([{ severity: 'note' }]);
  expect(of(report, 'program')).not.toEqual([]);
  expect(report.status).toBe(1);
});

test('damage within the pages of a store', async () => {
  for (const name of ['bob', 'ann', 'carol']) await account(name);
  const store = join(folder.state, 'store.db');
  const database = new Database(store);
  const page = database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'account_by_owner'").value();
  database.close();
  const bytes = readFileSync(store);
  bytes.fill(0xff, Number(page) * 4096 - 2048, Number(page) * 4096);
  writeFileSync(store, bytes);
  expect(of(await examine(), 'store')).toContainEqual(
    expect.objectContaining({ severity: 'problem', message: matching(/is damaged: /) }),
  );
});

test('a store with a newer version', async () => {
  await account('bob');
  change('PRAGMA user_version = 9999');
  const report = await examine();
  expect(of(report, 'store')).toContainEqual(
    expect.objectContaining({ severity: 'problem', message: containing('newer whmapi1') }),
  );
  expect(of(report, 'accounts')).toMatchObject([{ severity: 'note' }]);
});

test('a lost key, and another one', async () => {
  await storeSecret('root', 'WJ73QJSKZBXCIFPZ', { state: folder.state });
  expect(of(await examine(), 'key')).toMatchObject([{ severity: 'ok', message: containing('opens') }]);
  const key = join(folder.state, 'secret.key');
  const bytes = readFileSync(key);
  const backup = join(folder.path, 'key');
  writeFileSync(backup, bytes);
  for (const damage of [() => rmSync(key), () => writeFileSync(key, Buffer.alloc(32, 7), { mode: 0o600 })]) {
    damage();
    const report = await examine();
    const [finding] = of(report, 'key');
    expect(finding).toMatchObject({ severity: 'problem', message: containing('does not open') });
    spawnSync('sh', ['-c', finding?.command?.replace('BACKUP_OF_THE_KEY', backup) ?? '']);
    expect((await examine()).status).toBe(0);
  }
});

test('an interrupted operation', async () => {
  await account('bob');
  change(
    `INSERT INTO operation (kind, input, begun, process, xid, caller)
     VALUES ('expire-passwords', '{"usernames":[]}', 0, '999999 1 gone', 'abc123', 'root')`,
  );
  await expectFixable('unfinished', 'warning', /“expire-passwords” of root \(XID abc123\) was interrupted/);
});

describe('accounts, users and home directories', () => {
  test('a home directory without an account', async () => {
    await account('bob');
    mkdirSync(join(folder.state, 'root/home/ghost\u202e\u001b'));
    // The command only shows it: nothing that could be the only copy is removed by advice.
    expect(of(await examine(), 'accounts')).toMatchObject([
      {
        severity: 'warning',
        message: matching(/home\/ghost.*belongs to no account/),
        command: matching(/^du /),
      },
    ]);
  });

  test('an account without its home directory', async () => {
    await account('bob');
    rmSync(join(folder.state, 'root/home/bob'), { recursive: true });
    await expectFixable('accounts', 'problem', /home of|The home “.*bob” of the account “bob” is missing/);
  });

  test('an account without its user', async () => {
    await account('bob');
    await account('ann');
    const passwd = join(folder.state, 'root/etc/passwd');
    writeFileSync(passwd, readFileSync(passwd, 'utf8').replace(/^bob:.*\n/m, ''));
    const report = await examine();
    expect(toFix(report)).toMatchObject([
      {
        message: matching(/^The account “bob” has no user in the passwd file\. Create the user again/),
        command: 'whmapi1 --rebuild bob',
      },
    ]);
    expect(JSON.stringify(report)).not.toContain('removeacct');
  });

  test('a user without an account', async () => {
    await account('bob');
    change("DELETE FROM account WHERE username = 'bob'");
    rmSync(join(folder.state, 'root/home/bob'), { recursive: true });
    expect(of(await examine(), 'accounts')).toMatchObject([
      { severity: 'warning', message: matching(/user “bob” of the sandbox has no account/) },
    ]);
  });
});

test('certificates that expire, and have expired', async () => {
  await account('bob');
  const own = join(folder.state, 'server.pem');
  const severityOf = async (days: number) => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'x' }], {
      keyType: 'ec',
      notBeforeDate: new Date(Date.now() - 90 * 86_400_000),
      notAfterDate: new Date(Date.now() + days * 86_400_000),
    });
    writeFileSync(own, `${key}${cert}`, { mode: 0o600 });
    return of(await examine(), 'certificate').map(({ severity }) => severity);
  };
  expect(await severityOf(400)).toEqual(['ok']);
  expect(await severityOf(5)).toEqual(['warning']);
  expect(await severityOf(-1)).toEqual(['problem']);
});

test('an expired certificate of its own, which a call replaces', async () => {
  await account('bob');
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'x' }], {
    ...{ keyType: 'ec', notAfterDate: new Date(Date.now() - 86_400_000) },
    notBeforeDate: new Date(Date.now() - 90 * 86_400_000),
  });
  writeFileSync(join(folder.state, 'server.pem'), `${key}${cert}`, { mode: 0o600 });
  await expectFixable('certificate', 'problem', /server\.pem” expired on /);
});

test('scripts of hooks that other users can change, or that are gone', async () => {
  await account('bob');
  const script = join(folder.path, 'hook');
  writeFileSync(script, '#!/bin/sh\n', { mode: 0o755 });
  const event = ['--category', 'Whostmgr', '--event', 'Accounts::Create', '--stage', 'pre'];
  await run(['--hook', 'add', 'script', script, '--manual', ...event], { state: folder.state });
  expect(of(await examine(), 'hook-scripts')).toMatchObject([
    { severity: 'ok', message: 'The scripts of 1 script hook can be run safely.' },
  ]);
  chmodSync(script, 0o777);
  expect(of(await examine(), 'hook-scripts')).toMatchObject([
    {
      severity: 'problem',
      message:
        'The script of a hook (Whostmgr Accounts::Create, stage pre) cannot run: ' +
        `“${script}” can be changed by other users. Run: chmod go-w ${script}`,
    },
  ]);
  rmSync(script);
  expect(of(await examine(), 'hook-scripts')).toMatchObject([{ message: containing('does not exist.') }]);
  await run(['--hook', 'delete', 'script', script], { state: folder.state });
  expect((await examine()).status).toBe(0);
});

test('a DNS hook that other users can change, or that is gone', async () => {
  await account('bob');
  const hook = join(folder.path, 'dns-hook');
  writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 });
  expect(of(await examine(), 'dns-hook')).toMatchObject([
    { severity: 'ok', message: 'AutoSSL has no DNS hook.' },
  ]);
  const user = 'nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n';
  appendFileSync(join(folder.state, 'root/etc/passwd'), user);
  change(
    `INSERT INTO autossl_setting (server, name, value) SELECT server, 'dns_hook', '${hook}' FROM account`,
  );
  expect(of(await examine(), 'dns-hook')).toMatchObject([
    { severity: 'ok', message: containing('as “nobody”') },
  ]);
  chmodSync(hook, 0o722);
  expect(of(await examine(), 'dns-hook')).toMatchObject([
    { severity: 'problem', message: containing('can be changed by other users') },
  ]);
  chmodSync(hook, 0o644);
  expect(of(await examine(), 'dns-hook')).toMatchObject([{ severity: 'problem' }]);
  rmSync(hook);
  expect(of(await examine(), 'dns-hook')).toMatchObject([
    { severity: 'problem', message: containing('does not exist') },
  ]);
});

test('a clock that was set back', async () => {
  await account('bob');
  const later = new Date(Date.now() + 3_600_000);
  utimesSync(join(folder.state, 'audit.log'), later, later);
  expect(of(await examine(), 'clock')).toContainEqual(
    expect.objectContaining({
      severity: 'warning',
      message: matching(/clock is 3[56]\d\d seconds behind/),
    }),
  );
});

test('a running server is found, with its certificate, and is not disturbed', async () => {
  const server = spawn(join(top, 'bin/whmapi1d'), ['--port=0'], {
    env: { PATH: process.env.PATH, WHMAPI1_STATE_DIR: folder.state },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const [, url = ''] = /^listening (\S+)/.exec(line.toString()) ?? [];
    const deadline = Date.now() + 60_000;
    let report = await examine();
    while (!of(report, 'services')[0]?.message.includes(url) && Date.now() < deadline)
      report = await examine();
    expect(of(report, 'services')).toMatchObject([{ severity: 'ok', message: containing(url) }]);
    expect(of(report, 'certificate')).toMatchObject([{ severity: 'ok' }]);
    expect(report.status).toBe(0);
    const gone = once(server, 'close');
    server.kill('SIGTERM');
    await gone;
    expect(of(await examine(), 'services')).toMatchObject([{ severity: 'note' }]);
    expect(readdirSync(folder.state).filter((name) => name.startsWith('running-'))).toEqual([]);
  } finally {
    server.kill('SIGKILL');
  }
});

test('a full disk', async () => {
  mkdirSync(folder.state);
  const mount = await PrivateMount.at(folder.state, '8m');
  try {
    const report = await examine(mount.through);
    expect(of(report, 'disk-space')).toContainEqual(
      expect.objectContaining({ severity: 'problem', message: containing(`“${folder.state}”`) }),
    );
  } finally {
    await mount.close();
  }
});

test('a program that other users can change', async () => {
  const copy = join(folder.path, 'program');
  for (const part of ['package.json', 'bin', 'dist']) {
    cpSync(join(top, part), join(copy, part), { recursive: true });
  }
  chmodSync(join(copy, 'dist/call.cjs'), 0o666);
  const { stdout } = await run(['--doctor', '--output=json'], {
    state: folder.state,
    through: ['sh', '-c', `exec '${copy}/bin/whmapi1' "$@"`],
  });
  const { findings } = JSON.parse(stdout) as Report;
  const weak = findings.filter(({ check }) => check === 'program');
  expect(weak).toMatchObject([{ severity: 'problem', message: containing('dist/call.cjs') }]);
  spawnSync('sh', ['-c', weak[0]?.command ?? '']);
  expect(statSync(join(copy, 'dist/call.cjs')).mode & 0o022).toBe(0);
});

test('prints text or JSON, and accepts no arguments', async () => {
  const xml = await run(['--doctor', '--output=xml'], { state: folder.state });
  expect([xml.status, xml.stdout]).toEqual([2, '']);
  expect(xml.stderr).toContain('--doctor prints text, or JSON');
  const words = await run(['--doctor', 'version'], { state: folder.state });
  expect([words.status, words.stderr]).toEqual([2, containing('accepts no function')]);
});

describeOnMachine('on a Linux machine', () => {
  let machine: ThrowAwayMachine;
  beforeAll(async () => {
    machine = await ThrowAwayMachine.start();
  });
  afterAll(() => machine.close());

  const doctor = async () => {
    const { stdout } = await machine.run(program, '--doctor', '--output=json');
    return { status: null, ...(JSON.parse(stdout) as Omit<Report, 'status'>) };
  };

  test('notifications by mail need a mail system', async () => {
    const found = async (sendmail: string) => {
      const words = [`WHMAPI1_SENDMAIL=${sendmail}`, program, '--doctor', '--output=json'];
      const { findings } = JSON.parse((await machine.run('env', ...words)).stdout) as Report;
      return findings.filter(({ check }) => check === 'mail-system');
    };
    expect(await found('/nonexistent')).toMatchObject([{ severity: 'ok' }]);
    await machine.run(program, 'update_contact_email', 'contact_email=admin@example.com');
    expect(await found('/nonexistent')).toMatchObject([
      {
        severity: 'problem',
        message:
          'Notifications to admin@example.com cannot be sent, because no mail system is installed: there is no program ' +
          '“sendmail”.',
        command: 'apt-get install dma',
      },
    ]);
    expect(await found('/bin/true')).toMatchObject([{ severity: 'ok' }]);
  });

  test('accounts are compared with the users of the machine, and quotas with their limits', async () => {
    await machine.run(program, 'createacct', 'username=bob', 'domain=bob.example', 'quota=100');
    await machine.run('useradd', '--create-home', 'person');
    const before = await doctor();
    expect(of(before, 'accounts')).toMatchObject([{ severity: 'ok', message: containing('1 account') }]);
    expect(of(before, 'quota')).toMatchObject([
      { severity: 'warning', message: containing('1 account has a disk limit') },
    ]);
    expect(of(before, 'quota')[0]?.command).toContain('quotaon -u');

    await machine.run('userdel', 'bob');
    await machine.run('mkdir', '-p', '/home/ghost');
    await machine.run('chown', '31337', '/home/ghost', '/home/bob');
    const after = of(await doctor(), 'accounts');
    expect(after).toMatchObject([
      { severity: 'problem', message: containing('The account “bob” has no user in the passwd file.') },
      { severity: 'warning', message: containing('“/home/ghost” belongs to no account') },
    ]);
    // The command only shows it.
    await machine.run('sh', '-c', after[1]?.command ?? '');
    await machine.run('rmdir', '/home/ghost');
    await machine.run(program, 'removeacct', 'user=bob');
    const messages = of(await doctor(), 'accounts').map(({ message }) => message);
    // The home directory of a removed user is kept, and is found.
    expect(messages).toEqual([containing('“/home/bob” belongs to no account')]);
  });
});

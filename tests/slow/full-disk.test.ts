// A file system that is full or read-only: nothing is half done, the reason names the cause, and everything works once
// it is fixed.
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { migrations } from '../../src/store/migrations.generated.ts';
import { call, freshFolder, storedSecret, storeSecret, type Options } from '../support/command.ts';
import { startServer } from '../support/running-server.ts';
import { isSoak } from '../support/sixth.ts';
import { until } from '../support/until.ts';
import { PrivateMount } from '../process/private-mount.ts';
import { auditLog, dataIn, integrityOf, issuerOf } from '../process/state.ts';

const PAGE = 4096;
const IN_PAGES = Array.from({ length: 15 }, (_, pages) => pages * PAGE);

const here = freshFolder();
let disk: PrivateMount;
let state: string;
let options: Options;
beforeEach(async () => {
  const folder = join(here.path, 'disk');
  mkdirSync(folder);
  disk = await PrivateMount.at(folder, '2m');
  options = { state: join(folder, 'state'), through: disk.through };
  state = disk.path('state');
});
afterEach(async () => {
  await disk.close();
});

const setIssuer = (issuer: string) => call(['twofactorauth_set_issuer', `issuer=${issuer}`], options);

describe('a full disk', () => {
  it('is reported in a warning before it is full, while calls continue', async () => {
    expect((await setIssuer('before')).metadata.output).toBeUndefined();
    // A twentieth of the disk is its reserve: here, 25 pages.
    disk.fill(20 * PAGE);
    const { status, metadata, data } = await call(['version'], options);
    expect([status, metadata.result, typeof data?.version]).toEqual([0, 1, 'string']);
    expect(metadata.output?.warnings).toEqual([
      expect.stringMatching(/^The disk of “.*” is nearly full: 0 MiB are free\. Free some space/),
    ]);
    disk.free();
    expect((await call(['version'], options)).metadata.output).toBeUndefined();
  });

  it('is the reason of a write that fails, and earlier data is kept', async () => {
    await setIssuer('before');
    await storeSecret('bob', 'WJ73QJSKZBXCIFPZ', options);
    const before = dataIn(state);
    disk.fill();
    const { status, stderr, metadata, data } = await storeSecret('eve', 'MFRGGZDFMZTWQ2LK', options);
    expect({ status, stderr, data }).toEqual({ status: 3, stderr: '', data: undefined });
    expect(metadata).toEqual({
      version: 1,
      reason: expect.stringMatching(DISK) as string,
      result: 0,
      command: 'twofactorauth_set_tfa_config_for_user',
      error_code: 'store_unavailable',
    });

    disk.free();
    expect(dataIn(state)).toMatchObject(before);
    expect(integrityOf(copied())).toBe('ok');
    expect(issuerOf(copied())).toBe('before');
    expect(await storedSecret('bob', options)).toBe('WJ73QJSKZBXCIFPZ');
    const { data: users } = await call(['twofactorauth_get_user_configs'], options);
    expect(users).toEqual({ bob: { is_enabled: 1, primary_domain: null } });
    expect((await storeSecret('eve', 'MFRGGZDFMZTWQ2LK', options)).status).toBe(0);
    expect(await storedSecret('eve', options)).toBe('MFRGGZDFMZTWQ2LK');
  });

  it('refuses to upgrade the store, which stays as it was, because there is no space for a copy', async () => {
    const earlier = migrations.at(-2)?.version ?? 0;
    mkdirSync(state, { mode: 0o700 });
    const [store, made] = [join(state, 'store.db'), join(here.path, 'old.db')];
    const old = new Database(made);
    old.pragma('journal_mode = WAL');
    for (const { version, sql } of migrations) if (version <= earlier) old.exec(sql);
    old.exec(
      `PRAGMA user_version = ${earlier}; INSERT INTO tfa_issuer (username, issuer) VALUES ('', 'before')`,
    );
    old.close();
    const before = readFileSync(made);
    writeFileSync(store, before, { mode: 0o600 });
    for (const pages of [20, 40]) {
      disk.fill(pages * PAGE);
      const { metadata } = await call(['twofactorauth_get_issuer'], options);
      expect(metadata.reason).toMatch(
        /^This version has to upgrade “.*store\.db”, and the disk has no space for the copy that is made before \(1 MiB\)\. /,
      );
      expect(readFileSync(store).equals(before)).toBe(true);
      disk.free();
    }
    expect((await call(['twofactorauth_get_issuer'], options)).status).toBe(0);
    expect(existsSync(join(state, `store.schema-${earlier}.backup`))).toBe(true);
  });

  it('does not keep reads from their results, which a warning says are not recorded', async () => {
    await setIssuer('before');
    padLog(0);
    disk.fill();
    const { status, metadata, data } = await call(['twofactorauth_get_issuer'], options);
    expect([status, metadata.reason, data?.issuer]).toEqual([0, 'OK', 'before']);
    expect(metadata.output?.warnings).toEqual([
      expect.stringMatching(/^This call is not in the audit log, because the disk is full\. /),
      expect.stringMatching(/^The disk of “.*” is nearly full/),
    ]);
    disk.free();
    expect((await call(['twofactorauth_get_issuer'], options)).metadata.output).toBeUndefined();
  });

  it('does not keep a server from suspensions and reads, and a createacct that it refuses leaves nothing', async () => {
    await disk.close();
    disk = await PrivateMount.at(join(here.path, 'disk'), '24m');
    options = { state: join(here.path, 'disk', 'state'), through: disk.through };
    state = disk.path('state');
    for (const user of ['ann', 'bob', 'eve'])
      await call(['createacct', `username=${user}`, `domain=${user}.example`], options);
    // With its tasks, as servers have: it has opened the store before the disk is full.
    const server = await startServer(join(here.path, 'disk', 'state'), {}, disk.through, []);
    await until(() => existsSync(join(state, 'reserve')), 'a reserve');
    padLog(0);
    disk.fill();
    for (let calls = 0; calls < 3; calls++) {
      const summary = await call(['accountsummary', 'user=ann'], options);
      expect([calls, summary.status, summary.metadata.reason]).toEqual([calls, 0, 'OK']);
      const list = await call(['listaccts', 'want=user'], options);
      expect(list.data?.acct).toHaveLength(3);
      const refused = await call(['createacct', 'username=zoe', 'domain=zoe.example'], options);
      expect([refused.status, refused.metadata.error_code]).toEqual([3, 'store_unavailable']);
      expect(readdirSync(disk.path('state/root/home')).sort()).toEqual(['ann', 'bob', 'eve']);
    }
    for (const user of ['ann', 'bob', 'eve']) {
      const suspended = await call(['suspendacct', `user=${user}`], options);
      expect([user, suspended.status, suspended.metadata.reason]).toEqual([user, 0, 'OK']);
    }
    for (let calls = 0; calls < 2; calls++) {
      padLog(0);
      disk.fill();
      const refused = await call(['unsuspendacct', 'user=bob'], options);
      expect([calls, refused.status, refused.metadata.error_code]).toEqual([calls, 3, 'store_unavailable']);
      expect(refused.metadata.reason).toMatch(/ the disk is full\. Free some space and retry the call\. /i);
      expect(readFileSync(disk.path('state/root/etc/suspended'), 'utf8')).toContain('bob');
    }
    const removed = await call(['removeacct', 'username=eve'], options);
    expect([removed.status, removed.metadata.reason]).toEqual([0, 'eve account removed']);
    disk.free();
    await server.stop();
    const { data } = await call(['listsuspended'], options);
    expect((data?.account as { user: string }[]).map(({ user }) => user).sort()).toEqual(['ann', 'bob']);
    expect((await call(['createacct', 'username=zoe', 'domain=zoe.example'], options)).status).toBe(0);
    // The refused calls have left no lock.
    expect((await call(['unsuspendacct', 'user=bob'], options)).metadata.reason).toBe('OK');
  });

  it('is no way to escape suspension: whoever goes on writing gets none of the space that it needs', async () => {
    await disk.close();
    disk = await PrivateMount.at(join(here.path, 'disk'), '24m');
    options = { state: join(here.path, 'disk', 'state'), through: disk.through };
    state = disk.path('state');
    for (const user of ['ann', 'bob', 'eve'])
      await call(['createacct', `username=${user}`, `domain=${user}.example`], options);
    // The files of the sandbox’s machine are on another disk: here, only the store has none.
    for (const name of ['root', 'files']) await disk.mountAt(join(here.path, 'disk', 'state', name));
    const server = await startServer(join(here.path, 'disk', 'state'), {}, disk.through, []);
    await until(() => existsSync(join(state, 'reserve')), 'a reserve');
    await until(() => hasSpaceOfItsOwn(join(state, 'store.db-wal')), 'space for the store alone');
    const writer = disk.writeForEver();
    try {
      for (const user of ['ann', 'bob', 'eve']) {
        await until(() => disk.isFull(), 'the disk was full');
        const suspended = await call(['suspendacct', `user=${user}`], options);
        expect([user, suspended.status, suspended.metadata.reason]).toEqual([user, 0, 'OK']);
      }
      const { data } = await call(['listsuspended'], options);
      expect(data?.account).toHaveLength(3);
    } finally {
      writer.kill('SIGKILL');
    }
    disk.free();
    // No call has left a lock.
    for (const user of ['ann', 'bob', 'eve'])
      expect((await call(['unsuspendacct', `user=${user}`], options)).metadata.reason).toBe('OK');
    await server.stop();
  });

  it('makes a write succeed or be undone, however little space is left and wherever it ends', async () => {
    await setIssuer('before');
    let kept = 'before';
    const outcomes: string[] = [];
    for (const leave of IN_PAGES) {
      // The next line of the log needs a new page, and is cut off if there is none.
      padLog(40);
      disk.fill(leave);
      const { status, metadata } = await setIssuer(`with ${leave}`);
      disk.free();
      outcomes.push(outcomeOf(status, metadata));
      if (status === 0) kept = `with ${leave}`;
      // The next line of the log must not be joined to one that was cut off.
      await call(['version'], options);
      expect(`${leave}: ${issuerOf(copied())}`).toBe(`${leave}: ${kept}`);
    }
    expect(new Set(outcomes)).toEqual(new Set(['done', 'no room for store.db', 'no room for audit.log']));
    expect(integrityOf(copied())).toBe('ok');
    expectLinesApart();
    const successes = auditLog(state).lines.filter(
      ({ function: name, result, xid }) =>
        name === 'twofactorauth_set_issuer' && result === 1 && !isCorrected(xid),
    );
    expect(successes).toHaveLength(1 + outcomes.filter((outcome) => outcome === 'done').length);
  });

  it('leaves nothing that blocks the next call, however far the very first one came', async () => {
    const outcomes: string[] = [];
    for (const leave of IN_PAGES) {
      rmSync(state, { recursive: true, force: true });
      disk.fill(leave);
      const { status, metadata } = await storeSecret('bob', 'WJ73QJSKZBXCIFPZ', options);
      disk.free();
      outcomes.push(outcomeOf(status, metadata));
      const again = await storeSecret('bob', 'MFRGGZDFMZTWQ2LK', options);
      expect(`${leave}: ${again.status} ${again.metadata.reason}`).toBe(`${leave}: 0 OK`);
      expect(integrityOf(copied())).toBe('ok');
    }
    expect(await storedSecret('bob', options)).toBe('MFRGGZDFMZTWQ2LK');
    expect(outcomes.filter((outcome) => outcome.startsWith('no room for '))).toEqual(
      expect.arrayContaining(['no room for store.db', 'no room for audit.log']),
    );
  });
});

it('is also reported for the machine itself, and leaves nothing of an interrupted account', async () => {
  const create = ['createacct', 'username=bob', 'domain=bob.example'];
  const outcomes: string[] = [];
  await setIssuer('before');
  // Where the space runs out differs: in the store, the log, the tables, or the home directory.
  const places = isSoak ? [0, 8, 16, 24, 28, 32, 36, 40, 48, 64, 128, 256] : [8, 24, 32, 40, 64, 256];
  for (const leave of places.map((pages) => pages * PAGE)) {
    disk.fill(leave);
    const { status, metadata } = await call(create, options);
    disk.free();
    outcomes.push(`${status} ${metadata.error_code ?? 'done'}`);
    await call(['removeacct', 'username=bob'], options);
    const { data } = await call(['listaccts'], options);
    const homes = disk.path('state/root/home');
    expect([leave, data?.acct, existsSync(homes) ? readdirSync(homes) : []]).toEqual([leave, [], []]);
  }
  expect(new Set(outcomes)).toEqual(new Set(['0 done', '3 store_unavailable']));
});

it('reports a write beyond a file size limit like a write on a full disk', async () => {
  await setIssuer('before');
  const limited = { ...options, through: [...disk.through, 'prlimit', '--fsize=4096'] };
  const { status, metadata } = await call(['twofactorauth_set_issuer', 'issuer=after'], limited);
  expect(status).toBe(3);
  expect(metadata.error_code).toBe('store_unavailable');
  expect(metadata.reason).toMatch(/disk|largest size/);
  expect((await call(['twofactorauth_get_issuer'], options)).data).toMatchObject({ issuer: 'before' });
});

describe('a read-only file system', () => {
  it('is the reason of a write that fails', async () => {
    await setIssuer('before');
    const before = dataIn(state);
    await disk.makeReadOnly();
    const { status, stderr, metadata } = await setIssuer('after');
    expect({ status, stderr, code: metadata.error_code }).toEqual({
      status: 3,
      stderr: '',
      code: 'store_unavailable',
    });
    expect(metadata.reason).toMatch(
      / could not be used: the file system is read-only\. Mount it read-write /,
    );
    expect(dataIn(state)).toEqual(before);
  });

  // A read is a call like any other: if it cannot be recorded, it gets no response.
  it.each(['twofactorauth_get_issuer', 'version'])('rejects %s, which cannot be logged', async (name) => {
    await setIssuer('before');
    await disk.makeReadOnly();
    const { status, metadata, data } = await call([name], options);
    expect({ status, code: metadata.error_code, data }).toEqual({
      status: 3,
      code: 'store_unavailable',
      data: undefined,
    });
    expect(metadata.reason).toMatch(/audit\.log” could not be used: the file system is read-only\. /);
  });

  it('is the reason if the state directory cannot be created', async () => {
    await disk.makeReadOnly();
    const { status, metadata } = await setIssuer('after');
    expect(status).toBe(3);
    expect(metadata.error_code).toBe('store_unavailable');
    expect(metadata.reason).toMatch(/the file system is read-only/);
  });
});

const DISK =
  /^“[^”]*\/disk\/state\/[^”]*” could not be used: the disk (?:is full|reported an error or is full)\. /;

function outcomeOf(
  status: number | null,
  { error_code: code, reason }: { error_code?: string; reason: string },
) {
  if (status === 0) return 'done';
  if (status !== 3 || code !== 'store_unavailable' || !DISK.test(reason))
    return `${status} ${code} ${reason}`;
  return `no room for ${/\/([^/]*)” could not be used/.exec(reason)?.[1]}`;
}

/** True if blocks belong to the file beyond its end. */
const hasSpaceOfItsOwn = (path: string) => {
  const { blocks = 0, size = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return blocks * 512 > size + 64 * 1024;
};

/** SQLite follows links, and those below /proc/PID/root lead out of the namespace, so it gets a copy. */
function copied(): string {
  const copy = join(here.path, 'copy');
  rmSync(copy, { recursive: true, force: true });
  cpSync(state, copy, { recursive: true });
  return copy;
}

/** Makes the audit log longer, so that this many bytes are left of its last page. */
function padLog(left: number): void {
  const log = join(state, 'audit.log');
  const empty = '{"pad":""}\n'.length;
  const over = (statSync(log).size + empty + left) % PAGE;
  appendFileSync(log, `{"pad":"${'x'.repeat((PAGE - over) % PAGE)}"}\n`);
}

/** A line that was cut off is the beginning of a line, and the next one begins on a separate line. */
function expectLinesApart(): void {
  const { lines, cut } = auditLog(state);
  expect(cut.length).toBeGreaterThan(0);
  for (const text of cut) expect(text).toMatch(/^\{"time":"[^{}]*$/);
  expect(lines.length).toBeGreaterThan(cut.length);
}

function isCorrected(xid: string): boolean {
  return auditLog(state).lines.some((line) => line.xid === xid && line.result === 0);
}

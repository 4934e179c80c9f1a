// A step on the server fails: all steps are undone, or completed later, and none are left half done.
import { existsSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '../../src/core/errors.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import type { Json } from '../../src/core/values.ts';
import dropAll from '../../src/capabilities/databases/driver/mysql/steps/drop-all.ts';
import dropAllPostgresql from '../../src/capabilities/databases/driver/postgresql/steps/drop-all.ts';
import { zones } from '../../src/capabilities/dns/driver/zones/zones.ts';
import * as sessions from '../../src/capabilities/logins/rules/sessions.ts';
import { storedAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

// The strength of passwords is measured with large dictionaries.
let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

type Args = Readonly<Record<string, Json>>;
/** Replaces a method of the machine, which it gets as an argument. */
type Fault = (usual: () => Promise<unknown>) => Promise<unknown>;

const failed = (what: string) => new MachineError('failed', `“${what}” failed: out of order`);
const fails =
  (what: string): Fault =>
  () =>
    Promise.reject(failed(what));
/** The worst kind of failure: the work is done, and reported as failed. */
const failsAfterwards =
  (what: string): Fault =>
  async (usual) => {
    await usual();
    throw failed(what);
  };

/** Replaces methods with faults: `users.create`. Limits are enforced, and passwords take no time. */
function breakHost(faults: Readonly<Record<string, Fault>>): void {
  here.overrides = {};
  const { machine } = here.engine;
  const usual: Record<string, Fault> = {
    'quota.isEnabled': async () => true,
    'quota.setLimit': async () => undefined,
    'users.setPassword': async () => undefined,
  };
  const behind = <T extends object>(name: string, object: T): T =>
    new Proxy(object, {
      get: (target, key) => {
        const method: unknown = Reflect.get(target, key);
        // Promises look for `then`.
        if (typeof method !== 'function') return method;
        const fault = faults[`${name}.${String(key)}`] ?? usual[`${name}.${String(key)}`];
        const work = async (...args: unknown[]) => (await method.apply(target, args)) as unknown;
        return fault === undefined ? work : (...args: unknown[]) => fault(() => work(...args));
      },
    });
  here.overrides.machine = {
    ...machine,
    users: async () => behind('users', await machine.users()),
    quota: async () => behind('quota', await machine.quota()),
  };
}

/** Storing an outcome fails once, at its end. */
function failToClose(error: Error): void {
  const { journal } = here.engine;
  here.overrides.journal = { ...journal, close: jest.fn(journal.close).mockRejectedValueOnce(error) };
}

const etc = (file: string) => {
  const path = join(here.state, 'root/etc', file);
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
};
const homes = () => {
  const path = join(here.state, 'root/home');
  return existsSync(path) ? readdirSync(path).sort() : [];
};
const rowsOf = (sql: string) =>
  here.engine.store.transaction('reads', async (db) => ({ value: await db.all(sql), keep: false }));
const journal = () =>
  rowsOf(
    `SELECT kind, (SELECT count(*) FROM operation_step WHERE operation = id AND state <> 'planned') AS begun, process
     FROM operation`,
  );
/** Everything that exists of accounts, on the machine and in the store. */
const everything = async () => ({
  files: ['passwd', 'shadow', 'group', 'suspended'].map(etc),
  homes: homes(),
  accounts: await rowsOf('SELECT * FROM account'),
  journal: await journal(),
  locks: await rowsOf('SELECT * FROM operation_lock'),
});
const nothing = { files: ['', '', '', ''], homes: [], accounts: [], journal: [], locks: [] };
const create = (username: string, args: Args = {}) =>
  here.call('createacct', { username, domain: `${username}.example`, ...args });
const lastLines = (count: number) =>
  here
    .audit()
    .slice(-count)
    .map(({ function: name, stage, result }) => [name, stage, result]);

interface StoredTask {
  readonly id: number;
  readonly kind: string;
  readonly state: string;
}

const tasksOf = async (kind: string) =>
  (await rowsOf(
    `SELECT id, kind, state, reason FROM task WHERE kind = '${kind}' ORDER BY id`,
  )) as StoredTask[];
const finishing = () => tasksOf('finish-operation');
const undoing = () => tasksOf('undo-operation');

/** As if the processes of all calls had ended. */
const abandonAll = () =>
  here.engine.store.transaction('changes', async (db) => ({
    value: await db.run("UPDATE operation SET process = ''"),
    keep: true,
  }));

/** Runs the tasks that are due a minute later. */
async function aMinuteLater(): Promise<void> {
  here.time += 61_000;
  await runTasks(here, 'finish-operation', 'undo-operation');
}

describe('createacct leaves nothing behind', () => {
  /** With every kind of step. */
  const whole = { password: 'four unusual words, Xylophone', quota: '5' };

  // With the user and its limit, there are two steps, and then the outcome is stored.
  it('if the command is interrupted, before either step or the outcome', async () => {
    breakHost({});
    const args = { username: 'bob', domain: 'bob.example', ...whole };
    for (const moment of [1, 2, 3]) {
      let asked = 0;
      const isInterrupted = () => ++asked >= moment;
      const { metadata } = await here.call('createacct', args, { isInterrupted });
      expect({ moment, asked, ...metadata }).toMatchObject({
        ...{ moment, asked: moment, result: 0, error_code: 'abandoned' },
      });
      expect({ moment, ...(await everything()) }).toEqual({ moment, ...nothing });
      expect(lastLines(1)).toEqual([['createacct', undefined, 0]]);
    }
    const uninterrupted = await here.call('createacct', args, { isInterrupted: () => false });
    expect(uninterrupted.metadata.result).toBe(1);
  });

  it('if a step fails, even if it is done', async () => {
    for (const [method, kind, fault] of [
      ['users.create', 'before', fails('useradd')],
      ['users.create', 'afterwards', failsAfterwards('useradd')],
      ['quota.setLimit', 'before', fails('setquota')],
    ] as const) {
      breakHost({ [method]: fault });
      expect({ method, kind, ...(await create('bob', whole)).metadata }).toMatchObject({
        ...{ method, kind, result: 0, error_code: 'host_failed' },
        reason: expect.stringMatching(/^“(?:useradd|setquota)” failed: out of order$/) as string,
      });
      expect({ method, kind, ...(await everything()) }).toEqual({ method, kind, ...nothing });
      expect(lastLines(2)).toEqual([
        ['createacct', 'begun', 1],
        ['createacct', undefined, 0],
      ]);
    }
    here.overrides = {};
    expect((await create('bob')).metadata.reason).toBe('Account Creation Ok');
  });

  it('if the machine has an unexpected error', async () => {
    breakHost({ 'quota.setLimit': () => Promise.reject(new Error('a secret detail')) });
    const { metadata } = await create('bob', whole);
    expect([metadata.error_code, metadata.reason.includes('secret')]).toEqual(['internal', false]);
    expect(await everything()).toEqual(nothing);
    expect(here.errors()[0]?.error).toContain('a secret detail');
  });

  it('if the outcome cannot be stored', async () => {
    failToClose(new ApiError('store_unavailable', 'No room.'));
    expect((await create('bob')).metadata).toMatchObject({
      result: 0,
      error_code: 'store_unavailable',
      reason: 'No room.',
    });
    expect(await everything()).toEqual(nothing);
  });

  it('if the outcome cannot be logged', async () => {
    const { audit } = here.engine;
    let lines = 0;
    here.overrides.audit = async (record, durable) => {
      if (++lines === 2) throw new ApiError('store_unavailable', 'No room.');
      await audit(record, durable);
    };
    expect((await create('bob')).metadata).toMatchObject({
      error_code: 'store_unavailable',
      reason: 'No room.',
    });
    expect(await everything()).toEqual(nothing);
    expect(lastLines(2)).toEqual([
      ['createacct', 'begun', 1],
      ['createacct', undefined, 0],
    ]);
  });

  it('except a user and a home directory that existed before', async () => {
    const users = await here.engine.machine.users();
    // Created by hand at the last moment.
    breakHost({
      'users.create': async (usual) => {
        await users.create({ name: 'bob', home: '/home/bob', shell: '/bin/sh', comment: 'by hand' });
        return usual();
      },
    });
    expect((await create('bob')).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: 'The user “bob” already exists.',
    });
    expect(etc('passwd')).toBe('bob:x:10001:10001:by hand:/home/bob:/bin/sh\n');
    expect(await everything()).toMatchObject({ homes: ['bob'], accounts: [], journal: [], locks: [] });
  });
});

describe('a step that cannot be undone', () => {
  it('is left to a task, and a call that needs its lock tries again', async () => {
    breakHost({ 'quota.setLimit': fails('setquota'), 'users.undoCreate': fails('userdel') });
    const { metadata: failure } = await create('bob', { quota: '5' });
    const [task] = await undoing();
    expect(failure).toMatchObject({
      result: 0,
      error_code: 'host_failed',
      reason:
        '“setquota” failed: out of order. Earlier steps could not be undone: “userdel” failed: out of order. ' +
        `The task ${task?.id} (undo-operation) tries again every minute, and “whmapi1 --tasks” shows it. ` +
        'An account can be suspended or removed meanwhile. ' +
        `The details are in “${join(here.state, 'error.log')}” under that ID.`,
    });
    expect(await journal()).toEqual([{ kind: 'create-account', begun: 1, process: 'undo' }]);
    expect(homes()).toEqual(['bob']);

    // Other calls have nothing to do with it.
    expect((await here.call('twofactorauth_get_issuer')).metadata).not.toHaveProperty('output');
    expect((await create('carl')).metadata.result).toBe(1);
    await here.call('removeacct', { username: 'carl' });

    // A call that needs the same lock does not wait in vain.
    const { metadata } = await create('bob');
    expect(metadata).toMatchObject({
      error_code: 'busy',
      reason:
        'An earlier call on “account bob” still has to be undone: “userdel” failed: out of order. The task tries again ' +
        'every minute. “whmapi1 --tasks” shows the task. An account can be suspended or removed meanwhile. ' +
        'Retry this call later.',
    });
    expect(await journal()).toEqual([{ kind: 'create-account', begun: 1, process: 'undo' }]);

    here.overrides = {};
    expect((await create('bob')).metadata.reason).toBe('Account Creation Ok');
    expect(await journal()).toEqual([]);
    expect(lastLines(3)).toEqual([
      ['create-account', 'undone later', 0],
      ['createacct', 'begun', 1],
      ['createacct', undefined, 1],
    ]);
    await aMinuteLater();
    expect(await undoing()).toMatchObject([{ state: 'done' }]);
  });

  it('is undone by its task, also if somebody has stopped one', async () => {
    breakHost({ 'quota.setLimit': fails('setquota'), 'users.undoCreate': fails('userdel') });
    await create('bob', { quota: '5' });
    await aMinuteLater();
    expect(await undoing()).toMatchObject([
      { state: 'waiting', reason: '“userdel” failed: out of order. The task tries again every minute.' },
    ]);
    await here.engine.store.transaction('changes', async (db) => ({
      value: await db.run("UPDATE task SET state = 'stopped' WHERE kind = 'undo-operation'"),
      keep: true,
    }));
    here.overrides = {};
    await here.call('listaccts');
    await aMinuteLater();
    expect(await undoing()).toMatchObject([{ state: 'stopped' }, { state: 'done' }]);
    expect(await everything()).toEqual(nothing);
  });

  it('is named if the store can be written no more, and the next call undoes it and releases its locks', async () => {
    const { journal: usual } = here.engine;
    let notes = 0;
    const full = async () => {
      throw new ApiError(
        'store_unavailable',
        '“store.db” could not be used: the disk is full. Nothing was changed.',
      );
    };
    // The first step is recorded and applied. From then on, there is no room.
    const note: typeof usual.note = (...args) => (notes++ === 0 ? usual.note(...args) : full());
    here.overrides.journal = { ...usual, note, claim: full, close: full, release: full };
    const { audit } = here.engine;
    here.overrides.audit = (...args) => (notes === 0 ? audit(...args) : full());
    const { metadata } = await create('bob');
    expect(homes()).toEqual(['bob']);
    expect(metadata.error_code).toBe('store_unavailable');
    expect(metadata.reason).toMatch(
      /^“store\.db” could not be used: the disk is full\. Earlier steps could not be undone for the same reason\. The next call tries again\. /,
    );
    expect(metadata.reason).not.toContain('Nothing was changed');

    here.overrides = {};
    expect((await create('bob')).metadata.reason).toBe('Account Creation Ok');
    expect(await rowsOf('SELECT * FROM operation_lock')).toEqual([]);
  });

  it('is left to a task too if its process was killed', async () => {
    const { journal: usual } = here.engine;
    const full = jest.fn().mockRejectedValue(new ApiError('store_unavailable', 'No room.'));
    here.overrides.journal = { ...usual, close: full, release: full };
    await create('bob');
    breakHost({ 'users.undoCreate': fails('userdel') });
    const { metadata } = await here.call('twofactorauth_get_issuer');
    expect(metadata.output?.warnings?.[0]).toMatch(
      /^The call with the XID xid123 was interrupted, and its changes could be neither undone nor completed: “userdel” failed: out of order\. The task \d+ \(undo-operation\) tries again every minute/,
    );
    expect((await here.call('twofactorauth_get_issuer')).metadata.output).toBeUndefined();
    here.overrides = {};
    await aMinuteLater();
    expect(await everything()).toEqual(nothing);
  });

  describe('on an account', () => {
    /** The new shell cannot be taken back, because the limit cannot. */
    beforeEach(async () => {
      await create('bob');
      await create('carl');
      breakHost({ 'quota.setLimit': fails('setquota') });
      const { metadata } = await here.call('modifyacct', { user: 'bob', HASSHELL: '1', QUOTA: '7' });
      expect(metadata.reason).toContain('Earlier steps could not be undone: “setquota” failed');
      expect(etc('passwd')).toMatch(/^bob:.*\/bin\/bash$/m);
    });

    it('does not keep it from being suspended, and it stays so once the call is undone', async () => {
      expect((await here.call('modifyacct', { user: 'bob', HASSHELL: '1' })).metadata.error_code).toBe(
        'busy',
      );
      const { metadata } = await here.call('suspendacct', { user: 'bob', reason: 'spam', disallowun: '1' });
      expect(metadata).toMatchObject({ result: 1 });
      expect((await here.call('modifyacct', { user: 'carl', HASSHELL: '1' })).metadata.result).toBe(1);
      breakHost({});
      await aMinuteLater();
      expect(await undoing()).toMatchObject([{ state: 'done' }]);
      expect(await journal()).toEqual([]);
      expect(etc('passwd')).not.toMatch(/^bob:.*\/bin\/bash$/m);
      const users = await here.engine.machine.users();
      expect(await users.isSuspended('bob')).toBe(true);
      expect(await storedAccount(here, 'bob')).toMatchObject({ suspendReason: 'spam', suspendLocked: true });
      expect((await here.call('unsuspendacct', { user: 'bob' })).metadata.result).toBe(1);
    });

    it('is not undone while a later call runs that passed it', async () => {
      const { step: find } = here.engine;
      let asked: unknown;
      here.overrides.step = async (kind) => {
        const step = await find(kind);
        if (step === undefined || kind !== 'users/suspend') return step;
        return {
          ...step,
          apply: async (...args) => {
            await aMinuteLater();
            asked = (await undoing())[0];
            return step.apply(...args);
          },
        };
      };
      expect((await here.call('suspendacct', { user: 'bob' })).metadata.result).toBe(1);
      expect(asked).toMatchObject({ state: 'waiting', reason: 'Another call is running on “account bob”.' });
    });

    it('does not keep it from being removed, after which nothing is left to undo', async () => {
      const { metadata } = await here.call('removeacct', { username: 'bob' });
      expect(metadata.reason).toBe('bob account removed');
      expect(await journal()).toEqual([]);
      expect(await rowsOf('SELECT * FROM operation_lock')).toEqual([]);
      await create('bob', { HASSHELL: '1' });
      const before = etc('passwd');
      await aMinuteLater();
      expect(await undoing()).toMatchObject([{ state: 'done' }]);
      expect(etc('passwd')).toBe(before);
    });
  });

  it('keeps no lock on the other accounts of its call, which are undone', async () => {
    await here.call('addpkg', { name: 'gold', quota: '1' });
    for (const name of ['bob', 'carl', 'dora']) await create(name, { plan: 'gold' });
    let isBroken = false;
    const limits = new Map<unknown, unknown>();
    breakHost({});
    const { machine } = here.engine;
    const quota = await machine.quota();
    here.overrides.machine = {
      ...machine,
      quota: async () => ({
        ...quota,
        isEnabled: async () => true,
        setLimit: async (name: string, limit: number | null) => {
          if (name === 'dora') isBroken = true;
          if (isBroken && name !== 'bob') throw failed('setquota');
          limits.set(name, limit);
        },
      }),
    };
    const { metadata } = await here.call('editpkg', { name: 'gold', quota: '7' });
    expect(metadata.reason).toContain('Earlier steps could not be undone: “setquota” failed');
    expect(limits.get('bob')).toBe(1);
    expect(await rowsOf('SELECT name FROM operation_lock ORDER BY name')).toEqual([
      { name: 'account carl' },
      { name: 'account dora' },
    ]);
    here.overrides = {};
    expect((await here.call('modifyacct', { user: 'bob', HASSHELL: '1' })).metadata.result).toBe(1);
  });

  it('is also undone by the same process, if the store was unreachable for a while', async () => {
    const { journal: usual } = here.engine;
    const full = jest.fn().mockRejectedValue(new ApiError('store_unavailable', 'No room.'));
    here.overrides.journal = { ...usual, close: full, release: full };
    expect((await create('bob')).metadata).toMatchObject({
      error_code: 'store_unavailable',
      reason: expect.stringMatching(
        /^No room\. Earlier steps could not be undone for the same reason\. The next call tries again\. /,
      ) as string,
    });
    expect(await journal()).toMatchObject([{ process: here.engine.processes.own() }]);
    here.overrides = {};
    const calls = ['twofactorauth_get_issuer', 'twofactorauth_policy_status'].map((name) => here.call(name));
    expect((await Promise.all(calls)).map(({ metadata }) => metadata.output)).toEqual([undefined, undefined]);
    expect(await everything()).toEqual(nothing);
    expect(here.audit().filter(({ stage }) => stage === 'undone later')).toHaveLength(1);
  });

  it('keeps no read of a server waiting, but is undone beside it', async () => {
    breakHost({ 'quota.setLimit': fails('setquota'), 'users.undoCreate': fails('userdel') });
    await create('bob', { quota: '5' });
    await abandonAll();
    const works: (() => Promise<void>)[] = [];
    here.overrides = { later: (_name, work) => void works.push(work) };
    expect((await here.call('listaccts')).metadata.result).toBe(1);
    expect([await journal(), homes()]).toMatchObject([[{}], ['bob']]);
    for (const work of works) await work();
    expect(await everything()).toEqual(nothing);
  });

  it('is not changed by a dry run, nor by a call that opens no store', async () => {
    breakHost({ 'quota.setLimit': fails('setquota'), 'users.undoCreate': fails('userdel') });
    await create('bob', { quota: '5' });
    here.overrides = {};
    await here.call('version');
    await here.call('twofactorauth_set_issuer', { issuer: 'x' }, { dryRun: true });
    expect(await journal()).toHaveLength(1);
    expect(homes()).toEqual(['bob']);
  });
});

describe('an account that exchanges a directory of its home with a link during the call', () => {
  /** Fails after the document root was made, and exchanges the directory above it. */
  const exchange = (): void => {
    const { step: find } = here.engine;
    let isMade = false;
    here.overrides.step = async (kind) => {
      const step = await find(kind);
      if (step === undefined) return undefined;
      return {
        ...step,
        apply: async (...args) => {
          if (isMade) {
            const home = join(here.state, 'root/home/bob');
            renameSync(join(home, 'public_html'), join(home, 'moved'));
            symlinkSync('moved', join(home, 'public_html'));
            throw failed('another step');
          }
          const result = await step.apply(...args);
          isMade = kind === 'document-roots/make';
          return result;
        },
      };
    };
  };

  it('keeps no locks: what cannot be undone there is left and reported, and the rest is undone', async () => {
    await create('bob');
    exchange();
    const answer = await here.uapi('bob', 'SubDomain::addsubdomain', {
      domain: 'shop',
      rootdomain: 'bob.example',
      dir: 'public_html/shop',
    });
    here.overrides = {};
    expect(answer.status).toBe(0);
    expect(answer.errors?.[0]).toMatch(
      /“another step” failed: out of order\. A file in a home was changed meanwhile, and was left as it is: .*public_html” is a symbolic link/,
    );
    expect(await journal()).toEqual([]);
    expect(await rowsOf('SELECT * FROM operation_lock')).toEqual([]);
    expect(here.errors().some(({ error }) => error.includes('symbolic link'))).toBe(true);
    expect((await here.call('suspendacct', { user: 'bob' })).metadata.result).toBe(1);
  });
});

describe('an account that exchanges “.ssh” with a link while root works with its keys', () => {
  const ssh = (name = '') => join(here.state, 'root/home/bob/.ssh', name);
  const exchange = () => {
    renameSync(ssh(), join(here.state, 'root/home/bob/moved'));
    symlinkSync('moved', ssh());
  };
  /** The work of a step, around which something happens. */
  const around = (wanted: string, happens: (usual: () => Promise<unknown>) => Promise<unknown>) => {
    const { step: find } = here.engine;
    here.overrides.step = async (kind) => {
      const step = await find(kind);
      if (step === undefined || kind !== wanted) return step;
      return { ...step, apply: (...args) => happens(() => step.apply(...args)) };
    };
  };
  const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILlxPW20EfQl7QEs5kF8HXG1NRRe6C8qin5xOe9uCFNp bob';
  const free = async () => {
    expect(await journal()).toEqual([]);
    expect(await rowsOf('SELECT * FROM operation_lock')).toEqual([]);
    expect((await here.call('suspendacct', { user: 'bob' })).metadata.result).toBe(1);
  };
  beforeEach(() => create('bob'));

  it('keeps no locks when a new key is undone', async () => {
    around('ssh-keys/store', async (usual) => {
      await usual();
      exchange();
      throw failed('another step');
    });
    const { metadata } = await here.call('importsshkey', { user: 'bob', key, name: 'work' });
    expect(metadata.reason).toMatch(
      /^“another step” failed: out of order\. A file in a home was changed meanwhile/,
    );
    here.overrides = {};
    await free();
  });

  it('keeps none when the removal of a key, which was interrupted, is finished', async () => {
    expect((await here.call('importsshkey', { user: 'bob', key, name: 'work' })).metadata.result).toBe(1);
    let go: () => void = () => undefined;
    const blocked = new Promise<void>((done) => (go = done));
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((done) => (begin = done));
    around('ssh-keys/remove', async () => {
      begin();
      await blocked;
      throw failed('the process');
    });
    const answer = here.call('deletesshkey', { user: 'bob', file: 'work.pub' });
    await Promise.race([begun, answer.then(({ metadata }) => Promise.reject(new Error(metadata.reason)))]);
    await abandonAll();
    exchange();
    here.overrides = {};
    const { metadata } = await here.call('twofactorauth_get_issuer');
    expect(metadata.output?.warnings?.[0]).toMatch(
      /^A file in a home was changed meanwhile, and was left as it is: .*\.ssh” is a symbolic link/,
    );
    await free();
    go();
    await answer;
  });
});

describe('modifyacct leaves everything unchanged', () => {
  const args = { user: 'bob', newuser: 'robert', HASSHELL: '1', QUOTA: '7' };

  it('if a step fails, even if it is done', async () => {
    await create('bob');
    const before = await everything();
    for (const [method, kind, fault] of [
      ['users.rename', 'before', fails('usermod')],
      ['users.setShell', 'before', fails('usermod')],
      ['users.setShell', 'afterwards', failsAfterwards('usermod')],
      ['quota.setLimit', 'before', fails('setquota')],
    ] as const) {
      // It fails only once, because undoing needs it too.
      const later: Fault = method === 'quota.setLimit' ? async () => undefined : (usual) => usual();
      let times = 0;
      breakHost({ [method]: (usual) => (++times === 1 ? fault(usual) : later(usual)) });
      const { error_code } = (await here.call('modifyacct', args)).metadata;
      expect([method, kind, error_code]).toEqual([method, kind, 'host_failed']);
      expect({ method, kind, ...(await everything()) }).toEqual({ method, kind, ...before });
    }
  });

  it('if the key of its secrets is lost', async () => {
    await create('bob');
    const secret = { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } };
    await here.call('twofactorauth_set_tfa_config_for_user', { bob: secret });
    const before = await everything();
    rmSync(join(here.state, 'secret.key'));
    expect((await here.call('modifyacct', args)).metadata.error_code).toBe('key_lost');
    expect(await everything()).toEqual(before);
  });
});

describe('a suspension', () => {
  it.each(['suspendacct', 'unsuspendacct'])(
    'is undone if the outcome of %s cannot be stored',
    async (command) => {
      await create('bob');
      if (command === 'unsuspendacct') await here.call('suspendacct', { user: 'bob' });
      const before = await everything();
      failToClose(new Error('no room'));
      expect((await here.call(command, { user: 'bob' })).metadata.result).toBe(0);
      expect(await everything()).toEqual(before);
      expect((await here.call(command, { user: 'bob' })).metadata.result).toBe(1);
    },
  );

  it('that only gets another reason is kept if the reason cannot be stored', async () => {
    await create('bob');
    await here.call('suspendacct', { user: 'bob', reason: 'first' });
    const before = await everything();
    failToClose(new Error('no room'));
    await here.call('suspendacct', { user: 'bob', reason: 'second' });
    expect(await everything()).toEqual(before);
  });
});

describe('removeacct, whose last steps cannot be undone,', () => {
  it('is undone as a whole if a step before these fails', async () => {
    await create('bob');
    const before = await everything();
    const remove = jest.spyOn(zones, 'removeKeys').mockImplementationOnce(() => {
      throw failed('rm');
    });
    expect((await here.call('removeacct', { username: 'bob' })).metadata).toMatchObject({
      error_code: 'host_failed',
      reason: '“rm” failed: out of order',
    });
    remove.mockRestore();
    expect(await everything()).toEqual(before);
    expect(await finishing()).toEqual([]);
  });

  it('is undone as a whole if one of these would be refused, although another is applied before', async () => {
    await create('bob');
    const before = await everything();
    const refuse = jest.spyOn(dropAll, 'prepare').mockResolvedValueOnce(undefined);
    // It was asked by the look at the machine, and MariaDB ended since.
    refuse.mockRejectedValueOnce(failed('MariaDB'));
    const dropped = jest.spyOn(dropAllPostgresql, 'apply');
    expect((await here.call('removeacct', { username: 'bob' })).metadata.reason).toBe(
      '“MariaDB” failed: out of order',
    );
    expect(dropped).not.toHaveBeenCalled();
    for (const spy of [refuse, dropped]) spy.mockRestore();
    expect(await everything()).toEqual(before);
  });

  it('says what is done and what is not if one of these fails, and a task does the rest, and no other call', async () => {
    await create('bob');
    breakHost({ 'users.remove': fails('userdel') });
    const { metadata } = await here.call('removeacct', { username: 'bob' });
    const [task] = await finishing();
    expect(metadata).toMatchObject({ result: 0, error_code: 'host_failed' });
    expect(metadata.reason).toMatch(
      /^“userdel” failed: out of order\. The call can no longer be taken back\. Done: .*Remove the MariaDB databases/,
    );
    expect(metadata.reason).toContain('Still to be done: End the processes of “bob”. Remove the user,');
    expect(metadata.reason).toContain(
      `The task ${task?.id} (finish-operation) does the rest: it tries every minute`,
    );
    here.overrides = {};
    await here.call('listaccts');
    expect([homes(), (await storedAccount(here, 'bob'))?.username]).toEqual([['bob'], 'bob']);
    expect((await here.call('suspendacct', { user: 'bob' })).metadata).toMatchObject({
      error_code: 'busy',
      reason: expect.stringContaining(
        'A task still has to finish an earlier call on “account bob”.',
      ) as string,
    });

    breakHost({ 'users.remove': fails('userdel') });
    await aMinuteLater();
    expect(await finishing()).toMatchObject([{ state: 'waiting', reason: '“userdel” failed: out of order' }]);
    here.overrides = {};
    await aMinuteLater();
    expect(await finishing()).toMatchObject([{ state: 'done' }]);
    expect(await everything()).toMatchObject({ homes: [], accounts: [], journal: [], locks: [] });
    expect(here.audit().map(({ function: name, result, stage }) => [name, result, stage])).toContainEqual([
      'remove-account',
      1,
      'finished later',
    ]);
  });

  it('gets its task again if somebody stops it', async () => {
    await create('bob');
    breakHost({ 'users.remove': fails('userdel') });
    await here.call('removeacct', { username: 'bob' });
    here.overrides = {};
    await here.engine.store.transaction('changes', async (db) => ({
      value: await db.run("UPDATE task SET state = 'stopped' WHERE kind = 'finish-operation'"),
      keep: true,
    }));
    await here.call('listaccts');
    await aMinuteLater();
    expect(await finishing()).toMatchObject([{ state: 'stopped' }, { state: 'done' }]);
    expect(homes()).toEqual([]);
  });

  it('is finished by a task if the outcome was not stored', async () => {
    await create('bob');
    failToClose(new Error('no room'));
    expect((await here.call('removeacct', { username: 'bob' })).metadata.result).toBe(0);
    expect([homes(), (await storedAccount(here, 'bob'))?.username]).toEqual([[], 'bob']);
    here.overrides = {};
    await aMinuteLater();
    expect((await here.call('removeacct', { username: 'bob' })).metadata.reason).toBe(
      'You do not have a user named “bob”.',
    );
    expect(await everything()).toMatchObject({ homes: [], accounts: [], journal: [], locks: [] });
  });
});

describe('passwd, whose secret is not stored,', () => {
  const set = (args: Args = {}) =>
    here.call('passwd', { user: 'bob', password: 'four unusual words, Xylophone', ...args });
  const sessionsOfBob = () => rowsOf("SELECT username FROM session WHERE username = 'bob'");

  beforeEach(async () => {
    await create('bob');
    await here.call('setupreseller', { user: 'bob' });
    await here.engine.store.transaction('changes', async (db) => {
      const { now, randomBytes, sha256 } = here.engine;
      const about = { service: 'whostmgrd', address: '192.0.2.9', authentication: 'password' } as const;
      await sessions.open({ db, now, randomBytes, sha256 }, 'bob', about);
      return { value: undefined, keep: true };
    });
  });

  it('keeps the sessions if the machine rejects the step', async () => {
    breakHost({ 'users.setPassword': fails('chpasswd') });
    expect((await set()).metadata.error_code).toBe('host_failed');
    expect([await sessionsOfBob(), await journal()]).toEqual([[{ username: 'bob' }], []]);
  });

  it('ends them in the next call if the outcome was not stored', async () => {
    breakHost({});
    failToClose(new Error('no room'));
    expect((await set()).metadata.result).toBe(0);
    expect(await sessionsOfBob()).toHaveLength(1);
    const asked = jest.fn().mockRejectedValue(new Error('Nobody has the password any more.'));
    breakHost({ 'users.setPassword': asked });
    await here.call('twofactorauth_get_issuer');
    expect([await sessionsOfBob(), await journal(), asked.mock.calls]).toEqual([[], [], []]);
    expect(lastLines(2)).toEqual([
      ['set-password', 'cut short', 0],
      ['twofactorauth_get_issuer', undefined, 1],
    ]);
  });

  it('shows each message once, even if it waited for another call', async () => {
    breakHost({
      'users.setPassword': (usual) => new Promise((done) => setTimeout(done, 50)).then(usual),
    });
    const warning =
      'The parameter “db_pass_update” has no effect here: database users have passwords of their own. Use set_mysql_password or set_postgresql_password.';
    const answers = await Promise.all([set({ db_pass_update: '1' }), set({ db_pass_update: '1' })]);
    expect(answers.map(({ metadata }) => metadata.output?.warnings)).toEqual([[warning], [warning]]);
  });
});

describe('a package that changes while an account gets it', () => {
  beforeEach(() => here.call('addpkg', { name: 'gold', quota: '1' }));
  const changed = 'The package “gold” was changed meanwhile. Retry the call.';
  const meanwhile =
    (command: string, args: Args): Fault =>
    async (usual) => {
      const made = await usual();
      expect((await here.call(command, args)).metadata.result).toBe(1);
      return made;
    };

  it.each<[string, Args, object]>([
    ['editpkg', { name: 'gold', quota: '7' }, { error_code: 'busy', reason: changed }],
    ['killpkg', { pkgname: 'gold' }, { error_code: 'not_found' }],
  ])('by %s: no new account has the old values', async (command, args, told) => {
    breakHost({ 'users.create': meanwhile(command, args) });
    expect((await create('bob', { plan: 'gold' })).metadata).toMatchObject(told);
    expect(await everything()).toEqual(nothing);
  });

  it('by editpkg: an account that is moved to it does not have them either', async () => {
    await create('bob', { quota: '5' });
    const before = await storedAccount(here, 'bob');
    let times = 0;
    const once = meanwhile('editpkg', { name: 'gold', quota: '7' });
    breakHost({ 'quota.setLimit': async () => (++times === 1 ? once(async () => undefined) : undefined) });
    expect((await here.call('changepackage', { user: 'bob', pkg: 'gold' })).metadata).toMatchObject({
      error_code: 'busy',
      reason: changed,
    });
    expect([await storedAccount(here, 'bob'), times]).toEqual([before, 2]);
  });

  it('and an account that is moved to it during the change is not left out', async () => {
    await create('bob', { plan: 'gold' });
    await create('carl');
    let times = 0;
    const once = meanwhile('changepackage', { user: 'carl', pkg: 'gold' });
    breakHost({ 'quota.setLimit': async () => (++times === 1 ? once(async () => undefined) : undefined) });
    expect((await here.call('editpkg', { name: 'gold', quota: '7' })).metadata).toMatchObject({
      error_code: 'busy',
      reason: changed,
    });
    const limits = async () => await rowsOf('SELECT username, disk_limit FROM account ORDER BY username');
    expect(await limits()).toEqual([
      { username: 'bob', disk_limit: 1 },
      { username: 'carl', disk_limit: 1 },
    ]);
    await here.call('editpkg', { name: 'gold', quota: '7' });
    expect(await limits()).toMatchObject([{ disk_limit: 7 }, { disk_limit: 7 }]);
  });
});

describe('simultaneous calls', () => {
  const rita = reseller('rita', 'create-acct', 'viewglobalpackages');
  const reasons = async (...calls: ReturnType<typeof create>[]) =>
    (await Promise.all(calls)).map(({ metadata }) => metadata.reason).sort();

  it.each<[string, readonly [string, Args, string, Args], string]>([
    [
      'user',
      ['bob', {}, 'bob', { domain: 'b.example' }],
      'The account “bob” already exists. Choose another name.',
    ],
    [
      'domain',
      ['bob', {}, 'carl', { domain: 'bob.example' }],
      'The domain “bob.example” already belongs to an account. Choose another domain.',
    ],
    [
      'address',
      ['bob', { customip: '192.0.2.2', ip: 'y' }, 'carl', { customip: '192.0.2.2', ip: 'y' }],
      'The address “192.0.2.2” is already the dedicated IP address of an account.',
    ],
    [
      'beginning',
      ['longname1', {}, 'longname2', {}],
      'The name “longname.” begins with the same 8 characters as the name of another account, and the names of its databases begin with them. Choose another name.',
    ],
  ])('for the same %s create one account', async (_what, [one, args, other, more], reason) => {
    const calls = [create(one, args), create(other, more)];
    // It is not certain which of them runs first.
    const told = (await reasons(...calls)).map((one) => one.replace(/longname[12]/, 'longname.'));
    expect(told).toEqual(['Account Creation Ok', reason].sort());
    expect(await rowsOf('SELECT username FROM account')).toHaveLength(1);
    expect(homes()).toHaveLength(1);
    expect(await journal()).toEqual([]);
  });

  it('of a reseller create no more accounts than its limit', async () => {
    await create('rita', { reseller: '1' });
    await here.call('setresellerlimits', { user: 'rita', enable_account_limit: '1', account_limit: '1' });
    const asRita = (username: string, plan: string) =>
      here.call('createacct', { username, domain: `${username}.example`, plan }, { as: rita });
    expect(await reasons(asRita('bob', 'default'), asRita('carl', 'starter'))).toEqual([
      'Account Creation Ok',
      'You have reached your limit of accounts: 1.',
    ]);
  });

  it('that remove a reseller and assign an account to it leave no account without an owner', async () => {
    await create('rita', { reseller: '1' });
    await Promise.all([
      here.call('removeacct', { username: 'rita' }),
      create('bob', { owner: 'rita', plan: 'starter' }),
    ]);
    await create('rosa', { reseller: '1' });
    await create('carl', { owner: 'rosa', plan: 'starter' });
    await Promise.all([
      here.call('modifyacct', { user: 'rosa', newuser: 'ruth' }),
      here.call('modifyacct', { user: 'carl', HASSHELL: '1' }),
    ]);
    expect(await rowsOf("SELECT username FROM account WHERE owner IN ('rita', 'rosa')")).toEqual([]);
    expect((await storedAccount(here, 'carl'))?.owner).toBe('ruth');
  });

  it('that dismiss a reseller and change its accounts leave no account without an owner', async () => {
    await create('rita', { reseller: '1' });
    await create('carl', { owner: 'rita' });
    const answers = await Promise.all([
      here.call('modifyacct', { user: 'carl', HASSHELL: '1' }),
      here.call('unsetupreseller', { user: 'rita' }),
      create('bob', { owner: 'rita' }),
      here.call('modifyacct', { user: 'rita', newuser: 'rosa' }),
    ]);
    // If the rename runs first, the old name can no longer be dismissed.
    const [changed, dismissed] = answers.map(({ metadata }) => metadata.reason);
    expect(changed).toBe('OK');
    expect(['OK', 'You do not have a user named “rita”.']).toContain(dismissed);
    const resellers = (await rowsOf('SELECT username FROM reseller')) as { username: string }[];
    const owners = (await rowsOf('SELECT DISTINCT owner FROM account')) as { owner: string }[];
    const possible = ['root', ...resellers.map(({ username }) => username)];
    expect(owners.filter(({ owner }) => !possible.includes(owner))).toEqual([]);
    expect((await storedAccount(here, 'carl'))?.settings.shell).toBe(true);
  });

  it('for accounts after a removal do not assign an ID twice', async () => {
    await create('ann');
    await create('bob');
    await here.call('removeacct', { username: 'bob' });
    await here.call('addpkg', { name: 'gold' });
    await Promise.all(['default', 'starter', 'gold'].map((plan, at) => create(`u${at}`, { plan })));
    expect(await rowsOf('SELECT uid FROM account ORDER BY uid')).toEqual(
      [10001, 10003, 10004, 10005].map((uid) => ({ uid })),
    );
  });
});

describe('accounts of one reseller', () => {
  const own = { as: reseller('rita', 'create-acct', 'viewglobalpackages') };
  const createAs = (username: string) =>
    here.call('createacct', { username, domain: `${username}.example` }, own);

  beforeEach(async () => {
    await create('rita');
    await here.call('setupreseller', { user: 'rita' });
  });

  /** Resolves when this many calls create a user at the same time. */
  function meeting(size: number): { fault: Fault; met: Promise<void> } {
    let waiting = 0;
    let meet = () => undefined as void;
    const met = new Promise<void>((resolve) => (meet = resolve));
    const fault: Fault = async (usual) => {
      if (++waiting === size) meet();
      await met;
      return usual();
    };
    return { fault, met };
  }

  it('are created at the same time', async () => {
    const { fault, met } = meeting(3);
    breakHost({ 'users.create': fault });
    const calls = ['ann', 'bea', 'cleo'].map(createAs);
    await met;
    const answers = await Promise.all(calls);
    expect(answers.map(({ metadata }) => metadata.reason)).toEqual(Array(3).fill('Account Creation Ok'));
    expect(await rowsOf('SELECT * FROM operation_lock')).toEqual([]);
  });

  it('never exceed its limit, even if they are created at the same time', async () => {
    await here.call('setresellerlimits', { user: 'rita', enable_account_limit: '1', account_limit: '2' });
    await createAs('ann');
    const { fault } = meeting(2);
    breakHost({ 'users.create': fault });
    const answers = await Promise.all(['bea', 'cleo'].map(createAs));
    expect(answers.map(({ metadata }) => metadata.result).sort()).toEqual([0, 1]);
    expect(answers.find(({ metadata }) => metadata.result === 0)?.metadata).toMatchObject({
      error_code: 'limit_reached',
      reason: 'You have reached your limit of accounts: 2.',
    });
    expect(await rowsOf("SELECT count(*) AS count FROM account WHERE owner = 'rita'")).toEqual([
      { count: 2 },
    ]);
    expect(homes()).toHaveLength(3);
  });

  it('wait until the reseller is removed', async () => {
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { fault, met } = meeting(1);
    breakHost({
      'users.create': async (usual) => {
        await fault(async () => undefined);
        await held;
        return usual();
      },
    });
    const creating = createAs('ann');
    await met;
    const dismissing = here.call('unsetupreseller', { user: 'rita' });
    await new Promise((resume) => setTimeout(resume, 50));
    release();
    expect((await creating).metadata.result).toBe(1);
    expect((await dismissing).metadata.result).toBe(1);
    expect((await storedAccount(here, 'ann'))?.owner).toBe('root');
  });
});

describe('a step', () => {
  it('is recorded in the journal with the previous state before it changes anything, and is undone to that state', async () => {
    await create('bob');
    const seen: unknown[][] = [];
    breakHost({
      'users.suspend': async (usual) => {
        seen.push(await rowsOf("SELECT kind, state, memento FROM operation_step WHERE state = 'begun'"));
        await usual();
        throw failed('usermod');
      },
    });
    await here.call('suspendacct', { user: 'bob' });
    expect(seen.map(([first]) => first)).toEqual([
      { kind: 'users/suspend', state: 'begun', memento: '{"wasSuspended":false}' },
    ]);
    expect(await (await here.engine.machine.users()).isSuspended('bob')).toBe(false);
    expect(await rowsOf('SELECT * FROM operation_step')).toEqual([]);
  });

  it.each<[string, string, object, number]>([
    ['create-account', 'users/create', { account: { username: 'bob', home: '/home/bob' } }, 1],
    ['suspend-account', 'users/suspend', { username: 'bob', isNew: true }, 1],
  ])('of an earlier version’s %s is built from its input, and undone', async (kind, _step, input, begun) => {
    const users = await here.engine.machine.users();
    await users.create({ name: 'bob', home: '/home/bob', shell: '/bin/sh', comment: 'bob.example' });
    if (kind === 'suspend-account') await users.suspend('bob');
    await here.engine.store.transaction('changes', async (db) => ({
      value: await db.run(
        'INSERT INTO operation (server, kind, input, begun, process, xid, caller) VALUES (?, ?, ?, ?, ?, ?, ?)',
        db.server,
        kind,
        JSON.stringify(input),
        begun,
        '',
        'old',
        'root',
      ),
      keep: true,
    }));
    await here.call('twofactorauth_get_issuer');
    expect(await journal()).toEqual([]);
    if (kind === 'create-account') expect([homes(), etc('passwd')]).toEqual([[], '']);
    else expect(await users.isSuspended('bob')).toBe(false);
    expect(lastLines(2)[0]).toEqual([kind, 'undone later', 0]);
  });

  it('of an earlier version’s remove-account is completed', async () => {
    await create('bob');
    const account = await storedAccount(here, 'bob');
    await here.engine.store.transaction('changes', async (db) => ({
      value: await db.run(
        'INSERT INTO operation (server, kind, input, begun, process, xid, caller) VALUES (?, ?, ?, 1, ?, ?, ?)',
        db.server,
        'remove-account',
        JSON.stringify({ username: 'bob', home: '/home/bob', uid: account?.uid }),
        '',
        'old',
        'root',
      ),
      keep: true,
    }));
    await here.call('twofactorauth_get_issuer');
    expect([homes(), await storedAccount(here, 'bob'), await journal()]).toEqual([[], undefined, []]);
  });
});

describe('the machine', () => {
  it('is not used while a transaction is open: this test’s watch detects it', async () => {
    const asks = here.engine.store.transaction('reads', async () => ({
      value: await (await here.engine.machine.users()).find('root'),
      keep: false,
    }));
    await expect(asks).rejects.toThrow('The machine (users) was asked while a transaction was open.');
  });

  it('does not make calls wait that only read', async () => {
    // The machine finishes only after another call has returned.
    const slow: Fault = async (usual) => {
      expect((await here.call('twofactorauth_policy_status')).metadata.result).toBe(1);
      return usual();
    };
    const made = jest.fn(slow);
    breakHost({ 'users.findAll': slow, 'users.create': made, 'quota.isEnabled': slow });
    expect((await create('ann')).metadata.reason).toBe('Account Creation Ok');
    expect(made).toHaveBeenCalledTimes(1);
  });
});

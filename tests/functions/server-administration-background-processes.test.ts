import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinuxProcesses } from '../../src/machine/linux/listed-processes.ts';
import { run } from '../../src/machine/linux/run.ts';
import * as tasks from '../../src/ground/rules/tasks/tasks.ts';
import { taskKinds } from '../../src/capabilities/tasks.generated.ts';
import { TaskWatch } from '../../src/worker/task-watch.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';
import { isMissing } from '../support/require-tool.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const configure = (processes_to_kill: string | string[], trusted_users: string[] = []) =>
  here.call('configurebackgroundprocesskiller', { processes_to_kill, trusted_users });

describe('configurebackgroundprocesskiller', () => {
  it.each([
    [['bash'], 'BitchX'],
    [['none', 'eggdrop'], 'should be “none” alone'],
    [[], 'is required'],
  ])('rejects %j', async (programs, reason) => {
    const { metadata } = await configure(programs);
    expect([metadata.result, metadata.reason]).toEqual([0, expect.stringContaining(reason)]);
  });

  it('warns in a sandbox, and about users that do not exist', async () => {
    const { metadata } = await configure('eggdrop', ['bob']);
    expect(metadata.output?.warnings).toEqual([
      'There is no account “bob” now. It is trusted if it is created.',
      'This is a sandbox: the setting is stored, and no process is stopped.',
    ]);
  });

  it('ends nothing in a sandbox, whose users may have the user IDs of real ones', async () => {
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    await configure('eggdrop');
    expect(
      await new TaskWatch({ engine: here.engine, kinds: taskKinds }).check('end-background-processes'),
    ).toBeUndefined();
  });
});

/** Nobody on this machine has the first two, nor another run of this test in a container. */
const free = randomInt(100_000, 1_000_000_000);
const UIDS = { bob: free, carol: free + 1, daemon: 999 };
type Name = keyof typeof UIDS;

// Only root can start processes of other users.
const describeAsRoot = process.getuid?.() === 0 && !isMissing('kill') ? describe : describe.skip;
describeAsRoot('real processes (only as root, with the package procps)', () => {
  let folder: string;
  let children: ChildProcess[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-processes-'));
    chmodSync(folder, 0o755);
    children = [];
    await addAccounts(here, ...Object.entries(UIDS).map(([username, uid]) => anAccount({ username, uid })));
    const { machine } = here.engine;
    const found = (name: string) => ({
      name,
      uid: UIDS[name as Name],
      gid: 0,
      home: `/home/${name}`,
      shell: '',
    });
    here.isMachine = true;
    here.overrides.machine = {
      ...machine,
      system: { ...machine.system, isSandbox: false },
      processes: async () => new LinuxProcesses(run),
      users: async () => ({
        ...(await machine.users()),
        findAll: async (names: readonly string[]) => new Map(names.map((name) => [name, found(name)])),
      }),
    };
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** A program with this name, which does nothing. Resolves once it runs. */
  const start = async (program: string, user: Name, shownName = program) => {
    const path = join(folder, program);
    if (!existsSync(path)) copyFileSync('/bin/sleep', path);
    chmodSync(path, 0o755);
    const options = { argv0: shownName, uid: UIDS[user], gid: UIDS[user], stdio: 'ignore' } as const;
    const child = spawn(path, ['600'], options);
    children.push(child);
    await new Promise((done) => child.once('spawn', done));
    return child;
  };
  const isRunning = (child: ChildProcess) => (child.exitCode ?? child.signalCode) === null;
  const ended = (child: ChildProcess) =>
    new Promise((done) => (isRunning(child) ? child.once('exit', done) : done(0)));
  const check = () =>
    new TaskWatch({ engine: here.engine, kinds: taskKinds }).check('end-background-processes');
  const endThem = () => runTasks(here, 'end-background-processes');

  it('are ended by their name, only those of accounts that are not trusted', async () => {
    const bot = await start('eggdrop', 'bob');
    const hidden = await start('innocent', 'bob', '/tmp/x/EggDrop');
    const spared = [
      await start('eggdrop-help', 'bob'),
      await start('eggdrop', 'carol'),
      // An account cannot have such a user ID. If one has, its processes are not touched.
      await start('eggdrop', 'daemon'),
    ];
    await configure(['eggdrop', 'bnc'], ['carol']);
    const id = await check();
    expect(id).toEqual(expect.any(Number));
    // The task is still waiting.
    expect(await check()).toBeUndefined();
    const log = (await endThem()).read(id ?? 0);
    await Promise.all([bot, hidden].map(ended));
    expect(spared.map(isRunning)).toEqual([true, true, true]);
    expect(log).toContain(`“eggdrop” of the user “bob” was ended (process ${bot.pid}).`);
    expect(log).toContain(`(process ${hidden.pid}).`);
    const [task] = await here.engine.store.transaction('reads', async (db) => ({
      value: await tasks.list(db),
      keep: false,
    }));
    expect(task).toMatchObject({ kind: 'end-background-processes', state: 'done', result: { ended: 2 } });
    expect(await check()).toBeUndefined();
  });

  it('are left alone after “none”', async () => {
    const bot = await start('psybnc', 'bob');
    await configure('psyBNC');
    await configure('none');
    expect(await check()).toBeUndefined();
    expect(isRunning(bot)).toBe(true);
  });

  it('are not ended in place of another process that has their ID now', async () => {
    const bot = await start('eggdrop', 'bob');
    const processes = new LinuxProcesses(run);
    const [listed] = (await processes.list([UIDS.bob])).filter(({ id }) => id === bot.pid);
    if (listed === undefined) throw new Error('It is not listed.');
    expect(await processes.end({ ...listed, started: '1' })).toBe(false);
    expect(await processes.end({ ...listed, uid: UIDS.carol })).toBe(false);
    expect(isRunning(bot)).toBe(true);
    await expect(processes.end({ ...listed, uid: 0 })).rejects.toThrow(TypeError);
    await expect(processes.list([UIDS.bob, 0])).rejects.toThrow(TypeError);
    expect(await processes.end(listed)).toBe(true);
    await ended(bot);
    expect(await processes.end(listed)).toBe(false);
  });
});

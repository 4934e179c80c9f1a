// SIGKILL for the program and the system’s tools while they change accounts, again and again. Afterwards an account is
// complete or does not exist at all, and nothing without an owner is left. Each run draws other moments, so a few rounds
// are enough.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { program, readAnswer } from '../../support/command.ts';
import { describeOnMachine, ThrowAwayMachine } from '../../machine-port/throw-away-machine.ts';

jest.setTimeout(600_000);

const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
console.log(`kill-while-working: SEED=${seed}`);
let drawn = seed;
/** Numbers from 0 to below 1, always the same for the same seed (Park and Miller). */
const draw = () => (drawn = (drawn * 48_271) % 2_147_483_647) / 2_147_483_647;

/** A file of the machine: no tool has to be killed any longer. */
const OVER = '/var/lib/over';

/** Runs a command until the file contains the line, or for this many milliseconds, and then kills only this process. */
const KILL_AT = `
  const { spawn } = require('node:child_process');
  const { readFileSync } = require('node:fs');
  const [line, limit, ...command] = process.argv.slice(1);
  const child = spawn(command[0], command.slice(1), { stdio: 'ignore', detached: true });
  child.on('exit', (status, signal) => { console.log(signal ?? status); process.exit(); });
  const end = performance.now() + Number(limit);
  const look = () => {
    const isThere = line !== '' && readFileSync('/etc/passwd', 'utf8').includes('\\n' + line);
    if (isThere || performance.now() > end) child.kill('SIGKILL');
    else setImmediate(look);
  };
  look();
`;

describeOnMachine('accounts of a machine whose processes are killed', () => {
  let machine: ThrowAwayMachine;
  beforeAll(async () => {
    machine = await ThrowAwayMachine.start();
    // Large enough that copying it takes longer than the next call needs to start.
    const fill =
      'for at in $(seq 3000); do echo "$at" >"/etc/skel/file$at"; done; head -c 50000000 /dev/zero >/etc/skel/big';
    await machine.run('sh', '-c', fill);
    await whmapi1('version');
  });
  afterAll(() => machine.close());

  const whmapi1 = async (...words: string[]) => {
    const { status, stdout } = await machine.run(process.execPath, program, '--output=json', ...words);
    return { status, ...readAnswer(stdout) };
  };
  /** Runs the tasks that finish calls which can no longer be taken back. */
  const finish = () => machine.run(process.execPath, program, '--run-tasks');
  const killAt = async (line: string, limitMs: number, ...words: string[]) => {
    const command = [process.execPath, program, ...words];
    return (await machine.run(process.execPath, '-e', KILL_AT, '--', line, String(limitMs), ...command))
      .stdout;
  };
  const rowsOf = (file: string) =>
    readFileSync(machine.path(`/etc/${file}`), 'utf8')
      .split('\n')
      .filter((row) => row.startsWith('eve:')).length;
  /** How many rows of each of the machine’s files belong to the account, and the home directories. */
  const traces = async () => {
    const homes = (await machine.run('ls', '-A', '/home')).stdout.split('\n').filter((name) => name !== '');
    const files = ['passwd', 'shadow', 'group', 'gshadow'].map(rowsOf);
    return `${files.join(' ')} ${homes.join(' ')}`.trim();
  };
  const NONE = '0 0 0 0';
  const WHOLE = '1 1 1 1 eve';
  const filesInHome = async () =>
    (await machine.run('sh', '-c', 'ls /home/eve | wc -l; stat -c %U /home/eve/* | sort -u')).stdout;

  const create = ['createacct', 'username=eve', 'domain=eve.example'];

  test('createacct, killed as the passwd line appears: nothing is left of it after the next call', async () => {
    for (let round = 0; round < 5; round++) {
      expect(await killAt('eve:', 20_000, ...create)).toBe('SIGKILL\n');
      const { metadata } = await whmapi1('twofactorauth_get_issuer');
      expect([round, metadata?.output, await traces()]).toEqual([round, undefined, NONE]);
      // Everything that was still running has ended: nothing comes back.
      await sleep(300);
      expect([round, await traces()]).toEqual([round, NONE]);
    }
    expect((await whmapi1(...create)).metadata?.reason).toBe('Account Creation Ok');
    const whole = await filesInHome();
    expect(whole).toMatch(/^30\d\d\neve\n$/);
    await whmapi1('removeacct', 'username=eve');
    expect(await traces()).toBe(NONE);
  });

  test('createacct and removeacct, killed at any moment', async () => {
    const began = performance.now();
    await whmapi1(...create);
    const typical = performance.now() - began;
    for (let round = 0; round < 8; round++) {
      await whmapi1(...create);
      expect(await traces()).toBe(WHOLE);
      await killAt('', typical * draw(), 'removeacct', 'username=eve');
      const { metadata } = await whmapi1('twofactorauth_get_issuer');
      expect([round, metadata?.output]).toEqual([round, undefined]);
      await finish();
      const left = await traces();
      expect([NONE, WHOLE]).toContain(left);
      if (left === WHOLE) await whmapi1('removeacct', 'username=eve');
      await killAt('', typical * draw(), ...create);
      await whmapi1('twofactorauth_get_issuer');
      const made = await traces();
      expect([NONE, WHOLE]).toContain(made);
      if (made === WHOLE) expect(await filesInHome()).toMatch(/^30\d\d\neve\n$/);
      if (made === WHOLE) await whmapi1('removeacct', 'username=eve');
      expect(await traces()).toBe(NONE);
    }
  });

  test('the tools, killed during their work', async () => {
    for (const tool of ['useradd', 'cp', 'chown', 'rm', 'userdel', 'usermod']) {
      for (let round = 0; round < 4; round++) {
        // It looks for the tool without a pause, until the call is over.
        const wait = Math.floor(draw() * 20);
        const loop = `i=0; while ! [ -e ${OVER} ]; do pkill -KILL -x ${tool} && [ $i -gt ${wait} ] && break; i=$((i+1)); done`;
        await machine.run('rm', '-f', OVER);
        const killer = machine.run('sh', '-c', loop);
        const isCreating = ['useradd', 'cp', 'chown'].includes(tool);
        if (!isCreating) await whmapi1(...create);
        const { metadata } = isCreating
          ? await whmapi1(...create)
          : await whmapi1('removeacct', 'username=eve');
        await machine.run('touch', OVER);
        await killer;
        expect(metadata?.error_code ?? 'done').toMatch(/^(host_failed|done)$/);
        await finish();
        const again = await whmapi1('removeacct', 'username=eve');
        expect([tool, round, await traces(), again.metadata?.reason]).toEqual([
          tool,
          round,
          NONE,
          expect.stringMatching(/account removed|do not have a user named/),
        ]);
      }
    }
    expect((await whmapi1(...create)).metadata?.reason).toBe('Account Creation Ok');
    await whmapi1('removeacct', 'username=eve');
    expect(await traces()).toBe(NONE);
  });
});

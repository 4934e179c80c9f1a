// A hostile user’s processes fork faster than they can be listed, ignore SIGTERM, and kill other processes of the same
// user. Suspending or removing the account ends all of them.
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../support/until.ts';
import { describeOnMachine, ThrowAwayMachine } from '../../machine-port/throw-away-machine.ts';

const bob = { name: 'bob', home: '/home/bob', shell: '/bin/sh', comment: 'Bob' };
const carl = { ...bob, name: 'carl', home: '/home/carl' };

/**
 * Each is a Perl program. The chain of forks ends after a minute, whatever happens. A process lives shorter than a list of
 * processes takes, but not so short that process 1, which reaps thousands of them a second, runs out of process IDs.
 */
const attacks = {
  'forks and leaves its child behind, again and again':
    'while (time < $end) { exit if fork; select undef, undef, undef, 0.0001 }',
  'keeps twenty chains of forks going':
    'for (1 .. 20) { last if !fork } while (time < $end) { exit if fork; select undef, undef, undef, 0.005 }',
  'kills everything of its user before each fork':
    'while (time < $end) { kill 9, -1; exit if fork; select undef, undef, undef, 0.0005 }',
  'leaves a zombie and goes on': 'fork or exit; sleep 1 while time < $end',
};

describeOnMachine('a process that', () => {
  let machine: ThrowAwayMachine;
  beforeAll(async () => {
    machine = await ThrowAwayMachine.start();
    await machine.users.create(carl);
  });
  afterAll(() => machine.close());

  const processesOf = async (uid: number) => {
    const { stdout } = await machine.run('pgrep', '--uid', String(uid), '--runstates', 'RSDTtWI');
    return stdout.split('\n').filter((line) => line !== '');
  };
  /** Checks at several moments, because one check misses a process that has just been replaced by its child. */
  const isAnyLeft = async (uid: number) => {
    for (let look = 0; look < 20; look++) {
      if ((await processesOf(uid)).length > 0) return true;
      await sleep(5);
    }
    return false;
  };
  const attack = async (uid: number, program: string) => {
    const script = `$SIG{TERM} = "IGNORE"; $SIG{CHLD} = "DEFAULT"; $end = time + 60; ${program}`;
    const words = ['--reuid', String(uid), '--regid', String(uid), '--clear-groups', 'perl', '-e', script];
    await machine.run('sh', '-c', 'setsid "$@" >/dev/null 2>&1 </dev/null &', 'sh', 'setpriv', ...words);
    await until(() => isAnyLeft(uid), 'the attack began');
  };

  test.each(Object.entries(attacks))(
    '%s is ended by a suspension and by a removal',
    async (_name, program) => {
      const { uid: other } = (await machine.users.find('carl')) ?? { uid: 0 };
      const bystander = await machine.linger(other, false);
      for (const how of ['suspend', 'remove'] as const) {
        if ((await machine.users.find('bob')) === undefined) await machine.users.create(bob);
        const { uid } = (await machine.users.find('bob')) ?? { uid: 0 };
        await attack(uid, program);
        await machine.users[how]('bob');
        expect([how, await isAnyLeft(uid)]).toEqual([how, false]);
      }
      expect(await machine.users.find('bob')).toBeUndefined();
      expect((await machine.run('ls', '/home')).stdout).toBe('carl\n');
      // Other users’ processes keep running.
      expect(await processesOf(other)).toContain(String(bystander));
      await machine.run('kill', '-KILL', String(bystander));
    },
  );
});

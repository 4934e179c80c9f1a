// The power of a server is cut while it acknowledges calls, and its disk loses what it has not flushed: no account and no
// suspension that was acknowledged is lost, and nothing is half done.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describeOnMachine } from '../../machine/describe-on-machine.ts';
import { installedRoot } from '../../machine/prepared-roots.ts';
import { itWith } from '../../support/require-tool.ts';
import { EmulatedMachine } from './emulated-machine.ts';

const CUTS = 3;
/** Only ends what would never end: a start takes a minute or two. */
const START_MS = 900_000;
const MOST_PAUSE_MS = 1_000;
/** What `whmapi1 --doctor` has to find well, among others. */
const CHECKS = [/^doctor ok +Store .*integrity check/, /^doctor ok +Unfinished work /].map(
  (line) => expect.stringMatching(line) as string,
);

describeOnMachine('a server whose power is cut', () => {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-power-'));
  let machine: EmulatedMachine | undefined;

  afterAll(() => {
    machine?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  itWith(
    ['qemu-system-x86_64', 'mke2fs'],
    'has every account and every suspension that it has acknowledged, and no half of one',
    async () => {
      machine = EmulatedMachine.make(
        await installedRoot(),
        folder,
        resolve('tests/soak/machine/acknowledged-calls.cjs'),
      );
      const created = new Set<string>();
      const suspended = new Set<string>();
      for (let cut = 0; cut <= CUTS; cut++) {
        machine.start();
        await waitFor(machine, ['ready']);
        expect(compared(machine.lines, { created, suspended })).toEqual({
          ...{ lostAccounts: [], lostSuspensions: [], halves: [], strays: [], failures: [] },
          doctor: expect.arrayContaining(CHECKS) as unknown,
          isWell: true,
        });
        if (cut === CUTS) break;
        // Each cut is at another place: during the fifth to eleventh call, at any moment.
        await waitFor(machine, ['created', 'suspended'], 4 + 3 * cut);
        await pause(Math.random() * MOST_PAUSE_MS);
        const lost = await machine.cutPower();
        const { lines } = machine;
        for (const name of namesIn(lines, 'created')) created.add(name);
        for (const name of namesIn(lines, 'suspended')) suspended.add(name);
        expect(lines.filter((line) => line.startsWith('failed'))).toEqual([]);
        process.stderr.write(
          `Cut ${cut + 1}: ${created.size} accounts and ${suspended.size} suspensions acknowledged, ${lost} writes lost.\n`,
        );
      }
      expect(created.size).toBeGreaterThanOrEqual(CUTS * 3);
      expect(suspended.size).toBeGreaterThan(0);
    },
    3_600_000,
  );
});

/** @param count so many lines that begin with one of the words. */
async function waitFor(machine: EmulatedMachine, words: readonly string[], count = 1): Promise<void> {
  const deadline = Date.now() + START_MS;
  const found = () => machine.lines.filter((line) => words.includes(line.split(' ', 1).join(''))).length;
  while (found() < count) {
    if (!machine.isRunning || Date.now() > deadline)
      throw new Error(
        `It did not say “${words.join('” or “')}”: ${machine.lines.join('\n')}\n${machine.console}`,
      );
    await pause(20);
  }
}

const namesIn = (lines: readonly string[], word: string) =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.split(' ')[1] ?? '');

interface Acknowledged {
  readonly created: ReadonlySet<string>;
  readonly suspended: ReadonlySet<string>;
}

/** What the machine has, compared with what it has acknowledged. */
function compared(lines: readonly string[], { created, suspended }: Acknowledged) {
  const accounts = lines
    .filter((line) => line.startsWith('account '))
    .map((line) => {
      const [, name = '', extent, state, password] = line.split(' ');
      return {
        name,
        isWhole: extent === 'whole',
        isSuspended: state === 'suspended',
        isLocked: password === 'locked',
      };
    });
  const has = (name: string) => accounts.some((one) => one.name === name);
  const isSuspended = (name: string) => accounts.some((one) => one.name === name && one.isSuspended);
  return {
    lostAccounts: [...created].filter((name) => !has(name)),
    lostSuspensions: [...suspended].filter((name) => !isSuspended(name)),
    halves: accounts
      .filter((one) => !one.isWhole || one.isSuspended !== one.isLocked)
      .map(({ name }) => name),
    strays: namesIn(lines, 'stray'),
    failures: lines.filter((line) => line.startsWith('failed')),
    isWell: !lines.some((line) => /^doctor (?!ok|note)/.test(line)),
    doctor: lines.filter((line) => line.startsWith('doctor ')),
  };
}

// Accounts that are suspended, unsuspended and removed alone, on a booted Debian to throw away: among few websites, and
// among many.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyNotOnMachine } from '../../tests/machine/describe-on-machine.ts';
import { bootHosting, Hosting } from './hosting.ts';
import { median } from './measure.ts';

const FEW = 20;
const MANY = 600;
/** Accounts of each measurement. */
const MEASURED = 15;
const CLIENTS = 16;
const CLIENT = '/srv/suspend-client.cjs';
/** Their processor time is shown: the server with its tools, and the daemons that it reloads. */
const UNITS = ['whmapi1d', 'apache2', 'php8.4-fpm', 'named'];

type Took = Readonly<Record<'suspendacct' | 'refused' | 'unsuspendacct' | 'removeacct', readonly number[]>>;

const rows: readonly (readonly [name: string, part: keyof Took])[] = [
  ['`suspendacct`', 'suspendacct'],
  ['from its call to the first refused request', 'refused'],
  ['`unsuspendacct`', 'unsuspendacct'],
  ['`removeacct`', 'removeacct'],
];

export async function compareSuspensions(work: string): Promise<void> {
  const why = whyNotOnMachine();
  if (why !== undefined) {
    console.log(`\nSuspensions are not measured: ${why}.`);
    return;
  }
  const machine = await bootHosting(work);
  try {
    copyFileSync(join(import.meta.dirname, 'suspend-client.cjs'), machine.path(CLIENT));
    const hosting = new SuspendingHosting(machine);
    hosting.create('few', FEW, CLIENTS);
    const few = hosting.suspend('a');
    hosting.create('many', MANY - FEW, CLIENTS);
    const many = hosting.suspend('b');
    console.log(`\nAccounts with website, zone and pool, one after the other, ${MEASURED} of each\n`);
    console.log(
      `| call | ms among ${FEW} | ms among ${MANY} | ratio | to reach |\n| --- | --- | --- | --- | --- |`,
    );
    for (const [name, part] of rows) {
      const [floor, more] = [median([...few.took[part]]), median([...many.took[part]])];
      console.log(
        `| ${name} | ${floor.toFixed(0)} | ${more.toFixed(0)} | ${(more / floor).toFixed(2)} | 1.5 |`,
      );
    }
    console.log(
      `\nProcessor time of the three calls, with the daemons: ${few.used.toFixed(0)} and ${many.used.toFixed(0)} ms.`,
    );
  } finally {
    await machine.stop();
  }
}

class SuspendingHosting extends Hosting {
  suspend(prefix: string): { readonly took: Took; readonly used: number } {
    const names = Array.from({ length: MEASURED }, (_, at) => `${prefix}${at}`);
    this.create(prefix, MEASURED, CLIENTS);
    const before = this.#used();
    const words = JSON.stringify({ token: this.token, names });
    const { status, stdout, stderr } = this.machine.run('node', [CLIENT, words], { timeoutMs: 600_000 });
    if (status !== 0) throw new Error(stderr);
    return { took: JSON.parse(stdout) as Took, used: (this.#used() - before) / MEASURED };
  }

  /** Milliseconds of processor time. */
  #used(): number {
    const files = UNITS.map((unit) => `/sys/fs/cgroup/system.slice/${unit}.service/cpu.stat`).join(' ');
    return Number(
      this.machine.sh(`sed -n 's/^usage_usec //p' ${files} | awk '{ s += $1 } END { print s / 1000 }'`),
    );
  }
}

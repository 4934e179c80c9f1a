// A booted Debian to throw away that hosts websites with our package, and accounts that are created there over HTTP.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { buildPackage } from '../../tests/machine/built-package.ts';
import { machineRoot } from '../../tests/machine/debian-root.ts';
import { bootMachine, type Machine } from '../../tests/machine/machine.ts';

const CLIENT = '/srv/create-client.cjs';

/** The password of all accounts that a bench creates. */
export const PASSWORD = 'four unusual words, Xylophone';

/**
 * Boots it, with the package of this tree.
 * @param work a folder that does not exist yet.
 * @param profile the arguments of start_profile_activation, quoted for a shell.
 */
export async function bootHosting(
  work: string,
  profile = `code=WEBNODE 'optional={"DNS":1}'`,
): Promise<Machine> {
  mkdirSync(work, { recursive: true });
  execFileSync('npm', ['run', '--silent', 'build']);
  const machine = await bootMachine(machineRoot());
  try {
    copyFileSync(buildPackage(work), machine.path('/srv/whmapi1.deb'));
    copyFileSync(join(import.meta.dirname, 'create-client.cjs'), machine.path(CLIENT));
    machine.install('/srv/whmapi1.deb');
    machine.sh(`whmapi1 --wait start_profile_activation ${profile}`, { timeoutMs: 600_000 });
    await untilAnswers(machine);
  } catch (error) {
    await machine.stop();
    throw error;
  }
  return machine;
}

export async function untilAnswers(machine: Machine): Promise<void> {
  await until('whmapi1d answers', () => machine.run('curl', ['-sk', 'https://127.0.0.1:2087/']).status === 0);
}

export class Hosting {
  protected readonly machine: Machine;
  protected readonly token: string;

  constructor(machine: Machine) {
    this.machine = machine;
    const answer = machine.sh('whmapi1 --output=json api_token_create token_name=bench');
    this.token = (JSON.parse(answer) as { data: { token: string } }).data.token;
  }

  /** Milliseconds of so many accounts. @throws if one of them is not created. */
  create(prefix: string, count: number, clients = 1): number {
    const names = Array.from({ length: count }, (_, at) => `${prefix}${at}`);
    const words = JSON.stringify({ token: this.token, password: PASSWORD, names, clients });
    const { status, stdout, stderr } = this.machine.run('node', [CLIENT, words], { timeoutMs: 1_200_000 });
    if (status !== 0) throw new Error(stderr);
    return Number(stdout);
  }
}

/** @throws after a minute. */
export async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 600) throw new Error(`After a minute, it is not so that ${what}.`);
    await pause(100);
  }
}

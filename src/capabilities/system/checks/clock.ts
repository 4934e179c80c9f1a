// The clock is synchronised, as far as this server's own time service reports, and was not set back.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { NOT_INSTALLED } from '../../../machine/linux/run.ts';
import {
  note,
  ok,
  SHORT_LIMIT_MS,
  warning,
  type Check,
  type Finding,
  type Subject,
} from '../../../ground/doctor/check.ts';

/** A code of an authenticator app is accepted one step of 30 seconds early or late. */
const TOLERATED_SECONDS = 30;
/** All statuses are accepted: a tool that cannot reach its service exits with 1 or 2. */
const ANY = [0, 1, 2, 3, 4, NOT_INSTALLED];

const check: Check = {
  title: 'Clock',
  order: 80,
  run: async (subject) => [...goneBack(subject), await synchronised(subject)],
};

/** Finds files of the state directory that are newer than the clock. */
function goneBack({ stateDirectory, now }: Subject): Finding[] {
  const times = ['store.db', 'audit.log', 'secret.key'].map(
    (name) => statSync(join(stateDirectory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  const ahead = Math.round((Math.max(...times) - now()) / 1000);
  if (ahead <= TOLERATED_SECONDS) return [];
  return [
    warning(
      `The clock is ${ahead} seconds behind the newest file of the state directory, so it is wrong now or was then.`,
      'timedatectl set-ntp true',
    ),
  ];
}

/** Asks only local services, without waiting for the network. */
async function synchronised({ run, isSandbox }: Subject): Promise<Finding> {
  const ask = async (tool: string, ...words: string[]) => {
    try {
      return await run(tool, words, { accept: ANY, limitMs: SHORT_LIMIT_MS });
    } catch {
      return { status: NOT_INSTALLED, stdout: '' };
    }
  };
  const chrony = await ask('chronyc', '-c', '-n', 'tracking');
  // Fields of `chronyc -c tracking`: the fifth is the offset in seconds, the last the leap status.
  const fields = chrony.status === 0 ? chrony.stdout.trim().split(',') : [];
  if (fields.length > 5) {
    const offset = Math.abs(Number(fields[4]));
    if (fields.at(-1) === 'Not synchronised') return unsynchronised('chrony', 'chronyc makestep', isSandbox);
    if (offset > TOLERATED_SECONDS) {
      const wrong = `The clock is wrong by ${Math.round(offset)} seconds, says chrony.`;
      return warning(wrong, 'chronyc makestep');
    }
    return ok(`chrony keeps the clock, which is right to ${offset.toFixed(3)} seconds.`);
  }
  const { status, stdout } = await ask('timedatectl', 'show', '--property=NTP', '--property=NTPSynchronized');
  if (status !== 0 || !stdout.includes('NTPSynchronized=')) {
    return note(
      'Whether the clock is right cannot be checked: neither chrony nor systemd’s time service answers. ' +
        'Codes of authenticator apps fail if it is wrong by more than 30 seconds.',
    );
  }
  if (stdout.includes('NTPSynchronized=yes')) return ok('The clock is synchronised.');
  return unsynchronised('systemd', 'timedatectl set-ntp true', isSandbox);
}

function unsynchronised(service: string, command: string, isSandbox: boolean): Finding {
  const sentence =
    `The clock is not synchronised, says ${service}. Codes of authenticator apps fail if it is wrong by more than ` +
    `${TOLERATED_SECONDS} seconds.`;
  // Only an administrator can change this.
  return isSandbox ? note(sentence) : warning(sentence, command);
}

export default check;

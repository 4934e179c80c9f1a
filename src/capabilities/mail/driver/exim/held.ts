// Mail that is held: messages in a queue of their own, which no ordinary run of the queue touches.
import { createHash } from 'node:crypto';
import type { Machine } from '../../../../core/machine.ts';

const SPOOL = '/var/spool/exim4';
const HEADER_FILE = /^([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})-H$/;
const SUFFIX_LENGTH = 12;
/** Arguments of one call of Exim. */
const MOST_AT_ONCE = 500;
/** Deliveries to servers that do not respond take long. Exim tries again by itself. */
const DELIVERY_LIMIT_MS = 3_600_000;

/** The queue of an account, or of one of its mailboxes. */
export function heldQueue(username: string, address?: string): string {
  if (address === undefined) return `held-${username}`;
  const digest = createHash('sha256').update(address).digest('hex').toUpperCase();
  return `held-${username}-${digest.slice(0, SUFFIX_LENGTH)}`;
}

/** The IDs of the messages in a queue. */
export async function listHeld(machine: Pick<Machine, 'files'>, queue: string): Promise<string[]> {
  const files = await machine.files([SPOOL]);
  const names = await files.list(`${SPOOL}/${queue}/input`);
  return names.flatMap((name) => HEADER_FILE.exec(name)?.[1] ?? []);
}

/** Removes messages that are still held. Nobody gets a report. */
export async function removeHeld(
  machine: Pick<Machine, 'files' | 'tools'>,
  { username, address, ids }: { username: string; address: string; ids: readonly string[] },
): Promise<void> {
  const queue = heldQueue(username, address);
  const present = new Set(await listHeld(machine, queue));
  const left = ids.filter((id) => present.has(id));
  if (left.length === 0) return;
  const tools = await machine.tools([{ name: 'exim4' }]);
  for (let at = 0; at < left.length; at += MOST_AT_ONCE) {
    await tools.run('exim4', [`-qG${queue}`, '-Mrm', ...left.slice(at, at + MOST_AT_ONCE)]);
  }
}

/** Moves the messages to the ordinary queue, and has Exim deliver them. @returns how many there were. */
export async function releaseHeld(machine: Machine, queue: string): Promise<number> {
  const ids = await listHeld(machine, queue);
  if (ids.length === 0) return 0;
  const tools = await machine.tools([{ name: 'exim4' }]);
  const commands = await machine.commands();
  for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
    const some = ids.slice(at, at + MOST_AT_ONCE);
    await tools.run('exim4', [`-qG${queue}`, '-MG', '', ...some]);
    await commands.start(['/usr/sbin/exim4', '-M', ...some], DELIVERY_LIMIT_MS);
  }
  return ids.length;
}

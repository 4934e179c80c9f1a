// Mail that is held: messages in a queue of their own, which no ordinary run of the queue touches.
import { setTimeout as pause } from 'node:timers/promises';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import { readOrdinaryQueue } from '../queue/look-queue.ts';
import { ownerOfQueue } from './held-queues.ts';

const SPOOL = '/var/spool/exim4';
const HEADER_FILE = /^([0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4})-H$/;
/** Arguments of one call of Exim. */
const MOST_AT_ONCE = 500;
/** Deliveries to servers that do not respond take long. Exim tries again by itself. */
const DELIVERY_LIMIT_MS = 3_600_000;
/** Exim refuses to move a message that is still arriving. */
const TRIES = 40;
const PAUSE_MS = 250;

type Access = Pick<Machine, 'files' | 'tools'>;

/** The IDs of the messages in a queue. */
export async function listHeld(machine: Pick<Machine, 'files'>, queue: string): Promise<string[]> {
  const files = await machine.files([SPOOL]);
  const names = await files.list(`${SPOOL}/${queue}/input`);
  return names.flatMap((name) => HEADER_FILE.exec(name)?.[1] ?? []);
}

/** All queues that have held messages. */
export async function listHeldQueues(machine: Pick<Machine, 'files'>): Promise<string[]> {
  const files = await machine.files([SPOOL]);
  const queues = (await files.list(SPOOL)).filter((name) => ownerOfQueue(name) !== undefined);
  const found: string[] = [];
  for (const queue of queues) if ((await listHeld(machine, queue)).length > 0) found.push(queue);
  return found;
}

/**
 * Removes messages that are still held. Nobody gets a report.
 * @param ids only these. Default: all of the queue.
 */
export async function removeHeld(machine: Access, queue: string, ids?: readonly string[]): Promise<void> {
  await withoutLocked(machine, queue, ids, (some) => [`-qG${queue}`, '-Mrm', ...some]);
}

/** Moves all messages to another queue for held mail. */
export async function moveHeld(machine: Access, from: string, to: string): Promise<void> {
  await withoutLocked(machine, from, undefined, (some) => [`-qG${from}`, '-MG', to, ...some]);
}

/** Moves the messages to the ordinary queue, and has Exim deliver them. */
export async function releaseHeld(machine: Machine, queue: string): Promise<void> {
  const words = (some: readonly string[]) => [`-qG${queue}`, '-MG', '', ...some];
  await withoutLocked(machine, queue, undefined, words, (some) => deliver(machine, some));
}

/** Has Exim deliver what an account had in the ordinary queue when it was held. Such messages wait there. */
export async function deliverDeferred(machine: Machine, username: string): Promise<void> {
  const own = (await readOrdinaryQueue(machine)).filter(
    ({ owner, isFrozen }) => owner === username && !isFrozen,
  );
  for (let at = 0; at < own.length; at += MOST_AT_ONCE) {
    await deliver(
      machine,
      own.slice(at, at + MOST_AT_ONCE).map(({ msgid }) => msgid),
    );
  }
}

/** Removes what an account has sent and waits in the ordinary queue. Nobody gets a report. A message that is delivered meanwhile stays. */
export async function removeQueued(machine: Access, username: string): Promise<void> {
  const own = (await readOrdinaryQueue(machine)).filter(({ owner }) => owner === username);
  if (own.length === 0) return;
  const tools = await machine.tools([{ name: 'exim4' }]);
  for (let at = 0; at < own.length; at += MOST_AT_ONCE) {
    const some = own.slice(at, at + MOST_AT_ONCE).map(({ msgid }) => msgid);
    await tools.run('exim4', ['-Mrm', ...some], { accept: [0, 1] });
  }
}

async function deliver(machine: Machine, ids: readonly string[]): Promise<void> {
  await (await machine.commands()).start(['/usr/sbin/exim4', '-M', ...ids], DELIVERY_LIMIT_MS);
}

/**
 * Has Exim take messages out of a queue, again as long as some are left. It fails for a message that is arriving, and takes
 * the others.
 */
async function withoutLocked(
  machine: Access,
  queue: string,
  ids: readonly string[] | undefined,
  words: (some: readonly string[]) => readonly string[],
  taken: (some: readonly string[]) => Promise<unknown> = async () => undefined,
): Promise<void> {
  const present = async () => {
    const all = await listHeld(machine, queue);
    return ids === undefined ? all : all.filter((id) => ids.includes(id));
  };
  let left = await present();
  if (left.length === 0) return;
  const tools = await machine.tools([{ name: 'exim4' }]);
  for (let attempt = 1; left.length > 0; attempt += 1) {
    if (attempt > TRIES) {
      const count = left.length === 1 ? 'A message' : `${left.length} messages`;
      throw new MachineError('failed', `${count} of the queue ${queue} could not be moved: ${left[0]}.`);
    }
    if (attempt > 1) await pause(PAUSE_MS);
    for (let at = 0; at < left.length; at += MOST_AT_ONCE) {
      const some = left.slice(at, at + MOST_AT_ONCE);
      // The last attempt fails with Exim’s own reason.
      const accept = attempt < TRIES ? [0, 1] : [0];
      await tools.run('exim4', words(some), { accept });
      const still = new Set(await listHeld(machine, queue));
      const gone = some.filter((id) => !still.has(id));
      if (gone.length > 0) await taken(gone);
    }
    left = await present();
  }
}

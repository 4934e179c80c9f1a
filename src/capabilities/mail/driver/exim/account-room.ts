// Which accounts have hardly any disk space left, for Exim (`room-acl.ts`). Dovecot does not know it before it writes.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { FOLDER, readable, ROOM } from './places.ts';

/** An account with more has room for every message, whose limit is 50 MiB, and for those that arrive until the next look. */
const PLENTY_KIB = 100 * 1024;

interface LimitedAccount {
  readonly username: string;
  /** MiB. Null: no limit. */
  readonly limit: number | null;
}

/** Writes the file if it has changed. Without limits that the system enforces, it is empty. */
export async function writeRoom(
  machine: Pick<Machine, 'files' | 'quota'>,
  accounts: readonly LimitedAccount[],
): Promise<void> {
  const limits = new Map<string, number>();
  for (const { username, limit } of accounts) if (limit !== null) limits.set(username, limit * 1024);
  const quota = await machine.quota();
  const left = new Map<string, number>();
  if (limits.size > 0 && (await quota.isEnabled())) {
    await quota.usages([...limits.keys()], (name, usage) => {
      if (usage instanceof MachineError) return;
      const room = Math.max((limits.get(name) ?? Infinity) - usage.blocks, 0);
      if (room < PLENTY_KIB) left.set(name, room);
    });
  }
  const content = [...left].map(([name, room]) => `${name}: ${room}\n`).sort();
  const files = await machine.files([FOLDER]);
  if (((await files.readText(ROOM)) ?? '') === content.join('')) return;
  await files.write(ROOM, content.join(''), readable);
}

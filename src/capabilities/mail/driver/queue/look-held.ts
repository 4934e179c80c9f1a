// The messages of mailboxes that are held, as the queues of Exim have them now.
import type { Machine } from '../../../../core/machine.ts';
import { heldQueue } from '../exim/held-queues.ts';
import { listHeld } from '../exim/held.ts';

/** The IDs of the messages of mailboxes, by their addresses. @throws MachineError `failed`. */
export async function lookAtHeld(
  machine: Pick<Machine, 'files'>,
  username: string,
  addresses: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const held = new Map<string, readonly string[]>();
  for (const address of addresses) held.set(address, await listHeld(machine, heldQueue(username, address)));
  return held;
}

// Where the file system enforces limits; elsewhere the account has its limit in the store alone.
import type { Machine } from '../../../core/machine.ts';
import { defineStep } from '../../../core/plan.ts';

interface Input {
  readonly name: string;
  /** MiB; null is no limit. */
  readonly limit: number | null;
  /** The limit that is given back. Absent for a new user, whose limit goes with the user. */
  readonly before?: number | null;
}

export default defineStep<Input>({
  kind: 'quota/limit',
  describe: ({ name, limit }) =>
    `Limit the disk space of “${name}” to ${limit === null ? 'unlimited' : `${limit} MiB`}, if the file system enforces quotas.`,
  apply: (machine, { input: { name, limit } }) => setLimit(machine, name, limit),
  async undo(machine, { input: { name, before } }) {
    if (before !== undefined) await setLimit(machine, name, before);
  },
});

async function setLimit(machine: Machine, name: string, limit: number | null): Promise<void> {
  const quota = await machine.quota();
  if (await quota.isEnabled()) await quota.setLimit(name, limit);
}

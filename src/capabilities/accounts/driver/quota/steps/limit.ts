// Has an effect only if the file system enforces quotas. Otherwise only the store has the limit.
import type { Machine } from '../../../../../core/machine.ts';
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly name: string;
  /** In MiB. Null is no limit. */
  readonly limit: number | null;
  /** The limit that undoing restores. Absent for a new user, whose limit is removed with the user. */
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

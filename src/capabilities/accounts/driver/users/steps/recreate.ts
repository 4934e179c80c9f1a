// Creates the user of an account again, whose home may be there already. The home is never changed.
import type { FormerMachineUser, Machine } from '../../../../../core/machine.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import { foreignHome } from '../../../../../core/machine-values.ts';
import { defineStep } from '../../../../../core/plan.ts';

interface Input extends FormerMachineUser {
  /** True if the plan's secret is the password as the shadow file has it. */
  readonly hasHash: boolean;
}

export default defineStep<Input>({
  kind: 'users/recreate',
  describe: ({ name, uid, home, hasHash }) =>
    `Create the user “${name}” again, with the user ID ${uid} and the home directory “${home}”, ` +
    `${hasHash ? 'and with the password of the backup' : 'without a password'}.`,
  // The reason of a dry run.
  preview: async (machine, input) => {
    await assertFree(machine, input);
    return [];
  },
  prepare: assertFree,
  async apply(machine, { input: { hasHash, ...user }, secret }) {
    await (await machine.users()).recreate(user, hasHash ? secret : undefined);
  },
  undo: async (machine, { input: { name, uid } }) => (await machine.users()).undoRecreate({ name, uid }),
});

/** @throws MachineError `exists` if the name or the ID belongs to another user, `failed` if the home does. */
async function assertFree(machine: Machine, { name, uid, gid, home }: Input): Promise<undefined> {
  const users = await machine.users();
  const found = await users.find(name);
  if (found !== undefined) {
    throw new MachineError('exists', `The server has a user “${name}” with the user ID ${found.uid}.`);
  }
  const other = await users.findById(uid);
  if (other !== undefined) {
    throw new MachineError(
      'exists',
      `The user ID ${uid} of “${name}” belongs to the user “${other.name}” on this server. Give that user another ID (usermod --uid), and then retry.`,
    );
  }
  const group = await users.findGroup(gid);
  if (group !== undefined && group !== name) {
    throw new MachineError(
      'exists',
      `The group ID ${gid} of “${name}” belongs to the group “${group}” on this server. Give that group another ID (groupmod --gid), and then retry.`,
    );
  }
  if ((await users.homeOf({ home, uid })) === 'foreign') {
    throw foreignHome(home, uid);
  }
  return undefined;
}

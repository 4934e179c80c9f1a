import type { MachineUsage } from '../../../core/machine.ts';
import { defineStep } from '../../../core/plan.ts';

interface Input {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
  readonly comment: string;
  /** The id that it shall have; 0 leaves it to the machine. */
  readonly uid: number;
  /** True where somebody asked for this id: no other will do. */
  readonly isUidAsked: boolean;
  /** True where the plan's secret is the user's password. */
  readonly hasPassword: boolean;
}

interface Result {
  readonly uid: number;
  readonly usage: MachineUsage;
}

export default defineStep<Input, undefined, Result>({
  kind: 'users/create',
  describe: ({ name, home, shell, hasPassword }) =>
    `Create the user “${name}” with the home directory “${home}” and the shell “${shell}”, ` +
    `${hasPassword ? 'and set its password' : 'without a password'}.`,
  async apply(machine, { input: { uid, isUidAsked, hasPassword, ...user }, secret }) {
    const users = await machine.users();
    const password = hasPassword ? secret : undefined;
    const create = async () => {
      if (uid === 0) return users.create(user, password);
      return users.create({ ...user, uid }, password).catch((error: unknown) => {
        // Somebody has the id: then what the machine chooses is beyond it, and beyond those of removed accounts.
        if (isUidAsked || (error as { code?: string }).code !== 'exists') throw error;
        return users.create(user, password);
      });
    };
    const { uid: given, usage } = await create();
    return { uid: given, usage };
  },
  undo: async (machine, { input: { name, home } }) => (await machine.users()).undoCreate({ name, home }),
});

import type { MachineUsage } from '../../../../../core/machine.ts';
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
  readonly comment: string;
  /** The requested user ID. 0 lets the machine choose. */
  readonly uid: number;
  /** True if the caller requested this ID, so that no other can be used. */
  readonly isUidAsked: boolean;
  /** True if the plan's secret is the user's password. */
  readonly hasPassword: boolean;
  /** Symbolic links of the new home besides the usual ones: what they lead to, by name. Left out: none. */
  readonly links?: Readonly<Record<string, string>>;
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
        // The ID is in use: let the machine choose a higher one, above those of removed accounts too.
        if (isUidAsked || (error as { code?: string }).code !== 'exists') throw error;
        return users.create(user, password);
      });
    };
    const { uid: given, usage } = await create();
    return { uid: given, usage };
  },
  undo: async (machine, { input: { name, home } }) => (await machine.users()).undoCreate({ name, home }),
});

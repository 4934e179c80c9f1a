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
}

export default defineStep<Input, undefined, { readonly uid: number }>({
  kind: 'users/create',
  describe: ({ name, home, shell }) =>
    `Make the user “${name}” with the home “${home}” and the shell “${shell}”.`,
  async apply(machine, { input: { uid, isUidAsked, ...user } }) {
    const users = await machine.users();
    const create = async () => {
      if (uid === 0) return users.create(user);
      return users.create({ ...user, uid }).catch((error: unknown) => {
        // Somebody has the id: then what the machine chooses is beyond it, and beyond those of removed accounts.
        if (isUidAsked || (error as { code?: string }).code !== 'exists') throw error;
        return users.create(user);
      });
    };
    return { uid: (await create()).uid };
  },
  undo: async (machine, { input: { name, home } }) => (await machine.users()).undoCreate({ name, home }),
});

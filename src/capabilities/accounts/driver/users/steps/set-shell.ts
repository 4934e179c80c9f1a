import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly name: string;
  readonly shell: string;
  /** The shell in the store, which undoing restores. */
  readonly before: string;
}

export default defineStep<Input>({
  kind: 'users/set-shell',
  describe: ({ name, shell }) => `Set the shell of “${name}” to “${shell}”.`,
  apply: async (machine, { input: { name, shell } }) => (await machine.users()).setShell(name, shell),
  undo: async (machine, { input: { name, before } }) => (await machine.users()).setShell(name, before),
});

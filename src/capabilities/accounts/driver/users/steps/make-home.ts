// Creates the home of a user that has lost it, with the skeleton. An existing home is not changed.
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly name: string;
  readonly home: string;
  /** As in `users/create`. */
  readonly links?: Readonly<Record<string, string>>;
}

export default defineStep<Input>({
  kind: 'users/make-home',
  describe: ({ name, home }) => `Create the home directory “${home}” of “${name}” again, without its files.`,
  async apply(machine, { input: { name, links } }) {
    await (await machine.users()).makeHome(name, links);
  },
});

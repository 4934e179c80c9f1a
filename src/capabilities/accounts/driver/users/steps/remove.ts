// Removes a user with its home directory.
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly name: string;
  readonly home: string;
  readonly uid: number;
}

export default defineStep<Input>({
  kind: 'users/remove',
  irreversible: 'piecemeal',
  describe: ({ name, home }) =>
    `End the processes of “${name}”. Remove the user, its crontab and the home directory “${home}”.`,
  apply: async (machine, { input: { name, home, uid } }) =>
    (await machine.users()).remove(name, { home, uid }),
});

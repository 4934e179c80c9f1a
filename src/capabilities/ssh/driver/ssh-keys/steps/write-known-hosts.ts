// Replaces the file ~/.ssh/known_hosts of an account, as the user.
import { LookAgain } from '../../../../../core/machine-error.ts';
import { defineStep } from '../../../../../core/plan.ts';
import { isStillOurs } from '../../../../../ground/driver/still-ours.ts';
import { read, write } from '../known-hosts.ts';

interface Input {
  readonly name: string;
  /** The content that the call has read. Empty if there was no file. */
  readonly before: string;
  readonly after: string;
}

export default defineStep<Input>({
  kind: 'ssh-keys/write-known-hosts',
  describe: ({ name }) => `Replace the file “~/.ssh/known_hosts” of “${name}”.`,
  async prepare(machine, { name, before }) {
    if ((await read(await machine.userFiles(name))) !== before)
      throw new LookAgain('The file “.ssh/known_hosts” was changed meanwhile. Retry the call.');
  },
  apply: async (machine, { input: { name, after } }) => write(await machine.userFiles(name), after),
  async undo(machine, { input: { name, before, after } }) {
    const files = await machine.userFiles(name);
    if (await isStillOurs(() => read(files), after)) await write(files, before);
  },
});

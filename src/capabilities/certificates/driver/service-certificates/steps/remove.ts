// Removes a certificate file that no service uses any more. Its copy is in the private backups.
import type { FileBackup } from '../../../../../core/machine-daemons.ts';
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  readonly path: string;
}

export default defineStep<Input, FileBackup>({
  kind: 'service-certificates/remove',
  describe: ({ path }) => `Remove the former certificate “${path}”.`,
  prepare: async (machine, { path }) => (await machine.files(['/etc/ssl'])).backUp(path),
  apply: async (machine, { input: { path } }) => (await machine.files(['/etc/ssl'])).remove(path),
  undo: async (machine, { input: { path }, memento }) =>
    (await machine.files(['/etc/ssl'])).restore(path, memento),
});

// Writes the program by which Apache runs the CGI programs of an account. It stays if the change is undone.
import { defineStep } from '../../../../../core/plan.ts';
import { RUNNER_FOLDER, writeCgiRunner } from '../cgi-runner.ts';

interface Input {
  readonly username: string;
  readonly home: string;
}

interface Written {
  /** False if the account itself keeps the program from being written. Nothing else needs it. */
  readonly isWritten: boolean;
}

export default defineStep<Input, null, Written>({
  kind: 'virtual-hosts/write-cgi-runner',
  describe: ({ home }) => `Write the program that runs CGI programs in “${home}/${RUNNER_FOLDER}”.`,
  prepare: () => Promise.resolve(null),
  apply: async (machine, { input: { username } }) => ({ isWritten: await writeCgiRunner(machine, username) }),
});

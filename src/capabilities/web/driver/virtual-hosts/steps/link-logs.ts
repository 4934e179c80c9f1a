// Links `~/access-logs` to the logs of an account, as cPanel has it. New homes have the link already.
import { defineStep } from '../../../../../core/plan.ts';
import { domainLogs, LOG_LINK } from '../../../../../ground/driver/virtual-hosts/places.ts';

interface Input {
  readonly username: string;
  readonly home: string;
  /** The username before, if the account is renamed. The link is then changed only if it led to that user’s logs. */
  readonly former?: string;
}

export default defineStep<Input>({
  kind: 'virtual-hosts/link-logs',
  describe: ({ username, home }) => `Link “${home}/${LOG_LINK}” to “${domainLogs(username)}”.`,
  async apply(machine, { input: { username, home, former } }) {
    // A sandbox has no such users.
    if (machine.system.isSandbox) return;
    const tools = await machine.tools([{ name: 'setpriv' }]);
    const path = `${home}/${LOG_LINK}`;
    // As the user, who can exchange anything in the home for a link.
    const run = (...words: string[]) =>
      tools.run('setpriv', [`--reuid=${username}`, `--regid=${username}`, '--init-groups', ...words], {
        accept: [0, 1],
      });
    if (former !== undefined) {
      const { stdout } = await run('readlink', '--no-newline', '--', path);
      if (stdout !== domainLogs(former)) return;
      await run('rm', '--force', '--', path);
    }
    // Fails if something is there.
    await run('ln', '--symbolic', '-T', '--', domainLogs(username), path);
  },
});

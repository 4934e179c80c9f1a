// Ends sessions of IMAP, POP3 and ManageSieve, whose logins are no longer allowed.
import { defineStep } from '../../../../../core/plan.ts';

interface Input {
  /** Names as Dovecot’s `doveadm kick` takes them: `bob`, `sales@bob.example`, `*@bob.example`. */
  readonly masks: readonly string[];
}

const UNIT = 'dovecot';

export default defineStep<Input>({
  kind: 'dovecot/end-sessions',
  describe: ({ masks }) => `End sessions of mail: ${masks.join(', ')}.`,
  async apply(machine, { input: { masks } }) {
    const services = await machine.services();
    if (!services.isSupported || (await services.state(UNIT)).state !== 'active') return;
    const tools = await machine.tools([{ name: 'doveadm' }]);
    for (const mask of masks) await tools.run('doveadm', ['kick', '--', mask]);
  },
});

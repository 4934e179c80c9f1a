import { problemOfInstalled } from '../../capabilities/mail/driver/exim/look-configuration.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'exim_configuration_check',
  since: 11,
  summary: 'Check the configuration of Exim.',
  description: 'Exim itself reads it. It changes nothing.',
  access: 'root',
  role: ROLE,
  effect: 'looks',
  params: {},
  returns: { message: { type: 'string', doc: 'What is wrong, or that nothing is.' } },
  examples: [{ args: {}, doc: 'Whether Exim would start.', fails: 'host_failed' }],

  async handler(_args, { machine }) {
    return { message: (await problemOfInstalled(machine)) ?? 'The configuration of Exim is valid.' };
  },
});

import { problemOfInstalled } from '../../capabilities/mail/driver/exim/look-configuration.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'exim_configuration_check',
  since: 11,
  summary: 'Check the configuration of Exim.',
  description: 'Exim itself reads it. It changes nothing, and returns nothing if the configuration is valid.',
  access: 'root',
  role: ROLE,
  effect: 'looks',
  params: {},
  returns: { message: { type: 'string', optional: true, doc: 'What is wrong.' } },
  examples: [{ args: {}, doc: 'Whether Exim would start.', fails: 'host_failed' }],

  async handler(_args, { machine }) {
    const message = await problemOfInstalled(machine);
    return message === undefined ? {} : { message };
  },
});

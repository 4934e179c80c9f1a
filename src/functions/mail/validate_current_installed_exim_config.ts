import { problemOfInstalled } from '../../capabilities/mail/driver/exim/look-configuration.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';

export default defineFunction({
  name: 'validate_current_installed_exim_config',
  since: 11,
  summary: 'Check the installed configuration of Exim.',
  description:
    'As exim_configuration_check does, with a message in HTML. The call fails if something is wrong.',
  access: 'root',
  role: ROLE,
  effect: 'looks',
  params: {},
  returns: { message: { type: 'string', doc: 'An HTML block, which begins as that of WHM does.' } },
  examples: [{ args: {}, doc: 'Whether Exim would start.', fails: 'host_failed' }],

  async handler(_args, { machine }) {
    const problem = await problemOfInstalled(machine);
    if (problem !== undefined)
      throw new ApiError('host_failed', `Exim rejects its configuration: ${problem}`);
    return { message: '<pre>Doing Dry Run\nDry Run ok\n</pre>' };
  },
});

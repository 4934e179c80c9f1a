import { problemOfInstalled, problemOfText } from '../../capabilities/mail/driver/exim/look-configuration.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';

export default defineFunction({
  name: 'validate_exim_configuration_syntax',
  since: 11,
  summary: 'Check the syntax of a configuration of Exim.',
  description: 'Exim reads the text, and does not use it. The call fails if something is wrong.',
  access: 'root',
  role: ROLE,
  effect: 'looks',
  params: {
    cfg_text: {
      type: 'string',
      multiline: true,
      maxLength: 1_048_576,
      doc: 'A whole configuration. Default: the installed one.',
    },
    section: {
      type: 'string',
      doc: 'The section that the text replaces.',
      noEffectReason: 'the text is always a whole configuration.',
    },
  },
  returns: null,
  examples: [{ args: {}, doc: 'Whether the installed configuration is valid.', fails: 'host_failed' }],

  async handler({ cfg_text: text }, { machine }) {
    const problem =
      text === undefined ? await problemOfInstalled(machine) : await problemOfText(machine, text);
    if (problem !== undefined) throw badParam(`Exim rejects the configuration: ${problem}`);
  },
});

import { restoreTweakSettings } from '../../life/plans/restore-tweak-settings.ts';
import { defineFunction } from '../../core/define.ts';
import { unrestrictable } from '../../capabilities/mail/driver/outgoing-smtp/look-firewall.ts';
import { fileModule } from '../../capabilities/settings/rules/setting-form.ts';

export default defineFunction({
  name: 'restore_config_from_upload',
  since: 74,
  summary: 'Restore Tweak Settings options from a file that is sent with the call.',
  description:
    'Over HTTP, send the file as multipart/form-data. On the command line, use “--file file=PATH”. Otherwise, the function ' +
    'works like restore_config_from_file.',
  access: 'root',
  effect: 'operates',
  params: {
    module: fileModule,
    file: {
      type: 'string',
      required: true,
      multiline: true,
      maxLength: 1_048_576,
      doc: 'The content of the file: a line for each option, such as chkservd_check_interval=300.',
    },
  },
  returns: null,
  examples: [
    {
      args: { module: 'Main', file: 'chkservd_check_interval=60' },
      doc: 'Set the options of a file of one line.',
    },
  ],

  look: (_params, { machine }) => unrestrictable(machine),

  async handler({ module, file }, context, impossible) {
    await restoreTweakSettings(context, module, file, impossible);
  },
});

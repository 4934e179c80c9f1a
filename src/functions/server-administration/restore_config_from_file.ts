import { restoreTweakSettings } from '../../life/plans/restore-tweak-settings.ts';
import { defineFunction } from '../../core/define.ts';
import { unrestrictable } from '../../capabilities/mail/driver/outgoing-smtp/look-firewall.ts';
import { lookAtConfigurationFile } from '../../capabilities/settings/driver/tweak-settings/look-settings-file.ts';
import { fileModule } from '../../capabilities/settings/rules/setting-form.ts';

export default defineFunction({
  name: 'restore_config_from_file',
  since: 74,
  summary: 'Restore Tweak Settings options from a file on the server.',
  description:
    'The file has the form of WHM’s own: cpanel.config for Main, wwwacct.conf for Basic. It can come from a server with ' +
    'WHM, or from an earlier call: each call that changes something first saves the present settings in ' +
    '/var/backups/whmapi1. Options that the file does not contain are not changed. If a value is not valid, nothing is ' +
    'changed. In a sandbox, the path is that of a file in the sandbox.',
  access: 'root',
  effect: 'operates',
  params: {
    module: fileModule,
    path: {
      type: 'string',
      required: true,
      pattern: {
        matches: /^(?:\/(?!\.{1,2}(?:\/|$)|-)[A-Za-z0-9._+@:%~,=-]{1,255})+$/,
        expects: 'the absolute path of a file, without spaces',
      },
      doc: 'The absolute path of the file, such as /root/cpanel.config.',
    },
  },
  returns: null,
  examples: [
    {
      args: { module: 'Main', path: '/root/cpanel.config' },
      doc: 'Use the settings of another server’s cpanel.config.',
      fails: 'not_found',
    },
  ],

  async look({ path }, { machine }) {
    const text = await lookAtConfigurationFile(machine, path);
    return { text, impossible: await unrestrictable(machine) };
  },

  async handler({ module }, context, { text, impossible }) {
    await restoreTweakSettings(context, module, text, impossible);
  },
});

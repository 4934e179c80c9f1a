import { defineFunction } from '../../core/define.ts';
import * as form from '../../capabilities/settings/rules/setting-form.ts';
import * as settings from '../../capabilities/settings/rules/settings.ts';

export default defineFunction({
  name: 'get_tweaksetting',
  since: 11,
  summary: 'Show the value of a Tweak Settings option.',
  description:
    'An option that was never set has its default. “whmapi1 --search” finds options by what they do.',
  access: 'root',
  effect: 'reads',
  params: { key: form.keyName, module: form.moduleName },
  returns: {
    tweaksetting: {
      fields: {
        key: { type: 'string', doc: 'The option.' },
        value: { type: 'string', doc: 'Its value as text. Flags are 1 or 0.' },
      },
    },
  },
  examples: [
    { args: { key: 'chkservd_check_interval' }, doc: 'How often monitored services are checked.' },
    { args: { key: 'NS', module: 'Basic' }, doc: 'The first nameserver of new zones.' },
  ],

  handler: async ({ key, module }, context) => ({
    tweaksetting: { key, value: await settings.read(context, module, key) },
  }),
});

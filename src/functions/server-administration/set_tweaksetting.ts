import { defineFunction } from '../../core/define.ts';
import { followUp } from '../../life/rules/tweak-settings/follow-up.ts';
import { assertRestrictable } from '../../capabilities/mail/driver/outgoing-smtp/look-firewall.ts';
import { SETTING as RESTRICTS_SMTP } from '../../capabilities/mail/rules/outgoing-smtp.ts';
import * as form from '../../capabilities/settings/rules/setting-form.ts';
import { push as pushParam } from '../../capabilities/settings/rules/config-cluster/cluster-form.ts';
import * as cluster from '../../capabilities/settings/rules/config-cluster/pushes.ts';
import * as settings from '../../capabilities/settings/rules/settings.ts';

export default defineFunction({
  name: 'set_tweaksetting',
  since: 11,
  summary: 'Set a Tweak Settings option.',
  description:
    'A warning says if nothing on this server depends on the option. Options for mail that this server does not have ' +
    'are refused, unless the value says what it does anyway. Nameservers and the ' +
    'minimum strengths of passwords are the same as those of update_nameservers_config and setminimumpasswordstrengths. ' +
    'A task sends the option to the servers of the configuration cluster, unless its module is Basic.',
  access: 'root',
  effect: 'changes',
  params: {
    key: form.keyName,
    module: form.moduleName,
    value: {
      type: 'string',
      default: '',
      // Web addresses and tokens, also if the key is mistyped.
      sensitiveIf: { param: 'key', matches: /^contact(?!email$|pager$|_level_)/i },
      doc: 'The new value: 1 or 0 for a flag, a number, a word or text. An empty value clears the option.',
    },
    push: pushParam,
  },
  returns: null,
  examples: [
    {
      args: { key: 'chkservd_check_interval', value: '60' },
      doc: 'Check the monitored services every minute.',
    },
    {
      args: { key: 'NS', module: 'Basic', value: 'ns1.example.com' },
      doc: 'Set the first nameserver of new zones.',
    },
  ],

  async look({ key, value }, { machine }) {
    if (key === RESTRICTS_SMTP && value === '1') await assertRestrictable(machine);
  },

  async handler({ key, module, value, push }, context) {
    const { caller, db, now, inform } = context;
    await settings.set(context, module, key, value);
    const [task] = await followUp(db, [key], { caller: caller.user, now: now() });
    if (task !== undefined) inform(`The task ${task} applies the setting.`);
    if (push) await cluster.push(context, { module, key });
  },
});

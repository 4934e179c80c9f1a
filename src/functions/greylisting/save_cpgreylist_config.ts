import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { changeGreylist } from '../../capabilities/mail/plans/change-greylist.ts';
import { receivesMail } from '../../capabilities/mail/rules/greylisting/form.ts';
import {
  configFields,
  configOf,
  givenOf,
  read,
  settingParams,
} from '../../capabilities/mail/rules/greylisting/settings.ts';

export default defineFunction({
  name: 'save_cpgreylist_config',
  since: 50,
  summary: 'Set the options of greylisting.',
  description: 'Omitted options keep their values. Exim uses the new ones at the next recipient.',
  access: 'root',
  effect: 'operates',
  params: settingParams,
  returns: { cpgreylist_config: { fields: configFields } },
  examples: [
    {
      args: { initial_block_time_mins: '2', must_try_time_mins: '120' },
      doc: 'Accept mail that comes again after 2 minutes, and within two hours.',
    },
  ],

  async handler(args, context) {
    const { db, plan } = context;
    const { spf_bypass, initial_block_time_mins, must_try_time_mins, record_exp_time_mins } = args;
    const { purge_interval_mins, child_timeout_secs, max_child_procs } = args;
    const settings = givenOf({
      ...{ initial_block_time_mins, must_try_time_mins, record_exp_time_mins, purge_interval_mins },
      ...{
        child_timeout_secs,
        max_child_procs,
        spf_bypass: spf_bypass === undefined ? undefined : Number(spf_bypass),
      },
    });
    const next = { ...(await read(db)), ...settings };
    if (next.must_try_time_mins <= next.initial_block_time_mins) {
      throw badParam('“must_try_time_mins” should be greater than “initial_block_time_mins”.');
    }
    plan(await changeGreylist(context, { settings }));
    return { cpgreylist_config: configOf(next, await receivesMail(context)) };
  },
});

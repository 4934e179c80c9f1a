import { changeAccount } from '../../life/plans/change-account.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as changedAccount from '../../life/rules/changed-account.ts';
import { BYTES_OF_MEBIBYTE, isOverLimit } from '../../capabilities/bandwidth/rules/exceeded.ts';
import { monthAt } from '../../capabilities/bandwidth/rules/months.ts';
import * as usage from '../../capabilities/bandwidth/rules/usage.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import * as form from '../../capabilities/accounts/rules/packages/package-form.ts';

export default defineFunction({
  name: 'limitbw',
  since: 11,
  summary: 'Set the bandwidth limit of an account.',
  description:
    'The task count-bandwidth counts every five minutes what the web server has sent. At 80 % of the limit, the ' +
    'administrators get a notification. Once the limit is reached, the account’s sites respond with the status 509 ' +
    'until the month ends or the limit is raised. This call compares the new limit with the present usage at once.',
  access: ['limit-bandwidth'],
  effect: 'operates',
  params: {
    user: { ...existingAccount, required: true, doc: 'The account.' },
    bwlimit: { ...form.settingParams.bandwidthLimit, default: 'unlimited' },
  },
  emptyIsOmitted: true,
  returns: {
    bwlimits: {
      list: {
        fields: {
          bwlimit: { type: 'integer', doc: 'The monthly limit in bytes; 0 is unlimited.' },
          bwlimitenable: { type: 'flag', doc: '1 if the limit can be set.' },
          domains: { list: { type: 'string' }, doc: 'The account’s domains, the main domain first.' },
          human_bwlimit: { type: 'string', doc: 'The limit in human-readable form.' },
          human_bwused: {
            type: 'string',
            doc: 'What the account has transferred in this month, in human-readable form.',
          },
          unlimited: { type: 'flag', doc: '1 if the bandwidth is unlimited.' },
        },
      },
      doc: 'The account’s limit.',
    },
  },
  list: 'bwlimits',
  examples: [
    {
      args: { user: 'bob', bwlimit: '1024' },
      doc: 'One GiB a month for “bob”.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, context) {
    const { db, caller, inform, now } = context;
    const before = await accounts.get(db, caller, args.user);
    const settings = form.readSettings({ bandwidthLimit: args.bwlimit });
    const after = await changedAccount.plan(context, before, { settings });
    context.plan(await changeAccount(context, { before, after }));
    const limit = after.settings.bandwidthLimit;
    const used = await usage.ofMonth(db, before.username, monthAt(now()));
    if (await isOverLimit(context, after)) {
      inform(
        `The account has already reached this limit in this month, so its sites respond with the status 509.`,
      );
    }
    const others = await hostedDomains.listOf(db, before.username);
    return {
      bwlimits: [
        {
          bwlimit: (limit ?? 0) * BYTES_OF_MEBIBYTE,
          bwlimitenable: 1,
          domains: [after.domain, ...others.map(({ domain }) => domain)],
          human_bwlimit: limit === null ? 'unlimited' : `${limit} MiB`,
          human_bwused: `${(used / BYTES_OF_MEBIBYTE).toFixed(2)} MiB`,
          unlimited: limit === null ? 1 : 0,
        },
      ],
    };
  },
});

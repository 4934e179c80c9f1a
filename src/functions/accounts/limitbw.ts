import { changeAccount } from '../../changes/change-account.ts';
import { defineFunction } from '../../core/define.ts';
import { existingAccount } from '../../model/accounts/names.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import * as changedAccount from '../../model/accounts/changed-account.ts';
import * as form from '../../model/packages/form.ts';

const BYTES_OF_MEBIBYTE = 1_048_576;

export default defineFunction({
  name: 'limitbw',
  since: 11,
  summary: 'Set the bandwidth limit of an account.',
  description: 'The limit is stored but not enforced: this server does not measure bandwidth yet.',
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
          domains: { list: { type: 'string' }, doc: 'The account’s domains.' },
          human_bwlimit: { type: 'string', doc: 'The limit in human-readable form.' },
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
      setUp: [{ command: 'createacct', args: { username: 'bob', domain: 'bob.example' } }],
    },
  ],

  async handler(args, context) {
    const { db, caller, warn } = context;
    const before = await accounts.get(db, caller, args.user);
    const settings = form.readSettings({ bandwidthLimit: args.bwlimit });
    const after = await changedAccount.plan(context, before, { settings });
    context.plan(await changeAccount(context, { before, after }));
    const limit = after.settings.bandwidthLimit;
    if (limit !== null)
      warn('The limit is stored but not enforced: this server does not measure bandwidth yet.');
    return {
      bwlimits: [
        {
          bwlimit: (limit ?? 0) * BYTES_OF_MEBIBYTE,
          bwlimitenable: 1,
          domains: [after.domain],
          human_bwlimit: limit === null ? 'unlimited' : `${limit} MiB`,
          unlimited: limit === null ? 1 : 0,
        },
      ],
    };
  },
});

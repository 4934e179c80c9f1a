import { defineApi2 } from '../../core/define-uapi.ts';
import { mailAddress } from '../../capabilities/accounts/rules/cron/crontab.ts';
import { CRON } from '../../capabilities/accounts/rules/cron/parameters.ts';

export default defineApi2({
  name: 'Cron::get_email',
  since: null,
  summary: 'Show the email address that gets the output of the account’s cron jobs.',
  feature: CRON,
  effect: 'reads',
  params: {},
  returns: {
    fields: {
      email: { type: 'string', doc: 'The address, or the account’s name. Empty if nobody gets it.' },
    },
  },
  examples: [{ args: {}, doc: 'The account itself, unless an address was set.' }],

  async look(_args, { machine, caller }) {
    return (await machine.crontabs()).read(caller.user);
  },
  handler(_args, { caller }, crontab) {
    return [{ email: mailAddress(crontab) ?? caller.user }];
  },
});

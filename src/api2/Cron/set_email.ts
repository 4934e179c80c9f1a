import { defineApi2 } from '../../core/define-uapi.ts';
import { changeCrontab } from '../../capabilities/accounts/plans/change-crontab.ts';
import { withMailAddress } from '../../capabilities/accounts/rules/cron/crontab.ts';
import { CRON, statusFields } from '../../capabilities/accounts/rules/cron/parameters.ts';

export default defineApi2({
  name: 'Cron::set_email',
  since: null,
  summary: 'Set the email address that gets the output of the account’s cron jobs.',
  feature: CRON,
  failureRow: 'status statusmsg',
  effect: 'operates',
  params: {
    email: {
      type: 'string',
      default: '',
      maxLength: 254,
      pattern: {
        matches: /^(?:[\w.+-]+(?:@[A-Za-z0-9.-]+)?)?$/,
        expects: 'an email address, the name of an account, or nothing',
      },
      doc: 'The address. Empty: nobody gets the output.',
    },
  },
  returns: { fields: { ...statusFields, email: { type: 'string', doc: 'The address.' } } },
  examples: [{ args: { email: 'webmaster@bob.example' }, doc: 'Send the output there.' }],

  async look(_args, { machine, caller }) {
    return (await machine.crontabs()).read(caller.user);
  },
  handler({ email }, { caller, plan }, crontab) {
    plan(changeCrontab(caller.user, crontab, withMailAddress(crontab, email)));
    return [{ status: 1, statusmsg: 'crontab installed', email }];
  },
});

import {
  matchingMailboxes,
  MAILBOXES,
  ownMail,
  regexParam,
  ROLE,
  textOf,
} from '../../capabilities/mail/rules/email-form.ts';
import { readState } from '../../capabilities/mail/rules/state.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::list_pops',
  since: 42,
  summary: 'List the mailboxes of the account.',
  description: 'The first is that of the account itself, with its name as the login.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {
    regex: regexParam,
    skip_main: { type: 'flag', default: 0, doc: '1: without the mailbox of the account itself.' },
    no_validate: {
      type: 'flag',
      doc: 'Whether the mailboxes are not looked at.',
      noEffectReason: 'the list is what is stored.',
    },
  },
  returns: {
    list: {
      fields: {
        email: { type: 'string', doc: 'The address. For the account itself: its name.' },
        login: { type: 'string', doc: 'The name for logins.' },
        suspended_incoming: { type: 'flag', doc: '1: mail to it is refused.' },
        suspended_login: { type: 'flag', doc: '1: logins are refused.' },
      },
    },
  },
  examples: [{ args: { skip_main: '1' }, doc: 'All mailboxes besides that of the account itself.' }],

  async handler({ regex, skip_main: skipsMain }, context) {
    const { account } = await ownMail(context);
    const { username, suspendedAt } = account;
    const isSuspended = suspendedAt === null ? 0 : 1;
    const matches = await matchingMailboxes(regex);
    const main = {
      email: username,
      login: 'Main Account',
      suspended_incoming: 0,
      suspended_login: isSuspended,
    };
    const { mailboxes } = await readState(context.db, username);
    const rows = mailboxes.map((one) => ({
      email: textOf(one),
      login: textOf(one),
      suspended_incoming: one.incomingSuspended ? 1 : 0,
      suspended_login: one.loginSuspended ? 1 : isSuspended,
    }));
    return (skipsMain ? rows : [main, ...rows]).filter(({ email }) => matches(email));
  },
});

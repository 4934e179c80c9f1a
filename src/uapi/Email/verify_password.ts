import {
  emailParam,
  getMailbox,
  MAILBOXES,
  ownAddress,
  ownMail,
  ROLE,
} from '../../capabilities/mail/rules/email-form.ts';
import { readState } from '../../capabilities/mail/rules/state.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { password as passwordParam } from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'Email::verify_password',
  since: 52,
  summary: 'Say whether a password is that of a mailbox.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: { email: { ...emailParam, required: true }, password: { ...passwordParam, required: true } },
  returns: { type: 'flag', doc: '1 if it is.' },
  examples: [
    {
      args: { email: 'sales@bob.example', password: 'correct horse battery staple 7' },
      doc: 'Whether this is the password of sales@bob.example.',
      setUp: ['Email::add_pop'],
    },
  ],

  async look({ email, password }, { machine, transaction, caller }) {
    const hash = await transaction('reads', async (db) => {
      const owner = await ownMail({ db, caller });
      return getMailbox(await readState(db, owner.account.username), ownAddress(owner, { email })).hash;
    });
    return (await machine.users()).verifyHash(hash, password);
  },
  handler: (_args, _context, isRight) => (isRight ? 1 : 0),
});

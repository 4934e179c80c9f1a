import { assertHasSpamFilter, isAvailable, ownSpam } from '../../capabilities/mail/plans/own-mail/spam.ts';
import { SPAM_FILTER, SPAM_ROLE, spamAccountParam } from '../../capabilities/mail/rules/spam/spam-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

const DEFAULT_SCORE = 5;
const TENTHS = 10;

export default defineUapi({
  name: 'Email::get_spam_settings',
  since: 42,
  summary: 'Show the settings of the account’s spam filter.',
  description: 'They hold for all its mailboxes, which have no settings of their own.',
  feature: SPAM_FILTER,
  role: SPAM_ROLE,
  effect: 'reads',
  params: { account: { ...spamAccountParam, doc: 'The account’s own name, or one of its mailboxes.' } },
  returns: {
    fields: {
      cpuser_spam_auto_delete: {
        type: 'integer',
        optional: true,
        doc: 'With “account”: the same as spam_auto_delete.',
      },
      cpuser_spam_auto_delete_score: {
        type: 'number',
        optional: true,
        doc: 'With “account”: the same as spam_auto_delete_score.',
      },
      rewrites_subjects: { type: 'integer', doc: 'Always 0: the subject of spam stays as it is.' },
      spam_as_acl: { type: 'integer', doc: 'Always 1: mail is checked while it arrives.' },
      spam_auto_delete: { type: 'integer', doc: 'Whether spam is deleted.' },
      spam_auto_delete_score: { type: 'number', doc: 'The score from which it is deleted.' },
      spam_box_enabled: { type: 'integer', doc: 'Whether spam goes to a folder.' },
      spam_enabled: { type: 'integer', doc: 'Whether mail is checked.' },
      spam_status_changeable: {
        type: 'integer',
        doc: '0: an administrator has switched off SpamAssassin for all accounts.',
      },
    },
  },
  examples: [{ args: {}, doc: 'Whether mail is checked, and what becomes of spam.' }],

  async handler({ account }, context) {
    await assertHasSpamFilter(context, account);
    const { enabled, box, deleteScore } = await ownSpam(context);
    const available = await isAvailable(context);
    const deletes = Number(deleteScore !== null);
    const score = deleteScore === null ? DEFAULT_SCORE : deleteScore / TENTHS;
    return {
      ...(account === undefined || account === ''
        ? {}
        : { cpuser_spam_auto_delete: deletes, cpuser_spam_auto_delete_score: score }),
      ...{ rewrites_subjects: 0, spam_as_acl: 1, spam_status_changeable: Number(available) },
      ...{ spam_enabled: Number(enabled && available), spam_box_enabled: Number(box) },
      ...{ spam_auto_delete: deletes, spam_auto_delete_score: score },
    };
  },
});

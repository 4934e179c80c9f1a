import {
  browse,
  browsedFields,
  browsedRows,
} from '../../capabilities/mail/plans/own-mail/browsed-mailbox.ts';
import { emailParam, MAILBOXES, ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Email::browse_mailbox',
  since: 42,
  summary: 'List the files in a directory of a mailbox.',
  description:
    'Messages are the files in “cur” and “new” of each folder (Maildir++). At most 5,000 files are listed; ' +
    'get_mailbox_status_list counts the messages.',
  feature: MAILBOXES,
  role: ROLE,
  effect: 'reads',
  params: {
    account: { ...emailParam, doc: 'The mailbox: sales@bob.example. Default: that of the account itself.' },
    dir: { type: 'string', maxLength: 4000, doc: 'The directory, below the mailbox. Default: the mailbox.' },
    showdotfiles: {
      type: 'flag',
      default: 0,
      doc: '1: include files whose names begin with a dot. Folders of mail are always listed.',
    },
  },
  returns: { list: { fields: browsedFields } },
  examples: [
    {
      args: { account: 'sales@bob.example' },
      doc: 'The folders of sales@bob.example.',
      fails: 'not_found',
    },
  ],

  look: (args, context) => browse(context, args),

  handler({ showdotfiles: showsHidden }, { warn }, found) {
    if (found.leftOut > 0) warn(`The directory has ${found.leftOut} more files, which are left out.`);
    return browsedRows(found, showsHidden);
  },
});

import { defineApi2Twin } from '../../core/define-uapi.ts';
import original from '../../uapi/UserManager/change_password.ts';

export default defineApi2Twin(original, {
  name: 'Passwd::change_password',
  failureRow: 'status statustxt',
  returns: {
    fields: {
      status: { type: 'flag', doc: '1 if the password was changed.' },
      statustxt: { type: 'string', doc: 'What was done, or why it failed.' },
      applist: {
        list: { fields: { app: { type: 'string', doc: 'The service.' } } },
        doc: 'The services whose password was changed: system.',
      },
      passwdoutput: { type: 'string', doc: 'Always empty.' },
    },
  },
  rows: () => [
    { status: 1, statustxt: 'The password was changed.', applist: [{ app: 'system' }], passwdoutput: '' },
  ],
});

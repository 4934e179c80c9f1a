import { ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'Ftp::server_name',
  since: 42,
  summary: 'Show the name of the program that serves FTP.',
  role: ROLE,
  effect: 'none',
  params: {},
  returns: { type: 'string', doc: 'Always “proftpd”.' },
  examples: [{ args: {}, doc: 'The name.' }],

  handler: () => 'proftpd',
});

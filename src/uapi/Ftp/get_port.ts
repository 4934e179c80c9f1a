import { ROLE } from '../../capabilities/ftp/rules/ftp-accounts.ts';
import { defineUapi } from '../../core/define-uapi.ts';

/** The configuration that this program writes has no other. */
const PORT = 21;

export default defineUapi({
  name: 'Ftp::get_port',
  since: 42,
  summary: 'Show the port of the FTP server.',
  role: ROLE,
  effect: 'none',
  params: {},
  returns: { fields: { port: { type: 'integer', doc: 'Always 21.' } } },
  examples: [{ args: {}, doc: 'The port.' }],

  handler: () => ({ port: PORT }),
});

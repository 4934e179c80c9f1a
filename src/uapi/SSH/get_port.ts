import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { settingsInForce } from '../../capabilities/ssh/driver/ssh-server/look-ssh-server.ts';

export default defineUapi({
  name: 'SSH::get_port',
  since: 42,
  summary: 'Show the port of the SSH server.',
  description:
    'The SSH server itself tells which settings are in force (sshd -T). If it has several ports, this is the first one.',
  effect: 'reads',
  feature: 'ssh',
  params: {},
  returns: { fields: { port: { type: 'integer', doc: 'The port.' } } },
  examples: [{ args: {}, doc: 'On a server without an SSH server, such as a sandbox.', fails: 'not_found' }],

  look: (_args, { machine }) => settingsInForce(machine),

  handler(_args, _context, settings) {
    const port = /^port (\d+)$/m.exec(settings ?? '')?.[1];
    if (port === undefined) throw notFound('This server has no SSH server.');
    return { port: Number(port) };
  },
});

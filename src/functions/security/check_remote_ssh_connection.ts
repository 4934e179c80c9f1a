import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { bannerOf } from '../../capabilities/ssh/driver/ssh-keys/look-ssh-keys.ts';
import { readIdentification, remoteHost } from '../../capabilities/ssh/rules/identification.ts';

export default defineFunction({
  name: 'check_remote_ssh_connection',
  since: 11,
  summary: 'Check what answers at another server’s SSH port.',
  description: 'It reads how the SSH server identifies itself, with ssh-keyscan, and does not log in.',
  access: 'root',
  effect: 'looks',
  params: {
    host: { ...remoteHost, required: true, doc: 'The other server’s hostname or IP address.' },
    port: { type: 'integer', default: 22, min: 1, max: 65_535, doc: 'The port of its SSH server.' },
  },
  returns: {
    received: { type: 'string', doc: 'What the server sent: SSH-2.0-OpenSSH_10.0p2 Debian-7.' },
    protocol_versions: {
      list: { type: 'string' },
      doc: 'The versions of the SSH protocol that it has: 2.0, and 1.99 if it also has an older one.',
    },
    server_software: { type: 'string', doc: 'Its software and version: OpenSSH_10.0p2.' },
    comment: { type: 'string', doc: 'What it adds: Debian-7; empty if nothing.' },
  },
  examples: [
    {
      args: { host: '127.0.0.1', port: '1' },
      doc: 'Check the SSH server of this machine at the port 1.',
      fails: 'host_failed',
    },
  ],

  async handler({ host, port }, context) {
    const banner = await bannerOf(context, host, port);
    if (banner === undefined) {
      throw new ApiError(
        'host_failed',
        `No SSH server answered at “${host}”, port ${port}, within ten seconds. Check the name, the port and the firewalls.`,
      );
    }
    return readIdentification(banner);
  },
});

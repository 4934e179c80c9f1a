// The parameters and rows of KnownHosts.
import type { Field, Param } from '../../../core/define.ts';
import { remoteHost } from './identification.ts';

export const hostParams = {
  host_name: { ...remoteHost, required: true, doc: 'The hostname or IP address of the SSH server.' },
  port: { type: 'integer', default: 22, min: 1, max: 65_535, doc: 'Its port.' },
} as const satisfies Record<string, Param>;

export const keyRows = {
  list: {
    fields: {
      host: { type: 'string', doc: 'The name in the file: host, or [host]:port.' },
      key: { type: 'string', doc: 'The algorithm and the key.' },
      line: { type: 'string', doc: 'The line of the file.' },
      meta: {
        fields: {
          algorithm: { type: 'string', doc: 'The algorithm: ssh-ed25519.' },
          body: { type: 'string', doc: 'The key in Base64.' },
          md5: { type: 'string', doc: 'Its MD5 digest, in hexadecimal.' },
          'md5-printable': { type: 'string', doc: 'The same as OpenSSH shows it: MD5:16:27:….' },
          sha256: { type: 'string', doc: 'Its SHA-256 digest, in hexadecimal.' },
          'sha256-printable': { type: 'string', doc: 'The same as OpenSSH shows it: SHA256:….' },
        },
        doc: 'Facts about the key.',
      },
    },
  },
  doc: 'The keys of the server.',
} as const satisfies Field;

export const SCAN_NOTE =
  'The server asks the other one with ssh-keyscan, for at most about 20 seconds, and only at public addresses, unless ' +
  'root allows its network (WHMAPI1_OUTBOUND_NETWORKS). The first answer cannot be verified: compare the fingerprint ' +
  'with one from another source.';

// The parameters of the functions for the configuration cluster.
import type { Param } from '../../../../core/define.ts';

export const name = {
  type: 'string',
  required: true,
  maxLength: 260,
  lowerCase: true,
  pattern: {
    matches: /^(?:\[[0-9a-f:.]+\]|(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*)(?::[1-9]\d{0,4})?$/,
    expects: 'HOST or HOST:PORT, with a hostname, an IPv4 address or an IPv6 address in brackets',
  },
  doc: 'The other server: its hostname or address, with :PORT unless the port is 2087.',
} as const satisfies Param;

export const login = {
  type: 'string',
  pattern: { matches: /^[!-9;-~]{1,128}$/, expects: 'a username without spaces and colons' },
  doc: 'The user there, who must have all privileges: usually root.',
} as const satisfies Param;

export const key = {
  type: 'string',
  sensitive: true,
  multiline: true,
  pattern: { matches: /^[!-~\s]*[!-~][!-~\s]*$/, expects: 'an API token or an access hash' },
  doc: 'An API token or an access hash of that user. It is stored encrypted and is never shown.',
} as const satisfies Param;

export const pin = {
  type: 'string',
  extension: true,
  lowerCase: true,
  pattern: {
    matches: /^sha256:[0-9a-f]{64}$/,
    expects: 'sha256: and the 64 hexadecimal digits of the certificate’s fingerprint',
  },
  doc: 'The SHA-256 fingerprint of the other server’s certificate, if no trusted issuer has signed it.',
} as const satisfies Param;

export const push = {
  type: 'flag',
  default: 1,
  extension: true,
  doc: '0: do not send the change to the configuration cluster. Servers of a cluster get their settings so.',
} as const satisfies Param;

/** Access hashes are copied with their line breaks. */
export function plainKey(text: string): string {
  return text.replace(/\s+/g, '');
}

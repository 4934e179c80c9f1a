// The parameters and fields of the functions for profiles of MariaDB servers.
import type { Fields, Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { parseIp } from '../../addresses/rules/ip.ts';
import type { OpenProfile } from './profiles.ts';

export const name = {
  type: 'string',
  required: true,
  pattern: {
    matches: /^[\p{L}\p{N}][\p{L}\p{N}._ -]{0,127}$/u,
    expects: 'at most 128 letters, digits, spaces, “.”, “_” and “-”, the first a letter or a digit',
  },
  doc: 'The name of the profile.',
} as const satisfies Param;

export const host = {
  type: 'string',
  lowerCase: true,
  maxLength: 253,
  pattern: {
    matches: /^(?:[0-9a-f:.]*:[0-9a-f:.]*|(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*)$/,
    expects: 'a hostname, an IPv4 address or an IPv6 address, without a port',
  },
  doc: 'The hostname or address of the database server.',
} as const satisfies Param;

export const port = {
  type: 'integer',
  min: 1,
  max: 65_535,
  doc: 'Its port: usually 3306.',
} as const satisfies Param;

export const user = {
  type: 'string',
  pattern: { matches: /^[^\p{C}]{1,128}$/u, expects: 'a username of at most 128 characters' },
  doc: 'A user of the database server who has all privileges and may grant them.',
} as const satisfies Param;

export const password = {
  type: 'string',
  sensitive: true,
  maxLength: 1024,
  doc: 'The password of that user. It is stored encrypted.',
} as const satisfies Param;

export const setupVia = {
  type: 'string',
  maxLength: 255,
  doc: 'How the profile came about, in words.',
} as const satisfies Param;

export const cpcloud = {
  type: 'flag',
  default: 0,
  doc: 'Whether the server is in a cloud. It is stored and shown. Nothing depends on it here.',
} as const satisfies Param;

export const detailFields = {
  active: { type: 'flag', doc: 'Whether new databases and users are created on its server.' },
  mysql_host: { type: 'string', doc: 'The hostname or address of the database server.' },
  mysql_port: { type: 'integer', doc: 'Its port.' },
  mysql_user: { type: 'string', doc: 'The user that this server logs in as.' },
  mysql_pass: {
    type: 'string',
    doc: 'The password of that user. Empty for “localhost”, where root needs none.',
  },
  setup_via: { type: 'string', doc: 'How the profile came about.' },
} as const satisfies Fields;

export const cpcloudField = {
  type: 'flag',
  doc: 'Whether the server is in a cloud, as the caller said.',
} as const;

export function detailsOf(profile: OpenProfile, active: string) {
  return {
    active: profile.name === active ? 1 : 0,
    mysql_host: profile.host,
    mysql_port: profile.port,
    mysql_user: profile.user,
    mysql_pass: profile.password,
    setup_via: profile.setupVia,
  };
}

/** The pattern accepts more than the addresses that there are. @throws ApiError `bad_param`. */
export function assertHost(param: string, value: string): void {
  if (!/^[\d.]+$|:/.test(value) || parseIp(value) !== undefined) return;
  throw badParam(`The parameter “${param}” should be a hostname or an IP address, not ${quote(value)}.`);
}

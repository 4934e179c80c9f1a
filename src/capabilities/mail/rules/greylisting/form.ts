// What functions of greylisting have in common.
import type { Context } from '../../../../core/context.ts';
import type { Fields, Param } from '../../../../core/define.ts';
import { rolesOf } from '../../../../ground/rules/roles/active-profile.ts';
import type { StoredHost } from './trusted-hosts.ts';

/** True if this server receives mail. Otherwise settings are only stored. */
export const receivesMail = async (context: Pick<Context, 'db' | 'system'>): Promise<boolean> =>
  (await rolesOf(context)).has('MailReceive');

export const hostParam = {
  type: 'string',
  required: true,
  list: true,
  maxLength: 100,
  doc: 'An IP address, a network such as 192.0.2.0/24, or a range such as 192.0.2.10-192.0.2.20. Repeat it for several.',
} as const satisfies Param;

export const hostFields = {
  comment: { type: 'string', doc: 'The comment.' },
  create_time: { type: 'string', doc: 'When it was added: YYYY-MM-DD HH:MM:SS, in the server’s time zone.' },
  host_ip: { type: 'string', doc: 'The address, the network or the range.' },
  id: { type: 'integer', doc: 'Its number.' },
} as const satisfies Fields;

export const hostRecord = ({ id, host, comment, createdAt }: StoredHost) => ({
  ...{ id, host_ip: host, comment, create_time: formatTime(createdAt) },
});

export const notAHost = (text: string) =>
  `“${text}” is not an IP address, a network or a range of addresses.`;

/** @param time in milliseconds since 1970-01-01. */
export function formatTime(time: number): string {
  const at = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map(two).join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`;
}

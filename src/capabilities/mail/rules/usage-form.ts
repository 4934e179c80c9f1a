// The fields of mailboxes with their disk usage.
import type { Fields } from '../../../core/define.ts';
import { humanSize } from '../../files/rules/rows.ts';
import { BYTES_IN_MEBIBYTE, textOf } from './email-form.ts';
import type { Mailbox } from './state.ts';

export interface UsedMailbox {
  readonly mailbox: Mailbox;
  readonly bytes: number;
  readonly changedAt: number;
  /** True if the account is suspended. */
  readonly isSuspended: boolean;
}

const UNLIMITED = 'unlimited';
const STEP = 20;

export const usageFields = {
  email: { type: 'string', doc: 'The address.' },
  login: { type: 'string', doc: 'The name for logins.' },
  user: { type: 'string', doc: 'The address without its domain.' },
  domain: { type: 'string', doc: 'The domain.' },
  diskused: { type: 'any', doc: 'Mebibytes of mail, with two decimals.' },
  _diskused: { type: 'integer', doc: 'The same in bytes.' },
  humandiskused: { type: 'string', doc: 'The same for people: “4 KB”.' },
  diskquota: { type: 'any', doc: 'The quota in mebibytes, or “unlimited”.' },
  _diskquota: { type: 'integer', doc: 'The same in bytes. 0: unlimited.' },
  txtdiskquota: { type: 'any', doc: 'The quota in mebibytes, or “unlimited”.' },
  humandiskquota: { type: 'any', doc: 'The quota for people.' },
  diskusedpercent: { type: 'integer', doc: 'How much of the quota is used, in percent.' },
  diskusedpercent_float: { type: 'number', doc: 'The same with decimals.' },
  diskusedpercent20: { type: 'integer', doc: 'The same in steps of 20.' },
  mtime: {
    type: 'integer',
    doc: 'When the mail last changed, in seconds since 1970-01-01. 0: there was none yet.',
  },
  suspended_login: { type: 'flag', doc: '1: logins are refused.' },
  suspended_incoming: { type: 'flag', doc: '1: mail to it is refused.' },
  suspended_outgoing: { type: 'flag', doc: '1: mail that it sends is refused.' },
  hold_outgoing: { type: 'flag', doc: '1: mail that it sends is kept in the queue.' },
  has_suspended: { type: 'flag', doc: '1: any of these four.' },
} as const satisfies Fields;

export function usageRow({ mailbox, bytes, changedAt, isSuspended }: UsedMailbox) {
  const { localPart, domain, quota, outgoing, incomingSuspended, loginSuspended } = mailbox;
  const percent = quota === null || quota === 0 ? 0 : (100 * bytes) / quota;
  const mebibytes = quota === null ? UNLIMITED : quota / BYTES_IN_MEBIBYTE;
  const flag = (value: boolean) => (value ? 1 : 0);
  return {
    ...{ email: textOf(mailbox), login: textOf(mailbox), user: localPart, domain },
    diskused: Math.round((bytes / BYTES_IN_MEBIBYTE) * 100) / 100,
    ...{ _diskused: bytes, humandiskused: humanSize(bytes) },
    ...{ diskquota: mebibytes, _diskquota: quota ?? 0, txtdiskquota: mebibytes },
    humandiskquota: quota === null ? 'None' : humanSize(quota),
    ...{ diskusedpercent: Math.round(percent), diskusedpercent_float: percent },
    ...{ diskusedpercent20: Math.round(percent / STEP) * STEP, mtime: changedAt },
    suspended_login: flag(loginSuspended || isSuspended),
    suspended_incoming: flag(incomingSuspended),
    suspended_outgoing: flag(outgoing === 'suspended'),
    hold_outgoing: flag(outgoing === 'held'),
    has_suspended: flag(loginSuspended || isSuspended || incomingSuspended || outgoing !== 'open'),
  };
}

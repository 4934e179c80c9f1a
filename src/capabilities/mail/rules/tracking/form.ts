// What functions of the tracking of mail have in common.
import type { Fields, Param } from '../../../../core/define.ts';
import { deliveryTypes, type Counted } from './statistics.ts';

/** Seconds since 1970-01-01. */
export const time = {
  type: 'integer',
  min: 0,
  max: 9_999_999_999,
  doc: 'A Unix timestamp.',
} as const satisfies Param;

export const statisticsParams = {
  deliverytype: {
    type: 'string',
    values: deliveryTypes,
    doc: 'Which deliveries: those to other servers (remote), those and what failed or was deferred (remote-or-faildefer), or those on this server (local). Default: all.',
  },
  starttime: {
    ...time,
    default: 0,
    doc: 'The beginning of the period in which messages were sent, as a Unix timestamp.',
  },
  endtime: { ...time, doc: 'The end of the period, as a Unix timestamp. Default: the current time.' },
} as const satisfies Record<string, Param>;

export const countFields = {
  DEFERCOUNT: { type: 'integer', doc: 'How often a delivery was deferred.' },
  DEFERFAILCOUNT: { type: 'integer', doc: 'The sum of DEFERCOUNT and FAILCOUNT.' },
  FAILCOUNT: { type: 'integer', doc: 'The number of failed deliveries, one for each recipient.' },
  SENDCOUNT: { type: 'integer', doc: 'The number of messages.' },
  SUCCESSCOUNT: { type: 'integer', doc: 'The number of successful deliveries, one for each recipient.' },
  TOTALSIZE: { type: 'integer', doc: 'The size of the messages in bytes.' },
} as const satisfies Fields;

export const countsOf = ({ messages, size, successes, failures, deferrals }: Counted) => ({
  DEFERCOUNT: deferrals,
  DEFERFAILCOUNT: deferrals + failures,
  FAILCOUNT: failures,
  SENDCOUNT: messages,
  SUCCESSCOUNT: successes,
  TOTALSIZE: size,
});

export const READ_FIRST = 'The log of the mail server is read up to its end first. ';
export const KEPT = 'Messages are known for as many days as the tweak setting exim_retention_days says.';

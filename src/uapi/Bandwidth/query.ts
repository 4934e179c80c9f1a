import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import {
  assertServerTimeZone,
  ownReport,
  readGroupings,
} from '../../capabilities/bandwidth/rules/own-report.ts';

export default defineUapi({
  name: 'Bandwidth::query',
  since: 52,
  summary: 'Show the bandwidth of the account, grouped by domain, protocol and time.',
  description:
    'Bandwidth is counted by day, in the server’s time zone. The keys of a period are its begin, in seconds since ' +
    '1970-01-01. Several groupings nest in the order of the call.',
  effect: 'reads',
  feature: 'bandwidth',
  params: {
    grouping: {
      type: 'string',
      required: true,
      maxLength: 128,
      doc: '“domain”, “protocol”, and “year”, “year_month” or “year_month_day”, with “|” between them.',
    },
    domains: { type: 'string', maxLength: 65_535, doc: 'Only these domains, with “|” between them.' },
    protocols: { type: 'string', maxLength: 128, doc: 'Only these protocols, with “|” between them.' },
    start: { type: 'integer', min: 0, doc: 'From the day of this time on, in seconds since 1970-01-01.' },
    end: { type: 'integer', min: 0, doc: 'To the day of this time, in seconds since 1970-01-01.' },
    interval: {
      type: 'string',
      values: ['daily'],
      default: 'daily',
      doc: 'How often the bandwidth is recorded: daily.',
    },
    timezone: { type: 'string', maxLength: 64, doc: 'The time zone: only the server’s.' },
  },
  emptyIsOmitted: true,
  returns: { keys: 'GROUP', map: { type: 'any' }, doc: 'Bytes, by the values of the groupings.' },
  examples: [
    { args: { grouping: 'domain|year_month' }, doc: 'Each domain by month.' },
    { args: { grouping: 'year_month_day_hour' }, doc: 'A period that is not counted.', fails: 'bad_param' },
  ],

  async handler({ grouping, domains, protocols, start, end, timezone }, { db, caller }) {
    assertServerTimeZone(timezone);
    const listed = (text: string | undefined) => text?.toLowerCase().split('|') ?? [];
    const account = await accounts.getOwn(db, caller);
    const groupings = readGroupings(grouping);
    const asked = { groupings, domains: listed(domains), protocols: listed(protocols), start, end };
    return ownReport(db, account, asked);
  },
});

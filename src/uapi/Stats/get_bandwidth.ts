import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { assertServerTimeZone, monthsOfAccount } from '../../capabilities/bandwidth/rules/own-report.ts';

export default defineUapi({
  name: 'Stats::get_bandwidth',
  since: 84,
  summary: 'Show the bandwidth of the account, by domain, protocol and month.',
  effect: 'reads',
  feature: 'bandwidth',
  params: { timezone: { type: 'string', maxLength: 64, doc: 'The time zone: only the server’s.' } },
  emptyIsOmitted: true,
  returns: {
    list: {
      fields: {
        bytes: { type: 'integer', doc: 'The bytes.' },
        domain: { type: 'string', doc: 'The domain.' },
        month_start: {
          type: 'integer',
          doc: 'The begin of the month in the server’s time zone, in seconds since 1970-01-01 UTC.',
        },
        protocol: { type: 'string', doc: 'The protocol.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All months.' }],

  async handler({ timezone }, { db, caller }) {
    assertServerTimeZone(timezone);
    const months = await monthsOfAccount(db, await accounts.getOwn(db, caller));
    return months.map(({ bytes, domain, month, protocol }) => ({
      ...{ bytes, domain, month_start: month, protocol },
    }));
  },
});

import { defineFunction } from '../../core/define.ts';
import { loginName } from '../../core/params.ts';
import { BYTES_OF_MEBIBYTE } from '../../capabilities/bandwidth/rules/exceeded.ts';
import { monthAt } from '../../capabilities/bandwidth/rules/months.ts';
import { listAccounts, prepare } from '../../life/rules/bandwidth/report.ts';
import * as limits from '../../capabilities/accounts/rules/resellers/limits.ts';
import * as statistics from '../../capabilities/accounts/rules/resellers/statistics.ts';
import * as resellers from '../../capabilities/accounts/rules/resellers/resellers.ts';

/** The owner that is queried was checked, and sees its own accounts. */
const ROOT = { user: 'root', privileges: 'all' } as const;

export default defineFunction({
  name: 'resellerstats',
  since: 11,
  summary: 'Show the limits and the usage of a reseller’s accounts.',
  description:
    'Resellers can query only themselves, and root every owner of accounts. All sizes are in MiB. The totals are ' +
    'those of the listed accounts; unlimited values are not counted. The disk usage is the last measured value. ' +
    'Removed accounts are listed if they transferred anything in the month.',
  access: 'any',
  effect: 'reads',
  params: {
    user: { ...loginName, required: true, alias: ['reseller'], doc: 'The reseller, or root.' },
    filter_deleted: {
      type: 'flag',
      default: 0,
      doc: '1: leave out removed accounts.',
    },
    filter_suspended: { type: 'flag', default: 0, doc: '1: leave out suspended accounts.' },
    month: {
      type: 'integer',
      min: 1,
      max: 12,
      doc: 'The month of the bandwidth usage. Default: this month.',
    },
    year: {
      type: 'integer',
      min: 1970,
      max: 9999,
      doc: 'The year of the bandwidth usage. Default: this year.',
    },
  },
  returns: {
    reseller: {
      fields: {
        acct: {
          list: {
            fields: {
              bandwidthlimit: { type: 'string', doc: 'The monthly bandwidth limit, or “unlimited”.' },
              bandwidthused: { type: 'string', doc: 'The bandwidth used in the month.' },
              deleted: { type: 'flag', doc: 'Whether the account was removed.' },
              diskquota: { type: 'string', doc: 'The disk limit, or “unlimited”.' },
              diskused: { type: 'string', doc: 'The disk usage.' },
              domain: { type: 'string', doc: 'The main domain.' },
              package: { type: 'string', doc: 'The package.' },
              suspended: { type: 'flag', doc: 'Whether the account is suspended.' },
              user: { type: 'string', doc: 'The username.' },
            },
          },
          doc: 'The accounts that it owns, sorted by username.',
        },
        bandwidthlimit: {
          type: 'integer',
          doc: 'The bandwidth limit of all accounts together; 0 if unlimited.',
        },
        bwoverselling: { type: 'flag', doc: 'Whether it can allocate more bandwidth than its limit.' },
        diskoverselling: { type: 'flag', doc: 'Whether it can allocate more disk space than its limit.' },
        diskquota: { type: 'integer', doc: 'The disk limit of all accounts together; 0 if unlimited.' },
        diskused: { type: 'number', doc: 'The disk usage of the accounts.' },
        month: { type: 'integer', doc: 'The month of the bandwidth.' },
        totalbwalloc: { type: 'string', doc: 'The bandwidth that is allocated to the accounts.' },
        totalbwused: { type: 'string', doc: 'The bandwidth that the accounts used.' },
        totaldiskalloc: { type: 'string', doc: 'The disk space that is allocated to the accounts.' },
        user: { type: 'string', doc: 'The reseller.' },
        year: { type: 'integer', doc: 'The year of the bandwidth.' },
      },
    },
  },
  examples: [
    { args: { user: 'root' }, doc: 'The accounts that root owns.' },
    {
      args: { user: 'bob', filter_suspended: '1' },
      doc: 'The accounts of the reseller “bob” that are not suspended.',
      setUp: ['createacct', 'setupreseller'],
    },
  ],

  async handler(args, { caller, db, now }) {
    const user = await resellers.resolveAsked(db, caller, args.user);
    const owned = await resellers.listOwned(db, user);
    const listed = args.filter_suspended ? owned.filter((one) => one.suspendedAt === null) : owned;
    const allowed = await limits.find(db, user);
    const totals = statistics.total(listed);
    const thisMonth = monthAt(now());
    const asked = { year: args.year ?? thisMonth.year, month: args.month ?? thisMonth.month };
    const bandwidth = await listAccounts(db, await prepare(db, ROOT, asked, { owner: user }));
    const usedBy = new Map(bandwidth.filter((one) => !one.isDeleted).map((one) => [one.user, one.total]));
    const removed = args.filter_deleted ? [] : bandwidth.filter((one) => one.isDeleted);
    const present = listed.map((one) => ({
      bandwidthlimit: limitText(one.settings.bandwidthLimit),
      bandwidthused: inMebibytes(usedBy.get(one.username) ?? 0),
      deleted: 0,
      diskquota: limitText(one.settings.diskLimit),
      diskused: statistics.mebibytes(one.blocksUsed ?? 0),
      domain: one.domain,
      package: one.package,
      suspended: one.suspendedAt === null ? 0 : 1,
      user: one.username,
    }));
    const former = removed.map((one) => ({
      bandwidthlimit: one.limit === 0 ? 'unlimited' : String(one.limit / BYTES_OF_MEBIBYTE),
      bandwidthused: inMebibytes(one.total),
      deleted: 1,
      diskquota: '0',
      diskused: '0.00',
      domain: one.maindomain,
      package: one.package,
      suspended: 0,
      user: one.user,
    }));
    const totalUsed =
      listed.reduce((sum, { username }) => sum + (usedBy.get(username) ?? 0), 0) +
      removed.reduce((sum, { total }) => sum + total, 0);
    return {
      reseller: {
        acct: [...present, ...former].sort((one, other) => (one.user < other.user ? -1 : 1)),
        bandwidthlimit: allowed.bandwidth ?? 0,
        bwoverselling: allowed.oversellsBandwidth ? 1 : 0,
        diskoverselling: allowed.oversellsDisk ? 1 : 0,
        diskquota: allowed.disk ?? 0,
        diskused: Number(statistics.mebibytes(totals.blocksUsed)),
        month: asked.month,
        totalbwalloc: String(totals.bandwidthPromised),
        totalbwused: inMebibytes(totalUsed),
        totaldiskalloc: String(totals.diskPromised),
        user,
        year: asked.year,
      },
    };
  },
});

function inMebibytes(bytes: number): string {
  return (bytes / BYTES_OF_MEBIBYTE).toFixed(2);
}

function limitText(limit: number | null): string {
  return limit === null ? 'unlimited' : String(limit);
}

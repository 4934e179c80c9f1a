import { defineFunction } from '../../core/define.ts';
import { loginName } from '../../core/params.ts';
import * as limits from '../../model/resellers/limits.ts';
import * as statistics from '../../model/resellers/statistics.ts';
import * as resellers from '../../model/resellers/resellers.ts';

export default defineFunction({
  name: 'resellerstats',
  since: 11,
  summary: 'Tell what a reseller’s accounts may use and do use.',
  description:
    'A reseller may ask about itself, root about everybody who owns accounts. All sizes are in MiB. The totals are ' +
    'those of the accounts that are listed; what is unlimited counts nothing in them. Disk space is as it was ' +
    'measured last. Bandwidth is not measured by this server yet: what is used is 0.',
  access: 'any',
  effect: 'reads',
  params: {
    user: { ...loginName, required: true, alias: ['reseller'], doc: 'The reseller, or root.' },
    filter_deleted: {
      type: 'flag',
      default: 0,
      doc: '1 leaves out accounts that were removed. This server lists none of them in any case.',
    },
    filter_suspended: { type: 'flag', default: 0, doc: '1 leaves out suspended accounts.' },
    month: { type: 'integer', min: 1, max: 12, doc: 'The month of the bandwidth; this month unless given.' },
    year: {
      type: 'integer',
      min: 1970,
      max: 9999,
      doc: 'The year of the bandwidth; this year unless given.',
    },
  },
  returns: {
    reseller: {
      fields: {
        acct: {
          list: {
            fields: {
              bandwidthlimit: { type: 'string', doc: 'Bandwidth of a month, or “unlimited”.' },
              bandwidthused: { type: 'string', doc: 'Bandwidth that was used in the month.' },
              deleted: { type: 'flag', doc: 'Whether the account was removed: 0.' },
              diskquota: { type: 'string', doc: 'Disk space, or “unlimited”.' },
              diskused: { type: 'string', doc: 'Disk space that is used.' },
              domain: { type: 'string', doc: 'The main domain.' },
              package: { type: 'string', doc: 'The package.' },
              suspended: { type: 'flag', doc: 'Whether the account is suspended.' },
              user: { type: 'string', doc: 'The user name.' },
            },
          },
          doc: 'The accounts that it owns, by user name.',
        },
        bandwidthlimit: { type: 'integer', doc: 'Bandwidth of all accounts together; 0 where unlimited.' },
        bwoverselling: { type: 'flag', doc: 'Whether it may promise more bandwidth than it has.' },
        diskoverselling: { type: 'flag', doc: 'Whether it may promise more disk space than it has.' },
        diskquota: { type: 'integer', doc: 'Disk space of all accounts together; 0 where unlimited.' },
        diskused: { type: 'number', doc: 'Disk space that the accounts use.' },
        month: { type: 'integer', doc: 'The month of the bandwidth.' },
        totalbwalloc: { type: 'string', doc: 'Bandwidth that the accounts are promised.' },
        totalbwused: { type: 'string', doc: 'Bandwidth that the accounts used.' },
        totaldiskalloc: { type: 'string', doc: 'Disk space that the accounts are promised.' },
        user: { type: 'string', doc: 'The reseller.' },
        year: { type: 'integer', doc: 'The year of the bandwidth.' },
      },
    },
  },
  examples: [
    { args: { user: 'root' }, doc: 'The accounts that root owns.' },
    {
      args: { user: 'bob', filter_suspended: '1' },
      doc: 'Those accounts of the reseller “bob” that are not suspended.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
    },
  ],

  async handler(args, { caller, db, now, warn }) {
    const user = await resellers.resolveAsked(db, caller, args.user);
    const owned = await resellers.listOwned(db, user);
    const listed = args.filter_suspended ? owned.filter((one) => one.suspendedAt === null) : owned;
    const allowed = await limits.find(db, user);
    const totals = statistics.total(listed);
    const today = new Date(now());
    warn('Bandwidth is not measured by this server yet: what is used is told as 0.');
    return {
      reseller: {
        acct: listed.map((one) => ({
          bandwidthlimit: limitText(one.settings.bandwidthLimit),
          bandwidthused: '0',
          deleted: 0,
          diskquota: limitText(one.settings.diskLimit),
          diskused: statistics.mebibytes(one.blocksUsed ?? 0),
          domain: one.domain,
          package: one.package,
          suspended: one.suspendedAt === null ? 0 : 1,
          user: one.username,
        })),
        bandwidthlimit: allowed.bandwidth ?? 0,
        bwoverselling: allowed.oversellsBandwidth ? 1 : 0,
        diskoverselling: allowed.oversellsDisk ? 1 : 0,
        diskquota: allowed.disk ?? 0,
        diskused: Number(statistics.mebibytes(totals.blocksUsed)),
        month: args.month ?? today.getUTCMonth() + 1,
        totalbwalloc: String(totals.bandwidthPromised),
        totalbwused: '0',
        totaldiskalloc: String(totals.diskPromised),
        user,
        year: args.year ?? today.getUTCFullYear(),
      },
    };
  },
});

function limitText(limit: number | null): string {
  return limit === null ? 'unlimited' : String(limit);
}

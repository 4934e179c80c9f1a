import { defineUapi } from '../../core/define-uapi.ts';
import { readSizes } from '../../capabilities/databases/driver/look-database-servers.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { diskUsage, HOW_OLD, lookAtOwnUsage } from '../../life/rules/own-usage.ts';
import { BYTES_OF_MEBIBYTE } from '../../capabilities/bandwidth/rules/exceeded.ts';

export default defineUapi({
  name: 'Quota::get_quota_info',
  since: 56,
  summary: 'Show how much disk space the account uses, and how much is left.',
  description: `${HOW_OLD} This server has no limit for files.`,
  effect: 'reads',
  onlyMeasures: true,
  params: {},
  returns: {
    fields: {
      megabyte_limit: { type: 'number', doc: 'The limit in MiB; 0 is unlimited.' },
      megabytes_used: { type: 'number', doc: 'The used space in MiB.' },
      megabytes_remain: { type: 'number', doc: 'The space that is left in MiB; 0 without a limit.' },
      inode_limit: { type: 'integer', doc: 'The limit for files and directories; 0 is unlimited.' },
      inodes_used: { type: 'integer', doc: 'The number of files and directories.' },
      inodes_remain: { type: 'integer', doc: 'Always 0, because there is no limit.' },
      under_megabyte_limit: { type: 'flag', doc: '1 if the used space is below the limit.' },
      under_inode_limit: { type: 'flag', doc: 'Always 1, because there is no limit.' },
      under_quota_overall: { type: 'flag', doc: '1 if the account is below both limits.' },
    },
  },
  examples: [{ args: {}, doc: 'The disk space.' }],

  look: (_args, context) => lookAtOwnUsage(context, readSizes),

  async handler(_args, { db, caller }, measured) {
    const { bytes, files, limit } = diskUsage(await accounts.getOwn(db, caller), measured);
    const isUnder = Number(limit === null || bytes < limit);
    return {
      megabyte_limit: mebibytes(limit ?? 0),
      megabytes_used: mebibytes(bytes),
      megabytes_remain: limit === null ? 0 : mebibytes(Math.max(0, limit - bytes)),
      ...{ inode_limit: 0, inodes_used: files, inodes_remain: 0 },
      ...{ under_megabyte_limit: isUnder, under_inode_limit: 1, under_quota_overall: isUnder },
    };
  },
});

function mebibytes(bytes: number): number {
  return Number((bytes / BYTES_OF_MEBIBYTE).toFixed(2));
}

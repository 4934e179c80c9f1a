import { defineUapi } from '../../core/define-uapi.ts';
import { readSizes } from '../../capabilities/databases/driver/look-database-servers.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { diskUsage, HOW_OLD, lookAtOwnUsage } from '../../life/rules/own-usage.ts';

export default defineUapi({
  name: 'Quota::get_local_quota_info',
  since: 88,
  summary: 'Show how much disk space the account uses on this server.',
  description: `${HOW_OLD} This server has no limit for files.`,
  effect: 'reads',
  onlyMeasures: true,
  params: {},
  returns: {
    fields: {
      byte_limit: { type: 'integer', doc: 'The limit in bytes; 0 is unlimited.' },
      bytes_used: { type: 'integer', doc: 'The used space in bytes.' },
      inode_limit: { type: 'integer', doc: 'The limit for files and directories; 0 is unlimited.' },
      inodes_used: { type: 'integer', doc: 'The number of files and directories.' },
    },
  },
  examples: [{ args: {}, doc: 'The disk space.' }],

  look: (_args, context) => lookAtOwnUsage(context, readSizes),

  async handler(_args, { db, caller }, measured) {
    const { bytes, files, limit } = diskUsage(await accounts.getOwn(db, caller), measured);
    return { byte_limit: limit ?? 0, bytes_used: bytes, inode_limit: 0, inodes_used: files };
  },
});

import { defineApi2 } from '../../core/define-uapi.ts';
import { readSizes } from '../../capabilities/databases/driver/look-database-servers.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { lookAtOwnUsage } from '../../life/rules/own-usage.ts';
import { diskInfo, diskInfoFields } from '../../life/rules/files/disk-info.ts';
import { FILES } from '../../capabilities/files/rules/names.ts';
import { humanSize } from '../../capabilities/files/rules/rows.ts';

const humanSizes = [
  'spacelimit',
  'spaceused',
  'spaceremain',
  'file_upload_max_bytes',
  'file_upload_must_leave_bytes',
  'file_upload_remain',
] as const;

export default defineApi2({
  name: 'Fileman::getdiskinfo',
  since: null,
  summary: 'Show how much disk space the account uses, and how much it can upload.',
  description: 'The disk usage is at most one minute old.',
  feature: FILES,
  effect: 'reads',
  onlyMeasures: true,
  params: {},
  returns: {
    fields: {
      ...diskInfoFields,
      spacelimit_humansize: { type: 'string', doc: 'The disk quota for people: “1 GB”.' },
      spaceused_humansize: { type: 'string', doc: 'The used disk space for people.' },
      spaceremain_humansize: { type: 'string', doc: 'What is left of the quota, for people.' },
      file_upload_max_bytes_humansize: { type: 'string', doc: 'The largest file for people.' },
      file_upload_must_leave_bytes_humansize: {
        type: 'string',
        doc: 'What an upload must leave, for people.',
      },
      file_upload_remain_humansize: { type: 'string', doc: 'What can be uploaded now, for people.' },
    },
  },
  examples: [{ args: {}, doc: 'The disk space.' }],

  // A response of API 2 has no place for the age of a value, so none is older than a minute.
  look: (_args, context) => lookAtOwnUsage({ ...context, later: undefined }, readSizes),

  async handler(_args, { db, caller }, measured) {
    const info = await diskInfo(db, await accounts.getOwn(db, caller), measured);
    const shown = humanSizes.map((key) => [`${key}_humansize`, forPeople(info[key])] as const);
    return [
      {
        ...info,
        ...(Object.fromEntries(shown) as Record<`${(typeof humanSizes)[number]}_humansize`, string>),
      },
    ];
  },
});

function forPeople(bytes: string): string {
  return /^\d+$/.test(bytes) ? humanSize(Number(bytes)) : bytes;
}

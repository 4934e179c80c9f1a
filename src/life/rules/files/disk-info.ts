// How much an account may upload: what is left of its disk quota, and two tweak settings of the server.
import type { Db } from '../../../core/context.ts';
import type { MachineUsage } from '../../../core/machine.ts';
import { diskUsage } from '../own-usage.ts';
import type { Account } from '../../../capabilities/accounts/rules/accounts.ts';
import { BYTES_OF_MEBIBYTE } from '../../../capabilities/bandwidth/rules/exceeded.ts';
import type { Limit } from '../../../capabilities/accounts/rules/packages/settings.ts';
import { resources } from '../../../capabilities/settings/rules/catalogue-system.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';

/** In bytes. Null: unlimited. */
export interface UploadLimits {
  /** The limit for one file. */
  readonly file: Limit;
  /** What an upload must leave of the quota. */
  readonly mustLeave: number;
  /** The limit for all files together. */
  readonly all: Limit;
}

export async function uploadLimits(
  db: Db,
  account: Account,
  measured: MachineUsage | undefined,
): Promise<UploadLimits> {
  const { file, mustLeave } = await uploadSettings(db);
  const { bytes, limit } = diskUsage(account, measured);
  return { file, mustLeave, all: limit === null ? null : Math.max(0, limit - bytes - mustLeave) };
}

/** The settings of the server. */
export async function uploadSettings(db: Db): Promise<Pick<UploadLimits, 'file' | 'mustLeave'>> {
  return {
    file: await setting(db, 'file_upload_max_bytes'),
    mustLeave: (await setting(db, 'file_upload_must_leave_bytes')) ?? 0,
  };
}

/** In bytes. Null if it is empty. */
async function setting(
  db: Db,
  key: 'file_upload_max_bytes' | 'file_upload_must_leave_bytes',
): Promise<number | null> {
  const value = (await tweakSettings.read(db, 'Main', key)) ?? resources[key]?.default ?? '';
  return value === '' ? null : Number(value) * BYTES_OF_MEBIBYTE;
}

/** In the words of UAPI and API 2: numbers as text, and `unlimited`. */
export async function diskInfo(db: Db, account: Account, measured: MachineUsage | undefined) {
  const { bytes, files, limit } = diskUsage(account, measured);
  const limits = await uploadLimits(db, account, measured);
  const most = limits.file === null || limits.all === null ? null : Math.min(limits.file, limits.all);
  return {
    spacelimit: inWords(limit),
    spaceused: String(bytes),
    spaceremain: inWords(limit === null ? null : Math.max(0, limit - bytes)),
    fileslimit: UNLIMITED,
    filesused: String(files),
    filesremain: UNLIMITED,
    file_upload_max_bytes: inWords(limits.file),
    file_upload_must_leave_bytes: String(limits.mustLeave),
    file_upload_remain: inWords(most ?? limits.file ?? limits.all),
  };
}

const UNLIMITED = 'unlimited';

function inWords(limit: Limit): string {
  return limit === null ? UNLIMITED : String(limit);
}

const bytesOrWord = (what: string) => ({ type: 'string', doc: `${what} in bytes, or “unlimited”.` }) as const;

export const diskInfoFields = {
  spacelimit: bytesOrWord('The disk quota'),
  spaceused: { type: 'string', doc: 'The used disk space in bytes.' },
  spaceremain: bytesOrWord('What is left of the disk quota'),
  fileslimit: { type: 'string', doc: 'Always “unlimited”: this server has no limit for files.' },
  filesused: { type: 'string', doc: 'The number of files and directories.' },
  filesremain: { type: 'string', doc: 'Always “unlimited”.' },
  file_upload_max_bytes: bytesOrWord('The largest file that can be uploaded'),
  file_upload_must_leave_bytes: {
    type: 'string',
    doc: 'What an upload must leave of the disk quota in bytes.',
  },
  file_upload_remain: bytesOrWord('What can be uploaded now'),
} as const;

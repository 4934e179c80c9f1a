// The error logs that PHP writes below the home of an account. They are read as the account’s user. The web server’s own
// error log is not among them.
import type { Caller, Db } from '../../../core/context.ts';
import type { Answer, Field } from '../../../core/define.ts';
import { notFound } from '../../../core/errors.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { MachineUserFiles, UserFile } from '../../../core/machine-user-files.ts';
import { ownSiteOf } from '../../domains/rules/own-params.ts';
import { settingsFor } from '../../php/rules/fpm-settings.ts';
import { readFpmSettings } from '../../php/rules/stored-fpm-settings.ts';

export const logIds = ['php_fpm_error_log', 'docroot_error_log', 'homedir_error_log'] as const;
type LogId = (typeof logIds)[number];

export interface LogPlace {
  readonly id: LogId;
  /** Absolute. Empty if PHP-FPM has no log of its own for the site. */
  readonly path: string;
}

/** The name that PHP scripts and applications give to a log in their own folder. */
const NAME = 'error_log';

/** Where the logs of a site are, whether they exist or not. @throws ApiError `bad_param` for a foreign domain. */
export async function logPlaces(db: Db, caller: Caller, domain: string): Promise<LogPlace[]> {
  const { account, host } = await ownSiteOf(db, caller, 'domain', domain);
  const settings = settingsFor(await readFpmSettings(db, account.username), host.servername);
  return [
    { id: 'php_fpm_error_log', path: settings.find(({ name }) => name === 'error_log')?.value ?? '' },
    { id: 'docroot_error_log', path: `${host.documentRoot}/${NAME}` },
    { id: 'homedir_error_log', path: `${account.home}/${NAME}` },
  ];
}

export const logRow = {
  fields: {
    file_id: { type: 'string', doc: 'The log: php_fpm_error_log, docroot_error_log or homedir_error_log.' },
    path: { type: 'string', doc: 'Its absolute path. Empty if there is none.' },
    size: { type: 'any', doc: 'Its size in bytes. null if it cannot be read.' },
    mtime: { type: 'any', doc: 'When it was changed last, in seconds since 1970-01-01 UTC. null as above.' },
    modified_today: { type: 'flag', doc: '1 if that was today, by the server’s time zone.' },
    error: { type: 'string|null', doc: 'Why it cannot be read. null if it can.' },
  },
} as const satisfies Field;

const NO_LOG =
  'PHP-FPM has no log of its own for this site: its errors are in the web server’s error log. See Stats::get_site_errors.';

export async function describeLog(
  files: MachineUserFiles,
  { id, path }: LogPlace,
  now: number,
): Promise<Answer<typeof logRow>> {
  const unread = (error: string) => ({
    ...{ file_id: id, path, size: null, mtime: null, modified_today: 0, error },
  });
  if (path === '') return unread(NO_LOG);
  try {
    // Not `stat`, which describes a link itself.
    const found = await files.readPart(path, 0, 1);
    if (found === undefined) return unread('There is no such file.');
    return { file_id: id, path, ...facts(found.file, now), error: null };
  } catch (error) {
    if (error instanceof MachineError) return unread(error.message);
    throw error;
  }
}

/** How much of the end of a log is read. */
const MAX_BYTES = 1_048_576;

/** @throws ApiError `not_found`; MachineError as with other files of the account. */
export async function lastLinesOf(
  files: MachineUserFiles,
  { id, path }: LogPlace,
  { limit, now }: { readonly limit: number; readonly now: number },
) {
  if (path === '') throw notFound(NO_LOG);
  const first = await files.readPart(path, 0, 1);
  if (first === undefined) throw notFound(`“${path}”: No such file or directory.`);
  const start = Math.max(0, first.file.size - MAX_BYTES);
  const { file, content } = (await files.readPart(path, start, MAX_BYTES)) ?? first;
  const lines = Buffer.from(content).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  // It is not complete.
  if (start > 0) lines.shift();
  const shown = lines.slice(-limit);
  return {
    ...{ file_id: id, path, ...facts(file, now) },
    log_content: shown,
    lines_read: shown.length,
    partial: Number(start > 0 || shown.length < lines.length),
  };
}

function facts({ size, modifiedAt }: UserFile, now: number) {
  const isToday = new Date(modifiedAt).toDateString() === new Date(now).toDateString();
  return { size, mtime: Math.floor(modifiedAt / 1000), modified_today: Number(isToday) };
}

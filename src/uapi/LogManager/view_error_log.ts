import { defineUapi } from '../../core/define-uapi.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { lastLinesOf, logIds, logPlaces } from '../../capabilities/web/rules/own-error-logs.ts';

export default defineUapi({
  name: 'LogManager::view_error_log',
  since: 138,
  summary: 'Show the last lines of an error log of PHP.',
  description: 'LogManager::list_error_logs lists the logs. At most 1 MiB of a log is read.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'errlog',
  params: {
    domain: { ...existingDomain, required: true, doc: 'A domain of the website.' },
    file_id: { type: 'string', required: true, values: logIds, doc: 'The log.' },
    limit: { type: 'integer', min: 1, max: 5000, default: 100, doc: 'The most lines to return.' },
  },
  returns: {
    fields: {
      file_id: { type: 'string', doc: 'The log.' },
      path: { type: 'string', doc: 'Its absolute path.' },
      size: { type: 'integer', doc: 'Its size in bytes.' },
      mtime: { type: 'integer', doc: 'When it was changed last, in seconds since 1970-01-01 UTC.' },
      modified_today: { type: 'flag', doc: '1 if that was today, by the server’s time zone.' },
      log_content: { list: { type: 'string' }, doc: 'The last lines, in the order of the log.' },
      lines_read: { type: 'integer', doc: 'How many they are.' },
      partial: { type: 'flag', doc: '1 if the log has more lines.' },
    },
  },
  examples: [
    {
      args: { domain: 'bob.example', file_id: 'docroot_error_log', limit: '10' },
      doc: 'An error if no script has written a log.',
      fails: 'not_found',
    },
  ],

  async look({ domain, file_id: id, limit }, { machine, caller, transaction, now }) {
    const places = await transaction('reads', (db) => logPlaces(db, caller, domain));
    const place = places.find((one) => one.id === id);
    if (place === undefined) throw new TypeError(`There is no log ${id}.`);
    return lastLinesOf(await machine.userFiles(caller.user), place, { limit, now: now() });
  },

  handler: (_args, _context, shown) => shown,
});

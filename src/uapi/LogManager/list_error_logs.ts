import { defineUapi } from '../../core/define-uapi.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { describeLog, logPlaces, logRow } from '../../capabilities/web/rules/own-error-logs.ts';

export default defineUapi({
  name: 'LogManager::list_error_logs',
  since: 138,
  summary:
    'List the error logs of PHP for a website: in its document root, in the home directory, and of PHP-FPM.',
  description:
    'Scripts write the file “error_log” where their setting error_log says. Errors that go to the web server’s log are ' +
    'in Stats::get_site_errors.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'errlog',
  params: { domain: { ...existingDomain, required: true, doc: 'A domain of the website.' } },
  returns: { list: logRow },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The logs, whether they exist or not.' }],

  async look({ domain }, { machine, caller, transaction, now }) {
    const places = await transaction('reads', (db) => logPlaces(db, caller, domain));
    const files = await machine.userFiles(caller.user);
    return Promise.all(places.map((place) => describeLog(files, place, now())));
  },

  handler: (_args, _context, rows) => rows,
});

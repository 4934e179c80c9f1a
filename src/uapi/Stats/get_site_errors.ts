import { defineUapi } from '../../core/define-uapi.ts';
import { lastErrorLines } from '../../capabilities/web/driver/virtual-hosts/look-logs.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { ownSiteOf } from '../../capabilities/domains/rules/own-params.ts';
import { errorEntries } from '../../capabilities/web/rules/error-lines.ts';

export default defineUapi({
  name: 'Stats::get_site_errors',
  since: 84,
  summary: 'Show the last errors of a website of the account, the latest first.',
  description: 'They are lines of the web server’s error log of the virtual host that serves the domain.',
  effect: 'reads',
  role: 'WebServer',
  feature: 'errlog',
  params: {
    domain: { ...existingDomain, required: true, doc: 'A domain of the website.' },
    log: {
      type: 'string',
      values: ['error'],
      default: 'error',
      doc: 'The log. That of suexec is one for all accounts, so accounts cannot read it.',
    },
    maxlines: { type: 'integer', min: 1, max: 5000, default: 300, doc: 'The most lines to return.' },
  },
  returns: {
    list: {
      fields: {
        date: {
          type: 'integer',
          doc: 'The time, in seconds since 1970-01-01 UTC; 0 if no line up to this one has a time.',
        },
        entry: { type: 'string', doc: 'The line without the time.' },
      },
    },
  },
  examples: [{ args: { domain: 'bob.example', maxlines: '10' }, doc: 'The last ten lines.' }],

  async look({ domain, maxlines }, { caller, machine, transaction }) {
    const { account, host } = await transaction('reads', (db) => ownSiteOf(db, caller, 'domain', domain));
    const { username } = account;
    return lastErrorLines(machine, { username, servername: host.servername }, maxlines);
  },

  handler: (_args, _context, lines) => errorEntries(lines),
});

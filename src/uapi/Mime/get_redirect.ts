import { defineUapi } from '../../core/define-uapi.ts';
import { hostOf, ownHosts, readAccessFile } from '../../capabilities/access-files/rules/blocks.ts';
import { redirectsIn } from '../../capabilities/access-files/rules/redirects.ts';

export default defineUapi({
  name: 'Mime::get_redirect',
  since: 88,
  summary: 'Show where the home page of one of the account’s domains is redirected to.',
  description: 'Only redirects that Mime::add_redirect made are found.',
  feature: 'redirects',
  role: 'WebServer',
  effect: 'reads',
  params: { domain: { type: 'string', required: true, lowerCase: true, doc: 'The domain.' } },
  returns: {
    fields: {
      redirection_enabled: { type: 'flag', doc: '1: it is redirected.' },
      url: { type: 'string|null', doc: 'The URL to go to. Null: it is not redirected.' },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The redirect of the main domain.' }],

  async look({ domain }, context) {
    const { hosts, files } = await ownHosts(context);
    return readAccessFile(files, hostOf(hosts, domain).documentRoot);
  },
  handler({ domain }, _context, { text }) {
    const found = redirectsIn(text).find((one) => one.domain === domain && one.source === '/');
    return { redirection_enabled: found === undefined ? 0 : 1, url: found?.destination ?? null };
  },
});

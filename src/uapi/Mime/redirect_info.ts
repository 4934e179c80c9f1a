import { defineUapi } from '../../core/define-uapi.ts';
import { hostOf, ownHosts } from '../../capabilities/access-files/rules/blocks.ts';

/** In redirects of cPanel’s interface. */
const ANY = '.*';

export default defineUapi({
  name: 'Mime::redirect_info',
  since: 42,
  summary: 'Show the words for a domain and a URL of a redirect.',
  description: `“${ANY}” stands for all domains or all URLs. Other values are returned as they are.`,
  feature: 'redirects',
  role: 'WebServer',
  effect: 'reads',
  params: {
    domain: { type: 'string', required: true, lowerCase: true, doc: `A domain of the account, or “${ANY}”.` },
    url: { type: 'string', required: true, doc: `A URL, or “${ANY}”.` },
  },
  returns: {
    fields: {
      domain: { type: 'string', doc: 'The domain, or ** All Public Domains **.' },
      url: { type: 'string', doc: 'The URL, or ** All Requests **.' },
    },
  },
  examples: [{ args: { domain: '.*', url: '/' }, doc: 'A redirect of all domains.' }],

  async look({ domain }, context) {
    if (domain !== ANY) hostOf((await ownHosts(context)).hosts, domain);
  },
  handler: ({ domain, url }) => ({
    domain: domain === ANY ? '** All Public Domains **' : domain,
    url: url === ANY ? '** All Requests **' : url,
  }),
});

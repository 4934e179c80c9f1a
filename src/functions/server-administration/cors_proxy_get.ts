import { defineFunction } from '../../core/define.ts';
import { fetchAllowed } from '../../capabilities/logins/driver/cors-proxy/look-web-address.ts';
import { allowedHosts } from '../../capabilities/logins/rules/cors-proxy/hosts.ts';

export default defineFunction({
  name: 'cors_proxy_get',
  since: 68,
  summary: 'Show the response of another web address, fetched by the server.',
  description:
    'Pages use it to read addresses that a browser may not read for them. Root lists the hosts in the Tweak Setting ' +
    'cors_proxy_hosts; without it, none is allowed. The address must begin with https:// and lead to a public IP address, ' +
    'as must each of at most five redirects. The response can have 1 MiB, and must arrive within 20 seconds.',
  access: ['cors-proxy-get'],
  effect: 'reads',
  params: {
    url: { type: 'string', required: true, maxLength: 2048, doc: 'The web address to fetch.' },
  },
  returns: {
    content: { type: 'string', doc: 'The body of the response, as UTF-8.' },
    success: { type: 'flag', doc: 'Whether the status means success (200 to 299).' },
    status: { type: 'string', doc: 'The status of HTTP: 200.' },
    reason: { type: 'string', doc: 'The text of the status: OK.' },
    protocol: { type: 'string', doc: 'The protocol: HTTP/1.1.' },
    url: { type: 'string', doc: 'The address of the response, after redirects.' },
    headers: { type: 'any', doc: 'The headers of the response, by name.' },
    _cp_redirects: {
      list: {
        fields: {
          url: { type: 'string', doc: 'The address that redirected.' },
          status: { type: 'string', doc: 'Its status: 302.' },
          reason: { type: 'string', doc: 'The text of the status: Found.' },
          protocol: { type: 'string', doc: 'The protocol: HTTP/1.1.' },
          success: { type: 'flag', doc: '0, because a redirect is not the response.' },
          headers: { type: 'any', doc: 'The headers, with the location.' },
        },
      },
      doc: 'The redirects that were followed, in order.',
    },
  },
  examples: [
    {
      args: { url: 'https://example.com/' },
      doc: 'Fetch a page of a host that root allows.',
      fails: 'disabled',
    },
  ],

  async look({ url }, { machine, transaction }) {
    return fetchAllowed(machine, url, await transaction('reads', allowedHosts));
  },

  handler: (_args, _context, found) => found,
});

// What WHM shows of the web server’s configuration for a site.
import type { Field } from '../../../../core/define.ts';
import type { Account } from '../../../accounts/rules/accounts.ts';
import type { VirtualHost } from '../../../domains/rules/virtual-hosts.ts';
import { accessLog } from '../../../../ground/driver/virtual-hosts/places.ts';

export const HTTP_PORT = 80;
export const HTTPS_PORT = 443;

const string = (doc: string) => ({ type: 'string', doc }) as const;

export const siteDataFields = {
  customlog: {
    list: {
      fields: {
        format: string('The format of its lines: “combined”.'),
        target: string('The path.'),
      },
    },
    doc: 'The log of the requests.',
  },
  port: { type: 'integer', doc: 'The port over HTTP.' },
  scriptalias: {
    list: { fields: { path: string('The directory.'), url: string('The beginning of its URLs.') } },
    doc: 'The directories whose files are CGI programs. Empty if the account may not run any.',
  },
  serveradmin: string('The address of the site’s webmaster by convention (RFC 2142, section 5).'),
  serveralias: string('The other names of the virtual host, with spaces between them.'),
  usecanonicalname: string('Always “Off”: a request keeps the name that it was sent to.'),
  userdirprotect: string('Always empty: no site serves the homes of other accounts.'),
} as const satisfies Record<string, Field>;

/** @param host undefined if the domain has no virtual host. */
export function siteData(account: Account, host: VirtualHost | undefined) {
  const { home, settings, username } = account;
  const servername = host?.servername ?? account.domain;
  const documentRoot = host?.documentRoot ?? `${home}/public_html`;
  return {
    customlog: [{ format: 'combined', target: accessLog(username, servername) }],
    port: HTTP_PORT,
    scriptalias: settings.cgi ? [{ path: `${documentRoot}/cgi-bin`, url: '/cgi-bin/' }] : [],
    serveradmin: `webmaster@${servername}`,
    serveralias: (host?.aliases ?? []).join(' '),
    usecanonicalname: 'Off',
    userdirprotect: '',
  };
}

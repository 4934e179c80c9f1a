// The configuration of an account: hostile values must not add directives.
import fc from 'fast-check';
import type { AccountWeb } from '../../../../../src/capabilities/web/driver/virtual-hosts/contract.ts';
import { isWildcard } from '../../../../../src/core/wildcards.ts';
import {
  renderAccount,
  renderWildcard,
} from '../../../../../src/capabilities/web/driver/virtual-hosts/apache/render-account.ts';
import { cgi, hostile, ofHost, places, web } from '../../../../support/apache-values.ts';

const render = (account: AccountWeb) => {
  const where = [(path: string) => path, { http: 80, https: 443 }] as const;
  const wildcards = account.hosts.filter(({ servername }) => isWildcard(servername));
  return [
    renderAccount(account, ...where),
    ...wildcards.map((host) => renderWildcard(account, host, ...where)),
  ].join('');
};

/** The first word of each line that is no comment: the directives and sections. */
const directives = (text: string) =>
  text
    .split(/\r|\n/)
    .map((line) => line.trim().split(/[\s>]/)[0])
    .filter((word) => word !== undefined && word !== '' && !word.startsWith('#'));

describe.each(Object.keys(places))('a hostile value as %s', (place) => {
  it('is rejected, or adds no directive, variable or expression', () => {
    const isPhp = place.includes('version');
    const expected = directives(render(isPhp ? cgi('ea-php84') : web));
    fc.assert(
      fc.property(hostile, (value) => {
        let text: string;
        try {
          text = render(places[place]?.(value) ?? web);
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError);
          return;
        }
        expect(directives(text)).toEqual(expected);
        const own =
          /\$\{WHMAPI1_ACCESS_FILES\}|"%\{ENV:REDIRECT_STATUS\}"|"%\{REQUEST_METHOD\}"|%\{SERVER_NAME\}|%\{REQUEST_URI\}|"%\{THE_REQUEST\}"/g;
        expect(text.replaceAll(own, '')).not.toMatch(/\$\{|%\{|\\\n|[^\t\n\x20-\x7e“”]/);
      }),
      { numRuns: 300 },
    );
  });
});

it.each([
  ['/home/bob/../alice', 'Invalid path'],
  ['/home/alice/public_html', 'below the home'],
  ['/home/bobby/public_html', 'below the home'],
  ['/home/bob', 'below the home'],
])('the document root %s is rejected', (documentRoot, reason) => {
  expect(() => render(ofHost({ documentRoot }))).toThrow(reason);
});

it('writes a long list of names on several lines, because Apache limits their length', () => {
  const aliases = Array.from({ length: 100 }, (_, at) => `${'a'.repeat(60)}${at}.${'b'.repeat(60)}.example`);
  const text = render(ofHost({ aliases }));
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(8000);
  for (const alias of aliases) expect(text).toContain(` ${alias}`);
});

it('redirects exactly the service subdomains, in each state of the account', () => {
  const services = ['bob.example', 'other.example'].flatMap((domain) => [
    { name: `cpanel.${domain}`, port: 2083 },
    { name: `whm.${domain}`, port: 2087 },
  ]);
  for (const state of [{}, { isSuspended: true }, { isOverLimit: true }]) {
    const rules = render({ ...ofHost({ services }), ...state }).match(/^\tRewrite.*SERVER_NAME.*$/gm);
    const expected = [
      'RewriteCond %{SERVER_NAME} "^(?:cpanel[.]bob[.]example|cpanel[.]other[.]example)$"',
      'RewriteRule "^/(?![.]well-known/acme-challenge/)" "https://%{SERVER_NAME}:2083%{REQUEST_URI}" [R=302,L]',
      'RewriteCond %{SERVER_NAME} "^(?:whm[.]bob[.]example|whm[.]other[.]example)$"',
      'RewriteRule "^/(?![.]well-known/acme-challenge/)" "https://%{SERVER_NAME}:2087%{REQUEST_URI}" [R=302,L]',
    ].map((line) => `\t${line}`);
    expect(rules).toEqual([...expected, ...expected]);
  }
  expect(render(ofHost({ services: [] }))).not.toContain('SERVER_NAME');
});

it('serves a mail policy at exactly its name, before everything else, in each state of the account', () => {
  const policy = { path: '/.well-known/mta-sts.txt', text: 'version: STSv1\n' };
  const services = ['bob.example', 'other.example'].map((domain) => ({
    ...{ name: `mta-sts.${domain}`, policy },
  }));
  for (const state of [{}, { isSuspended: true }, { isOverLimit: true }, { isMoving: true as const }]) {
    const text = render({ ...ofHost({ services }), ...state });
    const rules = text.match(/^\tRewrite(?!Engine).*$/gm)?.slice(0, 6);
    expect(rules).toEqual(
      [
        'RewriteCond %{SERVER_NAME} "^(?:mta-sts[.]bob[.]example)$"',
        'RewriteRule "^/[.]well-known/mta-sts[.]txt$" "/.whmapi1-mta-sts/mta-sts.bob.example" [PT,L]',
        'RewriteCond %{SERVER_NAME} "^(?:mta-sts[.]other[.]example)$"',
        'RewriteRule "^/[.]well-known/mta-sts[.]txt$" "/.whmapi1-mta-sts/mta-sts.other.example" [PT,L]',
        'RewriteCond %{SERVER_NAME} "^(?:mta-sts[.]bob[.]example|mta-sts[.]other[.]example)$"',
        'RewriteRule "^/(?![.]well-known/acme-challenge/)" "-" [R=404,L]',
      ].map((line) => `\t${line}`),
    );
    for (const line of text.match(/^\tRedirectMatch.*$/gm) ?? []) expect(line).toContain('whmapi1-mta-sts/');
  }
  const hostile = [{ name: 'mta-sts.bob.example" x', policy }];
  expect(() => render(ofHost({ services: hostile }))).toThrow(TypeError);
  expect(render(ofHost({ services: [] }))).not.toContain('mta-sts');
});

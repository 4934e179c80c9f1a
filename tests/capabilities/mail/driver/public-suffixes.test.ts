// The list by which Exim knows registered domains. `tests/machine/spam.test.ts` compares that of Debian with a library.
import { linesOf, registered } from '../../../support/public-suffixes.ts';
import { renderSuffixes } from '../../../../src/capabilities/mail/driver/exim/public-suffixes.ts';

const RULES = `// ===BEGIN ICANN DOMAINS===
com
uk
co.uk
// A rule for all names below, and an exception
*.ck
!www.ck
cn
公司.cn
*.kawasaki.jp
!city.kawasaki.jp
jp
// ===BEGIN PRIVATE DOMAINS===
github.io   and what stands behind
`;

it.each([
  ['www.example.com', 'example.com'],
  ['example.com', 'example.com'],
  ['a.b.example.co.uk', 'example.co.uk'],
  ['example.uk', 'example.uk'],
  ['x.y.example.ck', 'y.example.ck'],
  ['a.www.ck', 'www.ck'],
  ['www.ck', 'www.ck'],
  ['a.city.kawasaki.jp', 'city.kawasaki.jp'],
  ['a.b.c.kawasaki.jp', 'b.c.kawasaki.jp'],
  ['a.victim.github.io', 'victim.github.io'],
  ['x.xn--55qx5d.cn', 'x.xn--55qx5d.cn'],
  ['a.x.xn--55qx5d.cn', 'x.xn--55qx5d.cn'],
  ['a.example.nosuchtld', 'example.nosuchtld'],
  ['co.uk', 'co.uk'],
  ['com', 'com'],
])('%s belongs to %s', (name, domain) => {
  expect(registered(linesOf(renderSuffixes(RULES)), name)).toBe(domain);
});

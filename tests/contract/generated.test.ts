// What generated files contain. `npm run fresh` compares them with their sources.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { errorKinds } from '../../src/core/errors.ts';
import { index } from '../../src/functions/index.generated.ts';
import { itWith } from '../support/require-tool.ts';

test('docs/ERRORS.md holds the catalogue of errors, and nothing else', () => {
  const page = readFileSync('docs/ERRORS.md', 'utf8');
  const rows = [...page.matchAll(/^\| `(.*?)` *\| (\d) *\| (.*?) *\| (.*?) *\|$/gm)].map((row) =>
    row.slice(1),
  );
  expect(rows).toEqual(
    Object.entries(errorKinds).map(([code, { exit, when, remedy }]) => [code, String(exit), when, remedy]),
  );
  for (const row of rows) {
    expect(row[0]).toMatch(/^[a-z]+(_[a-z]+)*$/);
    expect(row[2]).toMatch(/^[A-Z].*\.$/);
    expect(row[3]).toMatch(/^[A-Z].*\.$/);
  }
});

const pages = readdirSync('man');

itWith(['mandoc'], 'mandoc finds nothing to say about the manual pages', () => {
  expect(pages).toContain('whmapi1-authentication.7');
  const { error, stdout, stderr } = spawnSync('mandoc', ['-Tlint', ...pages.map((name) => `man/${name}`)], {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  expect(error).toBeUndefined();
  // mandoc looks for other pages in the system’s directories and their index. The next test checks them here.
  const ofSystem = /^$|STYLE: referenced manual not found|^mandoc: outdated mandoc\.db/;
  const findings = `${stdout}\n${stderr}`.split('\n').filter((line) => !ofSystem.test(line));
  expect(findings).toEqual([]);
});

test('every page that another one names is there', () => {
  const elsewhere = [
    'man.1',
    'grep.1',
    'less.1',
    'more.1',
    'logrotate.8',
    'named.8',
    'pam_exec.8',
    'sendmail.8',
  ];
  const named = pages.flatMap((name) =>
    [...readFileSync(`man/${name}`, 'utf8').matchAll(/^\.(?:It )?Xr (\S+) (\d)/gm)].map(
      ([, page, section]) => `${page}.${section}`,
    ),
  );
  expect([...new Set(named)].filter((one) => !pages.includes(one) && !elsewhere.includes(one))).toEqual([]);
  // No page of a function or a family is an orphan.
  const orphans = pages.filter(
    (one) => !['cpapi2.1', 'uapi.1', 'whmapi1.1'].includes(one) && !named.includes(one),
  );
  expect(orphans).toEqual([]);
});

test('every function has a page, which its family’s page names', () => {
  for (const [name, { family, summary }] of Object.entries(index)) {
    expect(pages).toContain(`whmapi1-${name}.7`);
    const page = readFileSync(`man/whmapi1-${name}.7`, 'utf8');
    const sections = [...page.matchAll(/^\.Sh (.*)$/gm)].map(([, title]) => title);
    expect(sections.filter((title) => title !== 'PARAMETERS')).toEqual([
      ...['NAME', 'SYNOPSIS', 'DESCRIPTION', 'RESPONSE', 'PRIVILEGES', 'EXAMPLES', 'DIAGNOSTICS', 'SEE ALSO'],
    ]);
    expect(page).toContain(`.Xr whmapi1-${family} 7`);
    const list = readFileSync(`man/whmapi1-${family}.7`, 'utf8');
    expect(list).toContain(`.It Xr whmapi1-${name} 7\n${summary.split(' ')[0]}`);
  }
});

test('the page of errors explains every code', () => {
  const page = readFileSync('man/whmapi1-errors.7', 'utf8');
  expect([...page.matchAll(/^\.It Sy (\S+)$/gm)].map(([, code]) => code)).toEqual(Object.keys(errorKinds));
});

itWith(['mandoc'], 'the manual pages show examples and marks as the help does', () => {
  const shown = (name: string) =>
    spawnSync('mandoc', ['-Tutf8', '-Owidth=200', `man/whmapi1-${name}.7`], {
      encoding: 'utf8',
    }).stdout.replace(/.\u0008/g, '');
  for (const [name, line] of [
    [
      'twofactorauth_set_tfa_config',
      'whmapi1 twofactorauth_set_tfa_config secret=WJ73QJSKZBXCIFPZ tfa_token=227174',
    ],
    [
      'twofactorauth_set_tfa_config_for_user',
      `echo '{"root":{"primary_account":{"secret":"WJ73QJSKZBXCIFPZ"}}}' | whmapi1 --input=json`,
    ],
    ['twofactorauth_set_issuer', `whmapi1 twofactorauth_set_issuer 'issuer=Example Hosting'`],
    ['twofactorauth_set_issuer', 'List codes as “Example Hosting”.'],
    ['createacct', 'whmapi1 [options] createacct [username=VALUE] domain=VALUE [plan=VALUE]'],
    ['createacct', 'It has no effect here: mail is kept on this server.'],
    ['batch', 'command=VALUE ... [abort_on_error=1|0]'],
    ['listaccts', 'api.filter, api.sort, api.columns and api.chunk work on ‘acct’.'],
    ['authentication', 'Enable the two-factor authentication policy.'],
  ] as const) {
    expect(shown(name)).toContain(line);
  }
});

test('whmapi1(1) names the page of each family', () => {
  const [, seeAlso = ''] = readFileSync('man/whmapi1.1', 'utf8').split('.Sh SEE ALSO');
  const families = readdirSync('src/functions', { withFileTypes: true }).filter((one) => one.isDirectory());
  expect(families.filter(({ name }) => !seeAlso.includes(`.Xr whmapi1-${name} 7`))).toEqual([]);
});

// The four files in /etc that scripts for cPanel servers read.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CpanelFiles } from '../../src/worker/cpanel-files.ts';
import { Installation } from '../support/installation.ts';

const NAMES = ['trueuserdomains', 'trueuserowners', 'userdomains', 'localdomains'] as const;
let here: Installation;
let files: CpanelFiles;
let changes = 0;
const pathOf = (path: string) => join(here.state, 'root', path);
const marker = () => pathOf('usr/lib/whmapi1-cpanel-paths/scripts/whoowns');
const install = () => {
  mkdirSync(dirname(marker()), { recursive: true });
  writeFileSync(marker(), '');
};
const read = () =>
  Object.fromEntries(NAMES.map((name) => [name, readFileSync(pathOf(`etc/${name}`), 'utf8')]));
const newFiles = () =>
  new CpanelFiles({ engine: here.engine, storeState: async () => String((changes += 1)) });

beforeEach(async () => {
  here = new Installation({ livesLong: true });
  files = newFiles();
  const password = 'correct horse battery staple 7';
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterEach(() => here.remove());

test('list the domains, the accounts and their owners, and where mail is kept', async () => {
  install();
  await here.uapi('bob', 'SubDomain::addsubdomain', { domain: 'shop', rootdomain: 'bob.example' });
  await here.call('create_parked_domain_for_user', {
    ...{ domain: 'bob.test', username: 'bob', web_vhost_domain: 'bob.example' },
  });
  await here.uapi('eve', 'Email::set_always_accept', { domain: 'eve.example', mxcheck: 'remote' });
  await here.call('start_profile_activation', { code: 'STANDARD' });
  await files.look();
  expect(read()).toEqual({
    trueuserdomains: 'bob.example: bob\neve.example: eve\n',
    trueuserowners: 'bob: root\neve: root\n',
    userdomains: '*: nobody\nbob.example: bob\nbob.test: bob\neve.example: eve\nshop.bob.example: bob\n',
    localdomains: `${[here.hostname, 'bob.example', 'bob.test', 'shop.bob.example'].toSorted().join('\n')}\n`,
  });
  for (const name of NAMES) expect(statSync(pathOf(`etc/${name}`)).mode & 0o777).toBe(0o640);
  await here.call('removeacct', { username: 'eve' });
  await files.look();
  expect(read()).toMatchObject({ trueuserdomains: 'bob.example: bob\n', trueuserowners: 'bob: root\n' });
});

test('are there again after a start, replace no file of others, and go with the package', async () => {
  await files.look();
  expect(existsSync(pathOf('etc/userdomains'))).toBe(false);
  install();
  mkdirSync(pathOf('etc'), { recursive: true });
  writeFileSync(pathOf('etc/localdomains'), 'mine\n');
  await files.look();
  expect(read()).toMatchObject({ trueuserowners: 'bob: root\neve: root\n', localdomains: 'mine\n' });
  // The server was killed after a change and before it wrote.
  rmSync(pathOf('etc/userdomains'));
  await newFiles().look();
  expect(read().userdomains).toContain('eve.example: eve\n');
  rmSync(marker());
  await files.look();
  expect(NAMES.filter((name) => existsSync(pathOf(`etc/${name}`)))).toEqual(['localdomains']);
});

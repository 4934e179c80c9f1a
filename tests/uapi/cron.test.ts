// Cron of API 2: the crontab of an account.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterAll(() => here.remove());

const crontab = (user: string) => join(here.state, 'root/var/spool/cron/crontabs', user);
const text = () => readFileSync(crontab('bob'), 'utf8');
const cron = async (name: string, args: Record<string, string> = {}) =>
  (await here.api2('bob', name, args)).data;
const keyOf = (row: Record<string, unknown> | undefined) => {
  expect(row?.linekey).toMatch(/^[0-9a-f]{32}$/);
  return row?.linekey as string;
};
const nightly = {
  command: 'php cron.php "a & b"',
  minute: '0',
  hour: '3',
  day: '*',
  month: '*',
  weekday: '*',
};

test('Cron::add_line, Cron::listcron, Cron::edit_line and Cron::remove_line', async () => {
  const [added] = await cron('Cron::add_line', nightly);
  expect(added).toEqual({
    status: 1,
    statusmsg: 'crontab installed',
    linekey: keyOf(added),
  });
  expect(text()).toBe('0 3 * * * php cron.php "a & b"\n');
  expect(await cron('Cron::add_line', nightly)).toEqual([
    { status: 0, statusmsg: 'This cron job already exists.' },
  ]);
  await cron('Cron::add_line', { ...nightly, minute: '*/5', weekday: 'mon-fri' });
  const rows = await cron('Cron::listcron');
  expect(rows).toMatchObject([
    { ...nightly, count: 1, linekey: added?.linekey, command_htmlsafe: 'php cron.php &quot;a &amp; b&quot;' },
    { count: 2, minute: '*/5', weekday: 'mon-fri' },
    { count: 3 },
  ]);
  expect(await cron('Cron::fetchcron')).toEqual(rows);
  const [edited] = await cron('Cron::edit_line', { ...nightly, hour: '4', linekey: keyOf(added) });
  expect(edited?.linekey).not.toBe(added?.linekey);
  await cron('Cron::edit_line', { ...nightly, hour: '5', commandnumber: '2' });
  expect(text()).toBe('0 4 * * * php cron.php "a & b"\n0 5 * * * php cron.php "a & b"\n');
  await cron('Cron::remove_line', { linekey: keyOf(edited) });
  expect(text()).toBe('0 5 * * * php cron.php "a & b"\n');
  await cron('Cron::remove_line', { line: '1' });
  expect(existsSync(crontab('bob'))).toBe(false);
  expect(await cron('Cron::remove_line', { line: '1' })).toEqual([
    { status: 0, statusmsg: 'There is no such cron job. Cron::listcron lists them.' },
  ]);
});

test('lines that are not jobs stay as they are', async () => {
  writeFileSync(
    crontab('bob'),
    '# mine\nPATH = /usr/bin\nA="1 2 3 4 5 6"\n\n@daily php daily.php\n1 2 * * * x\n',
    {
      mode: 0o600,
    },
  );
  expect(await cron('Cron::listcron')).toMatchObject([
    { count: 1, minute: '@daily', hour: '', command: 'php daily.php' },
    { count: 2, minute: '1', command: 'x' },
    { count: 3 },
  ]);
  await cron('Cron::remove_line', { line: '2' });
  expect(text()).toBe('# mine\nPATH = /usr/bin\nA="1 2 3 4 5 6"\n\n@daily php daily.php\n');
});

test('Cron::get_email and Cron::set_email', async () => {
  expect(await cron('Cron::get_email')).toEqual([{ email: 'bob' }]);
  expect(await cron('Cron::set_email', { email: 'me@bob.example' })).toMatchObject([{ status: 1 }]);
  expect(await cron('Cron::get_email')).toEqual([{ email: 'me@bob.example' }]);
  await cron('Cron::set_email', { email: '' });
  expect(await cron('Cron::get_email')).toEqual([{ email: '' }]);
  expect(text().split('\n')[0]).toBe('MAILTO=""');
  expect(await cron('Cron::set_email', { email: 'x"\nSHELL=/bin/sh' })).toMatchObject([{ status: 0 }]);
});

test.each([
  [{ minute: '60' }, 'minute'],
  [{ minute: '5-1' }, 'minute'],
  [{ minute: '@daily' }, 'minute'],
  [{ hour: '*/0' }, 'hour'],
  [{ day: '0' }, 'day'],
  [{ month: 'mon' }, 'month'],
  [{ weekday: '8' }, 'weekday'],
  [{ minute: '1 2' }, 'minute'],
  [{ command: '   ' }, 'command'],
  [{ command: 'a\n* * * * * b' }, 'command'],
])('refuses %j', async (part, name) => {
  const [row] = await cron('Cron::add_line', { ...nightly, ...part });
  expect(row?.status).toBe(0);
  expect(row?.statusmsg).toContain(`“${name}”`);
});

test('nothing is changed for a suspended account, or in a dry run', async () => {
  const before = text();
  const named = {
    cpanel_jsonapi_user: 'bob',
    cpanel_jsonapi_module: 'Cron',
    cpanel_jsonapi_func: 'add_line',
  };
  await here.call('cpanel', { ...named, cpanel_jsonapi_apiversion: '2', ...nightly }, { dryRun: true });
  expect(text()).toBe(before);
  await here.call('suspendacct', { user: 'bob' });
  expect(await cron('Cron::add_line', nightly)).toMatchObject([{ status: 0 }]);
  await here.call('unsuspendacct', { user: 'bob' });
  expect(text()).toBe(before);
  expect(existsSync(crontab('eve'))).toBe(false);
});

// Stats, Bandwidth::get_retention_periods, and where domains lead.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { add } from '../../src/capabilities/bandwidth/rules/usage.ts';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterAll(() => here.remove());

const read = async (name: string, args: Record<string, string> = {}) => {
  const { data, errors } = await here.uapi('bob', name, args);
  expect([name, errors]).toEqual([name, null]);
  return data;
};

describe('Stats::get_site_errors', () => {
  const errors = (args: Record<string, string> = {}) =>
    read('Stats::get_site_errors', { domain: 'bob.example', ...args });
  const log = join('root/var/log/whmapi1-domlogs/bob/bob.example-error.log');
  const write = (text: string, end = '') => {
    const path = join(here.state, log + end);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  };
  const line = (second: number, text: string) =>
    `[Thu Nov 26 16:46:${String(second).padStart(2, '0')}.123456 2026] [core:error] [pid 7] ${text}\n`;
  const at = (second: number) => new Date(2026, 10, 26, 16, 46, second).getTime() / 1000;
  afterEach(() => {
    for (const end of ['', '.1']) rmSync(join(here.state, log + end), { force: true });
  });

  test('is the file that Apache’s configuration names', () => {
    const file = join(here.state, 'root/etc/apache2/whmapi1/accounts/bob.conf');
    expect(readFileSync(file, 'utf8')).toContain(join(here.state, log));
  });

  test('shows the latest lines first, with their times', async () => {
    expect(await errors()).toEqual([]);
    write(line(1, 'one') + line(2, 'PHP message: two\n  more of two') + line(3, 'thr€e'));
    expect(await errors({ domain: 'www.bob.example' })).toEqual([
      { date: at(3), entry: '[core:error] [pid 7] thr€e' },
      { date: at(2), entry: '  more of two' },
      { date: at(2), entry: '[core:error] [pid 7] PHP message: two' },
      { date: at(1), entry: '[core:error] [pid 7] one' },
    ]);
    expect(await errors({ maxlines: '1' })).toMatchObject([{ date: at(3) }]);
  });

  test('goes on with the log before, and reads only the end of a large one', async () => {
    write(line(1, 'before'), '.1');
    write(line(2, 'after'));
    expect(await errors()).toMatchObject([{ date: at(2) }, { date: at(1) }]);
    write(`${'x'.repeat(9_000_000)}\n${line(4, 'last')}`);
    expect(await errors()).toMatchObject([{ date: at(4) }, { date: at(1) }]);
  });

  test('follows no link, and reads no log of others', async () => {
    write('');
    rmSync(join(here.state, log));
    writeFileSync(join(here.state, 'secret'), 'secret\n');
    symlinkSync(join(here.state, 'secret'), join(here.state, log));
    const { status, data } = await here.uapi('bob', 'Stats::get_site_errors', { domain: 'bob.example' });
    expect([status, data]).toEqual([0, null]);
    for (const args of [
      { domain: 'eve.example' },
      { domain: '../eve' },
      { domain: 'bob.example', log: 'suexec' },
      { domain: 'bob.example', maxlines: '5001' },
    ])
      expect((await here.uapi('bob', 'Stats::get_site_errors', args)).status).toBe(0);
  });
});

test('Stats::get_bandwidth adds the days of a month up', async () => {
  await here.engine.store.transaction('changes', async (db) => ({
    value: await add(db, 'http', [
      { name: 'bob.example', day: 20_260_901, bytes: 5 },
      { name: 'bob.example', day: 20_260_930, bytes: 6 },
      { name: 'bob.example', day: 20_260_800, bytes: 7 },
      { name: 'eve.example', day: 20_260_901, bytes: 8 },
    ]),
    keep: true,
  }));
  const start = (month: number) => new Date(2026, month - 1, 1).getTime() / 1000;
  expect(await read('Stats::get_bandwidth')).toEqual([
    { domain: 'bob.example', protocol: 'http', month_start: start(8), bytes: 7 },
    { domain: 'bob.example', protocol: 'http', month_start: start(9), bytes: 11 },
  ]);
  const { errors } = await here.uapi('bob', 'Stats::get_bandwidth', { timezone: 'Pacific/Fiji' });
  expect(errors?.[0]).toContain('its own time zone');
});

test('Bandwidth::get_retention_periods', async () => {
  const before = here.time;
  here.time = new Date(2026, 10, 2).getTime();
  const retention = (here.time - new Date(2026, 7, 1).getTime()) / 1000;
  expect(await read('Bandwidth::get_retention_periods')).toEqual([{ interval: 'daily', retention }]);
  here.time = before;
});

test('DNS::ensure_domains_reside_only_locally', async () => {
  const [ours = ''] = (await (await here.engine.machine.addresses()).list())
    .filter(({ scope }) => scope !== 'host')
    .map(({ address }) => address);
  const answers: Record<string, string[]> = {
    'bob.example': [ours],
    'www.bob.example': [ours, '198.51.100.7'],
  };
  const resolver = async () =>
    ({ ipv4: async (name: string) => answers[name] ?? [], ipv6: async () => [] }) as never;
  here.overrides = { machine: { ...here.engine.machine, resolver } };
  const args = { domain: 'bob.example', 'domain-1': 'www.bob.example', 'domain-2': 'mail.bob.example' };
  expect(await read('DNS::ensure_domains_reside_only_locally', args)).toEqual([
    null,
    '“www.bob.example” leads to 198.51.100.7, which is not an address of this server.',
    '“mail.bob.example” has no address in DNS.',
  ]);
  const foreign = { domain: 'eve.example' };
  expect((await here.uapi('bob', 'DNS::ensure_domains_reside_only_locally', foreign)).status).toBe(0);
  here.overrides = {};
  expect(await read('DNS::ensure_domains_reside_only_locally', { domain: 'bob.example' })).toEqual([
    expect.stringMatching(/^“bob.example” could not be looked up\./),
  ]);
});

// Other nameservers that copy the zones: by NOTIFY and AXFR with TSIG, and by a catalog zone (RFC 9432).
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bind } from '../../../../../src/capabilities/dns/driver/zones/bind/bind.ts';
import { ApiError } from '../../../../../src/core/errors.ts';
import type { ServerOptions } from '../../../../../src/capabilities/dns/driver/zones/contract.ts';
import { includeOurOptions } from '../../../../../src/capabilities/dns/driver/zones/bind/render.ts';
import { describeWith } from '../../../../support/require-tool.ts';
import { PrivateNamed } from './private-named.ts';
import { changeZone, until, zoneOf } from './zone-texts.ts';

jest.setTimeout(120_000);

const CATALOG = 'catalog.whmapi1.invalid';
const key = {
  name: 'whmapi1-transfer-key',
  algorithm: 'hmac-sha256',
  secret: 'YW5vdGhlciBzZWNyZXQgb2YgYSB0ZXN0',
} as const;
const keyForDig = `${key.algorithm}:${key.name}:${key.secret}`;

describeWith(['named', 'named-checkzone', 'dig'], 'a secondary of the zones on BIND', () => {
  let primary: PrivateNamed;
  let secondary: PrivateNamed;
  let bind: Bind;
  let options: ServerOptions;

  beforeAll(async () => {
    primary = await PrivateNamed.start();
    bind = new Bind(primary.server);
    const from = `127.0.0.1 port ${primary.server.port} key "${key.name}"`;
    secondary = await PrivateNamed.start({
      options: `allow-notify { any; }; catalog-zones { zone "${CATALOG}" default-primaries { ${from}; } in-memory yes min-update-interval 0s; };`,
      more: `key "${key.name}" { algorithm ${key.algorithm}; secret "${key.secret}"; };
        zone "${CATALOG}" { type secondary; primaries { ${from}; }; file "catalog.db"; };`,
    });
    options = {
      keys: [key],
      secondaries: [{ address: '127.0.0.1', port: secondary.server.port, key: key.name }],
      catalog: CATALOG,
    };
    await setUp(options);
    secondary.rndc('retransfer', CATALOG);
    await until(() => secondary.dig(CATALOG, 'SOA') !== 'SERVFAIL');
  });
  afterAll(async () => {
    await secondary.close();
    await primary.close();
  });

  async function setUp(wanted: ServerOptions) {
    const step = await bind.setUp(primary.machine, wanted, Date.now());
    const memento = await step.prepare(primary.machine);
    await step.apply(primary.machine, memento);
    return { step, memento };
  }
  const change = (name: string, serial: number | null) =>
    changeZone(bind, primary.machine, name, serial === null ? null : zoneOf(name, serial));
  const serialThere = (name: string) => secondary.dig(name, 'SOA').split(' ')[2];

  it('gets new zones, changes and removals automatically', async () => {
    await change('a.example', 1);
    await change('b.example', 1);
    await until(() => serialThere('a.example') === '1' && serialThere('b.example') === '1');
    await change('a.example', 2);
    await until(() => serialThere('a.example') === '2');
    await change('a.example', null);
    await until(() => secondary.dig('a.example', 'SOA') === 'REFUSED');
    expect(serialThere('b.example')).toBe('1');
  });

  it('authenticates with its key: nobody else can copy a zone or see the catalog', async () => {
    await change('c.example', 1);
    expect(primary.dig('c.example', 'AXFR')).not.toContain('192.0.2.1');
    expect(primary.dig(CATALOG, 'SOA')).toBe('REFUSED');
    expect(primary.dig('c.example', 'AXFR', '-y', keyForDig)).toContain('192.0.2.1');
    expect(primary.dig(CATALOG, 'AXFR', '-y', keyForDig)).toContain('c.example.');
  });

  it('keeps its zones when the options are set again', async () => {
    await change('d.example', 1);
    await until(() => serialThere('d.example') === '1');
    const before = primary.text('/var/lib/bind/whmapi1/catalog~.db');
    const again = await setUp(options);
    expect(again.memento.files).toEqual([]);
    await setUp({ ...options, secondaries: [...options.secondaries, { address: '192.0.2.53' }] });
    expect(primary.text('/var/lib/bind/whmapi1/catalog~.db')).toBe(before);
    expect(primary.text('/etc/bind/whmapi1.conf')).toContain('192.0.2.53;');
    expect(serialThere('d.example')).toBe('1');
  });

  it('does not make a dry run show its key', async () => {
    const other = { ...key, name: 'other', secret: 'bmV2ZXIgc2hvd24gdG8gYW55Ym9keQ==' };
    const step = await bind.setUp(primary.machine, { ...options, keys: [key, other] }, Date.now());
    const diff = await step.preview(primary.machine);
    expect(diff).toContain('+++ /etc/bind/whmapi1/keys.conf\n# The content is secret, so it is not shown.\n');
    expect(diff).not.toContain(other.secret);
  });

  describe('that also copies the zones of others', () => {
    const OPTIONS = '/etc/bind/named.conf.options';
    const primaries = [{ address: '127.0.0.1', port: 1, key: key.name, catalog: 'other.catalog.invalid' }];
    const files = () =>
      [OPTIONS, '/etc/bind/whmapi1.conf', '/etc/bind/named.conf.local'].map((path) => primary.text(path));

    it.each([
      ['begins on another line', 'options { recursion no; };\n', 'has no line “options {”'],
      ['is in a comment', '/*\noptions {\n*/\n', 'has no effect'],
    ])('gets an error if the block of options %s, and nothing changes', async (_what, text, reason) => {
      writeFileSync(primary.path(OPTIONS), text);
      const before = files();
      await expect(setUp({ ...options, primaries })).rejects.toThrow(reason);
      expect(files()).toEqual(before);
      expect(primary.dig('b.example', 'SOA')).toContain(' 1 ');
    });

    it.each([
      ['options {\n\tdirectory "/x";\n};\n'],
      ['// options {\noptions {\n};\n'],
      ['acl a { any; };\n\noptions  {  \n\tdirectory "/x";\n};'],
    ])('has one line from this program in the block: %j', (text) => {
      const locate = (path: string) => path;
      const once = includeOurOptions(text, locate) ?? '';
      const line = '\tinclude "/etc/bind/whmapi1/options.conf";\n';
      expect(once).toMatch(/^options *\{ *\n\t\/\/ .*\n\tinclude "[^"]*";\n/m);
      expect(once.replace(/\t\/\/ The catalogs.*\n/, '').replace(line, '')).toBe(text);
      expect(includeOurOptions(once, locate)).toBe(once);
    });
  });

  describe('in files that keep BIND from starting', () => {
    const others = [{ address: '127.0.0.1', port: 1, key: key.name, catalog: 'other.catalog.invalid' }];
    const ours = ['whmapi1.conf', 'whmapi1/keys.conf', 'whmapi1/options.conf', 'whmapi1/policies.conf'];
    const paths = ours.map((name) => `/etc/bind/${name}`);
    const text = () => paths.map((path) => primary.text(path));
    const setAside = () => bind.setAside(primary.machine, () => Promise.resolve(all()));
    const all = () => ({ ...options, primaries: others });

    beforeAll(async () => {
      writeFileSync(primary.path('/etc/bind/named.conf.options'), 'options {\n};\n');
      primary.configure({ options: `include "${primary.path('/etc/bind/whmapi1/options.conf')}";` });
      await setUp(all());
    });

    it.each([
      ['has a broken line', (path: string) => appendFileSync(path, 'nonsense;\n')],
      ['has a block that does not end', (path: string) => appendFileSync(path, 'zone "x.example" {\n')],
      ['is no text', (path: string) => writeFileSync(path, Buffer.from([0, 1, 255, 123]))],
      ['is missing', (path: string) => rmSync(path)],
    ])('is written again, with its keys, if it %s', async (_what, breaks) => {
      const before = text();
      for (const path of paths) {
        breaks(primary.path(path));
        expect(await setAside()).toEqual([expect.stringContaining(`${path}” was written again`)]);
        expect(text()).toEqual(before);
      }
      expect(await setAside()).toEqual([]);
    });

    it('is written again, with the others, if it has lost the keys or the list that they refer to', async () => {
      const before = text();
      for (const path of paths.slice(0, 2)) writeFileSync(primary.path(path), '');
      await setAside();
      expect(primary.text(paths[1] ?? '')).toBe(before[1]);
      for (const path of paths) writeFileSync(primary.path(path), 'nonsense;\n');
      expect(await setAside()).toHaveLength(paths.length);
      expect(text()).toEqual(before);
    });

    it('shows no secret, and the broken version is kept in the backups', async () => {
      writeFileSync(primary.path(paths[1] ?? ''), `key "a" { ${key.secret}; };\n`);
      const [told = ''] = await setAside();
      expect(told).not.toContain(key.secret);
      const [, copy = ''] = /The copy is “([^”]+)”/.exec(told) ?? [];
      expect(readFileSync(join(primary.folder, 'files/backups', copy), 'utf8')).toContain(key.secret);
    });

    it('stays as it is if the keys are lost, and what needs no key is mended all the same', async () => {
      const lost = () => Promise.reject(new ApiError('key_lost', 'The keys cannot be decrypted.'));
      appendFileSync(primary.path(paths[3] ?? ''), 'nonsense;\n');
      expect(await bind.setAside(primary.machine, lost)).toHaveLength(1);
      const before = primary.text(paths[1] ?? '');
      appendFileSync(primary.path(paths[1] ?? ''), 'nonsense;\n');
      await expect(bind.setAside(primary.machine, lost)).rejects.toThrow(
        /keys\.conf:\d+: unknown option .*The keys cannot be decrypted/,
      );
      expect(primary.text(paths[1] ?? '')).toBe(`${before}nonsense;\n`);
      await setAside();
    });
  });
});

// Zones on a real named, as other resolvers see them.
import { appendFileSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bind } from '../../../../../src/capabilities/dns/driver/zones/bind/bind.ts';
import { nameOfPolicy } from '../../../../../src/capabilities/dns/driver/zones/signing-policy.ts';
import type { ServerOptions, Zone } from '../../../../../src/capabilities/dns/driver/zones/contract.ts';
import { describeWith } from '../../../../support/require-tool.ts';
import { holdReloads } from './held-reloads.ts';
import { PrivateNamed } from './private-named.ts';
import { changeZone, until, zoneOf } from './zone-texts.ts';

jest.setTimeout(120_000);

const SIMPLE = { algorithm: 13, keys: 'simple', denial: 'nsec' } as const;
const alone: ServerOptions = { keys: [], secondaries: [], catalog: null };

describeWith(['named', 'named-checkzone', 'dig'], 'zones on BIND', () => {
  let named: PrivateNamed;
  let bind: Bind;

  beforeAll(async () => {
    named = await PrivateNamed.start();
    bind = new Bind(named.server);
    const step = await bind.setUp(named.machine, alone, Date.now());
    await step.apply(named.machine, await step.prepare(named.machine));
  });
  afterAll(() => named.close());

  const setAside = (options: ServerOptions = alone) =>
    bind.setAside(named.machine, () => Promise.resolve(options));
  const change = (name: string, after: Zone | null) => changeZone(bind, named.machine, name, after);
  const files = (name: string) =>
    [`/var/lib/bind/whmapi1/${name}.db`, `/etc/bind/whmapi1/zones/${name}.conf`].map((path) =>
      existsSync(named.path(path)) ? named.text(path) : undefined,
    );

  it('are served as soon as a change returns, and removed as soon as a removal returns', async () => {
    await change('a.example', zoneOf('a.example', 1, 'www IN A 192.0.2.7\n'));
    expect(named.dig('www.a.example', 'A')).toBe('192.0.2.7');
    await change('a.example', zoneOf('a.example', 2, 'www IN A 192.0.2.8\n'));
    expect(named.dig('www.a.example', 'A')).toBe('192.0.2.8');
    expect(await bind.list(named.machine)).toEqual(['a.example']);
    expect(await bind.read(named.machine, 'a.example')).toMatchObject({
      name: 'a.example',
      text: expect.stringContaining('; A comment that stays.') as string,
      dnssecPolicy: null,
    });
    await change('a.example', null);
    expect(named.dig('a.example', 'SOA')).toBe('REFUSED');
    expect(files('a.example')).toEqual([undefined, undefined]);
    expect(await bind.list(named.machine)).toEqual([]);
  });

  it('keep a configuration that was written by hand, with one added line', async () => {
    const step = await bind.setUp(named.machine, alone, Date.now());
    expect(await step.preview(named.machine)).toBe('');
    expect(named.text('/etc/bind/named.conf.local')).toBe(
      `// Made by hand.\n\n// The zones of whmapi1.\ninclude "${named.path('/etc/bind/whmapi1.conf')}";\n`,
    );
  });

  it('are undone without a trace, however often', async () => {
    await change('b.example', zoneOf('b.example', 1, 'www IN A 192.0.2.7\n'));
    const before = files('b.example');
    const changed = await change('b.example', zoneOf('b.example', 2, 'www IN A 192.0.2.8\n'));
    for (let time = 0; time < 2; time++) await changed.step.undo(named.machine, changed.memento);
    expect(files('b.example')).toEqual(before);
    await until(() => named.dig('www.b.example', 'A') === '192.0.2.7');
    const removed = await change('b.example', null);
    for (let time = 0; time < 2; time++) await removed.step.undo(named.machine, removed.memento);
    expect(files('b.example')).toEqual(before);
    await until(() => named.dig('www.b.example', 'A') === '192.0.2.7');
    await change('b.example', null);
    const added = await change('b.example', zoneOf('b.example', 5));
    for (let time = 0; time < 2; time++) await added.step.undo(named.machine, added.memento);
    expect(files('b.example')).toEqual([undefined, undefined]);
    expect(named.dig('b.example', 'SOA')).toBe('REFUSED');
  });

  it('that named-checkzone rejects are rejected with its message and the line, and nothing changes', async () => {
    await change('c.example', zoneOf('c.example', 1));
    const before = files('c.example');
    const broken = zoneOf('c.example', 2, 'www IN A 192.0.2.999\n');
    await expect(change('c.example', broken)).rejects.toThrow(
      /^named-checkzone rejects the zone “c\.example”: .*line 6: .*bad dotted quad/,
    );
    await expect(change('n.example', { ...zoneOf('n.example', 1), text: 'nonsense\n' })).rejects.toThrow(
      /line 1/,
    );
    expect(files('c.example')).toEqual(before);
    expect(files('n.example')).toEqual([undefined, undefined]);
    expect(named.dig('c.example', 'SOA')).toContain(' 1 3600 ');
  });

  it('that were edited by hand are read back, and a change that is based on the old version is rejected', async () => {
    await change('d.example', zoneOf('d.example', 1));
    const read = await bind.read(named.machine, 'd.example');
    const file = named.path('/var/lib/bind/whmapi1/d.example.db');
    appendFileSync(file, 'byhand IN A 192.0.2.9\n');
    const step = bind.change('d.example', read, zoneOf('d.example', 2));
    await expect(step.prepare(named.machine)).rejects.toThrow(/has changed in the meantime/);
    const found = await bind.read(named.machine, 'd.example');
    const text = (found?.text ?? '').replace('( 1 ', '( 2 ');
    await change('d.example', { name: 'd.example', text, dnssecPolicy: null });
    expect(named.dig('byhand.d.example', 'A')).toBe('192.0.2.9');
  });

  it('whose statement was edited by hand are not overwritten, and the file and both solutions are named', async () => {
    await change('e.example', zoneOf('e.example', 1));
    const path = '/etc/bind/whmapi1/zones/e.example.conf';
    const edited = named.text(path).replace('type primary;', 'type primary; notify no;');
    writeFileSync(named.path(path), edited);
    await expect(change('e.example', null)).rejects.toThrow(
      `“${path}” was edited by hand, so it is not overwritten. Remove it, or move it elsewhere to keep it, and`,
    );
    await change('e.example', null).catch(() => undefined);
    expect(named.text(path)).toBe(edited);
    expect(named.dig('e.example', 'SOA')).toContain(' 1 3600 ');
  });

  it('that BIND’s configuration already contains are rejected with its message, and the others are served', async () => {
    const local = named.path('/etc/bind/named.conf.local');
    const byHand = readFileSync(local, 'utf8');
    writeFileSync(named.path('/var/lib/bind/f.db'), zoneOf('f.example', 7).text);
    writeFileSync(
      local,
      `${byHand}zone "f.example" { type primary; file "${named.path('/var/lib/bind/f.db')}"; };\n`,
    );
    expect(named.rndc('reconfig')).toBe(0);
    const [refused, ...others] = await Promise.allSettled([
      change('f.example', zoneOf('f.example', 1)),
      ...['f1.example', 'f2.example', 'f3.example'].map((name) => change(name, zoneOf(name, 1))),
    ]);
    expect(refused).toMatchObject({
      status: 'rejected',
      reason: {
        message: expect.stringMatching(/^BIND refuses its configuration: .*already exists/) as string,
      },
    });
    expect(others.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    expect(files('f.example')).toEqual([undefined, undefined]);
    expect(named.dig('f.example', 'SOA')).toContain(' 7 3600 ');
    for (const name of ['f1.example', 'f2.example', 'f3.example']) {
      expect(named.dig(name, 'SOA')).toContain(' 1 3600 ');
    }
    writeFileSync(local, byHand);
    expect(named.rndc('reconfig')).toBe(0);
  });

  it('share reloads: changes during a reload need only one more, and each is served when its change returns', async () => {
    const { machine, count, waitFor, letGo } = holdReloads(named.machine);
    const names = Array.from({ length: 30 }, (_, at) => `g${at}.example`);
    const create = async (name: string) => {
      // As from a template: only named checks it.
      await changeZone(bind, machine, name, { ...zoneOf(name, 3), verifiedSerial: 3 });
      expect(named.dig(name, 'SOA')).toContain(' 3 3600 ');
    };
    const first = create('g0.example');
    await until(() => count() === 1);
    const others = names.slice(1).map(create);
    await waitFor(names.length);
    letGo();
    await Promise.all([first, ...others]);
    expect(count()).toBe(2);
    await Promise.all(names.map((name) => change(name, null)));
    expect(await bind.list(named.machine)).not.toContain('g1.example');
  });

  it('that are created or removed together leave behind no files that named had created', async () => {
    const names = Array.from({ length: 5 }, (_, at) => `j${at}.example`);
    const folder = named.path('/var/lib/bind/whmapi1');
    const besideThem = () => readdirSync(folder).filter((file) => /^j\d\.example\.db\./.test(file));
    // Journals of zones with these names that somebody removed by hand. named does not load a zone with such a journal.
    for (const name of names) {
      for (const end of ['jnl', 'signed', 'signed.jnl', 'jbk'])
        writeFileSync(join(folder, `${name}.db.${end}`), 'from earlier');
    }
    const signed = (name: string) => ({ ...zoneOf(name, 1), dnssecPolicy: 'default' });
    await Promise.all(names.map((name) => change(name, signed(name))));
    for (const name of names) {
      await until(() => named.dig(name, 'DNSKEY').startsWith('257 3 13 '));
      expect(named.dig(name, 'SOA', '+dnssec')).toContain('SOA 13 2 300');
    }
    await Promise.all(names.map((name) => change(name, null)));
    expect(besideThem()).toEqual([]);
  });

  it('whose names are parts of each other do not affect one another', async () => {
    const names = ['example.com', 'example.com.au', 'an-example.com', 'sub.example.com'];
    for (const name of names) await change(name, zoneOf(name, 1));
    const others = () => names.slice(1).map((name) => [files(name), named.dig(name, 'SOA')]);
    const before = others();
    await change('example.com', zoneOf('example.com', 2));
    await change('example.com', null);
    expect(others()).toEqual(before);
  });

  it('can have long names, also reverse zones for small networks', async () => {
    const label = 'a'.repeat(58);
    const names = [`${label}.${label}.${label}.${label}.example`, '0/25.2.0.192.in-addr.arpa'];
    for (const name of names) {
      const text = `$TTL 300\n@ IN SOA ns.example. host.example. 4 3600 600 86400 300\n@ IN NS ns.example.\n`;
      await change(name, { name, text, dnssecPolicy: null });
      expect(named.dig(name, 'SOA')).toContain(' 4 3600 ');
      expect(await bind.list(named.machine)).toContain(name);
      await change(name, null);
    }
  });

  it.each([
    '../x',
    'a/../../etc',
    '',
    'A.example',
    'a..b',
    'a.example.',
    '-x.example',
    'a b',
    'x".example',
    'ä.example',
  ])('are rejected if their name is “%s”', (name) => {
    expect(() => bind.change(name, undefined, { name, text: '', dnssecPolicy: null })).toThrow(TypeError);
  });

  it('have a dry run that shows what would change, and changes nothing', async () => {
    const step = bind.change('h.example', undefined, zoneOf('h.example', 1));
    const diff = await step.preview(named.machine);
    expect(diff).toContain(
      '--- /dev/null\n+++ /var/lib/bind/whmapi1/h.example.db\n@@ -0,0 +1,5 @@\n+$TTL 300\n',
    );
    expect(diff).toContain('+zone "h.example" {\n');
    expect(files('h.example')).toEqual([undefined, undefined]);
    await change('h.example', zoneOf('h.example', 1));
    const next = bind.change(
      'h.example',
      await bind.read(named.machine, 'h.example'),
      zoneOf('h.example', 2, 'www IN A 192.0.2.8\n'),
    );
    expect(await next.preview(named.machine)).toBe(
      `--- /var/lib/bind/whmapi1/h.example.db
+++ /var/lib/bind/whmapi1/h.example.db
@@ -1,5 +1,6 @@
 $TTL 300
-@ IN SOA ns.h.example. host.h.example. ( 1 3600 600 86400 300 )
+@ IN SOA ns.h.example. host.h.example. ( 2 3600 600 86400 300 )
   IN NS ns
 ns IN A 192.0.2.1
 ; A comment that stays.
+www IN A 192.0.2.8
`,
    );
  });

  it('are signed if they have a policy, and keep their keys when they are removed', async () => {
    const signed = { ...zoneOf('i.example', 1), dnssecPolicy: 'default' };
    await change('i.example', signed);
    await until(() => named.dig('i.example', 'DNSKEY').startsWith('257 3 13 '));
    await change('i.example', { ...zoneOf('i.example', 2, 'www IN A 192.0.2.5\n'), dnssecPolicy: 'default' });
    expect(named.dig('www.i.example', 'A')).toBe('192.0.2.5');
    expect(await bind.read(named.machine, 'i.example')).toMatchObject({ dnssecPolicy: 'default' });
    const key = named.dig('i.example', 'DNSKEY');
    const removed = await change('i.example', null);
    await removed.step.undo(named.machine, removed.memento);
    await until(() => named.dig('i.example', 'DNSKEY') === key);
  });

  it('whose statement is broken are mended if BIND would not start, and others stay as they are', async () => {
    const folder = '/etc/bind/whmapi1/zones';
    const signed = { ...zoneOf('s.example', 1), dnssecPolicy: nameOfPolicy(SIMPLE) };
    for (const zone of [zoneOf('m.example', 1), zoneOf('n.example', 1), zoneOf('o.example', 1), signed])
      await change(zone.name, zone);
    expect(await setAside()).toEqual([]);
    const before = ['m', 'n', 'o', 's'].map((name) => named.text(`${folder}/${name}.example.conf`));
    const put = (path: string, text: string | Buffer) => writeFileSync(named.path(path), text);
    put(`${folder}/m.example.conf`, 'zone "m.example" {\n\ttype primary;\n');
    put(`${folder}/n.example.conf`, Buffer.from([0, 1, 255, 123]));
    put(`${folder}/s.example.conf`, `${before[3] ?? ''}nonsense;\n`);
    put('/etc/bind/whmapi1/policies.conf', '');
    put('/var/lib/bind/whmapi1/o.example.db', 'nonsense');
    const told = await setAside();
    for (const file of [
      'zones/m.example.conf',
      'zones/n.example.conf',
      'zones/s.example.conf',
      'policies.conf',
    ])
      expect(told.join('\n')).toContain(
        `${file}” was written again, so that BIND serves all other zones. BIND refuses its configuration: `,
      );
    expect(['m', 'n', 'o', 's'].map((name) => named.text(`${folder}/${name}.example.conf`))).toEqual(before);
    await named.stop();
    await named.resume();
    for (const name of ['m', 'n', 's'])
      await until(() => named.dig(`${name}.example`, 'SOA').includes(' 3600 '));
    // BIND starts although a zone is broken.
    expect(named.dig('o.example', 'SOA')).toBe('SERVFAIL');
  });

  it('that BIND’s configuration has twice are set aside, and what is not ours is not touched', async () => {
    const path = '/etc/bind/whmapi1/zones/p.example.conf';
    const local = named.path('/etc/bind/named.conf.local');
    const byHand = readFileSync(local, 'utf8');
    await change('p.example', zoneOf('p.example', 1));
    writeFileSync(local, `${byHand}zone "p.example" { type primary; file "/nowhere"; };\n`);
    expect(await setAside()).toEqual([
      expect.stringMatching(/p\.example\.conf” was set aside.*already exists.*put the copy back as/),
    ]);
    expect(existsSync(named.path(path))).toBe(false);
    writeFileSync(local, `${byHand}nonsense;\n`);
    await expect(setAside()).rejects.toThrow(/named\.conf\.local:\d+: unknown option/);
    writeFileSync(local, byHand);
  });

  it('are readable only for their owner and named', () => {
    const mode = (path: string) => statSync(named.path(path)).mode & 0o777;
    expect(mode('/var/lib/bind/whmapi1/h.example.db')).toBe(0o640);
    expect(mode('/etc/bind/whmapi1/keys.conf')).toBe(0o640);
    expect(mode('/var/lib/bind/whmapi1')).toBe(0o770);
  });
});

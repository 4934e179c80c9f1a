// set_primary_servername: which website answers requests for unknown names.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as hostedDomains from '../../src/capabilities/domains/rules/hosted-domains.ts';
import { callUntilItWaits, holdFiles } from '../support/at-the-same-time.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await create('bob');
});
afterEach(() => here.remove());

const works = async (command: string, args: Record<string, string>) => {
  expect((await here.call(command, args)).metadata).toMatchObject({ result: 1 });
};
const create = (username: string, more: Record<string, string> = {}) =>
  works('createacct', { username, domain: `${username}.example`, ...more });
const set = (servername: string, type?: string) =>
  works('set_primary_servername', { servername, ...(type !== undefined && { type }) });
/** The names of the website that answers on the shared addresses; undefined: none was chosen. */
const primary = (type: 'std' | 'ssl') => {
  const path = join(here.state, `root/etc/apache2/whmapi1/primary/${type}.conf`);
  if (!existsSync(path)) return undefined;
  return /ServerName (.*)\n/.exec(readFileSync(path, 'utf8'))?.[1];
};

describe('set_primary_servername', () => {
  it('chooses the website for unknown names on the shared addresses, for each port', async () => {
    await create('alice');
    expect([primary('std'), primary('ssl')]).toEqual([undefined, undefined]);
    await set('bob.example');
    expect([primary('std'), primary('ssl')]).toEqual(['bob.example', undefined]);
    await set('Alice.example', 'ssl');
    expect([primary('std'), primary('ssl')]).toEqual(['bob.example', 'alice.example']);
    await set('alice.example', 'std');
    expect([primary('std'), primary('ssl')]).toEqual(['alice.example', 'alice.example']);
    // The account that was primary before leaves the file alone.
    await works('removeacct', { username: 'bob' });
    expect([primary('std'), primary('ssl')]).toEqual(['alice.example', 'alice.example']);
    await works('removeacct', { username: 'alice' });
    expect([primary('std'), primary('ssl')]).toEqual([undefined, undefined]);
  });

  it('follows the account: its name, its domain and a dedicated address', async () => {
    await set('bob.example');
    await works('modifyacct', { user: 'bob', newuser: 'robert', DNS: 'robert.example' });
    expect(primary('std')).toBe('robert.example');
    // Apache looks for this file at each request for an unknown name, too.
    expect(readFileSync(join(here.state, 'root/etc/apache2/whmapi1/primary/std.conf'), 'utf8')).toContain(
      `RewriteCond "${join(here.state, 'root/var/lib/whmapi1-suspensions/robert')}" -f`,
    );
    await works('setsiteip', { user: 'robert', ip: '192.0.2.2' });
    expect(primary('std')).toBeUndefined();
  });

  it('chooses between the virtual hosts of an account on its dedicated address', async () => {
    await works('setsiteip', { user: 'bob', ip: '192.0.2.2' });
    await here.engine.store.transaction('changes', async (db) => {
      const own = { username: 'bob', documentRoot: 'public_html/shop', servedBy: null };
      await hostedDomains.insert(db, { ...own, domain: 'shop.bob.example', type: 'sub' });
      return { value: undefined, keep: true };
    });
    await set('shop.bob.example');
    expect(primary('std')).toBeUndefined();
    const text = readFileSync(join(here.state, 'root/etc/apache2/whmapi1/accounts/bob.conf'), 'utf8');
    const hosts = [...text.matchAll(/^<VirtualHost (.*)>\n\tServerName (.*)$/gm)].map(([, address, name]) => [
      address,
      name,
    ]);
    expect(hosts).toEqual([
      ['192.0.2.2:80', 'shop.bob.example'],
      ['192.0.2.2:80', 'bob.example'],
      ['192.0.2.2:443', 'bob.example'],
    ]);
  });

  it.each([
    ['other.example', 'std', 'not_found: You do not have an account with the domain “other.example”.'],
    [
      'parked.example',
      'std',
      'bad_param: The domain “parked.example” has no virtual host of its own: “bob.example” serves it. Pass that name.',
    ],
    [
      'shop.bob.example',
      'ssl',
      'bad_param: “shop.bob.example” has no certificate, so it does not answer over HTTPS. Run installssl first.',
    ],
  ])('rejects %s, %s', async (servername, type, reason) => {
    await here.engine.store.transaction('changes', async (db) => {
      const own = { username: 'bob', documentRoot: null };
      await hostedDomains.insert(db, {
        ...own,
        domain: 'parked.example',
        type: 'parked',
        servedBy: 'bob.example',
      });
      const folder = { ...own, documentRoot: 'public_html/shop', servedBy: null };
      await hostedDomains.insert(db, { ...folder, domain: 'shop.bob.example', type: 'sub' });
      return { value: undefined, keep: true };
    });
    const { metadata } = await here.call('set_primary_servername', { servername, type });
    expect(`${metadata.error_code}: ${metadata.reason}`).toBe(reason);
    expect([primary('std'), primary('ssl')]).toEqual([undefined, undefined]);
  });

  it('waits for a change of the account that was primary before, which writes the same file', async () => {
    await create('alice');
    await set('bob.example');
    const { journal } = here.engine;
    let isPlanned = false;
    const { engine, reached, release } = holdFiles(here.engine, '/etc/apache2', () => isPlanned);
    const open: typeof journal.open = async (...about) => {
      const opened = await journal.open(...about);
      isPlanned = true;
      return opened;
    };
    here.overrides = { machine: engine.machine, journal: { ...journal, open } };
    const suspending = here.call('suspendacct', { user: 'bob' });
    await reached;
    here.overrides = {};
    const { end } = await callUntilItWaits(here, 'set_primary_servername', { servername: 'alice.example' });
    release();
    expect((await suspending).metadata.result).toBe(1);
    expect((await end).metadata.result).toBe(1);
    expect(primary('std')).toBe('alice.example');
  });

  it('is for root only', async () => {
    const { metadata } = await here.call(
      'set_primary_servername',
      { servername: 'bob.example' },
      { as: reseller('rita', 'list-accts') },
    );
    expect(metadata.error_code).toBe('denied');
  });
});

// The lists of certificates, read while the response is written, against the same lists as a whole.
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../src/app/app.ts';
import type { Caller, Db, RawArgument, SqlValue } from '../../src/core/context.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { Envelope } from '../../src/core/envelope.ts';
import * as primaries from '../../src/capabilities/web/rules/primary-hosts.ts';
import { createKey, createSelfSigned } from '../../src/capabilities/certificates/rules/create.ts';
import { keyId } from '../../src/capabilities/certificates/rules/ids.ts';
import * as stored from '../../src/capabilities/certificates/rules/stored.ts';
import { siteAnswer } from '../../src/capabilities/certificates/rules/site-answers.ts';
import { listSites } from '../../src/capabilities/certificates/rules/sites.ts';
import * as hostedDomains from '../../src/capabilities/domains/rules/hosted-domains.ts';
import {
  namesOf,
  readNeighbours,
  virtualHostsOf,
} from '../../src/capabilities/domains/rules/virtual-hosts.ts';
import { renderCsv } from '../../src/render/csv.ts';
import { loadRenderer } from '../../src/render/format.ts';
import { recordsOf } from '../../src/render/records.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

const here = new Installation();
afterAll(() => here.remove());

const numbered = (at: number) => `user${String(at).padStart(4, '0')}`;
/** In another order than the usernames. */
const domainOf = (at: number) => `${(at * 7919) % 1_000_003}.example`;
const COUNT = 1100;
const RESELLER = numbered(0);
/** Has more virtual hosts than two batches. */
const LARGE = 501;

beforeAll(async () => {
  const own = Array.from({ length: COUNT }, (_, at) =>
    anAccount({
      username: numbered(at),
      domain: domainOf(at),
      owner: at % 400 === 1 ? 'root' : RESELLER,
      uid: 2000 + at,
      ip: at % 50 === 1 ? `192.0.2.${2 + Math.floor(at / 50)}` : '192.0.2.1',
      settings: { dedicatedIp: at % 50 === 1 },
    }),
  );
  await addAccounts(here, ...own);
  const key = await createKey('prime256v1');
  const { facts, pem } = createSelfSigned(key, { domains: ['bob.example'], fields: {} }, here.time);
  const ofKey = keyId(key.facts);
  await here.engine.store.transaction('changes', async (db) => {
    const context = { db, sealer: here.engine.sealer };
    const sealed = await stored.sealKey(context, ofKey, key.pem);
    const install = async (at: number, servername: string) => {
      const username = numbered(at);
      const id = `id_of_${servername}`;
      const domains = [servername, `www.${servername}`, `other.${servername}`];
      const subject = at % 3 === 0 ? {} : { organizationName: 'Füße "&" <Co>\\', commonName: servername };
      await stored.put(db, {
        ...{ username, id, pem, chain: '', keyId: ofKey, createdAt: here.time + at },
        facts: { ...facts, subject, domains, isSelfSigned: at % 7 !== 0 },
        friendlyName: at % 5 === 0 ? 'a\tname' : null,
      });
      // A key can be missing.
      if (at % 97 !== 0) {
        await stored.putKey(db, { username, id: ofKey, sealed, facts: key.facts }, here.time);
      }
      await db.run(
        `INSERT INTO installed_certificate (servername, username, certificate_id, chain, digest, installed_at)
         VALUES (?, ?, ?, ?, 'abc', 0)`,
        ...[servername, username, id, at % 4 === 0 ? `${pem}${pem}` : ''],
      );
    };
    const add = (at: number, domain: string, servedBy: string | null, type?: 'addon') =>
      hostedDomains.insert(db, {
        ...{ domain, username: numbered(at), servedBy, documentRoot: servedBy === null ? domain : null },
        type: type ?? (servedBy === null ? 'sub' : 'parked'),
      });
    for (let at = 0; at < COUNT; at++) {
      const domain = domainOf(at);
      // Some main domains have none, so that another virtual host is the first one.
      if (at % 101 !== 51) await install(at, domain);
      if (at % 10 === 1) {
        await add(at, `shop.${domain}`, null);
        await install(at, `shop.${domain}`);
        await add(at, `alias${at}.example`, domain);
        await add(at, `addon${at}.example`, `shop.${domain}`, 'addon');
        await add(at, `without.${domain}`, null);
      }
      // Names of a virtual host that are domains of the account itself, or of another one.
      if (at % 60 === 5) await add(at, `www.${domain}`, null);
      if (at % 60 === 6) await add(at + 1, `mail.${domain}`, domainOf(at + 1));
      if (at % 60 === 7) await add(at, `cpanel.${domain}`, domain);
    }
    for (let at = 0; at < 120; at++) {
      await add(LARGE, `s${at}.${domainOf(LARGE)}`, null);
      await install(LARGE, `s${at}.${domainOf(LARGE)}`);
      await add(LARGE, `a${at}.example`, `s${at % 7}.${domainOf(LARGE)}`);
    }
    // A certificate that was left behind: its virtual host is gone.
    await install(9, 'gone.example');
    await db.run(`INSERT INTO reseller (username) SELECT username FROM account WHERE uid % 10 = 0`);
    await db.run(
      `INSERT INTO ipv6_assignment (username, server, range_name, address)
       SELECT username, ?, 'SHARED', '20010db8000000000000000000000001' FROM account WHERE uid % 20 = 3`,
      db.server,
    );
    const primary = own[1] ?? anAccount();
    await primaries.setPrimary(db, primary, 'ssl', `shop.${domainOf(1)}`);
    return { value: undefined, keep: true };
  });
}, 60_000);

const lists = [
  ['fetch_ssl_vhosts', 'vhosts', 'servername'],
  ['fetch_vhost_ssl_components', 'components', 'servername'],
  ['listcrts', 'crt', 'domain'],
] as const;
type Command = (typeof lists)[number][0];

interface Asking {
  readonly words?: string;
  readonly isStreamed: boolean;
  readonly as?: Caller;
}

function ask(command: Command, { words = '', isStreamed, as = root }: Asking): Promise<Envelope> {
  const args: RawArgument[] = words.split(' ').flatMap((word) => {
    const [name = '', value = ''] = word.split('=');
    return name === '' ? [] : [{ name, value }];
  });
  return dispatch({ command, args, dryRun: false, readsLongLists: isStreamed }, as, here.engine);
}

const formats = ['json', 'jsonpretty', 'yaml', 'xml', 'csv'] as const;

async function write(format: (typeof formats)[number], envelope: Envelope): Promise<string> {
  if (format === 'csv') return [...renderCsv(recordsOf(envelope))].join('');
  return [...(await loadRenderer(format))(envelope)].join('');
}

describe.each(lists)('%s', (command, list, field) => {
  let whole: Envelope;
  beforeAll(async () => {
    whole = await ask(command, { isStreamed: false });
  });

  test.each(formats)('is the same as %s', async (format) => {
    const streamed = await ask(command, { isStreamed: true });
    expect(streamed.longList).toBeDefined();
    const text = await write(format, streamed);
    expect(text).toBe(await write(format, whole));
    expect(text).toContain(`s119.${domainOf(LARGE)}`);
    // Its certificate is still stored.
    expect(text.includes('gone.example')).toBe(command === 'listcrts');
  });

  test('is the same for a reseller, without what others own', async () => {
    const as = reseller(RESELLER, 'ssl', 'ssl-info');
    const streamed = await ask(command, { isStreamed: true, as });
    expect(streamed.longList).toBeDefined();
    const text = await write('json', streamed);
    expect(text).toBe(await write('json', await ask(command, { isStreamed: false, as })));
    expect(text).toContain(`"${domainOf(3)}"`);
    expect(text).not.toContain(`"${domainOf(401)}"`);
    // The list of a caller with few certificates is read at once.
    const few = await ask(command, { isStreamed: true, as: reseller('nobody', 'ssl', 'ssl-info') });
    expect([few.longList, few.data?.[list]]).toEqual([undefined, []]);
  });

  const enabled = (...words: string[]) => words.map((word) => `api.${word}`).join(' ');
  test.each([
    ['sort', enabled('sort.enable=1', `sort.a.field=${field}`, 'sort.a.reverse=1')],
    [
      'filter',
      enabled('filter.enable=1', `filter.a.field=${field}`, 'filter.a.arg0=shop', 'filter.a.type=begins'),
    ],
    ['chunk', enabled('chunk.enable=1', 'chunk.start=1001', 'chunk.size=60', 'chunk.verbose=1')],
    ['columns', enabled('columns.enable=1', `columns.a=${field}`)],
  ])('with api.%s is the same', async (kind, words) => {
    const text = await write('json', await ask(command, { words, isStreamed: true }));
    expect(text).toBe(await write('json', await ask(command, { words, isStreamed: false })));
    const all = whole.data?.[list] as Record<string, string>[];
    const expected = {
      sort: all.toSorted((a, b) => ((a[field] ?? '') < (b[field] ?? '') ? 1 : -1)),
      filter: all.filter((one) => one[field]?.startsWith('shop')),
      chunk: all.slice(1000, 1060),
      columns: all.map((one) => ({ [field]: one[field] })),
    }[kind];
    expect((JSON.parse(text) as Envelope).data?.[list]).toEqual(expected);
  });

  test('shows the state of the call, and the store changes meanwhile', async () => {
    const before = await write('json', whole);
    const render = await loadRenderer('json');
    const pieces = render(await ask(command, { isStreamed: true }))[Symbol.iterator]();
    let text = String(pieces.next().value);
    await here.engine.store.transaction('changes', async (db) => {
      await db.run(
        `UPDATE certificate SET created_at = created_at + 5000, facts = replace(facts, 'other.', 'another.')`,
      );
      await db.run(`UPDATE installed_certificate SET chain = chain || 'later'`);
      return { value: undefined, keep: true };
    });
    for (let next = pieces.next(); next.done !== true; next = pieces.next()) text += next.value;
    expect(text).toBe(before);
    expect(await write('json', await ask(command, { isStreamed: false }))).not.toBe(before);
  });
});

test('listcrts without self-signed certificates, and of one user', async () => {
  const isSigned = (one: Record<string, unknown>) => one.is_self_signed === 0;
  const whole = await ask('listcrts', { isStreamed: false });
  const all = (whole.data?.crt ?? []) as Record<string, unknown>[];
  const words = 'registered=1';
  const streamed = await ask('listcrts', { words, isStreamed: true });
  expect(streamed.longList).toBeUndefined();
  expect(streamed.data?.crt).toEqual(all.filter(isSigned));
  expect(all.filter(isSigned).length).toBeGreaterThan(100);
  const ofOne = await ask('listcrts', { words: `user=${numbered(LARGE)}`, isStreamed: true });
  expect(ofOne.data?.crt).toEqual(
    all.filter(({ domain_owners: owners }) => String(owners) === numbered(LARGE)),
  );
});

test('the names of a listed virtual host are those of its account, and the first on an address is primary', async () => {
  await here.engine.store.transaction('reads', async (db) => {
    const sites = await listSites(db, root);
    for (const at of [1, 5, 6, 7, 51, LARGE, 10, 1051]) {
      const username = numbered(at);
      const account = { username, domain: domainOf(at), home: `/home/${username}` };
      const hosts = new Map((await virtualHostsOf(db, account)).map((host) => [host.servername, host]));
      const own = sites.filter((site) => site.account.username === username);
      expect(own.length).toBeGreaterThan(0);
      for (const { host } of own) expect(host).toEqual(hosts.get(host.servername));
    }
    const primary = sites.filter(({ isPrimary }) => isPrimary).map(({ host }) => host.servername);
    // As chosen, as the main domain, and as the first of the others.
    expect(primary).toContain(`shop.${domainOf(1)}`);
    expect(primary).toContain(domainOf(101));
    expect(primary).toContain(`shop.${domainOf(51)}`);
    expect(primary).toHaveLength(COUNT / 50);
    const [site] = sites.filter(({ host }) => host.servername === `shop.${domainOf(1)}`);
    if (site === undefined) throw new TypeError('There is no such site.');
    expect(siteAnswer(site, new Set())).toMatchObject({
      is_primary_on_ip: 1,
      needs_sni: 0,
      domains: namesOf(site.host),
    });
    return { value: undefined, keep: false };
  });
});

test('without the key file, the keys are an error before anything is written', async () => {
  const [file, aside] = [join(here.state, 'secret.key'), join(here.state, 'aside')];
  renameSync(file, aside);
  try {
    const { metadata, longList } = await ask('fetch_vhost_ssl_components', { isStreamed: true });
    expect([metadata.error_code, longList]).toEqual(['key_lost', undefined]);
  } finally {
    renameSync(aside, file);
  }
});

test('what is read before the first virtual host does not grow with the resellers', async () => {
  const rows = await here.engine.store.transaction('reads', async (db) => {
    let count = 0;
    const counting = {
      ...{ dialect: db.dialect, server: db.server },
      get: db.get.bind(db),
      all: async (sql: string, ...values: SqlValue[]) => {
        const found = await db.all(sql, ...values);
        if (/\breseller\b/.test(sql)) count += found.length;
        return found;
      },
    };
    await readNeighbours(counting as Partial<Db> as Db);
    return { value: count, keep: false };
  });
  expect(rows).toBe(0);
});

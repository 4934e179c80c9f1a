// What the issuer asks for, and what CAA records allow: AutoSSL at pebble, behind a proxy that changes its answers.
import { domainToASCII } from 'node:url';
import { AcmeProxy, type Answer } from '../support/acme-proxy.ts';
import { AutosslInstallation, DAY_MS, namesOf } from '../support/autossl.ts';
import { Pebble } from '../support/pebble.ts';
import { describeWith } from '../support/require-tool.ts';
import { SHORTER } from '../support/shorter-rests.ts';

describeWith(['pebble', 'pebble-challtestsrv'], 'AutoSSL', () => {
  const pebble = new Pebble({ rejectedNonces: 0 });
  const proxy = new AcmeProxy(pebble);
  let here: AutosslInstallation;

  beforeAll(async () => {
    await pebble.start();
    await proxy.start();
  });
  afterAll(async () => {
    proxy.stop();
    await pebble.stop();
  });
  beforeEach(async () => {
    proxy.reset();
    here = new AutosslInstallation(pebble, { WHMAPI1_ACME_DIRECTORY: proxy.directory });
    await here.ok('set_tweaksetting', { key: 'proxysubdomains', value: '0' });
    await here.ok('createacct', { username: 'bob', domain: 'bob.example' });
    await here.enable();
    proxy.reset();
  });
  afterEach(() => {
    here.remove();
  });

  const isOfIssuer = (servername?: string) => here.installed(servername)[0]?.issuer.includes('Pebble');
  const count = (what: string) => proxy.passed.filter((one) => one === what).length;
  const problem = (status: number, type: string, retryAfter: string): Answer => ({
    status,
    headers: { 'content-type': 'application/problem+json', 'retry-after': retryAfter },
    body: JSON.stringify({ type: `urn:ietf:params:acme:error:${type}`, detail: 'Come back later' }),
  });

  it('a certificate has at most 100 names, also of internationalised domains', async () => {
    const parked = Array.from({ length: 33 }, (_, at) => domainToASCII(`bücher${at}.example`));
    for (const domain of parked) {
      await here.ok('create_parked_domain_for_user', {
        username: 'bob',
        domain,
        web_vhost_domain: 'bob.example',
      });
    }
    await here.check();
    const names = namesOf(here.installed()[0]);
    // There are 102 names.
    expect(names).toHaveLength(100);
    expect(names).toEqual(expect.arrayContaining(['bob.example', parked[0]]));
  });

  describe('Retry-After', () => {
    it('of a limit for some names leaves their order alone for that time, and no other', async () => {
      await here.ok('createacct', { username: 'eve', domain: 'eve.example' });
      proxy.after = async (what, answer) => {
        if (what !== 'POST order-plz' || !answer.body.includes('bob.example')) return answer;
        return problem(429, 'rateLimited', '7200');
      };
      expect(await here.checkAll()).toMatchObject({ state: 'waiting' });
      expect([isOfIssuer(), isOfIssuer('eve.example')]).toEqual([false, true]);
      const placed = count('POST order-plz');
      here.time += 3_600_000;
      await here.checkAll();
      expect(count('POST order-plz')).toBe(placed);
      expect((await here.log()).join('\n')).toContain('The issuer has asked to wait with this order until');
      proxy.reset();
      here.time += 3_600_001;
      await here.checkAll();
      expect(isOfIssuer()).toBe(true);
    });

    it('of a busy issuer, as a date, ends the run, and nothing is asked before', async () => {
      for (const name of ['eve', 'ann', 'joe']) {
        await here.ok('createacct', { username: name, domain: `${name}.example` });
      }
      const until = new Date(Date.now() + DAY_MS).toUTCString();
      proxy.after = async (what, answer) =>
        what === 'POST order-plz' ? problem(503, 'serverInternal', until) : answer;
      // The last error of the run: that of an order, or that none was placed after it.
      const ended = await here.checkAll();
      expect(ended.reason).toMatch(/Come back later|The issuer has asked to be left alone until/);
      expect(isOfIssuer()).toBe(false);
      proxy.reset();
      here.time += DAY_MS / 2;
      const task = await here.checkAll();
      expect(task.reason).toContain('The issuer has asked to be left alone until');
      expect(proxy.passed).toEqual([]);
      here.time += DAY_MS;
      await here.checkAll();
      expect(isOfIssuer()).toBe(true);
      expect(isOfIssuer('joe.example')).toBe(true);
    });

    it('is waited for between two looks at a validation', async () => {
      const times: number[] = [];
      let isFirst = true;
      proxy.after = async (what, answer) => {
        if (what !== 'POST authZ') return answer;
        times.push(performance.now());
        if (count('POST chalZ') < 3 || !isFirst) return answer;
        isFirst = false;
        times.length = 1;
        return {
          ...answer,
          headers: { ...answer.headers, 'retry-after': '4' },
          body: answer.body.replaceAll('"status": "valid"', '"status": "pending"'),
        };
      };
      await here.check();
      expect(isOfIssuer()).toBe(true);
      // The names are looked at one after the other: the third next look is at the same one.
      expect((times[3] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(4000 / SHORTER);
    });

    it('of an order that takes days leaves it to a later run', async () => {
      proxy.after = async (what, answer) =>
        what !== 'POST my-order'
          ? answer
          : {
              ...answer,
              headers: { ...answer.headers, 'retry-after': '172800' },
              body: answer.body.replace(/"status": "(?:ready|valid)"/, '"status": "processing"'),
            };
      expect((await here.check()).reason).toContain('The next run goes on with the order');
      proxy.reset();
      here.time += DAY_MS;
      await here.check();
      expect(proxy.passed).toEqual([]);
      here.time += DAY_MS + 1000;
      await here.check();
      expect(isOfIssuer()).toBe(true);
      expect(count('POST order-plz')).toBe(0);
    });
  });

  describe('CAA records', () => {
    /** Has the issuer say its names, as pebble does not. */
    const identify = () => {
      proxy.after = async (what, answer) => {
        if (what !== 'GET dir') return answer;
        const directory = JSON.parse(answer.body) as { meta?: object };
        const meta = { ...directory.meta, caaIdentities: ['Pebble.example', 'other.pebble.example'] };
        return { ...answer, body: JSON.stringify({ ...directory, meta }) };
      };
    };
    const at: string[] = [];
    const set = async (host: string, ...records: readonly [tag: string, value: string][]) => {
      at.push(host);
      await pebble.setCaa(
        host,
        records.map(([tag, value]) => ({ tag, value })),
      );
    };
    beforeEach(identify);
    afterEach(async () => {
      for (const host of at.splice(0)) await pebble.setCaa(host, []);
    });

    it('that allow only another issuer are named, and nothing is ordered', async () => {
      await set('bob.example', ['issue', 'ca.example'], ['iodef', 'mailto:ann@bob.example']);
      expect(await here.check()).toMatchObject({ state: 'done' });
      expect(count('POST order-plz')).toBe(0);
      const why =
        'The CAA records of “bob.example” (0 issue "ca.example") do not allow pebble.example to issue certificates. ' +
        'Add the record 0 issue "pebble.example", or remove them.';
      expect(await here.problems()).toEqual({
        'bob.example': why,
        'mail.bob.example': why,
        'www.bob.example': why,
      });
    });

    it('of a name itself override those of its parent', async () => {
      await set('example', ['issue', ';']);
      await set('bob.example', ['issue', 'other.pebble.example; validationmethods=http-01']);
      await set('mail.bob.example', ['issue', 'ca.example']);
      await here.check();
      expect(namesOf(here.installed()[0])).toEqual(['bob.example', 'www.bob.example']);
      expect(Object.keys(await here.problems())).toEqual(['mail.bob.example']);
    });

    it('that allow another account, or another method, forbid it', async () => {
      const { payload } = (await here.ok('get_autossl_providers')) as { payload: [{ x_account_id: string }] };
      const own = payload[0].x_account_id;
      await set('bob.example', ['issue', `pebble.example; accounturi=${own}`]);
      await set('www.bob.example', [
        'issue',
        'pebble.example; accounturi=https://localhost/my-account/other',
      ]);
      await set('mail.bob.example', ['issue', 'pebble.example; validationmethods=dns-01']);
      await here.check();
      expect(namesOf(here.installed()[0])).toEqual(['bob.example']);
      const problems = await here.problems();
      expect(problems['www.bob.example']).toContain(
        `allow only other accounts at the issuer. This server’s is ${own}`,
      );
      expect(problems['mail.bob.example']).toContain('do not allow http-01.');
    });

    it('without an issuer forbid it even if the issuer does not say its names', async () => {
      proxy.reset();
      await set('bob.example', ['issue', 'ca.example']);
      await set('www.bob.example', ['issue', ';']);
      await here.check();
      expect(namesOf(here.installed()[0])).toEqual(['bob.example', 'mail.bob.example']);
      expect((await here.problems())['www.bob.example']).toContain('do not allow any issuer');
    });
  });
});

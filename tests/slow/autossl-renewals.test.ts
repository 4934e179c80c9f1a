// When AutoSSL renews: as the issuer says (RFC 9773), or at a third of life. At pebble, behind a proxy that changes its
// answers. Debian’s pebble has ARI, and no profiles.
import { AcmeProxy, type Answer } from '../support/acme-proxy.ts';
import { AutosslInstallation, DAY_MS } from '../support/autossl.ts';
import { Pebble } from '../support/pebble.ts';
import { describeWith } from '../support/require-tool.ts';
import '../support/shorter-rests.ts';

const HOUR_MS = 3_600_000;
const INFO = 'GET draft-ietf-acme-ari-03';

type Json = Readonly<Record<string, unknown>>;

/** Changes the directory. */
const directory = (change: (found: Json & { readonly meta?: Json }) => Json) => (answer: Answer) => ({
  ...answer,
  body: JSON.stringify(change(JSON.parse(answer.body) as Json)),
});

describeWith(['pebble', 'pebble-challtestsrv'], 'AutoSSL renews', () => {
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
    await here.check();
    proxy.reset();
  });
  afterEach(() => here.remove());

  const count = (what: string) => proxy.passed.filter((one) => one === what).length;
  const fingerprint = (servername = 'bob.example') => here.installed(servername)[0]?.fingerprint256;
  const orders = () =>
    proxy.payloads.filter(({ what }) => what === 'POST order-plz').map(({ payload }) => payload);
  /** What the issuer says of all certificates. */
  const suggest = (start: number, end: number, retryAfter = '3600') => {
    proxy.after = async (what, answer) => {
      if (what !== INFO) return answer;
      const suggestedWindow = { start: new Date(start).toISOString(), end: new Date(end).toISOString() };
      const headers = { 'content-type': 'application/json', 'retry-after': retryAfter };
      return { status: 200, headers, body: JSON.stringify({ suggestedWindow }) };
    };
  };

  it('in the window that the issuer suggests, and names the certificate that is replaced', async () => {
    const first = fingerprint();
    // pebble’s own: from 59 to 61 days.
    here.time += 58 * DAY_MS;
    // It does nothing, so it leaves no line.
    expect(await here.renew()).toBeUndefined();
    expect([count(INFO) > 0, count('POST order-plz')]).toEqual([true, 0]);
    here.time += 4 * DAY_MS;
    await here.renew();
    expect(fingerprint()).not.toBe(first);
    // The new one is again 62 days old here: the clock of pebble stands nearly still.
    expect(orders()[0]).toEqual({
      identifiers: expect.anything() as unknown,
      replaces: expect.stringMatching(/^[\w-]{20,}\.[\w-]+$/) as unknown,
    });
  });

  it('at once if the issuer wants it, such as before it revokes the certificate', async () => {
    const first = fingerprint();
    suggest(here.time - 2 * DAY_MS, here.time - DAY_MS);
    await here.renew();
    expect(fingerprint()).not.toBe(first);
    expect((await here.log()).join('\n')).toContain('its issuer wants it to be renewed now');
    expect(orders()[0]).toHaveProperty('replaces');
  });

  it('asks again only when the issuer allows it', async () => {
    suggest(here.time + 50 * DAY_MS, here.time + 51 * DAY_MS, String(5 * 3600));
    await here.renew();
    expect(count(INFO)).toBe(1);
    for (let hour = 1; hour < 5; hour++) await here.renew();
    expect(count(INFO)).toBe(1);
    await here.renew();
    expect(count(INFO)).toBe(2);
  });

  it('at a third of life if the issuer’s information is nonsense or fails', async () => {
    const first = fingerprint();
    suggest(here.time + 9 * DAY_MS, here.time);
    here.time += 55 * DAY_MS;
    await here.renew();
    expect(fingerprint()).toBe(first);
    proxy.after = async (what, answer) =>
      what === INFO ? { ...answer, status: 500, body: 'not JSON' } : answer;
    here.time += 6 * DAY_MS;
    await here.renew();
    expect(fingerprint()).not.toBe(first);
  });

  it('by an ordinary order if the issuer does not accept what it replaces', async () => {
    const first = fingerprint();
    suggest(here.time - 2 * DAY_MS, here.time - DAY_MS);
    const { after } = proxy;
    let refused = 0;
    proxy.after = async (what, answer) => {
      const isFirst = what === 'POST order-plz' && 'replaces' in (orders().at(-1) ?? {});
      if (!isFirst) return after(what, answer);
      refused++;
      const type = 'urn:ietf:params:acme:error:alreadyReplaced';
      return { ...answer, status: 409, body: JSON.stringify({ type, detail: 'Replaced' }) };
    };
    await here.renew();
    expect(refused).toBe(1);
    expect(fingerprint()).not.toBe(first);
  });

  it('and goes on an hour later if all orders of an hour are used up', async () => {
    await here.ok('set_autossl_provider', { provider: 'LetsEncrypt', x_orders_per_hour: '1' });
    // So that nothing of the orders of this hour counts.
    here.time += 2 * HOUR_MS;
    for (const name of ['ann', 'eve']) {
      await here.ok('createacct', { username: name, domain: `${name}.example` });
    }
    const isOurs = () =>
      ['ann', 'eve'].filter((name) => here.installed(`${name}.example`)[0]?.issuer.includes('Pebble'));
    await here.checkAll();
    expect(isOurs()).toHaveLength(1);
    expect(count('POST order-plz')).toBe(1);
    await here.renew();
    expect(isOurs()).toHaveLength(2);
    expect(count('POST order-plz')).toBe(2);
  });

  it('leaves an issuer alone that says again and again that a limit is reached', async () => {
    await here.ok('disable_autossl');
    for (const name of ['ann', 'eve', 'joe', 'kim']) {
      await here.ok('createacct', { username: name, domain: `${name}.example` });
    }
    proxy.after = async (what, answer) => {
      if (what !== 'POST order-plz') return answer;
      const type = 'urn:ietf:params:acme:error:rateLimited';
      const body = JSON.stringify({ type, detail: 'Too many new orders' });
      return { status: 429, headers: { 'retry-after': '10800' }, body };
    };
    await here.enable();
    await here.checkAll();
    proxy.reset();
    await here.renew();
    expect(proxy.passed).toEqual([]);
    here.time += 3 * HOUR_MS;
    await here.renew();
    for (const name of ['ann', 'eve', 'joe', 'kim']) {
      expect(here.installed(`${name}.example`)[0]?.issuer).toContain('Pebble');
    }
  });

  describe('with a profile of the issuer', () => {
    const profiles: Json = { classic: 'Valid for 90 days', shortlived: 'https://issuer.example/shortlived' };
    const offer = (offered: Json) => {
      proxy.after = async (what, answer) =>
        what === 'GET dir'
          ? directory((found) => ({ ...found, meta: { ...found.meta, profiles: offered } }))(answer)
          : answer;
    };
    beforeEach(() => offer(profiles));

    it('that is set, and refuses one that the issuer does not have', async () => {
      const { payload } = (await here.ok('get_autossl_providers')) as { payload: readonly Json[] };
      expect(payload[0]).toMatchObject({
        x_profile: '',
        x_profiles: [
          { name: 'classic', description: 'Valid for 90 days' },
          { name: 'shortlived', description: 'https://issuer.example/shortlived' },
        ],
      });
      const set = (x_profile: string) =>
        here.call('set_autossl_provider', { provider: 'LetsEncrypt', x_profile });
      expect((await set('tlsserver')).metadata.reason).toBe(
        'The issuer has no profile “tlsserver”. Its profiles are “classic”, “shortlived”.',
      );
      expect((await set('shortlived')).metadata).toMatchObject({ result: 1 });
      here.time += 62 * DAY_MS;
      await here.check();
      expect(orders()[0]).toMatchObject({ profile: 'shortlived' });
      // It stays if another setting changes.
      await here.ok('set_autossl_provider', { provider: 'LetsEncrypt', x_orders_per_hour: '50' });
      expect(await here.ok('get_autossl_providers')).toMatchObject({
        payload: [{ x_profile: 'shortlived', x_orders_per_hour: 50 }],
      });
    });

    it('or without it if the issuer has given it up', async () => {
      await here.ok('set_autossl_provider', { provider: 'LetsEncrypt', x_profile: 'shortlived' });
      offer({ classic: '' });
      const first = fingerprint();
      here.time += 62 * DAY_MS;
      await here.check();
      expect(fingerprint()).not.toBe(first);
      expect(orders()[0]).not.toHaveProperty('profile');
      expect((await here.log()).join('\n')).toContain(
        'The issuer no longer has the profile “shortlived”, so it chooses. Its profiles are “classic”.',
      );
    });
  });

  it.each([
    [6, true],
    [6, false],
    [45, false],
    [64, true],
    [90, false],
  ])('a certificate of %s days in time (ARI: %s)', async (days, hasInfo) => {
    await pebble.restart((days * DAY_MS) / 1000);
    proxy.after = async (what, answer) =>
      what === 'GET dir' && !hasInfo
        ? directory((found) => ({ ...found, renewalInfo: undefined }))(answer)
        : answer;
    await here.ok('createacct', { username: 'ann', domain: 'ann.example' });
    await here.check('ann');
    const [first] = here.installed('ann.example');
    const end = Date.parse(first?.validTo ?? '');
    here.time += days * DAY_MS * 0.55;
    while (fingerprint('ann.example') === first?.fingerprint256 && here.time < end) {
      here.time += (days * DAY_MS) / 60;
      await here.renew();
    }
    // A third is left, or what pebble suggests: a third, and a day before or after it.
    const left = (end - here.time) / DAY_MS;
    const slack = hasInfo ? 1.2 : 0.1;
    expect(left).toBeGreaterThan(days / 3 - days / 60 - slack);
    expect(left).toBeLessThan(days / 3 + days / 60 + slack);
  });
});

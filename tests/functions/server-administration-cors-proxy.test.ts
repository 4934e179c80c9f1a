import { Outbound } from '../../src/machine/outbound/outbound.ts';
import { HttpsServer } from '../support/https-server.ts';
import { Installation, reseller } from '../support/installation.ts';

const server = new HttpsServer();
beforeAll(() => server.start('site.example', 'cdn.site.example', 'other.example'));
afterAll(() => server.stop());

let here: Installation;
beforeEach(() => {
  server.reset();
  here = new Installation();
  const address = (name: string) => (name === 'inside.example' ? '10.0.0.1' : '127.0.0.1');
  const outbound = new Outbound({
    networks: ['127.0.0.0/8'],
    certificates: server.certificate,
    lookup: async (name) => [{ address: address(name), family: 4 }],
  });
  here.overrides.machine = { ...here.engine.machine, outbound: async () => outbound };
});
afterEach(() => here.remove());

const allow = async (...hosts: string[]) => {
  const { metadata } = await here.call('set_tweaksetting', {
    key: 'cors_proxy_hosts',
    value: hosts.join(','),
  });
  expect(metadata.reason).toBe('OK');
};
const withPort = (name: string) => `${name}:${server.port}`;
const fetch = (url: string) =>
  here.call('cors_proxy_get', { url }, { as: reseller('rita', 'cors-proxy-get') });

describe('cors_proxy_get', () => {
  it('fetches an address of an allowed host', async () => {
    await allow(withPort('Site.example'));
    server.answer = () => ({ body: 'héllo', headers: { 'content-type': 'text/plain', 'x-one': '1' } });
    const url = server.url('site.example', '/a?b=c');
    const { data } = await fetch(url);
    expect(data).toMatchObject({
      content: 'héllo',
      success: 1,
      status: '200',
      reason: 'OK',
      protocol: 'HTTP/1.1',
      url,
    });
    expect(data).toMatchObject({ headers: { 'x-one': '1' }, _cp_redirects: [] });
    expect(server.received).toMatchObject([{ method: 'GET', path: '/a?b=c', body: '' }]);
    expect(server.received[0]?.headers).not.toHaveProperty('cookie');
  });

  it('returns the response of an error too', async () => {
    await allow(withPort('site.example'));
    server.answer = () => ({ status: 404, body: 'none' });
    expect((await fetch(server.url('site.example'))).data).toMatchObject({
      ...{ content: 'none', success: 0, status: '404', reason: 'Not Found' },
    });
  });

  it('follows redirects to allowed hosts, and lists them', async () => {
    await allow(withPort('site.example'), `*.${withPort('site.example')}`);
    server.answer = ({ path }) => {
      if (path === '/1') return { status: 301, headers: { location: '/2' } };
      if (path === '/2') return { status: 302, headers: { location: server.url('cdn.site.example', '/3') } };
      return { body: 'end' };
    };
    const { data } = await fetch(server.url('site.example', '/1'));
    expect(data).toMatchObject({ content: 'end', url: server.url('cdn.site.example', '/3') });
    expect(data?._cp_redirects).toMatchObject([
      { status: '301', success: 0, url: server.url('site.example', '/1') },
      { status: '302', success: 0, url: server.url('site.example', '/2') },
    ]);
  });

  it.each([
    ['https://169.254.169.254/', 'denied', 'The host “169.254.169.254” is not in cors_proxy_hosts.'],
    ['https://inside.example/', 'bad_param', '“inside.example” has the address 10.0.0.1'],
    ['http://site.example/', 'bad_param', 'must begin with https://'],
    ['//other.example/', 'denied', 'The host “other.example” is not in cors_proxy_hosts.'],
    ['file:///etc/shadow', 'bad_param', 'must begin with https://'],
    ['https://site.example@other.example/', 'bad_param', 'without a username'],
  ])('does not follow a redirect to %s', async (location, code, reason) => {
    await allow(withPort('site.example'), 'inside.example');
    server.answer = () => ({ status: 302, headers: { location } });
    const { metadata } = await fetch(server.url('site.example'));
    expect(metadata.error_code).toBe(code);
    expect(metadata.reason).toContain(reason);
    expect(server.received).toHaveLength(1);
  });

  it('follows at most five redirects', async () => {
    await allow(withPort('site.example'));
    server.answer = () => ({ status: 302, headers: { location: '/again' } });
    const { metadata } = await fetch(server.url('site.example'));
    expect(metadata.error_code).toBe('limit_reached');
    expect(server.received).toHaveLength(6);
  });

  it('accepts at most 1 MiB', async () => {
    await allow(withPort('site.example'));
    server.answer = () => ({ body: 'x'.repeat(1_048_576) });
    expect((await fetch(server.url('site.example'))).data?.content).toHaveLength(1_048_576);
    server.answer = () => ({ body: 'x'.repeat(1_048_577) });
    expect((await fetch(server.url('site.example'))).metadata).toMatchObject({
      error_code: 'limit_reached',
      reason: 'The response has more than 1 MiB.',
    });
  });

  it('allows no host by default, and says how to', async () => {
    const { metadata } = await fetch(server.url('site.example'));
    expect(metadata.error_code).toBe('disabled');
    expect(metadata.reason).toContain('set_tweaksetting key=cors_proxy_hosts');
    expect(server.received).toEqual([]);
  });

  it.each([
    ['site.example', 'https://site.example.evil.example/'],
    ['*.site.example', 'https://site.example/'],
    ['*.site.example', 'https://evilsite.example/'],
    ['site.example:8443', 'https://site.example/'],
    ['site.example', 'https://site.example:8443/'],
  ])('the entry %s does not allow %s', async (entry, url) => {
    await allow(entry);
    expect((await fetch(url)).metadata.error_code).toBe('denied');
  });

  it('requires the privilege', async () => {
    await allow(withPort('site.example'));
    const as = { as: reseller('rita', 'list-accts') };
    const { metadata } = await here.call('cors_proxy_get', { url: server.url('site.example') }, as);
    expect(metadata.error_code).toBe('denied');
  });

  it.each(['site', '*', 'https://site.example', 'site.example/path', '10.0.0.1 site.example', 'a b.example'])(
    'does not accept the entry %s',
    async (value) => {
      const { metadata } = await here.call('set_tweaksetting', { key: 'cors_proxy_hosts', value });
      expect(metadata.error_code).toBe('bad_param');
    },
  );
});

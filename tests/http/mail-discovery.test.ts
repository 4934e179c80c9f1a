// What mail programs ask the port of webmail for, before anybody logs in.
import { create } from 'xmlbuilder2';
import { TestServer } from '../support/server.ts';

let server: TestServer;
let hostname: string;
beforeAll(async () => {
  server = await TestServer.startWithWebmail();
  hostname = server.here.hostname;
});
afterAll(() => server.stop());

const setting = (key: string, value: string) => server.here.call('set_tweaksetting', { key, value });
const config = (query = '') => server.askWebmail(`/mail/config-v1.1.xml${query}`);
const discover = (body: string, path = '/autodiscover/autodiscover.xml') =>
  server.askWebmail(path, { method: 'POST', body, headers: { 'content-type': 'text/xml' } });
const asking = (address: string) =>
  '<?xml version="1.0" encoding="utf-8"?><Autodiscover xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/requestschema/2006">' +
  `<Request><EMailAddress>${address}</EMailAddress><AcceptableResponseSchema>a</AcceptableResponseSchema></Request></Autodiscover>`;

it('is not there until the setting is on', async () => {
  expect((await config()).status).toBe(404);
  expect((await discover(asking('sales@bob.example'))).status).toBe(404);
});

describe('with the setting', () => {
  beforeAll(() => setting('autodiscover_proxy_subdomains', '1'));

  it('Thunderbird gets the servers of any address, and nothing says whether it exists', async () => {
    const { status, headers, text } = await config('?emailaddress=sales%40bob.example');
    expect([status, headers.get('content-type')]).toEqual([200, 'application/xml; charset=utf-8']);
    const server_ = (type: string, port: string) => ({
      ...{ '@type': type, hostname, port, socketType: 'SSL' },
      ...{ authentication: 'password-cleartext', username: 'sales@bob.example' },
    });
    expect(create(text).end({ format: 'object' })).toEqual({
      clientConfig: {
        '@version': '1.1',
        emailProvider: {
          ...{ '@id': 'bob.example', domain: 'bob.example' },
          ...{ displayName: 'bob.example', displayShortName: 'bob.example' },
          incomingServer: [server_('imap', '993'), server_('pop3', '995')],
          outgoingServer: server_('smtp', '465'),
        },
      },
    });
    expect((await server.askWebmail('/.well-known/autoconfig/mail/config-v1.1.xml')).status).toBe(200);
    expect((await config()).text).toContain('<username>%EMAILADDRESS%</username>');
  });

  it('Outlook gets the same, at both spellings of the path', async () => {
    const { status, text } = await discover(asking('Sales@bob.example'));
    expect(status).toBe(200);
    expect(text).toMatch(
      /<Type>IMAP<\/Type>\s*<Server>[^<]+<\/Server>\s*<Port>993<\/Port>\s*<LoginName>Sales@bob.example</,
    );
    expect(text).toContain(
      'xmlns="http://schemas.microsoft.com/exchange/autodiscover/outlook/responseschema/2006a"',
    );
    for (const path of ['/Autodiscover/Autodiscover.xml', '/AutoDiscover/autodiscover.XML'])
      expect([path, (await discover(asking('a@b.example'), path)).status]).toEqual([path, 200]);
    expect((await discover(asking('a@b.example'), '/autodiscover/autodiscoverAxml')).status).toBe(404);
  });

  it('the protocol that the setting recommends comes first', async () => {
    await setting('autodiscover_mail_service', 'pop3');
    const { text } = await config();
    expect(text.indexOf('type="pop3"')).toBeLessThan(text.indexOf('type="imap"'));
    await setting('autodiscover_mail_service', 'imap');
  });

  it.each([
    ['a<b>@bob.example'],
    ["x'@bob.example"],
    ['no-domain'],
    ['sales@bob.example\r\nX: y'],
    [`${'a'.repeat(65)}@bob.example`],
    ['&amp;x@bob.example'],
  ])('the address %j is refused', async (address) => {
    expect((await config(`?emailaddress=${encodeURIComponent(address)}`)).status).toBe(400);
  });

  it.each([
    [''],
    ['{"EMailAddress":"sales@bob.example"}'],
    ['<a><b></a>'],
    [asking('')],
    [`<!DOCTYPE a [<!ENTITY x "sales@bob.example">]>${asking('&x;')}`],
  ])('the request %j is refused', async (body) => {
    expect((await discover(body)).status).toBe(400);
  });

  it('a long request is refused', async () => {
    expect((await discover(asking('x'.repeat(9000)))).status).toBe(413);
  });
});

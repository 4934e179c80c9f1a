// Which certificate whmapi1d shows to a client that asks for a name (SNI).
import { connect } from 'node:tls';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createServer } from '../../src/http/server.ts';
import { SiteCertificates } from '../../src/http/site-certificates.ts';
import { Authority, selfSigned } from '../support/certificates.ts';
import { Installation } from '../support/installation.ts';
import { silent } from '../support/silent-log.ts';

const dates = { from: '2026-01-01', until: '2026-12-31' };
let here: Installation;
let server: FastifyInstance;
let authority: Authority;

beforeAll(async () => {
  authority = await Authority.root('Test Root', { from: '2025-01-01', until: '2035-01-01' });
});
beforeEach(async () => {
  here = new Installation({ livesLong: true });
  const own = await selfSigned({ domains: ['server.example.com'], ...dates });
  const application = {
    ...here.application,
    get engine() {
      return here.engine;
    },
  };
  const sites = new SiteCertificates(application);
  const tls = { cert: own.crt, key: own.key, forName: (name: string) => sites.find(name) };
  server = createServer(application, { service: 'cpaneld', tls, log: silent });
  await server.listen({ host: '127.0.0.1', port: 0 });
  await succeed('createacct', { username: 'bob', domain: 'bob.example' });
});
afterEach(async () => {
  await server.close();
  here.remove();
});

async function succeed(command: string, args: Readonly<Record<string, string>>) {
  const { metadata } = await here.call(command, args);
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
}
async function install(...domains: string[]) {
  const issued = await authority.issue({ ...dates, domains });
  await succeed('installssl', { domain: 'bob.example', ...issued, cab: authority.crt });
}

/** The names of the certificate for this name, and whether the test’s authority vouches for it. */
function seen(servername: string): Promise<string> {
  return new Promise((done, fail) => {
    const { port } = server.server.address() as AddressInfo;
    const options = { host: '127.0.0.1', port, servername, ca: [authority.crt], rejectUnauthorized: false };
    const socket = connect(options, () => {
      const { subjectaltname } = socket.getPeerCertificate();
      done(`${String(subjectaltname)}${socket.authorized ? ' valid' : ''}`);
      socket.destroy();
    });
    socket.on('error', fail);
  });
}
const OWN = 'DNS:server.example.com';
/** Names are remembered for a minute. */
const later = () => {
  here.time += 61_000;
};

test('a service subdomain and the domain have the certificate of the site, once there is a valid one', async () => {
  expect(await seen('cpanel.bob.example')).toBe(OWN);
  await install('bob.example', 'cpanel.bob.example');
  expect(await seen('cpanel.bob.example')).toBe(OWN);
  later();
  const site = 'DNS:bob.example, DNS:cpanel.bob.example valid';
  expect(await seen('cpanel.bob.example')).toBe(site);
  expect(await seen('CPANEL.bob.example')).toBe(site);
  expect(await seen('bob.example')).toBe(site);
});

test('all others have the certificate of the server', async () => {
  await install('bob.example', 'cpanel.bob.example');
  for (const name of [
    'whm.bob.example',
    'www.bob.example',
    'bob.test',
    'server.example.com',
    'x',
    'a..b',
    '%00.b',
  ])
    expect([name, await seen(name)]).toEqual([name, OWN]);
  here.time = Date.parse('2027-01-02T00:00:00Z');
  expect(await seen('bob.example')).toBe(OWN);
});

test('a wildcard counts', async () => {
  await install('bob.example', '*.bob.example');
  expect(await seen('whm.bob.example')).toBe('DNS:bob.example, DNS:*.bob.example valid');
});

test('a store that cannot be read leaves the certificate of the server', async () => {
  await install('bob.example');
  const { store } = here.engine;
  here.overrides.store = { ...store, transaction: () => Promise.reject(new Error('broken')) };
  expect(await seen('bob.example')).toBe(OWN);
});

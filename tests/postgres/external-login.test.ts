// A login through an identity provider that begins on one server of a fleet and ends on another.
import type { FastifyInstance } from 'fastify';
import { createServer } from '../../src/http/server.ts';
import { HostileProvider } from '../support/hostile-provider.ts';
import { Installation } from '../support/installation.ts';
import { silent } from '../support/silent-log.ts';

let web1: Installation;
let web2: Installation;
let provider: HostileProvider;
const servers: FastifyInstance[] = [];
const urls: string[] = [];

beforeAll(async () => {
  web1 = new Installation({ server: 'web1', livesLong: true });
  if (web1.environment.WHMAPI1_STORE_URL === undefined) {
    throw new Error('These tests need PostgreSQL: npm run test:postgres.');
  }
  web2 = new Installation({ beside: web1, server: 'web2', livesLong: true });
  provider = await HostileProvider.start();
  const about = { provider_id: 'staff', service_name: 'whostmgrd' };
  await web1.call('set_provider_client_configurations', {
    ...about,
    configurations: { client_id: 'whm', client_secret: 'victoria', issuer: provider.issuer },
  });
  await web1.call('enable_authentication_provider', about);
  await web1.call('link_user_authn_provider', {
    ...{
      username: 'root',
      provider_id: 'staff',
      subject_unique_identifier: 'subject-1',
      preferred_username: 'alice',
    },
  });
  web1.copyKeyTo(web2);
  for (const { application } of [web1, web2]) {
    const server = createServer(application, { log: silent });
    servers.push(server);
    urls.push(await server.listen({ host: '127.0.0.1', port: 0 }));
  }
});
afterAll(async () => {
  for (const server of servers) await server.close();
  await provider.stop();
  web2.remove();
  web1.remove();
});

const [first, second] = [() => urls[0] ?? '', () => urls[1] ?? ''];

async function begin() {
  const response = await fetch(`${first()}/openid_connect/staff`, { redirect: 'manual' });
  const { searchParams } = new URL(response.headers.get('location') ?? '');
  provider.nonce = searchParams.get('nonce') ?? '';
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  return { cookie, query: `code=code&state=${searchParams.get('state') ?? ''}` };
}

test('it begins on one server and ends on the other, once', async () => {
  const { cookie, query } = await begin();
  const back = (url: string) =>
    fetch(`${url}/openid_connect_callback/staff?${query}`, { redirect: 'manual', headers: { cookie } });
  const replies = await Promise.all([back(first()), back(second()), back(second())]);
  const inside = replies.filter(({ headers }) => /^\/cpsess\d{10}\/$/.test(headers.get('location') ?? ''));
  expect(inside).toHaveLength(1);
  expect(provider.tokenRequests).toHaveLength(1);

  const next = await begin();
  const reply = await fetch(`${second()}/openid_connect_callback/staff?${next.query}`, {
    redirect: 'manual',
    headers: { cookie: next.cookie },
  });
  const path = (reply.headers.get('location') ?? '').replace(/\/$/, '');
  const session = /whostmgrsession=\w+/.exec(reply.headers.get('set-cookie') ?? '')?.[0] ?? '';
  for (const url of urls) {
    const call = await fetch(`${url}${path}/json-api/version?api.version=1`, {
      headers: { cookie: session },
    });
    expect(call.status).toBe(200);
  }
});

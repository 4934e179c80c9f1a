// API version 0: each recorded response shape, as real servers return it to clients that send no api.version.
import { selfSigned } from '../support/certificates.ts';
import { TestServer } from '../support/server.ts';

let server: TestServer;
let authorization: string;
beforeAll(async () => {
  server = await TestServer.start();
  const { data } = await server.here.call('api_token_create', { token_name: 'test' });
  authorization = `whm root:${data?.token as string}`;
});
afterAll(() => server.stop());

async function ask(name: string, args: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const query = new URLSearchParams(args).toString();
  return JSON.parse((await server.ask(`/json-api/${name}?${query}`, { headers: { authorization } })).text);
}

const secret = 'four unusual words, Xylophone';
const text = expect.any(String) as string;
const done = (statusmsg: string, more = {}) => ({ result: [{ status: 1, statusmsg, ...more }] });

const reloaded = expect.stringMatching(/^Bind reloading on .* using rndc zone: \[x\.example\]$/) as string;

const row = expect.arrayContaining([expect.any(Object)]) as object;
const pem = (what: string) => expect.stringContaining(`-----BEGIN ${what}-----`) as string;

// In this order, because each needs the state that the earlier ones leave.
test.each<[string, Record<string, string>, object]>([
  ['addpkg', { name: 'gold' }, done('OK', { pkg: 'gold' })],
  [
    'createacct',
    { username: 'rita', domain: 'rita.example', password: secret },
    done('Account Creation Ok', { rawout: text, options: { ip: text, package: 'default', nameserver: '' } }),
  ],
  ['createacct', { username: 'bob', domain: 'bob.example' }, done('Account Creation Ok', { rawout: text })],
  [
    'passwd',
    { user: 'bob', pass: secret },
    {
      passwd: [
        {
          status: 1,
          statusmsg: 'Password changed for user bob',
          services: [{ app: 'system' }],
          rawout: text,
        },
      ],
    },
  ],
  [
    'modifyacct',
    { user: 'bob', domain: 'bobby.example' },
    done('Account Modified', {
      newcfg: { domain: 'bobby.example', user: 'bob', setshell: 'unmodified', cpuser: { USER: 'bob' } },
      warnings: [],
      messages: [],
    }),
  ],
  ['changepackage', { user: 'bob', pkg: 'gold' }, done('OK', { rawout: text })],
  ['editquota', { user: 'bob', quota: '500' }, { ...done('Set quota for user.'), output: text }],
  [
    'limitbw',
    { user: 'bob', bwlimit: '99999' },
    done('Bandwidth Limit for bob set to 99999', {
      bwlimit: { bwlimit: 104_856_551_424, domains: ['bobby.example'], unlimited: 0 },
    }),
  ],
  [
    'domainuserdata',
    { domain: 'bobby.example' },
    { ...done('Obtained userdata.'), userdata: { user: 'bob', servername: 'bobby.example' } },
  ],
  ['accountsummary', { user: 'bob' }, { acct: [{ user: 'bob', uid: text }], status: 1, statusmsg: 'Ok' }],
  ['listaccts', {}, { acct: [{ user: 'bob' }, { user: 'rita' }], status: 1, statusmsg: 'Ok' }],
  ['suspendacct', { user: 'bob', reason: 'unpaid' }, done('OK')],
  ['listsuspended', {}, { accts: [{ user: 'bob', reason: 'unpaid' }], status: 1, statusmsg: 'Ok' }],
  ['unsuspendacct', { user: 'bob' }, done('OK')],
  ['myprivs', {}, { privs: { all: 1 } }],
  ['listpkgs', {}, { package: [{ name: 'default', FRONTPAGE: 'n' }, { name: 'gold' }, { name: 'starter' }] }],
  ['setupreseller', { user: 'rita' }, done('OK')],
  ['saveacllist', { acllist: 'few', 'acl-passwd': '1' }, { results: [{ status: 1, statusmsg: text }] }],
  ['listacls', {}, { acls: { few: { passwd: 1, all: 0 } } }],
  ['setacls', { reseller: 'rita', acllist: 'few' }, done('Reseller Acls Saved', { acls: ['passwd'] })],
  ['listresellers', {}, { reseller: ['rita'] }],
  ['setresellerips', { user: 'rita', delegate: '1', ips: '192.0.2.2' }, done('OK')],
  ['setresellermainip', { user: 'rita', ip: '192.0.2.2' }, done('OK')],
  ['setresellerlimits', { user: 'rita', enable_account_limit: '1', account_limit: '5' }, done('OK')],
  ['setresellernameservers', { user: 'rita', nameservers: 'ns1.rita.example,ns2.rita.example' }, done('OK')],
  ['setresellerpackagelimit', { user: 'rita', package: 'gold' }, done('OK')],
  [
    'acctcounts',
    { user: 'rita' },
    {
      reseller: { account: 'rita', active: 0, suspended: 0, limit: 5 },
      ...done('Obtained reseller account counts.'),
    },
  ],
  [
    'resellerstats',
    { reseller: 'rita' },
    { result: { reseller: 'rita', accts: [], status: 1, statusmsg: 'Fetched Reseller Data OK' } },
  ],
  ['suspendreseller', { user: 'rita' }, { ...done('Finished suspending reseller.'), output: text }],
  ['unsuspendreseller', { user: 'rita' }, { ...done('Finished unsuspending reseller.'), output: text }],
  [
    'terminatereseller',
    { reseller: 'rita', terminatereseller: '1' },
    done('Account Terminations Complete', {
      privdelete: 1,
      accts: { rita: { status: 1, statusmsg: 'rita account removed' } },
    }),
  ],
  ['adddns', { domain: 'x.example', ip: '192.0.2.1' }, done('Added x.example ok belonging to user root')],
  [
    'listzones',
    {},
    { zone: expect.arrayContaining([{ domain: 'x.example', zonefile: 'x.example.db' }]) as object },
  ],
  ['dumpzone', { domain: 'x.example' }, done('Zone Serialized', { record: expect.any(Array) as object })],
  [
    'getzonerecord',
    { domain: 'x.example', line: '2' },
    done('Record obtained.', { record: { type: '$TTL' } }),
  ],
  ['addzonerecord', { domain: 'x.example', name: 'a', type: 'A', address: '192.0.2.1' }, done(reloaded)],
  ['editzonerecord', { domain: 'x.example', line: '13', ttl: '60' }, done(reloaded)],
  ['removezonerecord', { zone: 'x.example', line: '13' }, done(reloaded)],
  [
    'killdns',
    { domain: 'x.example' },
    done('Zones Removed', { rawout: expect.stringContaining('x.example => deleted from ') as string }),
  ],
  [
    'listips',
    {},
    { result: [{ ip: '192.0.2.1', mainaddr: 1, used: 1 }, { ip: '192.0.2.2' }, { ip: '192.0.2.3' }] },
  ],
  ['setsiteip', { user: 'bob', ip: '192.0.2.2' }, done('OK')],
  ['setsiteip', { domain: 'bobby.example', ip: '192.0.2.1' }, done('OK')],
  [
    'showbw',
    { month: '5', year: '2011' },
    { bandwidth: [{ reseller: 'root', month: 5, year: 2011, totalused: 0, acct: row }] },
  ],
  [
    'generatessl',
    {
      host: 'bobby.example',
      country: 'US',
      state: 'TX',
      city: 'Houston',
      co: 'Company',
      cod: 'Dept',
      email: 'a@b.example',
    },
    {
      results: {
        status: 1,
        statusmsg: 'Key, Certificate, and CSR generated OK',
        message: 'Key, Certificate, and CSR generated OK',
        cert: pem('CERTIFICATE'),
        csr: pem('CERTIFICATE REQUEST'),
        key: pem('PRIVATE KEY'),
        sender: 'root',
      },
    },
  ],
  [
    'listcrts',
    {},
    { crt: expect.arrayContaining([expect.objectContaining({ domain: 'bobby.example' })]) as object },
  ],
  [
    'fetchsslinfo',
    { domain: 'bobby.example' },
    { sslinfo: [{ status: 1, statusmsg: 'ok', crt: pem('CERTIFICATE'), key: text, cab: '', user: text }] },
  ],
  ['nvset', { key: 'page', value: 'listaccts' }, { result: [] }],
  ['nvget', { key: 'page' }, { value: 'listaccts' }],
  ['nvget', { key: 'none' }, { value: null }],
  ['get_password_strength', { password: secret }, { strength: expect.any(Number) as number }],
  ['servicestatus', { service: 'named' }, { service: [{ name: 'named', enabled: 0, running: 0 }] }],
  ['removeacct', { user: 'bob' }, done('bob account removed', { rawout: text })],
  ['killpkg', { pkg: 'gold' }, done('OK')],
])('%s %j', async (name, args, answer) => {
  expect(await ask(name, args)).toMatchObject(answer);
});

test.each<[string, Record<string, string>, object]>([
  ['passwd', { user: 'nobody', pass: secret }, { passwd: [{ status: 0, services: null, rawout: null }] }],
  ['modifyacct', { user: 'nobody' }, { result: [{ status: 0, newcfg: null }] }],
  ['accountsummary', { user: 'nobody' }, {}],
  ['saveacllist', {}, { results: [{ status: 0 }] }],
  ['acctcounts', { user: 'nobody' }, { result: [{ status: 0 }] }],
  ['resellerstats', { reseller: 'nobody' }, { result: { status: 0 } }],
  ['createacct', { username: 'root', domain: 'x.example' }, { result: [{ status: 0, rawout: null }] }],
  ['no_such_function', {}, { error: 'Unknown App Requested: no_such_function' }],
])('a rejected %s also has status 0 and statusmsg at the top level', async (name, args, answer) => {
  expect(await ask(name, args)).toMatchObject({
    ...answer,
    status: 0,
    statusmsg: expect.any(String) as string,
  });
});

test('lookupnsip answers the bare address, for either name of its parameter', async () => {
  const { here } = server;
  const ipv4 = async (host: string) => (host === 'ns1.example.com' ? ['192.0.2.53'] : []);
  const resolver = async () => ({ ipv4 }) as never;
  here.overrides.machine = { ...here.engine.machine, resolver };
  try {
    expect(await ask('lookupnsip', { nameserver: 'ns1.example.com' })).toEqual({ ip: '192.0.2.53' });
    expect(await ask('lookupnsip', { host: 'ns2.example.com' })).toEqual({ ip: null });
  } finally {
    delete here.overrides.machine;
  }
});

test('delip and installssl', async () => {
  const { here } = server;
  await here.call('addips', { ips: '192.0.2.77', netmask: '255.255.255.0' });
  expect(await ask('delip', { ip: '192.0.2.77' })).toEqual({
    delip: [{ status: 1, statusmsg: '192.0.2.77 has been removed.' }],
  });
  expect(await ask('delip', { ip: '192.0.2.77' })).toMatchObject({ delip: [{ status: 0 }], status: 0 });
  await here.call('createacct', { username: 'amy', domain: 'amy.example' });
  const { crt: cert, key } = await selfSigned({ domains: ['amy.example'], until: '2099-01-01' });
  expect(await ask('installssl', { domain: 'amy.example', cert, key })).toMatchObject({
    status: 1,
    statusmsg: text,
    rawout: text,
    user: 'amy',
  });
  expect(await ask('installssl', { domain: 'amy.example', cert, key: cert })).toMatchObject({
    status: 0,
    rawout: null,
  });
});

test('restartservice and configureservice', async () => {
  expect(await ask('restartservice', { service: 'httpd' })).toMatchObject({
    restart: [{ service: 'httpd', result: expect.any(Number) as number, rawout: text }],
  });
  expect(await ask('restartservice', { service: 'no' })).toMatchObject({
    restart: [{ result: 0 }],
    status: 0,
  });
  expect(await ask('configureservice', { service: 'cphulkd', enabled: '1' })).toEqual(done('OK'));
  expect(await ask('configureservice', { service: 'no' })).toMatchObject({
    result: [{ status: 0 }],
    status: 0,
  });
});

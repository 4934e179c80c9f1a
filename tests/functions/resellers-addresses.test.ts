import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount());
  await here.call('setupreseller', { user: 'bob' });
  await here.call('setacls', { reseller: 'bob', 'acl-create-acct': '1', 'acl-viewglobalpackages': '1' });
});
afterEach(() => here.remove());

const restrict = (ips: string) => here.call('setresellerips', { user: 'bob', delegate: '1', ips });
const usable = async () => (await here.call('getresellerips', { user: 'bob' })).data;
/** The response that bob gets when it creates an account. */
const make = async (username: string) => {
  const args = { username, domain: `${username}.example` };
  return (await here.call('createacct', args, { as: await callerNamed(here, 'bob') })).data;
};

describe('getresellerips', () => {
  it('returns every address of the machine to an unrestricted reseller', async () => {
    const all = { all: 1, ip: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] };
    expect(await usable()).toEqual(all);
    expect((await here.call('getresellerips')).data).toEqual(all);
  });

  it('returns the assigned addresses to a restricted reseller', async () => {
    await restrict('192.0.2.2');
    const answer = await here.call('getresellerips', {}, { as: await callerNamed(here, 'bob') });
    expect(answer.data).toEqual({ all: 0, ip: ['192.0.2.2'] });
  });

  it('omits addresses that the machine no longer has', async () => {
    await restrict('192.0.2.2,192.0.2.3');
    here.addresses = ['192.0.2.1', '192.0.2.3'];
    expect(await usable()).toEqual({ all: 0, ip: ['192.0.2.3'] });
  });
});

describe('setresellerips', () => {
  it('restricts a reseller to addresses, and removes the restriction', async () => {
    expect(await restrict('192.0.2.3, 192.0.2.2,192.0.2.3')).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'setresellerips' },
      data: { all: 0, ip: ['192.0.2.2', '192.0.2.3'] },
      list: 'ip',
    });
    expect((await restrict('192.0.2.1')).data).toEqual({ all: 0, ip: ['192.0.2.1'] });
    expect(await usable()).toEqual({ all: 0, ip: ['192.0.2.1'] });
    const lifted = await here.call('setresellerips', { user: 'bob' });
    expect(lifted.data).toEqual({ all: 1, ip: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] });
    expect(await usable()).toMatchObject({ all: 1 });
  });

  it('reads an empty list as no addresses', async () => {
    const { data } = await here.call('setresellerips', { user: 'bob', delegate: '1' });
    expect(data).toEqual({ all: 0, ip: [] });
  });

  it('warns about addresses without delegate=1', async () => {
    const { metadata, data } = await here.call('setresellerips', { user: 'bob', ips: '192.0.2.1' });
    expect(metadata.output?.warnings).toEqual(['“ips” has no effect without delegate=1.']);
    expect(data).toMatchObject({ all: 1 });
  });

  it('keeps the main address, and warns if it is not one of the others', async () => {
    await here.call('setresellermainip', { user: 'bob', ip: '192.0.2.2' });
    const { metadata } = await restrict('192.0.2.3');
    expect(metadata.output?.warnings).toEqual([
      '“bob” keeps its main address 192.0.2.2, which is not one of these. To change it, use setresellermainip.',
    ]);
    expect(await make('one')).toMatchObject({ ip: '192.0.2.2' });
  });

  it('rejects all addresses that the machine does not have, at once, and changes nothing', async () => {
    await restrict('192.0.2.2');
    expect((await restrict('192.0.2.3,198.51.100.7,::1,x')).metadata).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The parameter “ips” should name addresses of this server (192.0.2.1, 192.0.2.2, 192.0.2.3), ' +
        'not “198.51.100.7”, “::1”, “x”.',
    });
    expect(await usable()).toEqual({ all: 0, ip: ['192.0.2.2'] });
  });
});

describe('setresellermainip', () => {
  const setMain = async (ip: string) => (await here.call('setresellermainip', { user: 'bob', ip })).metadata;

  it('sets the address that new accounts share', async () => {
    expect(await setMain('192.0.2.2')).toMatchObject({ result: 1 });
    expect(await make('one')).toMatchObject({ ip: '192.0.2.2' });
    await setMain('192.0.2.1');
    expect(await make('two')).toMatchObject({ ip: '192.0.2.1' });
  });

  it('rejects an address that the reseller cannot use', async () => {
    await restrict('192.0.2.2,192.0.2.3');
    expect(await setMain('192.0.2.1')).toMatchObject({
      error_code: 'bad_param',
      reason:
        'The parameter “ip” should be an address that “bob” may use (192.0.2.2 or 192.0.2.3), not “192.0.2.1”.',
    });
    expect(await make('one')).toMatchObject({ ip: '192.0.2.1' });
    await here.call('setresellerips', { user: 'bob', delegate: '1' });
    expect((await setMain('192.0.2.2')).reason).toBe(
      'The parameter “ip” should be an address that “bob” may use (none; delegate some with setresellerips), ' +
        'not “192.0.2.2”.',
    );
  });

  it('rejects an invalid address', async () => {
    expect((await setMain('::1')).reason).toBe('The parameter “ip” should be an IPv4 address, not “::1”.');
  });
});

describe('setresellernameservers', () => {
  const setServers = async (nameservers?: string) => {
    const args = nameservers === undefined ? {} : { nameservers };
    return (await here.call('setresellernameservers', { user: 'bob', ...args })).metadata;
  };

  it('sets the nameservers of new accounts', async () => {
    expect(await setServers('NS1.bob.example, ns2.bob.example,ns1.bob.example')).toMatchObject({ result: 1 });
    expect(await make('one')).toMatchObject({
      nameserver: 'ns1.bob.example',
      nameserver2: 'ns2.bob.example',
      nameserver3: '',
      nameserver4: '',
    });
  });

  it.each([[undefined], ['']])('removes them: %j', async (nothing) => {
    await setServers('ns1.bob.example');
    expect(await setServers(nothing)).toMatchObject({ result: 1 });
    expect(await make('one')).toMatchObject({ nameserver: '' });
  });

  it.each([
    [
      'ns1.bob.example,-x.example,localhost,192.0.2.1',
      'Each of “nameservers” should be a domain such as example.com (an internationalised one as xn--…), ' +
        'not “-x.example”, “localhost”, “192.0.2.1”.',
    ],
    [
      'a.example,b.example,c.example,d.example,e.example',
      'The parameter “nameservers” should be at most 4 names, not 5.',
    ],
  ])('rejects %j, and changes nothing', async (nameservers, reason) => {
    await setServers('ns1.bob.example');
    expect(await setServers(nameservers)).toMatchObject({ error_code: 'bad_param', reason });
    expect(await make('one')).toMatchObject({ nameserver: 'ns1.bob.example', nameserver2: '' });
  });
});

import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
});

describe('get_public_ip', () => {
  it('returns an address of a server that is not behind NAT as it is', async () => {
    expect((await here.call('get_public_ip', { ip: '192.0.2.1' })).data).toEqual({ public_ip: '192.0.2.1' });
  });

  it.each(['', 'x', '192.0.2', '192.0.2.256', '192.0.2.01', '2001:db8::1'])('refuses %j', async (ip) => {
    expect((await here.call('get_public_ip', { ip })).metadata).toMatchObject({ result: 0 });
  });
});

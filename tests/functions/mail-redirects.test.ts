// Redirects of domains’ mail to certain hosts, whatever their MX records say.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example` });
});
afterEach(() => here.remove());

const lookup = (name: string) => {
  const path = join(here.state, 'root/etc/exim4/whmapi1', name);
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
};

test('set_manual_mx_redirects and unset_manual_mx_redirects of WHM are for domains of several accounts', async () => {
  const two = ['bob.example', 'eve.example'];
  const set = await here.call('set_manual_mx_redirects', {
    domain: two,
    mx_host: ['a.example.net', 'b.example.net'],
  });
  expect(set).toMatchObject({
    metadata: { result: 1 },
    data: { payload: { 'bob.example': null, 'eve.example': null } },
  });
  expect(two.map((one) => lookup(`redirects/${one}`))).toEqual([
    'host: a.example.net\n',
    'host: b.example.net\n',
  ]);
  const uneven = await here.call('set_manual_mx_redirects', { domain: two, mx_host: ['a.example.net'] });
  expect(uneven.metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
  await here.call('modifyacct', { user: 'bob', domain: 'rob.example' });
  expect(lookup('redirects/bob.example')).toBeUndefined();
  expect(lookup('redirects/rob.example')).toBe('host: a.example.net\n');
  const unset = await here.call('unset_manual_mx_redirects', { domain: ['rob.example', 'eve.example'] });
  expect(unset.data).toEqual({ payload: { 'rob.example': 'a.example.net', 'eve.example': 'b.example.net' } });
  await here.call('set_manual_mx_redirects', { domain: 'eve.example', mx_host: 'b.example.net' });
  await here.call('removeacct', { username: 'eve' });
  expect(lookup('redirects/eve.example')).toBeUndefined();
});

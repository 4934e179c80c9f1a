// Functions of UAPI and API 2 that come with their frame.
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
});
afterAll(() => here.remove());

test('Batch::strict runs commands until one fails', async () => {
  const { data } = await here.uapi('bob', 'Batch::strict', {
    'command-0': '["DomainInfo","list_domains"]',
    'command-1': '["DomainInfo","nothing"]',
    'command-2': '["DomainInfo","list_domains"]',
  });
  expect(data).toMatchObject([{ status: 1 }, { status: 0 }]);
  expect(data).toHaveLength(2);
});

test('DomainInfo::list_domains lists the main domain', async () => {
  const { data } = await here.uapi('bob', 'DomainInfo::list_domains');
  expect(data).toEqual({
    main_domain: 'bob.example',
    addon_domains: [],
    parked_domains: [],
    sub_domains: [],
  });
});

test('DomainLookup::getbasedomains has a row for each domain', async () => {
  const { data, event } = await here.api2('bob', 'DomainLookup::getbasedomains');
  expect(data).toEqual([{ domain: 'bob.example' }]);
  expect(event).toEqual({ result: 1 });
});

test('list options of API 2 apply to the rows', async () => {
  const options = { api2_filter: 1, api2_filter_column: 'domain', api2_filter_term: 'nothing' };
  const { data } = await here.api2('bob', 'DomainLookup::getbasedomains', options);
  expect(data).toEqual([]);
});

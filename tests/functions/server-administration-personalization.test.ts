import type { Caller } from '../../src/core/context.ts';
import type { Json } from '../../src/core/values.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const rita = reseller('rita');

const set = (personalization: Json, more: Record<string, Json> = {}, as?: Caller) =>
  here.call('personalization_set', { personalization, ...more }, as === undefined ? {} : { as });
/** The values of these names, or of the whole store. */
const get = async (args: Record<string, Json> = {}, as?: Caller) => {
  const { data } = await here.call('personalization_get', args, as === undefined ? {} : { as });
  const found = data?.personalization as Record<string, { value: string | null }>;
  return Object.fromEntries(Object.entries(found).map(([name, { value }]) => [name, value]));
};
const nvset = (args: Record<string, Json>, as?: Caller) =>
  here.call('nvset', args, as === undefined ? {} : { as });
const nvget = async (args: Record<string, Json>, as?: Caller) =>
  (await here.call('nvget', args, as === undefined ? {} : { as })).data;
const failure = async (answer: ReturnType<Installation['call']>) => {
  const { metadata } = await answer;
  return [metadata.result, metadata.error_code, metadata.reason];
};

describe('personalization_get', () => {
  it('returns the values of the names, and null for a name without a value', async () => {
    await set({ coffee: 'hot', milk: 'cold', tea: 'iced' }, { store: 'beverages' });
    const { data } = await here.call('personalization_get', {
      store: 'beverages',
      names: ['milk', 'coffee', 'water', 'milk'],
    });
    expect(data).toEqual({
      personalization: {
        milk: { reason: 'OK', success: 1, value: 'cold' },
        coffee: { reason: 'OK', success: 1, value: 'hot' },
        water: { reason: 'OK', success: 1, value: null },
      },
    });
  });

  it('returns the whole store without names', async () => {
    await set({ coffee: 'hot', Milk: 'cold' }, { store: 'beverages' });
    await set({ coffee: 'black' });
    expect(await get({ store: 'beverages', names: null })).toEqual({ coffee: 'hot', Milk: 'cold' });
    expect(await get()).toEqual({ coffee: 'black' });
    expect(await get({ store: 'Beverages' })).toEqual({});
  });

  it.each([
    [{ names: ['a', 'x'.repeat(2049)] }, 'The parameter “names” should be a name: text on one line'],
    [{ names: [['a']] }, 'not a JSON structure'],
    [{ store: 'x'.repeat(129) }, 'at most 128 characters'],
    [{ names: Array.from({ length: 1001 }, (_, at) => `n${at}`) }, 'has 1001 names'],
  ])('rejects bad parameters (%#)', async (args, expected) => {
    const answer = await failure(here.call('personalization_get', args));
    expect(answer).toEqual([0, 'bad_param', expect.stringContaining(expected)]);
  });
});

describe('personalization_set', () => {
  it('returns what it stored, and keeps values that are not sent', async () => {
    await set({ coffee: 'hot', milk: 'cold' });
    expect((await set({ milk: 'warm', tea: '' })).data).toEqual({
      personalization: {
        milk: { reason: 'OK', success: 1, value: 'warm' },
        tea: { reason: 'OK', success: 1, value: '' },
      },
    });
    expect(await get()).toEqual({ coffee: 'hot', milk: 'warm', tea: '' });
  });

  it('keeps texts exactly as they are', async () => {
    const texts = {
      spaces: '  a\tb \n\n',
      json: '{"a":[1,null]}',
      quotes: `'"\\%00<b>&amp;`,
      'Größe 🎨': '😀'.repeat(2048),
      ['n'.repeat(2048)]: 'yes',
      constructor: 'one',
    };
    await set(texts);
    expect(await get()).toEqual(texts);
    expect(await get({ names: Object.keys(texts) })).toEqual(texts);
  });

  it('keeps the name __proto__ like any other', async () => {
    await set(JSON.parse('{"__proto__":"x"}') as Json);
    expect(JSON.stringify(await get())).toBe('{"__proto__":"x"}');
  });

  it('stores numbers and flags as text', async () => {
    await set({ columns: 5, ratio: 0.5, dark: true, wide: false });
    expect(await get()).toEqual({ columns: '5', ratio: '0.5', dark: '1', wide: '0' });
  });

  it('removes a value that is null', async () => {
    await set({ coffee: 'hot', milk: 'cold' });
    expect((await set({ milk: null, tea: null })).data?.personalization).toMatchObject({
      milk: { success: 1, value: null },
    });
    expect(await get()).toEqual({ coffee: 'hot' });
  });

  it('names every wrong name and value, and changes nothing', async () => {
    await set({ coffee: 'hot' });
    const wrong = {
      coffee: 'cold',
      milk: 'x'.repeat(2049),
      '': 'a',
      'a\nb': 'c',
      list: ['d'],
      nul: 'a\u0000b',
    };
    expect(await failure(set(wrong))).toEqual([
      0,
      'bad_param',
      'The value of “milk” should be text, at most 2048 characters. ' +
        'The name “” should be a name: text on one line, 1 to 2048 characters. ' +
        'The name “a\\x0ab” should be a name: text on one line, 1 to 2048 characters. ' +
        'The value of “list” should be text, at most 2048 characters, not a JSON structure. ' +
        'The value of “nul” should be text, at most 2048 characters.',
    ]);
    expect(await get()).toEqual({ coffee: 'hot' });
  });

  it.each([[[]], [{}], ['"coffee"'], [5], [['coffee', 'hot']]])('rejects %j', async (given) => {
    expect(await failure(set(given))).toEqual([
      0,
      'bad_param',
      expect.stringContaining('a JSON object of names and values, such as {"coffee":"hot"}'),
    ]);
  });

  it('stores at most 1,000 values for a user in all stores', async () => {
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => [`n${at}`, 'a']));
    await set(many(600));
    const reason =
      'You would have 1001 values, and a user can have 1000 in all stores. To remove one, run personalization_set ' +
      'with null as its value.';
    expect(await failure(set(many(401), { store: 'second' }))).toEqual([0, 'limit_reached', reason]);
    expect(await get({ store: 'second' })).toEqual({});
    expect((await set(many(400), { store: 'second' })).metadata.result).toBe(1);
    expect(await failure(nvset({ key: 'one', value: 'more' }))).toEqual([0, 'limit_reached', reason]);
    expect((await set({ n0: null, one: 'more' })).metadata.result).toBe(1);
    expect((await set({ one: 'b' }, {}, rita)).metadata.result).toBe(1);
    expect(await failure(set(many(1001), {}, rita))).toEqual([
      0,
      'bad_param',
      'The parameter “personalization” has 1001 names. A call can have at most 1000.',
    ]);
  });

  it('stores nothing in a dry run', async () => {
    await here.call('personalization_set', { personalization: { a: 'b' } }, { dryRun: true });
    expect(await get()).toEqual({});
  });

  it('keeps the values of each user from all others', async () => {
    await set({ coffee: 'hot' });
    await set({ coffee: 'cold', milk: 'warm' }, {}, rita);
    expect(await get({}, reseller('otto', 'list-accts'))).toEqual({});
    expect(await get({}, rita)).toEqual({ coffee: 'cold', milk: 'warm' });
    await set({ coffee: null }, {}, rita);
    expect(await get()).toEqual({ coffee: 'hot' });
  });

  it('keeps the values of a user who is renamed, and removes them with the user', async () => {
    const as = (name: string) => reseller(name);
    const create = (username: string) => here.call('createacct', { username, domain: `${username}.example` });
    await create('dave');
    await set({ coffee: 'hot' }, { store: 'beverages' }, as('dave'));
    expect((await here.call('modifyacct', { user: 'dave', newuser: 'david' })).metadata.result).toBe(1);
    expect(await get({ store: 'beverages' }, as('david'))).toEqual({ coffee: 'hot' });
    expect(await get({ store: 'beverages' }, as('dave'))).toEqual({});
    await here.call('removeacct', { user: 'david' });
    await create('david');
    expect(await get({ store: 'beverages' }, as('david'))).toEqual({});
  });
});

describe('nvget', () => {
  it('returns null for a key without a value', async () => {
    expect(await nvget({ key: 'page' })).toEqual({ value: null });
  });

  it('returns the value of the first key, and of all if there are several', async () => {
    await nvset({ key: ['page', 'colours'], value: ['listaccts', 'dark'] });
    expect(await nvget({ key: 'colours' })).toEqual({ value: 'dark' });
    expect(await nvget({ 'key-1': 'none', 'key-2': 'page', 'key-3': 'colours' })).toEqual({
      value: null,
      values: { none: null, page: 'listaccts', colours: 'dark' },
    });
  });

  it('returns what personalization_set stored without a store', async () => {
    await set({ page: 'listaccts' });
    await set({ page: 'other' }, { store: 'pages' });
    expect(await nvget({ key: 'page' })).toEqual({ value: 'listaccts' });
  });

  it('requires a key', async () => {
    expect(await failure(here.call('nvget'))).toEqual([
      0,
      'missing_param',
      expect.stringContaining('The parameter “key” is required'),
    ]);
  });
});

describe('nvset', () => {
  it('stores a value for its caller alone, and replaces it', async () => {
    await nvset({ key: 'page', value: 'listaccts' }, rita);
    expect((await nvset({ key: 'page', value: 'listpkgs\n' }, rita)).data).toBeUndefined();
    expect(await nvget({ key: 'page' }, rita)).toEqual({ value: 'listpkgs\n' });
    expect(await nvget({ key: 'page' })).toEqual({ value: null });
  });

  it('stores an empty value', async () => {
    await nvset({ key: 'page', value: '' });
    expect(await nvget({ key: 'page' })).toEqual({ value: '' });
  });

  it.each<[Record<string, Json>, string]>([
    [{ key: 'page' }, 'Every “key” should have one “value”. The call has 1 and 0 of them.'],
    [
      { key: 'page', value: ['a', 'b'] },
      'Every “key” should have one “value”. The call has 1 and 2 of them.',
    ],
    [{ key: ['page', 'page'], value: ['a', 'b'] }, 'The parameter “key” has “page” twice. Use it only once.'],
    [{ key: ['page', ''], value: ['a', 'b'] }, 'The parameter “key” should be a name: text on one line'],
    [
      { key: 'page', value: 'x'.repeat(2049) },
      'The parameter “value” should be text, at most 2048 characters',
    ],
    [{ key: 'page', value: { a: 'b' } }, 'not a JSON structure'],
  ])('rejects wrong keys and values (%#)', async (args, expected) => {
    expect(await failure(nvset(args))).toEqual([0, 'bad_param', expect.stringContaining(expected)]);
    expect(await get()).toEqual({});
  });
});

// NVData: values that plugins and scripts keep for an account.
import type { Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve', 'tom'])
    await here.call('createacct', { username, domain: `${username}.example` });
});
afterAll(() => here.remove());
afterEach(async () => {
  for (const { name } of (await stored()) as { name: string }[]) await set({ names: [name], [name]: null });
});

const set = (args: Record<string, Json>, user = 'bob') => here.uapi(user, 'NVData::set', args);
const stored = async (args: Record<string, Json> = {}, user = 'bob') =>
  (await here.uapi(user, 'NVData::get', args)).data;
const row = (name: string, value: string | null) => ({ name, value });

describe('NVData::set and NVData::get', () => {
  it('keep texts exactly as they are, also JSON', async () => {
    const texts = {
      plugin: '{"api_key":"a","count":1}',
      number: '007',
      empty: '',
      lines: ' a\tb\n\n',
      'Größe 🎨': '<b>&amp;',
      constructor: 'one',
      ['n'.repeat(2048)]: '😀'.repeat(2048),
    };
    const rows = Object.entries(texts).map(([name, value]) => row(name, value));
    expect((await set({ names: Object.keys(texts), ...texts })).data).toEqual(rows);
    expect(await stored({ names: Object.keys(texts) })).toEqual(rows);
    expect(await stored()).toHaveLength(rows.length);
  });

  it('have a row without a value for a name that has none', async () => {
    expect(await stored()).toEqual([]);
    await set({ names: 'coffee', coffee: 'hot' });
    expect(await stored({ 'names-1': 'milk', 'names-2': 'coffee' })).toEqual([
      row('milk', null),
      row('coffee', 'hot'),
    ]);
  });

  it('change only what a call names, and remove what is null', async () => {
    await set({ names: ['coffee', 'milk'], coffee: 'hot', milk: 'cold' });
    await set({ names: ['milk'], milk: 'warm' });
    expect(await stored()).toEqual([row('coffee', 'hot'), row('milk', 'warm')]);
    expect((await set({ names: ['milk'], milk: null })).data).toEqual([row('milk', null)]);
    expect(await stored()).toEqual([row('coffee', 'hot')]);
  });

  it('share the values of Personalization::set', async () => {
    await set({ names: 'coffee', coffee: 'hot' });
    const { data } = await here.uapi('bob', 'Personalization::get', { names: 'coffee' });
    expect(data).toMatchObject({ personalization: { coffee: { value: 'hot' } } });
    await here.uapi('bob', 'Personalization::set', { personalization: '{"milk":"cold"}' });
    expect(await stored({ names: 'milk' })).toEqual([row('milk', 'cold')]);
  });

  it('accept the list options of UAPI', async () => {
    await set({ names: ['coffee', 'milk'], coffee: 'hot', milk: 'cold' });
    expect(await stored({ 'api.filter_column': 'value', 'api.filter_term': 'hot' })).toEqual([
      row('coffee', 'hot'),
    ]);
  });

  it('reject a wrong call, and change nothing', async () => {
    for (const [args, expected] of [
      [{}, 'The parameter “names” is required'],
      [{ names: 'coffee' }, 'An argument “NAME” is required'],
      [{ names: ['coffee', 'milk'], coffee: 'hot' }, 'The value of “milk” is missing'],
      [{ names: 'coffee', coffee: 'hot', milk: 'cold' }, 'The argument “milk” is not one of “names”.'],
      [{ names: 'coffee', coffee: 'x'.repeat(2049) }, 'The value of “coffee” should be text, at most 2048'],
      [{ names: 'coffee', coffee: ['hot'] }, 'not a JSON structure'],
      [{ names: 'a\nb', 'a\nb': 'c' }, 'should be a name: text on one line'],
      [{ names: 'coffee', coffee: 'a\u0000b' }, 'The value of “coffee” should be text'],
    ] satisfies [Record<string, Json>, string][]) {
      const { status, errors } = await set(args);
      expect([args, status, errors?.[0]]).toEqual([args, 0, expect.stringContaining(expected)]);
    }
    expect(await stored()).toEqual([]);
  });

  it('reject a value that is given twice', async () => {
    const names = { 'cpanel.user': 'bob', 'cpanel.module': 'NVData', 'cpanel.function': 'set' };
    const query = new URLSearchParams({ ...names, names: 'coffee', coffee: 'hot' });
    query.append('coffee', 'cold');
    const { data } = await here.call('batch', { command: [`uapi_cpanel?${query.toString()}`] });
    expect(JSON.stringify(data)).toContain('The parameter “coffee” is given several times');
    expect(await stored()).toEqual([]);
  });

  it('limit the values of an account', async () => {
    const many = (count: number) => {
      const names = Array.from({ length: count }, (_, at) => `n${at}`);
      return { names, ...Object.fromEntries(names.map((name) => [name, 'a'])) };
    };
    expect((await set(many(1001))).errors?.[0]).toContain('at most 1000');
    expect((await set(many(1000))).status).toBe(1);
    expect((await set({ names: 'more', more: 'a' })).errors?.[0]).toContain('a user can have 1000');
    expect(await stored()).toHaveLength(1000);
    const all = (await stored()) as { name: string }[];
    const none = Object.fromEntries(all.map(({ name }) => [name, null]));
    expect((await set({ names: Object.keys(none), ...none })).status).toBe(1);
  });

  it('belong to the account: others see nothing, a new name keeps them, and a new account has none', async () => {
    await set({ names: 'coffee', coffee: 'hot' }, 'tom');
    await set({ names: 'coffee', coffee: 'black' }, 'eve');
    expect(await stored({ names: 'coffee' }, 'eve')).toEqual([row('coffee', 'black')]);
    await here.call('modifyacct', { user: 'tom', newuser: 'rob' });
    expect(await stored({}, 'rob')).toEqual([row('coffee', 'hot')]);
    await here.call('removeacct', { username: 'rob' });
    await here.call('createacct', { username: 'rob', domain: 'rob.example' });
    expect(await stored({}, 'rob')).toEqual([]);
  });

  it('never show the values in the audit log', async () => {
    await set({ names: 'coffee', coffee: 'unguessable-7391' });
    const lines = here.audit().filter(({ function: name }) => name === 'NVData::set');
    expect(lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(here.audit())).not.toContain('unguessable-7391');
  });

  it('store nothing in a dry run', async () => {
    const args = {
      ...{ 'cpanel.user': 'bob', 'cpanel.module': 'NVData', 'cpanel.function': 'set' },
      ...{ names: 'coffee', coffee: 'hot' },
    };
    await here.call('uapi_cpanel', args, { dryRun: true });
    expect(await stored()).toEqual([]);
  });
});

describe('NVData in API 2', () => {
  it('has the same values and rows', async () => {
    const written = await here.api2('bob', 'NVData::set', { names: 'coffee', coffee: 'hot' });
    expect(written).toMatchObject({ data: [row('coffee', 'hot')], event: { result: 1 } });
    expect((await here.api2('bob', 'NVData::get', { names: 'coffee' })).data).toEqual([row('coffee', 'hot')]);
    expect((await here.api2('bob', 'NVData::get', { names: 'milk' })).data).toEqual([row('milk', null)]);
    const failed = await here.api2('bob', 'NVData::set', { names: 'coffee' });
    expect(failed.error).toContain('An argument “NAME” is required');
  });

  it('NVData::setall stores every argument', async () => {
    const { data } = await here.api2('bob', 'NVData::setall', { coffee: 'hot', names: 'x' });
    expect(data).toEqual([row('coffee', 'hot'), row('names', 'x')]);
    expect(await stored()).toEqual([row('coffee', 'hot'), row('names', 'x')]);
    expect((await here.api2('bob', 'NVData::setall')).error).toContain('An argument “NAME” is required');
  });
});

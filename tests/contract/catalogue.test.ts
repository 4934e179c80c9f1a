// The catalogue contains every documented function once: in plain sentences if it is not provided here. The descriptions
// of provided functions say what the documentation says, except for the differences in catalogue-differences.ts.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { absent } from '../../src/catalogue/absent.generated.ts';
import type { Catalogue, CatalogueParam, ProvidedEntry } from '../../src/catalogue/entry.ts';
import families from '../../src/catalogue/families.json';
import { families as folders } from '../../src/catalogue/families.generated.ts';
import provided from '../../src/catalogue/provided.json';
import synonyms from '../../src/catalogue/synonyms.json';
import { terms } from '../../src/search/index-options.ts';
import type { AnyFunction, Param } from '../../src/core/define.ts';
import { paramOf } from '../../src/core/param-of.ts';
import { index } from '../../src/functions/index.generated.ts';
import { loaders } from '../../src/functions/loaders.generated.ts';
import { differences, type Difference, type Trait } from './catalogue-differences.ts';

const folder = join(__dirname, '../../src/catalogue');
const others = ['families.json', 'provided.json', 'synonyms.json'];
const files = readdirSync(folder).filter((file) => file.endsWith('.json') && !others.includes(file));
const catalogues = files.map((file) => ({
  file,
  ...(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Catalogue),
}));
const entries = catalogues.flatMap(({ functions }) => Object.entries(functions));
const documented: Readonly<Record<string, ProvidedEntry>> = provided;
const listed: Readonly<Record<string, readonly string[]>> = families;

/** The first words of summaries: imperatives. */
const verbs = [
  ...['Accept', 'Activate', 'Add', 'Allow', 'Apply', 'Assign', 'Call', 'Change', 'Check', 'Convert', 'Copy'],
  ...[
    'Create',
    'Deactivate',
    'Deploy',
    'Disable',
    'Discard',
    'Do',
    'Enable',
    'End',
    'Exchange',
    'Export',
    'Find',
    'Forbid',
  ],
  ...[
    'Generate',
    'Hold',
    'Install',
    'Link',
    'List',
    'Move',
    'Pause',
    'Rebuild',
    'Register',
    'Remove',
    'Repair',
  ],
  ...[
    'Replace',
    'Require',
    'Reset',
    'Restart',
    'Restore',
    'Run',
    'Save',
    'Send',
    'Set',
    'Show',
    'Start',
    'Stop',
  ],
  ...['Store', 'Suspend', 'Switch', 'Test', 'Try', 'Unsuspend', 'Update', 'Write'],
];

describe('the catalogue', () => {
  test('has a file for each family with functions that are not provided, and nothing else in it', () => {
    expect(Object.keys(listed)).toHaveLength(27);
    const missing = Object.entries(listed)
      .map(([title, names]) => [title, names.filter((name) => !(name in documented)).sort()] as const)
      .filter(([, names]) => names.length > 0);
    expect(
      Object.fromEntries(catalogues.map(({ title, functions }) => [title, Object.keys(functions).sort()])),
    ).toEqual(Object.fromEntries(missing));
    for (const { file, title } of catalogues) {
      expect(file).toBe(`${title.toLowerCase().replaceAll(' ', '-')}.json`);
    }
  });

  test('has each of the 519 functions once', () => {
    const names = [...entries.map(([name]) => name), ...Object.keys(documented)].sort();
    expect(names).toHaveLength(519);
    expect(names).toEqual([...new Set(Object.values(listed).flat())].sort());
  });

  test('has in provided.json the functions that work here', () => {
    expect(Object.keys(documented).filter((name) => !(name in index))).toEqual([]);
    expect(entries.map(([name]) => name).filter((name) => name in index)).toEqual([]);
    expect(Object.keys(documented)).toEqual(Object.keys(documented).sort());
  });

  test('with what works here, and nothing else, is what the program knows', () => {
    expect(Object.keys(absent).sort()).toEqual(entries.map(([name]) => name).sort());
  });

  test('has no family that is called as a function is, as --help would not know which is meant', () => {
    expect(Object.keys(folders).filter((name) => name in absent || name in index)).toEqual([]);
  });

  test('has synonyms each of which can be found', () => {
    const sayings = Object.keys(synonyms).map((saying) => terms(saying).join(' '));
    expect(sayings.filter((saying) => saying === '')).toEqual([]);
    expect(new Set(sayings).size).toBe(sayings.length);
    expect(Object.keys(synonyms)).toEqual(Object.keys(synonyms).sort());
  });
});

describe('an entry of the catalogue', () => {
  test.each(entries)('of %s is in plain sentences', (_name, { summary, params, gap }) => {
    expect(summary).toMatch(/^[\p{Lu}].*[^.]\.$/u);
    expect(summary).not.toMatch(/[.!?] |[\p{Cc}]| {2}/u);
    expect(verbs).toContain(summary.split(' ')[0]);
    expect(summary.length).toBeLessThanOrEqual(110);
    for (const { doc } of Object.values(params)) expect(doc).toMatch(/^[\p{Lu}\d“].*[.)]$/u);
    if (gap !== undefined) expect(gap).toMatch(/^\p{Lu}.*\.$/u);
  });

  test.each([...entries, ...Object.entries(documented)])('of %s makes sense', (_name, { since, params }) => {
    if (since !== null) expect(since).toBeGreaterThanOrEqual(11);
    for (const [name, { type, default: value, values }] of Object.entries(params)) {
      expect([name, type]).toEqual([
        name,
        expect.stringMatching(/^(string|integer|number|flag|json|any|array)$/),
      ]);
      if (values !== undefined && value !== undefined) expect(values).toContain(value);
    }
  });
});

interface Found {
  readonly param: string;
  readonly trait: Trait;
}

/** The differences between the function and what is documented. */
function differencesOf({ params: here }: AnyFunction, { params: theirs }: ProvidedEntry): Found[] {
  const names = [...new Set([...Object.keys(here), ...Object.keys(theirs)])];
  return names.flatMap((param): Found[] => {
    const own = here[param];
    const known = theirs[param];
    const isOther = own === undefined && paramOf({ params: here }, param) !== undefined;
    if (isOther) return [];
    if (own === undefined) return [{ param, trait: 'documented' }];
    if (known === undefined) return own.extension === true ? [] : [{ param, trait: 'here' }];
    const traits: Trait[] = ['required', 'list', 'type', 'default', 'values'];
    return traits.filter((trait) => !isSame(trait, own, known)).map((trait) => ({ param, trait }));
  });
}

function isSame(trait: Trait, own: Param, known: Omit<CatalogueParam, 'doc'>): boolean {
  switch (trait) {
    case 'required':
    case 'list':
      return (own[trait] ?? false) === (known[trait] ?? false);
    case 'type':
      // A number or a word. What the catalogue calls an array is given as a list.
      return own.type === (known.type === 'any' || known.type === 'array' ? 'string' : known.type);
    case 'default':
      // A parameter without effect needs no default, and an empty default is none.
      return own.noEffectReason !== undefined || String(own.default ?? '') === (known.default ?? '');
    case 'values':
      return String([...(own.values ?? [])].sort()) === String([...(known.values ?? [])].sort());
    default:
      return true;
  }
}

function covers({ params, traits }: Difference, { param, trait }: Found): boolean {
  return traits.includes(trait) && (params instanceof RegExp ? params.test(param) : params.includes(param));
}

const working = Object.keys(documented);

async function findDifferences(name: string): Promise<Found[]> {
  const entry = documented[name];
  const module = await loaders[name]?.();
  if (entry === undefined || module === undefined) throw new Error(`${name} should be known and work.`);
  return differencesOf(module.default, entry);
}

describe('the description of a function that works', () => {
  test.each(working)('%s says what the catalogue says, but for what is stated', async (name) => {
    const found = await findDifferences(name);
    const stated = differences[name] ?? [];
    expect(found.filter((one) => !stated.some((difference) => covers(difference, one)))).toEqual([]);
  });

  test.each(working)('%s came when the catalogue says', async (name) => {
    expect((await loaders[name]?.())?.default.since).toBe(documented[name]?.since);
  });
});

describe('the stated differences', () => {
  test.each(Object.entries(differences))('of %s are there, each for a reason', async (name, stated) => {
    expect(working).toContain(name);
    const found = await findDifferences(name);
    for (const difference of stated) {
      expect(difference.because).toMatch(/^[\p{Lu}\w].*[.)]$/u);
      const each =
        difference.params instanceof RegExp
          ? [difference]
          : difference.params.map((param) => ({ ...difference, params: [param] }));
      const idle = each.filter((one) => !found.some((other) => covers(one, other)));
      expect(idle).toEqual([]);
    }
  });
});

test('another name of a parameter is the same parameter', () => {
  const own: Param = { type: 'string', doc: 'It.', alias: ['older'] };
  const known: CatalogueParam = { type: 'string', doc: 'It.' };
  const entry: ProvidedEntry = { since: 11, params: { name: known, older: known } };
  expect(differencesOf({ params: { name: own } } as unknown as AnyFunction, entry)).toEqual([]);
});

test('this test sees every kind of difference', () => {
  const own: Param = { type: 'string', doc: 'It.', default: 'a', values: ['a', 'b'], list: true };
  const fn = { params: { both: own, mine: own } } as unknown as AnyFunction;
  const known: CatalogueParam = { type: 'flag', doc: 'It.', required: true };
  const entry: ProvidedEntry = { since: 11, params: { both: known, theirs: known } };
  expect(differencesOf(fn, entry).map(({ param, trait }) => `${param}: ${trait}`)).toEqual([
    ...['both: required', 'both: list', 'both: type', 'both: default', 'both: values'],
    ...['mine: here', 'theirs: documented'],
  ]);
});

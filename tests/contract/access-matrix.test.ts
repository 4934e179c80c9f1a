// Who may call what, and about whom: read from the descriptions of all functions, and held against their answers.
import type { AnyFunction, Param } from '../../src/core/define.ts';
import type { Caller } from '../../src/core/context.ts';
import type { Envelope } from '../../src/core/envelope.ts';
import type { Json } from '../../src/core/values.ts';
import { index } from '../../src/functions/index.generated.ts';
import { loaders } from '../../src/functions/loaders.generated.ts';
import { privilegeNames } from '../../src/model/privileges.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

jest.setTimeout(60_000);

const names = Object.keys(index);
/** All but the one that is root's power itself. */
const everyPrivilege = privilegeNames.filter((name) => name !== 'all');

let here: Installation;
let functions: Map<string, AnyFunction>;
beforeAll(async () => {
  here = new Installation();
  functions = new Map();
  for (const name of names) {
    const module = await loaders[name]?.();
    if (module !== undefined) functions.set(name, module.default);
  }
});
afterAll(() => {
  here.remove();
});

function get(name: string): AnyFunction {
  const fn = functions.get(name);
  if (fn === undefined) throw new Error(`${name} has no loader.`);
  return fn;
}

describe.each(names)('%s', (name) => {
  /** Whether the call got past authorisation; nothing is kept of it. */
  const getsPast = async (as?: Caller) => {
    const { metadata } = await here.call(name, {}, { dryRun: true, ...(as === undefined ? {} : { as }) });
    return !metadata.reason.startsWith('You may not call');
  };
  const refusal = async (as: Caller) => {
    const { metadata, data } = await here.call(name, {}, { as });
    expect([metadata.result, metadata.error_code, data]).toEqual([0, 'denied', get(name).failureData]);
    return metadata.reason;
  };

  it('may be called by root', async () => {
    expect(await getsPast()).toBe(true);
  });

  it('may be called by who holds one of its privileges, and by no other', async () => {
    const { access } = get(name);
    if (access === 'any') {
      expect(await getsPast(reseller('rita'))).toBe(true);
    } else if (access === 'root') {
      const reason = `You may not call “${name}”. Only root may call it.`;
      expect(await refusal(reseller('rita', ...privilegeNames))).toBe(reason);
      expect(await refusal(reseller('root', ...privilegeNames))).toBe(reason);
    } else {
      const needed: readonly string[] = access;
      for (const privilege of needed)
        expect([privilege, await getsPast(reseller('rita', privilege))]).toEqual([privilege, true]);
      // A privilege that does not exist would be one that nobody can be given.
      expect(needed.filter((privilege) => !(everyPrivilege as string[]).includes(privilege))).toEqual([]);
      const others = everyPrivilege.filter((privilege) => !needed.includes(privilege));
      const list = needed.map((privilege) => `“${privilege}”`).join(' or ');
      expect(await refusal(reseller('rita', ...others))).toBe(
        `You may not call “${name}”. It asks for the privilege ${list}.`,
      );
    }
  });
});

/** What a parameter names: something of another reseller’s, something that is not there, something of the caller’s. */
const kinds = {
  account: { others: ['victim', 'otto', 'root'], nobody: 'nobody1', own: 'rosa' },
  domain: { others: ['victim.example', 'otto.example'], nobody: 'nobody1.example', own: 'rosa.example' },
  package: { others: ['otto_gold'], nobody: 'otto_none', own: 'rita_gold' },
} as const;
type Kind = keyof typeof kinds;
const kindOf: Readonly<Record<string, Kind>> = {
  user: 'account',
  username: 'account',
  reseller: 'account',
  users_json: 'account',
  domain: 'domain',
  plan: 'package',
  pkg: 'package',
  pkgname: 'package',
  package: 'package',
  name: 'package',
};

/** FUNCTION PARAMETER that names nothing that there is already, and why. */
const namesSomethingNew: Readonly<Record<string, string>> = {
  'addpkg name': 'a new package',
  'createacct username':
    'a new account; names are the machine’s, so that one that is taken has to be refused',
  'createacct domain': 'a new account’s domain; one that is taken has to be refused',
  'modifyacct domain': 'the account’s new domain; one that is taken has to be refused',
  'verify_new_username user': 'a new account; it tells what createacct would',
};
/** FUNCTION PARAMETER that is no name of these kinds, and what it is. */
const namesSomethingElse: Readonly<Record<string, string>> = {
  'set_public_contact name': 'what customers are told',
};
/** FUNCTION PARAMETER of a call that works where the thing is another’s, as where there is none, and what it does. */
const worksAllTheSame: Readonly<Record<string, string>> = {
  'editpkg name':
    'with add-pkg as well, a package that the caller does not see is made, under the caller’s name',
  'getdomainowner domain': 'it tells null',
  'forcepasswordchange users_json': 'accounts that cannot be had stand in warnings',
};

const families = ['accounts', 'packages', 'resellers'];
const candidates = names
  .filter((name) => families.includes(index[name]?.family ?? '') && index[name]?.access !== 'root')
  .map((name) => ({ name }));

describe.each(candidates)('$name about what is another reseller’s', ({ name }) => {
  const kindIn = (param: string, { type }: Param): Kind | undefined =>
    type === 'flag' || `${name} ${param}` in namesSomethingElse ? undefined : kindOf[param];
  const targets = () =>
    Object.entries(get(name).params)
      .filter(([key, param]) => kindIn(key, param) !== undefined && !(`${name} ${key}` in namesSomethingNew))
      .map(([key]) => key);
  const callers = () => {
    const { access } = get(name);
    const held: readonly string[] = typeof access === 'string' ? [] : access;
    return [reseller('rita', ...held), reseller('rita', ...everyPrivilege)];
  };

  /** Arguments that work but for the one that is meant. */
  const argumentsWith = (target: string, value: string): Record<string, Json> => {
    const { params, examples } = get(name);
    const fitting = examples.find((example) => target in example.args);
    const { args } = fitting ?? examples[0];
    const given: Record<string, Json> = {};
    for (const [key, usual] of Object.entries(args)) {
      const param = params[key];
      const kind = param && kindIn(key, param);
      // Strength takes time, and is not what this is about.
      if (param?.sensitive === true && param.required !== true) continue;
      if (kind === undefined) given[key] = usual as Json;
      else if (`${name} ${key}` in namesSomethingNew)
        given[key] = key === 'domain' ? 'fresh.example' : 'fresh';
      else if (param?.required === true || fitting !== undefined) given[key] = kinds[kind].own;
    }
    const isList = params[target]?.list === true;
    given[target] = target === 'users_json' ? { [value]: 1 } : isList ? [value] : value;
    return given;
  };
  const ask = (target: string, value: string, as: Caller, dryRun = false) =>
    here.call(name, argumentsWith(target, value), { as, dryRun });

  beforeAll(prepare);

  it('answers as about what is not there', async () => {
    for (const target of targets()) {
      const { others, nobody } = kinds[kindOf[target] ?? 'account'];
      for (const as of callers()) {
        const expected = withoutName(await ask(target, nobody, as), nobody);
        for (const other of others) {
          const before = await everything();
          const answer = await ask(target, other, as);
          expect([target, withoutName(answer, other)]).toEqual([target, expected]);
          if (!(`${name} ${target}` in worksAllTheSame))
            expect([target, answer.metadata.result]).toEqual([target, 0]);
          if (answer.metadata.result === 0) expect(await everything()).toEqual(before);
        }
      }
    }
  });

  it('knows what is the caller’s own', async () => {
    const [, as] = callers();
    for (const target of targets()) {
      const { others, ...kind } = kinds[kindOf[target] ?? 'account'];
      // A reseller asks about itself there.
      const own = index[name]?.family === 'resellers' ? 'rita' : kind.own;
      const mine = withoutName(await ask(target, own, as ?? reseller('rita'), true), own);
      const [other = ''] = others;
      const theirs = withoutName(await ask(target, other, as ?? reseller('rita'), true), other);
      if (!(`${name} ${target}` in worksAllTheSame)) expect([target, mine]).not.toEqual([target, theirs]);
    }
  });
});

test('no exception is made for what is not there', () => {
  const all = [namesSomethingNew, namesSomethingElse, worksAllTheSame].flatMap((list) => Object.keys(list));
  const strange = all.filter((text) => {
    const [name = '', param = ''] = text.split(' ');
    return functions.get(name)?.params[param] === undefined;
  });
  expect(strange).toEqual([]);
});

let isPrepared = false;
async function prepare(): Promise<void> {
  if (isPrepared) return;
  isPrepared = true;
  await addAccounts(
    here,
    ...['rita', 'otto'].map((username) => anAccount({ username })),
    anAccount({ username: 'rosa', owner: 'rita' }),
    anAccount({ username: 'victim', owner: 'otto' }),
  );
  for (const user of ['rita', 'otto']) {
    await here.call('setupreseller', { user });
    const unlimited = ['allow-unlimited-pkgs', 'allow-unlimited-disk-pkgs', 'allow-unlimited-bw-pkgs'];
    await here.call('addpkg', { name: 'gold' }, { as: reseller(user, 'add-pkg', ...unlimited) });
  }
}

/** An answer without the name that was asked for, and without what tells one call from another. */
function withoutName({ metadata, data }: Envelope, name: string): unknown {
  const [bare = ''] = name.split('.');
  return JSON.parse(JSON.stringify({ metadata, data }).replaceAll(bare, 'NAME'));
}

async function everything(): Promise<unknown> {
  return here.engine.store.transaction('reads', async (db) => {
    const tables = [
      'account',
      'package',
      'package_extension',
      'reseller',
      'reseller_privilege',
      'feature_override',
      'operation',
    ];
    const value: unknown[] = [];
    for (const table of tables) value.push(await db.all(`SELECT * FROM ${table}`));
    return { value, keep: false };
  });
}

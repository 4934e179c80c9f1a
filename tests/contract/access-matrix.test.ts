// Who can call each function, and for which accounts: read from the descriptions of all functions, and compared with
// the responses.
import { onlyReads, type AnyFunction, type Param } from '../../src/core/define.ts';
import type { Caller } from '../../src/core/context.ts';
import type { Envelope } from '../../src/core/envelope.ts';
import type { Json } from '../../src/core/values.ts';
import { index } from '../../src/functions/index.generated.ts';
import { loaders } from '../../src/functions/loaders.generated.ts';
import { privilegeNames } from '../../src/capabilities/accounts/rules/resellers/privileges.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

const names = Object.keys(index);
/** All privileges except the one that gives the power of root. */
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
afterAll(() => here.remove());

function get(name: string): AnyFunction {
  const fn = functions.get(name);
  if (fn === undefined) throw new Error(`${name} has no loader.`);
  return fn;
}

describe.each(names)('%s', (name) => {
  /** True if the call passed authorisation. It is rolled back. */
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
      // Nobody could be granted a privilege that does not exist.
      expect(needed.filter((privilege) => !(everyPrivilege as string[]).includes(privilege))).toEqual([]);
      const others = everyPrivilege.filter((privilege) => !needed.includes(privilege));
      const list = needed.map((privilege) => `“${privilege}”`).join(' or ');
      expect(await refusal(reseller('rita', ...others))).toBe(
        `You may not call “${name}”. It requires the privilege ${list}.`,
      );
    }
  });
});

/** What a parameter names: something of another reseller’s, something nonexistent, or something of the caller’s. */
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

/** FUNCTION PARAMETER that names nothing that already exists, and why. */
const namesSomethingNew: Readonly<Record<string, string>> = {
  'addpkg name': 'a new package',
  'createacct username':
    'a new account; names are the machine’s, so that one that is taken has to be refused',
  'createacct domain': 'a new account’s domain; one that is taken has to be refused',
  'create_parked_domain_for_user domain': 'a new domain; one that is taken has to be refused',
  'create_subdomain domain': 'a new domain; one that is taken has to be refused',
  'modifyacct domain': 'the account’s new domain; one that is taken has to be refused',
  'verify_new_username user': 'a new account; it tells what createacct would',
};
/** FUNCTION PARAMETER that is not a name of these kinds, and what it is. */
const namesSomethingElse: Readonly<Record<string, string>> = {
  'set_public_contact name': 'what customers are told',
};
/**
 * FUNCTION PARAMETER of a call that succeeds for something of another user’s, as if there were none, and its effect.
 */
const worksAllTheSame: Readonly<Record<string, string>> = {
  'editpkg name':
    'with add-pkg as well, a package that the caller does not see is made, under the caller’s name',
  'getdomainowner domain': 'it tells null',
  'forcepasswordchange users_json': 'accounts that are not available are listed in warnings',
};

const families = ['accounts', 'integration', 'packages', 'resellers'];
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

  /** Valid arguments, except the one that is tested. */
  const argumentsWith = (target: string, value: string): Record<string, Json> => {
    const { params, examples } = get(name);
    const fitting = examples.find((example) => target in example.args);
    const { args } = fitting ?? examples[0];
    const given: Record<string, Json> = {};
    for (const [key, usual] of Object.entries(args)) {
      const param = params[key];
      const kind = param && kindIn(key, param);
      // Rating passwords takes time, and is not tested here.
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
      // There, a reseller asks about itself.
      const own = index[name]?.family === 'resellers' ? 'rita' : kind.own;
      const mine = withoutName(await ask(target, own, as ?? reseller('rita'), true), own);
      const [other = ''] = others;
      const theirs = withoutName(await ask(target, other, as ?? reseller('rita'), true), other);
      if (!(`${name} ${target}` in worksAllTheSame)) expect([target, mine]).not.toEqual([target, theirs]);
    }
  });
});

test('no exception is made for what is not there', () => {
  const all = [namesSomethingNew, namesSomethingElse, worksAllTheSame, actsOnNobody, actsOnDomain].flatMap(
    (list) => Object.keys(list),
  );
  const strange = all.filter((text) => {
    const [name = '', param = ''] = text.split(' ');
    return functions.get(name)?.params[param] === undefined;
  });
  expect(strange).toEqual([]);
});

/** Parameters that name an account but do not act on it, and why. */
const actsOnNobody: Readonly<Record<string, string>> = {
  'accountsummary user': 'it only shows the account',
  'createacct owner': 'to whom the new account belongs',
  'generate_mobileconfig account': 'settings for a mail program, without a password',
  'get_mailbox_status account': 'it only counts messages',
  'get_mailbox_status_list account': 'it only counts messages',
  'modifyacct newuser': 'a name that no account has yet',
  'modifyacct owner': 'to whom the account of “user” belongs',
  'set_mysql_password user': 'a user of a database server: the handler applies the rule to its account',
  'set_postgresql_password user': 'a user of a database server: the handler applies the rule to its account',
};
/** Functions that change something through the name of a domain, and why this is not the caller’s own account. */
const zone = 'a zone is no login: a token that may edit zones edits those of its owner as well';
const ofHandler = 'the handler applies the rule to the account of the domain';
const actsOnDomain: Readonly<Record<string, string>> = {
  'adddns domain': zone,
  'addzonerecord domain': zone,
  'disable_dnssec_for_domains domain': zone,
  'editzonerecord domain': zone,
  'enable_dnssec_for_domains domain': zone,
  'killdns domain': zone,
  'resetzone domain': zone,
  'savemxs domain': zone,
  'apply_dmarc domain': zone,
  'disable_dkim domain': zone,
  'enable_dkim domain': zone,
  'ensure_dkim_keys_exist domain': zone,
  'install_dkim_private_keys domain': zone,
  'install_spf_records domain': zone,
  'remove_dmarc domain': zone,
  'remove_mta_sts_policy domain': zone,
  'set_mta_sts_policy domain': zone,
  'validate_current_dkims domain': zone,
  'set_manual_mx_redirects domain': zone,
  'unset_manual_mx_redirects domain': zone,
  'installssl domain': 'a certificate is no login, like a zone',
  'setsiteip domain': `${ofHandler} (tests/functions/ip-addresses)`,
  'accountsummary domain': 'it only shows the account',
  'create_parked_domain_for_user domain': 'a new domain of the account of “username”',
  'create_subdomain domain': `${ofHandler} (tests/functions/accounts-adding-domains)`,
  'delete_domain domain': `${ofHandler} (tests/functions/accounts-adding-domains)`,
  'createacct domain': 'a new account’s domain',
  'modifyacct domain': 'the new domain of the account of “user”',
};
const isName = (key: string) => /^(?:user|username|newuser|reseller|owner|account|users_json)$/.test(key);
const acting = names.filter((name) => index[name]?.access !== 'root').map((name) => ({ name }));

describe.each(acting)('$name with an API token that has fewer privileges than its owner', ({ name }) => {
  /** Every privilege except “all”, so that no missing privilege explains a rejection. */
  const tokens = (): Caller[] => [
    { ...reseller('rita', ...everyPrivilege), isLimited: true },
    { ...reseller('root', ...everyPrivilege), isLimited: true, seesAll: true },
  ];
  const isRead = () => onlyReads(get(name).effect);
  const exampleWith = (key: string, value: string) => {
    const { params, examples } = get(name);
    // An older name of the same parameter would be a second value.
    const others = Object.entries(examples[0].args).filter(([other]) => params[other]?.actsOn !== true);
    const given: Record<string, Json> = Object.fromEntries(others as [string, Json][]);
    given[key] = params[key]?.type === 'json' ? { [value]: 1 } : value;
    return given;
  };
  beforeAll(prepare);

  it('never acts on its owner’s account', async () => {
    for (const [key, { actsOn, type }] of Object.entries(get(name).params)) {
      if (isRead()) continue;
      if (isName(key) && type !== 'flag')
        expect([key, actsOn]).toEqual([key, !(`${name} ${key}` in actsOnNobody)]);
      if (key === 'domain') expect(Object.keys(actsOnDomain)).toContain(`${name} ${key}`);
      if (actsOn !== true) continue;
      for (const as of tokens()) {
        const before = await everything();
        const { metadata, data } = await here.call(name, exampleWith(key, as.user), { as });
        expect([key, as.user, metadata.error_code, data]).toEqual([
          key,
          as.user,
          'denied',
          get(name).failureData,
        ]);
        expect(metadata.reason).toMatch(/with an API token that has fewer privileges than its owner/);
        expect(await everything()).toEqual(before);
      }
    }
  });

  it('never gets or changes its owner’s credentials', async () => {
    if (get(name).actsOnCaller !== true) return;
    for (const as of tokens()) {
      const before = await everything();
      const { metadata } = await here.call(name, get(name).examples[0].args as Record<string, Json>, { as });
      expect([metadata.error_code, metadata.reason]).toEqual([
        'denied',
        `You may not call “${name}” with an API token that has fewer privileges than its owner: ` +
          'it acts on your own login. Use another login.',
      ]);
      expect(await everything()).toEqual(before);
    }
  });

  it('never changes a token that holds more', async () => {
    if (!('token_name' in get(name).params) || isRead()) return;
    for (const as of tokens()) {
      for (const acl of [[], ['list-accts', 'all']]) {
        const owner = { ...reseller(as.user), privileges: 'all' as const };
        await here.call('api_token_create', { token_name: 'wide', acl }, { as: owner });
        const before = await everything();
        const { metadata } = await here.call(name, { token_name: 'wide' }, { as });
        expect(metadata.result).toBe(0);
        expect(await everything()).toEqual(before);
        await here.call('api_token_revoke', { token_name: 'wide' }, { as: owner });
      }
    }
  });
});

/** Functions that a limited token can call, because they change no account and no login of their caller. */
test('every function that changes something names an account, says that it acts on its caller, or is known not to', () => {
  const changing = acting
    .map(({ name }) => get(name))
    .filter(({ effect }) => effect === 'changes' || effect === 'operates');
  const others = changing.filter(
    ({ params, actsOnCaller }) =>
      actsOnCaller !== true && !Object.values(params).some(({ actsOn }) => actsOn === true),
  );
  expect(others.map(({ name }) => name).sort()).toEqual([
    'addpkg',
    'addpkgext',
    // Zones are not logins (`zone`).
    'addzonerecord',
    'api_token_create',
    'api_token_revoke',
    'api_token_update',
    // Records and keys of mail are not logins either.
    'apply_dmarc',
    // They identify the account by its domain.
    'create_subdomain',
    'delete_domain',
    'delpkgext',
    'disable_dkim',
    'disable_dnssec_for_domains',
    'editpkg',
    'editzonerecord',
    'enable_dkim',
    'enable_dnssec_for_domains',
    'ensure_dkim_keys_exist',
    // A certificate is no login.
    'generatessl',
    'install_dkim_private_keys',
    'install_spf_records',
    'installssl',
    'killdns',
    'killpkg',
    'mass_edit_dns_zone',
    // Values for interfaces, which decide nothing here.
    'nvset',
    'personalization_set',
    'remove_dmarc',
    'remove_mta_sts_policy',
    'removezonerecord',
    // Services belong to the server.
    'restartservice',
    'savemxs',
    'set_manual_mx_redirects',
    'set_mta_sts_policy',
    'set_public_contact',
    'unset_manual_mx_redirects',
    'validate_current_dkims',
  ]);
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

/** A response without the requested name, and without the parts that differ from call to call. */
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
      'api_token',
      'api_token_privilege',
      'access_hash',
      'tfa_secret',
      'tfa_issuer',
      'recovery_code',
      'login_token',
      'session',
    ];
    const value: unknown[] = [];
    for (const table of tables) value.push(await db.all(`SELECT * FROM ${table}`));
    return { value, keep: false };
  });
}

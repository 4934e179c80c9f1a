// Rules that every function must follow.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Wished } from '../../src/capabilities/accounts/driver/account-part.ts';
import families from '../../src/catalogue/families.json';
import type { AnyFunction, Field, Fields } from '../../src/core/define.ts';
import { errorKinds } from '../../src/core/errors.ts';
import { paramOf } from '../../src/core/param-of.ts';
import type { Hash } from '../../src/core/values.ts';
import { index } from '../../src/functions/index.generated.ts';
import { loaders } from '../../src/functions/loaders.generated.ts';
import type * as Passwords from '../../src/machine/sandbox/password.ts';
import { capabilities } from '../../src/capabilities/capabilities.ts';
import { wishesFrom } from '../../src/life/driver/account-parts.ts';
import { newPackageArgumentParams } from '../../src/capabilities/accounts/rules/packages/package-form.ts';
import { names as settingNames } from '../../src/capabilities/accounts/rules/packages/settings.ts';
import type { NameSet } from '../../src/capabilities/accounts/rules/packages/settings.ts';
import { providerKeys } from '../../src/capabilities/mail/rules/greylisting/providers.ts';
import { itWith, type Tool } from '../support/require-tool.ts';
import { faultsOf } from '../support/returns.ts';
import { exampleWords } from '../support/terminal.ts';
import { PreparedStates } from './prepared-states.ts';

/** The first words of summaries: imperatives. Add to the list, and use one word for one thing. */
const verbs = [
  ...[
    'Accept',
    'Add',
    'Allow',
    'Change',
    'Check',
    'Convert',
    'Create',
    'Delete',
    'Disable',
    'Enable',
    'End',
    'Exchange',
    'Export',
  ],
  ...[
    'Generate',
    'Grant',
    'Hold',
    'Import',
    'Install',
    'Link',
    'List',
    'Release',
    'Remove',
    'Rename',
    'Replace',
    'Repair',
    'Require',
    'Reset',
    'Restart',
    'Restore',
    'Revoke',
    'Run',
    'Send',
    'Set',
    'Show',
  ],
  ...['Start', 'Suspend', 'Unsuspend', 'Update'],
];

/** Functions that are in no list of the catalogue, and why they are provided. */
const beyondTheCatalogue: Record<string, string> = {
  read_cpgreylist_trusted_hosts: 'the present name of read_cpgreylist_trusted_host',
  twofactorauth_get_tfa_config_for_user: 'version 118 is newer than the catalogue',
  twofactorauth_set_tfa_config_for_user: 'version 118 is newer than the catalogue',
  api_token_get_details: 'WHM has it since version 98; the catalogue leaves it out',
  export_zone_files: 'WHM has it since version 96; the catalogue leaves it out',
  set_manual_mx_redirects: 'WHM has it since version 90; the catalogue leaves it out',
  unset_manual_mx_redirects: 'WHM has it since version 90; the catalogue leaves it out',
  normalize_user_email_configuration: 'WHM has it since version 88; the catalogue leaves it out',
  terminate_cpuser_mailbox_sessions: 'WHM has it since version 90; the catalogue leaves it out',
  apply_dmarc: 'version 124 is newer than the catalogue',
  get_default_dmarc_record: 'version 124 is newer than the catalogue',
  remove_dmarc: 'version 124 is newer than the catalogue',
  set_default_dmarc_record: 'version 124 is newer than the catalogue',
  validate_current_dmarcs: 'version 124 is newer than the catalogue',
  add_autossl_user_excluded_domains: 'WHM has it since version 66; the catalogue leaves it out',
  get_autossl_user_excluded_domains: 'WHM has it since version 66; the catalogue leaves it out',
  remove_autossl_user_excluded_domains: 'WHM has it since version 66; the catalogue leaves it out',
  set_autossl_user_excluded_domains: 'WHM has it since version 66; the catalogue leaves it out',
  enable_dnssec_for_domains: 'WHM has it since version 86; the catalogue leaves it out',
  disable_dnssec_for_domains: 'WHM has it since version 86; the catalogue leaves it out',
  fetch_ds_records_for_domains: 'WHM has it since version 86; the catalogue leaves it out',
  mass_edit_dns_zone: 'WHM has it since version 96; the catalogue leaves it out',
  block_incoming_email_from_country: 'WHM has it since version 84; the catalogue leaves it out',
  block_incoming_email_from_domain: 'WHM has it since version 84; the catalogue leaves it out',
  unblock_incoming_email_from_country: 'WHM has it since version 84; the catalogue leaves it out',
  list_blocked_incoming_email_countries: 'WHM has it since version 84; the catalogue leaves it out',
  unblock_incoming_email_from_domain: 'WHM has it since version 84; the catalogue leaves it out',
  list_blocked_incoming_email_domains: 'WHM has it since version 84; the catalogue leaves it out',
  create_parked_domain_for_user: 'WHM has it since version 82; the catalogue leaves it out',
  create_subdomain: 'WHM has it since version 86; the catalogue leaves it out',
  delete_domain: 'WHM has it since version 86; the catalogue leaves it out',
  parse_dns_zone: 'WHM has it since version 96; the catalogue leaves it out',
  php_fpm_config_get: 'WHM has it since version 78; the catalogue leaves it out',
  php_fpm_config_set: 'WHM has it since version 78; the catalogue leaves it out',
  uapi_cpanel: 'WHM has it since version 86; the catalogue leaves it out',
  twofactorauth_generate_recovery_codes: 'WHM has no recovery codes',
  twofactorauth_get_system_login_rules: 'WHM has no second factor for SSH, su and sudo',
  twofactorauth_set_system_login_rules: 'WHM has no second factor for SSH, su and sudo',
  list_mta_sts_policies: 'WHM has no mail policies (MTA-STS)',
  remove_mta_sts_policy: 'WHM has no mail policies (MTA-STS)',
  set_mta_sts_policy: 'WHM has no mail policies (MTA-STS)',
  grant_reseller_privilege: 'WHM has only setacls, which replaces all privileges',
  revoke_reseller_privilege: 'WHM has only setacls, which replaces all privileges',
};

/** All except the fields of every record; its class can only be IN. */
const recordData = /^(?!(?:domain|name|type|ttl|line|serialnum)$)/;
const givenRecord = new RegExp(`${recordData.source}|^(type|ttl)$`);

/** Parameters that are read together, with the table of settings. */
const settings = (set: NameSet) => ({
  params: new RegExp(
    `^(?:${Object.values(settingNames)
      .map(({ [set]: one }) => one)
      .join('|')})$`,
  ),
  because: 'They are read by the names of the settings.',
});

/** Parameters that a handler does not read by their names, and how it reads them. */
/** The names of the arguments that a function reads. */
function readArguments(read: (args: Readonly<Record<string, unknown>>) => unknown): string[] {
  const names: string[] = [];
  read(
    new Proxy(
      {},
      {
        get: (_target, name) => {
          names.push(String(name));
        },
      },
    ),
  );
  return names;
}

const readTogether: Record<string, { readonly params: RegExp; readonly because: string }> = {
  accountsummary: { params: /^search/, because: 'They are handed to the search in one object.' },
  listaccts: { params: /^search/, because: 'They are handed to the search in one object.' },
  createacct: settings('param'),
  modifyacct: {
    params: new RegExp(`${settings('ofAccount').params.source}|^notify_`),
    because: 'They are read by the names of the settings and of the notifications.',
  },
  addpkg: {
    params: new RegExp(`^(?:${Object.keys(newPackageArgumentParams).join('|')})$`),
    because: 'They are read by the names of the settings.',
  },
  editpkg: settings('param'),
  cpgreylist_save_common_mail_providers_config: {
    params: new RegExp(`^(?:${providerKeys.join('|')})$`),
    because: 'They are read by the keys of the providers.',
  },
  matchpkgs: settings('ofPackage'),
  addzonerecord: {
    params: givenRecord,
    because: 'They are read by given-records.ts, the data by the fields of the type.',
  },
  editzonerecord: {
    params: givenRecord,
    because: 'They are read by given-records.ts, the data by the fields of the type.',
  },
  enable_dnssec_for_domains: {
    params: /^(algo_num|key_setup|active|use_nsec3|nsec3_opt_out)$/,
    because: 'They are read by enableSigning (change-zones.ts), for DNSSEC::enable_dnssec too.',
  },
  savemxs: { params: /^class$/, because: 'BIND serves zones of the class IN, which is its only value.' },
  create_featurelist: { params: /./, because: 'Features are read by the ids of the feature catalogue.' },
  generatessl: {
    params: /Name$|^emailAddress$/,
    because: 'They are read by subject-params.ts, which UAPI also uses.',
  },
  get_login_url: { params: /^provider$/, because: 'There is one provider; another is refused.' },
  validate_login_token: { params: /^provider$/, because: 'There is one provider; another is refused.' },
  resellerstats: { params: /^filter_deleted$/, because: 'The list never has accounts that were removed.' },
  save_cphulk_config: { params: /./, because: 'They are read by the keys of the configuration.' },
  reset_autossl_provider: { params: /./, because: 'They are read by the rules of the provider.' },
  set_autossl_provider: { params: /./, because: 'They are read by the rules of the provider.' },
  saveacllist: { params: /^acl-/, because: 'They are read by the names of the privileges.' },
  setminimumpasswordstrengths: { params: /./, because: 'They are read by the kinds of passwords.' },
  setacls: { params: /^acl-/, because: 'They are read by the names of the privileges.' },
};

/** Tools that examples need. */
const toolsOf: Record<string, readonly Tool[]> = {
  generatesshkeypair: ['ssh-keygen'],
  get_lts_wexpire: ['debian-distro-info'],
  getlongtermsupport: ['debian-distro-info'],
  php_fpm_config_set: ['php-fpm8.4', 'php8.4'],
  php_get_system_default_version: ['php-fpm8.4'],
  php_ini_get_content: ['php-fpm8.4'],
  php_ini_get_directives: ['php-fpm8.4', 'php8.4'],
  php_ini_set_content: ['php-fpm8.4', 'php8.4'],
  php_ini_set_directives: ['php-fpm8.4', 'php8.4'],
  php_set_handler: ['php-fpm8.4'],
  php_set_session_save_path: ['php-fpm8.4', 'php8.4'],
  php_set_system_default_version: ['php-fpm8.4'],
  php_set_vhost_versions: ['php-fpm8.4'],
};

// The examples contain addresses of this machine.
jest.mock('node:os', () => ({
  ...jest.requireActual<object>('node:os'),
  networkInterfaces: () => ({
    eth0: ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => ({
      address,
      netmask: '255.255.255.0',
      family: 'IPv4',
      internal: false,
    })),
  }),
}));

// Examples create accounts. tests/machine-port/sandbox.test.ts tests the cost of their passwords.
jest.mock('../../src/machine/sandbox/password.ts', () => {
  const usual = jest.requireActual<typeof Passwords>('../../src/machine/sandbox/password.ts');
  return { ...usual, PASSWORD_COST: { log2N: 1, r: 1, p: 1 } };
});

/** A time at which the example of twofactorauth_set_tfa_config is valid: oathtool gives 227174 for its secret. */
const whenExamplesAreRight = Date.parse('2026-09-02T17:24:40Z');

const base = join(__dirname, '../../src/functions');
const files = readdirSync(base, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name: folder }) => readdirSync(join(base, folder)).map((file) => ({ folder, file })));
const names = Object.keys(index);

const folderOfTests = join(__dirname, '../functions');
const testsOfFunctions = readdirSync(folderOfTests).map((file) => ({
  file,
  text: readFileSync(join(folderOfTests, file), 'utf8'),
}));

/** The arguments that a shell makes of each example. */
let typed: Map<unknown, { words: string[]; stdin: string }>;
beforeAll(async () => {
  const functions = await Promise.all(names.map(load));
  const examples = functions.flatMap((fn) => fn.examples.map((example) => ({ fn, example })));
  const words = exampleWords(examples);
  typed = new Map(examples.map(({ example }, at) => [example, words[at] ?? { words: [], stdin: '' }]));
});

const states = new PreparedStates();
afterAll(() => states.remove());

async function load(name: string): Promise<AnyFunction> {
  const module = await loaders[name]?.();
  if (module === undefined) throw new Error(`${name} has no loader.`);
  return module.default;
}

describe('the index', () => {
  test('has a row and a loader for every file, and no other', () => {
    const expected = files.map(({ file }) => file.replace(/\.ts$/, '')).sort();
    expect(names).toEqual(expected);
    expect(Object.keys(loaders)).toEqual(expected);
  });

  test('names no function twice', () => {
    expect(new Set(files.map(({ file }) => file)).size).toBe(files.length);
  });
});

describe.each(files)('$folder/$file', ({ folder, file }) => {
  const name = file.replace(/\.ts$/, '');
  let fn: AnyFunction;
  beforeAll(async () => {
    fn = await load(name);
  });

  test('has the name of its file, and its row of the index', () => {
    expect(fn.name).toBe(name);
    expect(name).toMatch(/^[a-z_][a-z0-9_]*$/);
    expect(index[name]).toEqual({ family: folder, access: fn.access, summary: fn.summary });
  });

  test('stands in the folder of its family', () => {
    const family = Object.entries(families).find(
      ([title]) => title.toLowerCase().replaceAll(' ', '-') === folder,
    );
    expect(family).toBeDefined();
    const listed = Object.entries(families).filter(([, functions]) => functions.includes(name));
    expect(listed.map(([title]) => title)).toEqual(name in beyondTheCatalogue ? [] : [family?.[0]]);
  });

  test('has a summary of one sentence, a verb first', () => {
    const { summary } = fn;
    expect(summary).toMatch(/^[^.!?]+\.$/);
    expect(summary).not.toMatch(/[\p{Cc}]| {2}/u);
    expect(verbs).toContain(summary.split(' ')[0]);
    expect(summary.length).toBeLessThanOrEqual(110);
  });

  test('says what is lost, if its name says that something is taken away', () => {
    const takesAway =
      /^(?:remove|terminate|kill|delete?|del|flush|revoke|suspend|unsetup|expunge)|_(?:remove|disable|revoke|delete)_/;
    const isTakingAway = takesAway.test(name) || /_(?:remove|revoke)$|^disable_|^resetzone$/.test(name);
    expect([name, fn.destructive !== undefined]).toEqual([name, isTakingAway]);
    if (fn.destructive === undefined) return;
    expect(['changes', 'operates', 'calls']).toContain(fn.effect);
    expect(fn.destructive).toMatch(/^\p{Lu}.*\.$/u);
  });

  test('explains every parameter and every field in sentences', () => {
    const docs = [
      ...Object.values(fn.params).map(({ doc }) => doc),
      ...fn.examples.map(({ doc }) => doc),
      ...(fn.description === undefined ? [] : [fn.description]),
    ];
    for (const doc of docs) expect(doc).toMatch(/^[\p{Lu}\d“].*[.)]$/u);
    expect(unexplained(fn)).toEqual([]);
  });

  test('has parameters that make sense', () => {
    for (const [key, param] of Object.entries(fn.params)) {
      const { required, default: value, list, pattern, min, max } = param;
      // A required parameter and a list have no default.
      if (required === true || list === true) expect([key, value]).toEqual([key, undefined]);
      if (param.values !== undefined && value !== undefined) expect(param.values).toContain(value);
      // The whole value must match.
      if (pattern !== undefined) expect(pattern.matches.source).toMatch(/^\^.*\$$/);
      if (pattern !== undefined) expect(pattern.matches.flags).not.toMatch(/[gmy]/);
      // Each argument belongs to one parameter, whichever of its names is used.
      for (const name of param.alias ?? []) {
        expect(fn.params).not.toHaveProperty([name]);
        expect(paramOf(fn, name)?.base).toBe(key);
      }
      if (min !== undefined || max !== undefined) expect([key, param.type]).toEqual([key, 'integer']);
    }
  });

  test('names its parameters in the rule on several', () => {
    for (const key of fn.oneOf?.of ?? []) {
      expect(fn.params).toHaveProperty([key]);
      expect(fn.params[key]).not.toMatchObject({ required: true });
      expect(fn.params[key]?.default).toBeUndefined();
    }
  });

  test('reads every parameter, or says that it has no effect', () => {
    const text = readFileSync(join(base, folder, file), 'utf8');
    const code = text.slice(text.search(/\b(?:look|handler)[(:]/));
    const unread = Object.entries(fn.params)
      .filter(
        ([key, { noEffectReason }]) =>
          noEffectReason === undefined && !new RegExp(`(?<![\\w-])${key}(?![\\w-])`).test(code),
      )
      .map(([key]) => key);
    const stated = readTogether[name]?.params ?? /^$/;
    const readByParts = new Set(
      [...code.matchAll(/\bwishesFrom\('(\w+)', args\)/g)].flatMap(([, change]) =>
        readArguments((args) => wishesFrom(change as Wished, args)),
      ),
    );
    expect(unread.filter((key) => !stated.test(key) && !readByParts.has(key))).toEqual([]);
  });

  test('names its list among its fields', () => {
    if (fn.list === undefined) return;
    expect((fn.returns as Fields)[fn.list]).toHaveProperty('list');
  });

  test('is spoken of in the tests of its family', () => {
    const tests = testsOfFunctions.filter((one) => one.file.startsWith(folder));
    expect(tests.some(({ text }) => new RegExp(`\\b${name}\\b`).test(text))).toBe(true);
  });

  itWith(toolsOf[name] ?? [], 'does what its examples say, as they stand', async () => {
    const clock = jest.spyOn(Date, 'now').mockReturnValue(whenExamplesAreRight);
    try {
      for (const example of fn.examples) {
        const terminal = await states.terminalAfter(example.setUp ?? []);
        const { words, stdin } = typed.get(example) ?? { words: [], stdin: '' };
        terminal.stdin = stdin;
        const { status, stdout } = await terminal.run('--output=json', ...words);
        terminal.remove();
        const expected = example.fails === undefined ? 0 : errorKinds[example.fails].exit;
        expect({ status, stdout }).toMatchObject({ status: expected });
        const answer = JSON.parse(stdout) as Hash;
        if (example.fails !== undefined) {
          expect(answer).toMatchObject({ metadata: { error_code: example.fails } });
          continue;
        }
        const data = fn.flat === true ? answer : (answer.data as Hash | undefined);
        expect(faultsOf(fn, data)).toEqual([]);
        const warnings =
          (answer.metadata as { output?: { warnings: string[] } } | undefined)?.output?.warnings ?? [];
        expect(warnings.filter((one) => /was ignored|no effect/.test(one))).toEqual([]);
      }
    } finally {
      clock.mockRestore();
    }
  });
});

/** Fields that have no description, and are not in a described list or hash of values. */
function unexplained(fn: AnyFunction): string[] {
  const named = (path: string, fields: Fields): string[] =>
    Object.entries(fields).flatMap(([key, field]) => one(`${path}.${key}`, field));
  const one = (path: string, field: Field): string[] => {
    if (field.doc !== undefined) expect(field.doc).toMatch(/^[\p{Lu}\d“].*\.$/u);
    if ('fields' in field) return named(path, field.fields);
    const inner = 'list' in field ? field.list : 'map' in field ? field.map : undefined;
    if (inner !== undefined && 'fields' in inner) return named(`${path}[]`, inner.fields);
    if (field.doc !== undefined) return [];
    return inner === undefined ? [path] : one(`${path}[]`, inner);
  };
  const { returns } = fn;
  if (returns === null) return [];
  return typeof returns.keys === 'string'
    ? one(fn.name, returns as Field)
    : named(fn.name, returns as Fields);
}

test.each(['created', 'changed', 'suspended'] as const)(
  'parts of accounts have different parameters: %s',
  (change) => {
    const names = capabilities
      .flatMap(({ parts = [] }) => parts)
      .flatMap(({ params }) => Object.keys(params?.[change]?.params ?? {}));
    expect(names.length).toBeGreaterThan(0);
    expect(names).toEqual([...new Set(names)]);
  },
);

// Rules that every function of UAPI and API 2 must follow.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { documentedFunction } from '../../src/catalogue/known-account-functions.ts';
import names from '../../src/catalogue/account-apis/names.json';
import reasons from '../../src/catalogue/account-apis/reasons.json';
import { hasSecret } from '../../src/core/access.ts';
import { onlyReads, type AnyFunction } from '../../src/core/define.ts';
import type { Hash } from '../../src/core/values.ts';
import { isFeature } from '../../src/capabilities/accounts/rules/features/catalogue.ts';
import { accountLoaders } from '../../src/uapi/loaders.generated.ts';
import { Installation } from '../support/installation.ts';
import { itWith, type Tool } from '../support/require-tool.ts';
import { setUpCall } from '../support/set-up-call.ts';

const top = join(__dirname, '../..');
const tests = readdirSync(join(top, 'tests/uapi'))
  .map((file) => readFileSync(join(top, 'tests/uapi', file), 'utf8'))
  .join('\n');
const password = 'correct horse battery staple 7';

/** A time at which the code in the example of TwoFactorAuth::set_user_configuration is right. */
const whenCodesAreRight = Date.parse('2026-09-02T17:24:40Z');

const rows = [
  ...Object.entries(accountLoaders.uapi).map(([name, load]) => ['uapi', name, load] as const),
  ...Object.entries(accountLoaders.api2).map(([name, load]) => ['api2', name, load] as const),
];

/** Functions that are in no list of the documentation, and why they are provided. */
const beyondTheDocumentation: Record<string, string> = {
  'uapi TwoFactorAuth::generate_recovery_codes':
    'The page of accounts, and WHM’s twofactorauth_generate_recovery_codes.',
  'uapi EmailAuth::list_mta_sts_policies': 'cPanel has no mail policies (MTA-STS).',
  'uapi EmailAuth::remove_mta_sts_policy': 'cPanel has no mail policies (MTA-STS).',
  'uapi EmailAuth::set_mta_sts_policy': 'cPanel has no mail policies (MTA-STS).',
  'uapi NVData::get': 'Plugins of cPanel call it instead of the one of API 2.',
  'uapi NVData::set': 'Plugins of cPanel call it instead of the one of API 2.',
};

/** Tools that examples need. */
const toolsOf: Record<string, readonly Tool[]> = {
  'LangPHP::php_ini_get_user_basic_directives': ['php-fpm8.4', 'php8.4'],
  'LangPHP::php_ini_get_user_content': ['php-fpm8.4', 'php8.4'],
  'LangPHP::php_ini_set_user_basic_directives': ['php-fpm8.4', 'php8.4'],
  'LangPHP::php_ini_set_user_content': ['php-fpm8.4', 'php8.4'],
  'LangPHP::php_set_vhost_versions': ['php-fpm8.4'],
};

/** An installation with the account bob, and a copy of it for functions that only read. */
let prepared: Installation;
let unchanged: Installation;
beforeAll(async () => {
  prepared = new Installation();
  await prepared.call('createacct', { username: 'bob', domain: 'bob.example', password });
  prepared.close();
  unchanged = withBob();
});
afterAll(() => {
  unchanged.remove();
  prepared.remove();
});

function withBob(): Installation {
  const here = new Installation({ copyOf: prepared });
  // Recovery codes must differ.
  here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
  return here;
}

describe.each(rows)('%s %s', (api, name, load) => {
  let fn: AnyFunction;
  beforeAll(async () => {
    fn = (await load()).default;
  });

  it('keeps the rules', () => {
    expect(fn.name).toBe(name);
    expect(name).toMatch(/^[A-Za-z]\w*::\w+$/);
    const isDocumented = documentedFunction(api, name) !== undefined;
    expect({ isDocumented }).toEqual({ isDocumented: !(`${api} ${name}` in beyondTheDocumentation) });
    // Sentences.
    expect(fn.summary).toMatch(/^[A-Z][^\n]*\.$/);
    expect(Object.values(fn.params).filter(({ doc }) => !/[.)]$/.test(doc))).toEqual([]);
    expect(fn.feature === undefined || isFeature(fn.feature) ? [] : [fn.feature]).toEqual([]);
    const isTestedByName = new RegExp(`\\b${name}\\b`).test(tests);
    expect({ isTestedByName }).toEqual({ isTestedByName: true });
  });

  itWith(toolsOf[name] ?? [], 'does what its examples say', async () => {
    for (const { args, setUp: steps = [], fails } of fn.examples) {
      const setUp = await Promise.all(steps.map(setUpCall));
      const isRead = onlyReads(fn.effect) && setUp.length === 0;
      const here = isRead ? unchanged : withBob();
      if ([args, ...setUp.map((step) => step.args)].some((given) => 'tfa_token' in given)) {
        here.time = whenCodesAreRight;
      }
      try {
        for (const step of setUp) {
          const isWhm = !step.command.includes('::');
          const done = isWhm
            ? (await here.call(step.command, step.args as Hash)).metadata.result
            : (await here.uapi('bob', step.command, numbered(step.args))).status;
          expect([step.command, done]).toEqual([step.command, 1]);
        }
        const given = numbered(args);
        const answer =
          api === 'uapi' ? await here.uapi('bob', name, given) : await here.api2('bob', name, given);
        const problem = 'errors' in answer ? answer.errors?.[0] : answer.error;
        // A read-only API token must not get it.
        const isForReaders = onlyReads(fn.effect) && !hasSecret(fn.returns);
        expect(isForReaders && JSON.stringify(answer).includes('PRIVATE KEY')).toBe(false);
        expect([name, typeof problem === 'string']).toEqual([name, fails !== undefined]);
      } finally {
        if (!isRead) here.remove();
      }
    }
  });
});

describe.each((['uapi', 'api2'] as const).map((api) => [api, accountLoaders[api]] as const))(
  'what %s lacks',
  (api, loaders) => {
    const isProvided = (name: string) => Object.hasOwn(loaders, name);
    const modules: Readonly<Record<string, readonly string[]>> = names[api];

    it('has a reason in each module that is provided in part', () => {
      const partial = Object.entries(modules)
        .map(([module, functions]) => functions.map((name) => `${module}::${name}`))
        .filter((all) => all.some(isProvided));
      const unexplained = partial.flat().filter((name) => !isProvided(name) && !(name in reasons[api]));
      expect(unexplained).toEqual([]);
    });

    it.each(Object.entries(reasons[api]))('%s says why', async (name, reason) => {
      expect([documentedFunction(api, name)?.because, isProvided(name)]).toEqual([reason, false]);
      expect(reason).toMatch(/^[A-Z][^\n]*\.$/);
      const { error, errors } = (await (api === 'uapi'
        ? unchanged.uapi('bob', name)
        : unchanged.api2('bob', name))) as { error?: string; errors?: string[] };
      expect(error ?? errors?.[0]).toMatch(new RegExp(`is not provided on this server. ${escaped(reason)}$`));
    });
  },
);

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** A repeated argument, as clients number it. */
function numbered(args: AnyFunction['examples'][0]['args']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key, value]] : value.map((item, at) => [`${key}-${at}`, item]),
    ),
  );
}

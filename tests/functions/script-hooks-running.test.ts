// Script hooks run with the calls of their events: real scripts, through the public interface.
import { chmodSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { privilegeNames } from '../../src/capabilities/accounts/rules/resellers/privileges.ts';
import { selfSigned } from '../support/certificates.ts';
import { HookScripts } from '../support/hook-scripts.ts';
import { Installation, reseller } from '../support/installation.ts';
import { isMissing } from '../support/require-tool.ts';
import { until } from '../support/until.ts';

let here: Installation;
let scripts: HookScripts;
const added: string[] = [];
beforeAll(async () => {
  here = new Installation();
  scripts = new HookScripts(here);
  expect((await here.call('createacct', bob)).metadata.result).toBe(1);
});
afterEach(async () => {
  for (const id of added.splice(0)) await here.call('delete_hook', { id });
  scripts.clear();
  rmSync(join(here.state, 'hooks.log'), { force: true });
});
afterAll(() => here.remove());

const bob = { username: 'bob', domain: 'bob.example' } as const;
const carl = { username: 'carl', domain: 'carl.example' } as const;
const create = { event: 'Accounts::Create' } as const;
/** The event of a cheap call, which a script can refuse. */
const verify = { event: 'Packages::verify_input_data', stage: 'pre' } as const;
let packages = 0;
/** Calls its function, and looks if that was done. */
const addPackage = async (options: { dryRun?: boolean } = {}) => {
  const name = `package${++packages}`;
  const { metadata } = await here.call('addpkg', { name }, options);
  return { metadata, isAdded: (await packageNames()).includes(name) };
};
const packageNames = async () =>
  ((await here.call('listpkgs')).data as { pkg: { name: string }[] }).pkg.map(({ name }) => name);
/** The event of a cheap call with both stages, which no script can refuse. */
const tweak = { event: 'TweakSettings::Main' } as const;
const callTweak = async () =>
  (await here.call('set_tweaksetting', { key: 'chkservd_check_interval', value: '60' })).metadata;
const add = async (path: string, attributes: Parameters<HookScripts['add']>[1]) => {
  const hook = await scripts.add(path, attributes);
  added.push(hook.id);
  return hook;
};
const users = async () => ((await here.call('list_users')).data as { users: string[] }).users;
const log = () =>
  readFileSync(join(here.state, 'hooks.log'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('a server that found no hook runs one that is added later, and none that is removed', async () => {
  const server = new Installation({ livesLong: true });
  try {
    const others = new HookScripts(server);
    const addpkg = async (name: string) => (await server.call('addpkg', { name })).metadata.error_code;
    expect([await addpkg('one'), await addpkg('two')]).toEqual([undefined, undefined]);
    // Nothing is stored in between, so the second call does not look again.
    expect([await addpkg('one'), await addpkg('two')]).toEqual(['bad_param', 'bad_param']);
    const hook = { event: 'Packages::verify_input_data', stage: 'pre' } as const;
    const { id } = await others.add(others.write('no', 'echo BAILOUT no'), { ...hook, blocking: '1' });
    // Changes through another connection are seen in the next round of the event loop.
    await new Promise((resume) => setTimeout(resume, 5));
    expect([await addpkg('three'), await addpkg('four')]).toEqual(['hook_refused', 'hook_refused']);
    expect((await server.call('delete_hook', { id })).metadata.result).toBe(1);
    expect(await addpkg('five')).toBeUndefined();
  } finally {
    server.remove();
  }
});

describe('a hook before the call', () => {
  it('refuses it with its reason, and nothing is changed', async () => {
    const path = scripts.write('no', 'echo "0 BAILOUT this domain is reserved"');
    await add(path, { ...create, stage: 'pre', blocking: '1' });
    const before = await users();
    const { metadata } = await here.call('createacct', carl);
    expect(metadata).toMatchObject({ result: 0, error_code: 'hook_refused' });
    expect(metadata.reason).toBe(`The script hook “${path}” refused the call: this domain is reserved`);
    expect(await users()).toEqual(before);
    expect(here.audit().at(-2)).toMatchObject({ function: 'createacct', error_code: 'hook_refused' });
  });

  it('does not show resellers where the script is', async () => {
    await add(scripts.write('no', 'echo BAILOUT no more packages'), { ...verify, blocking: '1' });
    const as = reseller('rita', ...privilegeNames.filter((name) => name !== 'all'));
    const { metadata } = await here.call('addpkg', { name: 'gold' }, { as });
    expect(metadata.reason).toBe('A script hook of this server refused the call: no more packages');
  });

  it.each([
    ['is not blocking', 'echo "0 BAILOUT no"', {}],
    ['does not print BAILOUT', 'echo "0 no"', { blocking: '1' }],
    ['exits with another status than 0', 'exit 3', { blocking: '1' }],
  ])('that %s only warns', async (_what, body, attributes) => {
    await add(scripts.write('no', body), { ...verify, ...attributes });
    const { metadata, isAdded } = await addPackage();
    expect([metadata.result, isAdded]).toEqual([1, true]);
    expect(metadata.output?.warnings?.join(' ')).toMatch(/no” before the call failed/);
  });

  it('does not run for a call that is invalid anyway', async () => {
    await add(scripts.write('pre'), { ...create, stage: 'pre' });
    await here.call('createacct', { ...carl, plan: 'nosuch' });
    await here.call('createacct', { username: 'b!' });
    expect(scripts.order()).toEqual([]);
  });

  it('knows the username that is made from the domain', async () => {
    await add(scripts.write('pre', 'echo BAILOUT'), { ...create, stage: 'pre', blocking: '1' });
    await here.call('createacct', { domain: 'carl.example' });
    expect(scripts.received('pre')[0]?.data).toMatchObject({ user: 'carl', homedir: '/home/carl' });
  });
});

describe('a hook of a function of accounts', () => {
  const park = { category: 'Cpanel', event: 'UAPI::Park::park' } as const;
  const list = { category: 'Cpanel', event: 'UAPI::DomainInfo::list_domains' } as const;

  it('runs before and after it, with the user and the arguments', async () => {
    const parked = { domain: 'parked.example' };
    await add(scripts.write('before'), { ...park, stage: 'pre' });
    await add(scripts.write('after'), { ...park, stage: 'post' });
    await add(scripts.write('other'), { ...park, event: 'Api2::Park::park', stage: 'pre' });
    expect(await here.uapi('bob', 'Park::park', parked)).toMatchObject({ status: 1 });
    expect(scripts.order()).toEqual(['before', 'after']);
    expect(scripts.received('before')[0]).toMatchObject({
      context: { category: 'Cpanel', event: 'UAPI::Park::park', stage: 'pre' },
      data: { user: 'bob', args: parked },
    });
    expect(scripts.received('after')[0]?.data).toMatchObject({ user: 'bob', output: { result: 1 } });
  });

  it('of API 2 runs for that API alone', async () => {
    await add(scripts.write('two'), { ...park, event: 'Api2::Park::park', stage: 'post' });
    await here.api2('bob', 'Park::park', { domain: 'two.example' });
    expect(scripts.order()).toEqual(['two']);
  });

  it('can refuse it, also one that only reads, and is not shown to the account', async () => {
    const no = scripts.write('no', 'echo BAILOUT not today');
    await add(no, { ...park, stage: 'pre', blocking: '1' });
    await add(no, { ...list, stage: 'pre', blocking: '1' });
    const refused = { status: 0, errors: ['A script hook of this server refused the call: not today'] };
    expect(await here.uapi('bob', 'Park::park', { domain: 'no.example' })).toMatchObject(refused);
    expect(await here.uapi('bob', 'DomainInfo::list_domains')).toMatchObject(refused);
    expect(await here.uapi('bob', 'DomainInfo::main_domain_builtin_subdomain_aliases')).toMatchObject({
      status: 1,
    });
  });

  it('is told to the machine as the account’s user, unless it escalates', async () => {
    const asked: unknown[] = [];
    const { machine } = here.engine;
    const real = await machine.scripts();
    here.overrides = {
      machine: {
        ...machine,
        scripts: async () => ({
          assertSafe: async () => undefined,
          run: async (words, options) => {
            asked.push(options.as?.home);
            return real.run(words, options);
          },
        }),
      },
    };
    await add(scripts.write('own'), { ...list, stage: 'pre' });
    await add(scripts.write('root'), { ...list, stage: 'post', escalateprivs: '1' });
    await here.uapi('bob', 'DomainInfo::list_domains');
    here.overrides = {};
    expect(asked).toEqual(['/home/bob', undefined]);
  });

  it('that the account ends refuses the call', async () => {
    await add(scripts.write('killed', 'kill -9 $$'), { ...list, stage: 'pre', blocking: '1' });
    expect(await here.uapi('bob', 'DomainInfo::list_domains')).toMatchObject({ status: 0 });
  });
});

describe('a hook after the call', () => {
  it('cannot refuse', async () => {
    const path = scripts.write('post', 'echo "0 BAILOUT too late"');
    await add(path, { ...tweak, stage: 'post', blocking: '1' });
    const metadata = await callTweak();
    expect(metadata.result).toBe(1);
    expect(metadata.output?.warnings).toContain(`The script hook “${path}” after the call failed: too late.`);
  });

  it('does not run after a call that failed', async () => {
    await add(scripts.write('post'), { event: 'Accounts::Remove', stage: 'post' });
    await here.call('removeacct', { username: 'nobody1' });
    expect(scripts.order()).toEqual([]);
  });
});

describe('several hooks', () => {
  it('run in the order of their weights', async () => {
    for (const [name, weight] of Object.entries({ c: '300', a: '5', b: '100' })) {
      await add(scripts.write(name), { ...tweak, stage: 'pre', weight });
    }
    await add(scripts.write('last'), { ...tweak, stage: 'pre' });
    await add(scripts.write('after'), { ...tweak, stage: 'post', weight: '1' });
    await callTweak();
    expect(scripts.order()).toEqual(['a', 'b', 'c', 'last', 'after']);
  });

  it('are rolled back in reverse order if a later one refuses, unless they failed', async () => {
    for (const name of ['a', 'b', 'failed']) {
      const path = scripts.write(name, name === 'failed' ? 'echo 0' : 'echo 1');
      await add(path, { ...verify, rollback: `${path} --undo` });
    }
    await add(scripts.write('no', 'echo BAILOUT'), { ...verify, blocking: '1' });
    await add(scripts.write('never'), verify);
    expect(await addPackage()).toMatchObject({ metadata: { error_code: 'hook_refused' }, isAdded: false });
    expect(scripts.order()).toEqual(['a', 'b', 'failed', 'no', 'b --undo', 'a --undo']);
    expect(scripts.received('a')).toHaveLength(2);
    expect(scripts.received('a')[1]).toEqual(scripts.received('a')[0]);
  });

  it('are skipped if their check prints 0 or cannot be run', async () => {
    for (const [name, body] of Object.entries({ yes: 'echo 1', no: 'echo "0 not today"', bad: 'exit 1' })) {
      const check = scripts.write(`check-${name}`, body);
      await add(scripts.write(name), { ...verify, check });
    }
    expect(await addPackage()).toMatchObject({ metadata: { result: 1 }, isAdded: true });
    expect(scripts.order()).toEqual(['check-yes', 'yes', 'check-no', 'check-bad']);
  });
});

describe('a script that cannot be run to its end', () => {
  const childOf = ({ directory }: HookScripts) => readFileSync(join(directory, 'child'), 'utf8').trim();
  const isGone = (id: string) =>
    !existsSync(`/proc/${id}`) || /\nState:\s+Z/.test(readFileSync(`/proc/${id}/status`, 'utf8'));

  it('is ended with everything that it started, and a blocking one refuses', async () => {
    // Enough for its first line on a busy machine.
    const impatient = new Installation({ environment: { WHMAPI1_HOOK_SECONDS: '3' } });
    try {
      const own = new HookScripts(impatient);
      // A child of the script keeps its output open.
      const path = own.write('hang', `sleep 1000 & echo $! > '${own.directory}/child'; wait`);
      await own.add(path, { ...create, stage: 'pre', blocking: '1' });
      const { metadata } = await impatient.call('createacct', bob);
      expect(metadata.reason).toBe(
        `The script hook “${path}” refused the call: it took longer than 3 seconds and was ended`,
      );
      await until(() => isGone(childOf(own)), 'the child ended');
      expect((await impatient.call('list_users')).data).toEqual({ users: ['root'] });
    } finally {
      impatient.remove();
    }
  });

  it('that prints 100 MB is ended, and its output is not kept', async () => {
    const path = scripts.write('much', 'head -c 104857600 /dev/zero; echo 1 > "$0.end"; sleep 1000');
    await add(path, { ...tweak, stage: 'post' });
    const metadata = await callTweak();
    expect(metadata.output?.warnings).toContain(
      `The script hook “${path}” after the call failed: it printed more than 1 MiB and was ended.`,
    );
    expect(existsSync(`${path}.end`)).toBe(false);
    expect(String(log()[0]?.output).length).toBeLessThanOrEqual(4096);
  });

  it.each([
    ['was removed', (path: string) => rmSync(path), 'does not exist'],
    ['can be changed by others', (path: string) => chmodSync(path, 0o777), 'can be changed by other users'],
    [
      'is in a directory of others',
      () => chmodSync(scripts.directory, 0o777),
      'can be changed by other users',
    ],
    ['is not executable', (path: string) => chmodSync(path, 0o644), 'is not executable'],
  ])('because it %s is a refusal if it is blocking', async (_what, damage, problem) => {
    const path = scripts.write('guard');
    const { id } = await add(path, { ...verify, blocking: '1' });
    damage(path);
    const { metadata } = await addPackage();
    chmodSync(scripts.directory, 0o755);
    expect(metadata.error_code).toBe('hook_refused');
    expect(metadata.reason).toContain(problem);
    expect(scripts.order()).toEqual([]);
    await here.call('delete_hook', { id });
    expect((await addPackage()).isAdded).toBe(true);
  });

  it('but leaves a process in the background is not waited for', async () => {
    const path = scripts.write('daemon', `sleep 1000 & echo $! > '${scripts.directory}/child'; echo 1`);
    await add(path, verify);
    const { metadata } = await addPackage();
    const child = childOf(scripts);
    const isRunning = !isGone(child);
    process.kill(Number(child), 'SIGKILL');
    expect([metadata.result, metadata.output?.warnings, isRunning]).toEqual([1, undefined, true]);
  });
});

describe('a dry run', () => {
  it('runs no script, and says which would run', async () => {
    const pre = scripts.write('pre', 'echo BAILOUT');
    await add(pre, { ...verify, blocking: '1' });
    const { metadata } = await addPackage({ dryRun: true });
    expect(metadata.result).toBe(1);
    expect(metadata.output?.messages?.at(-1)).toBe(
      `The script hook “${pre}” would run before the call (Whostmgr Packages::verify_input_data).`,
    );
    expect(scripts.order()).toEqual([]);
  });
});

describe('a batch', () => {
  it('runs the hooks of each of its calls', async () => {
    const path = scripts.write(
      'pre',
      `case "$(tail -1 "$0.seen")" in *two*) echo BAILOUT not two;; *) echo 1;; esac`,
    );
    await add(path, { ...verify, blocking: '1' });
    const command = ['one', 'two', 'three'].map((name) => `addpkg?name=${name}`);
    const { data } = await here.call('batch', { command });
    const results = (data as { result: { metadata: { result: number } }[] }).result.map(
      ({ metadata }) => metadata.result,
    );
    expect(results).toEqual([1, 0, 1]);
    expect(scripts.order()).toHaveLength(3);
    const names = await packageNames();
    expect(names).toEqual(expect.arrayContaining(['one', 'three']));
    expect(names).not.toContain('two');
  });

  it('shows in a dry run what would run for each call', async () => {
    await add(scripts.write('pre'), verify);
    const { data } = await here.call('batch', { command: ['addpkg?name=dry'] }, { dryRun: true });
    expect(JSON.stringify(data)).toContain('would run before the call');
    expect(scripts.order()).toEqual([]);
  });
});

describe('secrets', () => {
  it('reach the script, and never the logs, whatever it prints', async () => {
    const password = 'four "unusual" wörds, Xylophone & more';
    const echo = `tail -1 "$0.seen"; echo; tail -1 "$0.seen" >&2; exit 1`;
    await add(scripts.write('pre', echo), { category: 'Passwd', event: 'ChangePasswd', stage: 'pre' });
    const { metadata } = await here.call('passwd', { user: 'bob', password });
    expect(metadata.result).toBe(1);
    expect(scripts.received('pre')[0]?.data).toEqual({ user: 'bob', new_password: password });
    expect(log()).toHaveLength(1);
    for (const name of ['hooks.log', 'audit.log']) {
      expect(readFileSync(join(here.state, name), 'utf8')).not.toMatch(/Xylophone/);
    }
    expect(JSON.stringify(metadata)).not.toContain('Xylophone');
  });
});

describe('what scripts receive', () => {
  /** The calls, with what the script of the event gets before and after each of them. */
  const cases: Record<
    string,
    { call: [string, Record<string, Json>]; pre?: Record<string, unknown>; post?: Record<string, unknown> }
  > = {
    'Whostmgr Accounts::Create': {
      call: [
        'createacct',
        { ...bob, username: 'dora', domain: 'dora.example', password: 'four unusual words, Xylophone' },
      ],
      pre: { user: 'dora', domain: 'dora.example', pass: 'four unusual words, Xylophone', plan: 'default' },
      post: {
        user: 'dora',
        username: 'dora',
        homedir: '/home/dora',
        rawout: expect.stringContaining('dora.example'),
        result: expect.objectContaining({ package: 'default' }),
      },
    },
    'Whostmgr Accounts::Modify': {
      call: ['modifyacct', { user: 'bob', contactemail: 'bob@example.org' }],
      pre: { user: 'bob', contactemail: 'bob@example.org' },
      post: { user: 'bob', result: expect.objectContaining({ user: 'bob', domain: 'bob.example' }) },
    },
    'Whostmgr Accounts::suspendacct': {
      call: ['suspendacct', { user: 'bob', reason: 'Nonpayment', disallowun: '1' }],
      pre: {
        user: 'bob',
        reason: 'Nonpayment',
        disallowun: 1,
        args: expect.objectContaining({ user: 'bob' }),
      },
      post: { user: 'bob', reason: 'Nonpayment', rawout: '' },
    },
    'Whostmgr Accounts::unsuspendacct': {
      call: ['unsuspendacct', { user: 'bob' }],
      pre: { user: 'bob', args: { user: 'bob' } },
      post: { user: 'bob', rawout: '' },
    },
    'Whostmgr Accounts::change_package': {
      call: ['changepackage', { user: 'bob', pkg: 'starter' }],
      pre: { user: 'bob', cur_pkg: 'default', new_pkg: 'starter' },
      post: { user: 'bob', cur_pkg: 'default', new_pkg: 'starter' },
    },
    'Whostmgr Accounts::set_shell': {
      call: ['modifyacct', { user: 'bob', HASSHELL: '1' }],
      pre: { user: 'bob', current_shell: '/usr/sbin/nologin', new_shell: '/bin/bash' },
      post: { user: 'bob', current_shell: '/usr/sbin/nologin', new_shell: '/bin/bash', rawout: '' },
    },
    'Whostmgr Accounts::SiteIP::set': {
      call: ['setsiteip', { domain: 'bob.example', ip: '192.0.2.2' }],
      pre: { user: 'bob', oldip: '192.0.2.1', newip: '192.0.2.2' },
      post: { user: 'bob', oldip: '192.0.2.1', newip: '192.0.2.2' },
    },
    'Passwd ChangePasswd': {
      call: ['passwd', { user: 'bob', password: 'four unusual words, Xylophone' }],
      pre: { user: 'bob', new_password: 'four unusual words, Xylophone' },
      post: { user: 'bob', new_password: 'four unusual words, Xylophone', rawout: '', applist: 'system' },
    },
    'Whostmgr Packages::verify_input_data': {
      call: ['addpkg', { name: 'gold', quota: '500', MAX_EMAIL_PER_HOUR: '9' }],
      pre: { name: 'gold', quota: '500', max_email_per_hour: '9', edit: 'no' },
    },
    'Whostmgr Domain::zone_add': {
      call: ['adddns', { domain: 'new.example', ip: '192.0.2.1', ipv6: '2001:db8::1' }],
      pre: {
        domain: 'new.example',
        ip: '192.0.2.1',
        trueowner: 'root',
        template: 'standard',
        has_ipv6: 1,
        ipv6: '2001:db8::1',
        allowoverwrite: 0,
      },
      post: { domain: 'new.example', trueowner: 'root' },
    },
    'Whostmgr Domain::zone_remove': {
      call: ['killdns', { domain: 'bob.example' }],
      pre: { domain: 'bob.example', owner: 'bob' },
      post: { domain: 'bob.example', owner: 'bob' },
    },
    'Whostmgr Hostname::change': {
      call: ['sethostname', { hostname: 'new.example.org' }],
      pre: { hostname: 'new.example.org' },
      post: { hostname: 'new.example.org' },
    },
    'Whostmgr Lang::PHP::ini_set_content': {
      call: ['php_ini_set_content', { version: 'ea-php84', content: '[PHP]\nmemory_limit = 64M\n' }],
      pre: { version: 'ea-php84', content: '[PHP]\nmemory_limit = 64M\n' },
      post: { version: 'ea-php84' },
    },
    'Whostmgr Lang::PHP::ini_set_directives': {
      call: ['php_ini_set_directives', { version: 'ea-php84', directive: ['memory_limit:64M'] }],
      pre: { version: 'ea-php84', directive: ['memory_limit:64M'] },
      post: { version: 'ea-php84' },
    },
    'Whostmgr Lang::PHP::set_vhost_versions': {
      call: ['php_set_vhost_versions', { version: 'ea-php84', vhost: ['bob.example'], php_fpm: '0' }],
      pre: { version: 'ea-php84', vhost: ['bob.example'], php_fpm: 0 },
      post: { version: 'ea-php84', vhost: ['bob.example'] },
    },
    'Whostmgr Lang::PHP::set_handler': {
      call: ['php_set_handler', { version: 'ea-php84', handler: 'none' }],
      pre: { version: 'ea-php84', handler: 'none' },
      post: { version: 'ea-php84', handler: 'none' },
    },
    'Whostmgr Lang::PHP::set_system_default_version': {
      call: ['php_set_system_default_version', { version: 'ea-php84' }],
      pre: { version: 'ea-php84' },
      post: { version: 'ea-php84' },
    },
    'Whostmgr SSL::installssl': {
      // The test adds a certificate and its key.
      call: ['installssl', { domain: 'bob.example' }],
      pre: { domain: 'bob.example', key: expect.stringContaining('PRIVATE KEY') as string },
      post: { domain: 'bob.example', result: expect.objectContaining({ servername: 'bob.example' }) },
    },
    'Whostmgr TweakSettings::Main': {
      call: ['set_tweaksetting', { key: 'chkservd_check_interval', value: '60' }],
      pre: {},
      post: {},
    },
    'Whostmgr TweakSettings::Basic': {
      call: ['set_tweaksetting', { key: 'TTL', value: '60', module: 'Basic' }],
      pre: {},
      post: {},
    },
    // The last one, because the account is gone then.
    'Whostmgr Accounts::Remove': {
      call: ['removeacct', { username: 'bob' }],
      pre: { user: 'bob', username: 'bob', keepdns: 0 },
      post: { user: 'bob' },
    },
  };

  const hasPhp = !isMissing('php-fpm8.4') && !isMissing('php8.4');
  const possible = Object.entries(cases).filter(([name]) => hasPhp || !name.includes('Lang::PHP'));

  it('nothing, if the call is not the event after all', async () => {
    for (const event of ['Accounts::change_package', 'Accounts::set_shell']) {
      await add(scripts.write(event.slice(10)), { event, stage: 'pre' });
    }
    expect(
      (await here.call('modifyacct', { user: 'bob', contactemail: 'b@example.org' })).metadata.result,
    ).toBe(1);
    expect(scripts.order()).toEqual([]);
  });

  // One after another, on the account of all tests. Each has scripts of its own.
  it.each(possible)('%s', async (name, { call: [command, args], pre, post }) => {
    const [category = '', event = ''] = name.split(' ');
    if (command === 'unsuspendacct') await here.call('suspendacct', { user: 'bob' });
    if (command === 'installssl') Object.assign(args, await selfSigned({ domains: ['bob.example'] }));
    for (const stage of post === undefined ? ['pre'] : ['pre', 'post']) {
      await add(scripts.write(stage), { category, event, stage });
    }
    const { metadata } = await here.call(command, args);
    expect([metadata.result, metadata.reason]).toEqual([1, metadata.reason]);
    expect(scripts.received('pre').map(({ data }) => data)).toEqual([expect.objectContaining(pre)]);
    if (post === undefined) return;
    const [after] = scripts.received('post');
    expect(after?.data).toEqual(expect.objectContaining(post));
    expect(after?.context).toEqual({
      category,
      event,
      stage: 'post',
      point: 'main',
      blocking: 0,
      escalateprivs: 0,
    });
    expect(after?.hook).toMatchObject({ category, event, stage: 'post', exectype: 'script', weight: 100 });
  });

  it('is tested for every event that happens here', async () => {
    const { eventsOf } = await import('../../src/capabilities/hooks/rules/functions.ts');
    expect(Object.keys(cases).sort()).toEqual([...new Set(Object.values(eventsOf).flat())].sort());
  });
});

describe('a script behind links', () => {
  it('runs if only root can change them', async () => {
    const path = scripts.write('real');
    symlinkSync(path, join(scripts.directory, 'link'));
    symlinkSync('../scripts', join(scripts.directory, 'folder'));
    await add(join(scripts.directory, 'folder/link'), verify);
    expect((await addPackage()).isAdded).toBe(true);
    expect(scripts.order()).toEqual(['real']);
  });
});

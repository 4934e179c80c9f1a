// Nothing that the configuration of a daemon names is missing while another call has the daemon reloaded: the steps of
// every plan are in the order that `src/ground/driver/order-of-reloads.ts` demands.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PlannedStep } from '../../../src/core/plan.ts';
import { steps } from '../../../src/capabilities/steps.generated.ts';
import { dependencies } from '../../../src/ground/driver/order-of-reloads.ts';
import { Installation } from '../../support/installation.ts';
import { installPhp } from '../../support/php.ts';

let here: Installation;
const plans: string[][] = [];
beforeEach(() => {
  here = new Installation();
  plans.length = 0;
  const { journal } = here.engine;
  here.overrides.journal = {
    ...journal,
    open: (db, plan, ...more) => {
      plans.push(plan.steps.map(nameOf));
      return journal.open(db, plan, ...more);
    },
  };
});
afterEach(() => here.remove());

function nameOf({ kind, input }: PlannedStep): string {
  const { after } = input as { readonly after?: { readonly isMoving?: true } | null };
  return after?.isMoving === true ? `${kind} (moving)` : kind;
}

/** What is wrong with the order of a plan. */
function faultsOf(plan: readonly string[]): string[] {
  const firstOf = (kind: string) => plan.indexOf(kind);
  return Object.entries(dependencies).flatMap(([kind, { after = [], before = [] }]) => {
    if (!plan.includes(kind)) return [];
    const late = after.filter((other) => plan.lastIndexOf(other) > firstOf(kind));
    const early = before.filter((other) => plan.includes(other) && firstOf(other) < plan.lastIndexOf(kind));
    return [
      ...late.map((other) => `“${other}” is not before “${kind}”.`),
      ...early.map((other) => `“${other}” is not after “${kind}”.`),
    ];
  });
}

it('is kept by every plan of an account’s life', async () => {
  installPhp(here, '8.4');
  const bob = { username: 'bob', domain: 'bob.example' };
  for (const [name, args] of [
    ['createacct', bob],
    ['modifyacct', { user: 'bob', newuser: 'rob' }],
    ['modifyacct', { user: 'rob', domain: 'rob.example' }],
    ['modifyacct', { user: 'rob', newuser: 'bob', domain: 'bob.example' }],
    ['suspendacct', { user: 'bob' }],
    ['modifyacct', { user: 'bob', newuser: 'rob' }],
    ['unsuspendacct', { user: 'rob' }],
    ['removeacct', { username: 'rob' }],
  ] as const) {
    const { metadata } = await here.call(name, args);
    expect([name, args, metadata.reason, metadata.result]).toEqual([name, args, metadata.reason, 1]);
  }
  const [created, renamed, moved] = plans;
  expect(created).toEqual(
    expect.arrayContaining(['users/create', 'php-pools/change', 'virtual-hosts/change']),
  );
  expect(renamed).toEqual(
    expect.arrayContaining(['virtual-hosts/change (moving)', 'users/rename', 'virtual-hosts/change']),
  );
  expect(moved).toContain('certificates/remove');
  expect(plans.at(-1)).toEqual(expect.arrayContaining(['virtual-hosts/delete-logs', 'users/remove']));
  expect(plans.map(faultsOf)).toEqual(plans.map(() => []));
});

it('lets no file of Apache name the user or group while an account is renamed', async () => {
  await here.call('createacct', { username: 'bob', domain: 'bob.example' });
  const { machine } = here.engine;
  const users = await machine.users();
  const file = () => readFileSync(join(here.state, 'root/etc/apache2/whmapi1/accounts/bob.conf'), 'utf8');
  expect(file()).toContain('SuexecUserGroup bob bob');
  const rename = jest.fn(async (...names: Parameters<typeof users.rename>) => {
    expect(file()).toContain('RedirectMatch 503');
    expect(file()).not.toContain('SuexecUserGroup');
    await users.rename(...names);
  });
  here.overrides.machine = {
    ...machine,
    users: async () =>
      new Proxy(users, {
        get: (target, name) => {
          const method: unknown = name === 'rename' ? rename : Reflect.get(target, name);
          return typeof method === 'function' && name !== 'rename'
            ? (method.bind(target) as unknown)
            : method;
        },
      }),
  };
  expect((await here.call('modifyacct', { user: 'bob', newuser: 'rob' })).metadata).toMatchObject({
    result: 1,
  });
  expect(rename).toHaveBeenCalledTimes(1);
});

/** Steps of the same folders that neither make, rename nor remove anything that another file names. */
const namesNothing = [
  ...['users/end-processes', 'users/expire-password', 'users/make-home', 'users/set-password'],
  'users/set-shell',
  ...['users/suspend', 'users/unsuspend', 'virtual-hosts/link-logs', 'virtual-hosts/open'],
  ...['virtual-hosts/set-suspended', 'virtual-hosts/pause', 'virtual-hosts/end-pause'],
  ...['php/set-ini', 'php/make-session-folder'],
];
/** Those that write the files of daemons. */
const writing = [
  ...['virtual-hosts/change', 'virtual-hosts/change-several', 'virtual-hosts/remove'],
  ...['php-pools/change', 'php-pools/remove', 'zones/change', 'zones/remove', 'zones/set-signing'],
];

it('has every step that touches what files of daemons name', () => {
  const folders = ['users', 'certificates', 'virtual-hosts', 'php', 'php-pools', 'zones'];
  const kinds = Object.keys(steps).filter((kind) => folders.includes(kind.split('/')[0] ?? ''));
  expect(kinds.sort()).toEqual([...Object.keys(dependencies), ...namesNothing, ...writing].sort());
});

it('is what src/ground/README.md says', () => {
  const page = readFileSync(join(__dirname, '../../../src/ground/README.md'), 'utf8');
  const list = (kinds: readonly string[] = []) => kinds.map((kind) => `\`${kind}\``).join(', ');
  for (const [kind, { touches, after, before }] of Object.entries(dependencies)) {
    const cells = [`\`${kind}\``, touches, list(after), list(before)];
    const row = page.split('\n').find((line) => line.startsWith(`| ${cells[0]} `));
    const found = row?.split('|').map((cell) => cell.trim());
    expect(found).toEqual(['', ...cells, '']);
  }
});

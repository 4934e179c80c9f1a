import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HookDesk, type Attributes, type Hook } from '../../src/administration/hooks.ts';
import { HookScripts } from '../support/hook-scripts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
let scripts: HookScripts;
beforeEach(() => {
  here = new Installation();
  scripts = new HookScripts(here);
});
afterEach(() => here.remove());

const create = { event: 'Accounts::Create', stage: 'pre' } as const;
const add = (name: string, attributes: Attributes = create): Promise<Hook> =>
  scripts.add(scripts.write(name), attributes);

interface Listed {
  event: string;
  stage_order: string[];
  stages: { stage: string; attributes: Record<string, number>; actions: Record<string, unknown>[] }[];
}
async function eventsOf(category: string): Promise<Listed[]> {
  const { categories } = (await here.call('list_hooks')).data as unknown as {
    categories: { category: string; events: Listed[] }[];
  };
  return categories.find((one) => one.category === category)?.events ?? [];
}
const eventNamed = async (event: string) => (await eventsOf('Whostmgr')).find((one) => one.event === event);
const actions = async () =>
  (await eventNamed('Accounts::Create'))?.stages.flatMap((one) => one.actions) ?? [];

async function refusal(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'accepted',
    (error: unknown) => (error as Error).message,
  );
}

describe('list_hooks', () => {
  it('lists events without hooks, without stages', async () => {
    expect(await eventNamed('Accounts::Create')).toEqual({
      event: 'Accounts::Create',
      stage_order: ['pre', 'post'],
      stages: [],
    });
    expect(await eventNamed('Packages::verify_input_data')).toMatchObject({ stage_order: ['pre'] });
  });

  it('lists hooks in their order, with their attributes', async () => {
    await add('late', { ...create, weight: '300', description: 'The second' });
    const { id, hook } = await add('early', { ...create, weight: '2', blocking: '1' });
    expect(await eventNamed('Accounts::Create')).toMatchObject({
      stages: [
        {
          stage: 'pre',
          attributes: { blocking: 1, escalateprivs: 0 },
          actions: [
            {
              ...{ id, hook, weight: 2, blocking: 1, enabled: 1, escalateprivs: 0, exectype: 'script' },
              ...{ category: 'Whostmgr', event: 'Accounts::Create', stage: 'pre' },
              ...{ check: null, rollback: null, description: null, notes: null },
            },
            { weight: 300, description: 'The second' },
          ],
        },
      ],
    });
    expect(id).toMatch(/^[\w-]{24}$/);
  });

  it('lists hooks of events that do not happen here', async () => {
    await add('addon', { category: 'Cpanel', event: 'Api1::Fileman::uploadfiles', stage: 'post' });
    expect(await eventsOf('Cpanel')).toMatchObject([
      {
        event: 'Api1::Fileman::uploadfiles',
        stages: [{ stage: 'post', attributes: { blocking: 0 } }],
      },
    ]);
  });
});

describe('edit_hook', () => {
  it('changes what is given, and keeps the rest', async () => {
    const { id, hook } = await add('one', { ...create, notes: 'keep' });
    const check = scripts.write('check');
    const { metadata } = await here.call('edit_hook', {
      id,
      check,
      weight: '7',
      stage: 'post',
      enabled: '0',
    });
    expect(metadata.result).toBe(1);
    expect(await actions()).toMatchObject([
      { id, hook, check, weight: 7, stage: 'post', enabled: 0, notes: 'keep' },
    ]);
    await here.call('edit_hook', { id, check: '', notes: '', hook: `${hook} --more` });
    expect(await actions()).toMatchObject([{ hook: `${hook} --more`, check: null, notes: null, weight: 7 }]);
  });

  it('disables and enables a hook', async () => {
    const { id } = await add('one', create);
    await here.call('edit_hook', { id, enabled: '0' });
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    expect(scripts.order()).toEqual([]);
    await here.call('edit_hook', { id, enabled: '1' });
    await here.call('createacct', { username: 'carl', domain: 'carl.example' });
    expect(scripts.order()).toEqual(['one']);
  });

  it('accepts the parameter disabled of old clients, which has no effect', async () => {
    const { id } = await add('one', create);
    expect((await here.call('edit_hook', { id, disabled: '1' })).metadata.result).toBe(1);
    expect(await actions()).toMatchObject([{ enabled: 1 }]);
  });

  it.each([
    [{ hook: 'relative.sh' }, 'absolute path'],
    [{ hook: 'MyApp::Hooks::add' }, 'Perl modules'],
    [{ exectype: 'module' }, 'Perl modules'],
    [{ hook: '/bin/true | /bin/false' }, 'without a shell'],
    [{ hook: '/no/such/script' }, 'does not exist'],
    [{ check: '/' }, 'is a directory'],
    [{ rollback: '/etc/passwd' }, 'not executable'],
    [{ weight: '0' }, 'weight'],
  ])('rejects %j', async (args, problem) => {
    const { id } = await add('one', create);
    const { metadata } = await here.call('edit_hook', { id, ...args });
    expect([metadata.error_code, metadata.reason]).toEqual(['bad_param', expect.stringContaining(problem)]);
    expect(await actions()).toMatchObject([{ weight: 100, check: null, rollback: null }]);
  });

  it('rejects a stage that the event does not have', async () => {
    const { id } = await add('one', { event: 'Packages::verify_input_data', stage: 'pre' });
    const { metadata } = await here.call('edit_hook', { id, stage: 'post' });
    expect(metadata.reason).toContain('has the stage pre only');
  });

  it('rejects an unknown ID', async () => {
    expect((await here.call('edit_hook', { id: 'nosuch' })).metadata.error_code).toBe('not_found');
  });
});

describe('delete_hook', () => {
  it('removes a hook, and no other', async () => {
    const { id } = await add('one', create);
    const { id: other } = await add('two', create);
    expect((await here.call('delete_hook', { id })).metadata.result).toBe(1);
    expect(await actions()).toMatchObject([{ id: other }]);
    expect((await here.call('delete_hook', { id })).metadata.error_code).toBe('not_found');
  });
});

describe('reorder_hooks', () => {
  it('sets the weights in the new order, before those that are not named', async () => {
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c']) ids.push((await add(name, create)).id);
    const [a = '', b = '', c = ''] = ids;
    const { data } = await here.call('reorder_hooks', { ids: `${c}, ${a}` });
    expect(data).toEqual({
      hook_order: [c, a, b].map((id, at) => ({ id, weight: (at + 1) * 100 })),
    });
    expect((await actions()).map(({ id }) => id)).toEqual([c, a, b]);
  });

  it('rejects hooks of different stages, repeated ones and unknown ones', async () => {
    const { id } = await add('a', create);
    const { id: post } = await add('b', { ...create, stage: 'post' });
    const reason = async (ids: string) => (await here.call('reorder_hooks', { ids })).metadata.reason;
    expect(await reason(`${id},${post}`)).toContain('one event and stage');
    expect(await reason(`${id},${id}`)).toContain('is there twice');
    expect(await reason(`${id},nosuch`)).toContain('no script hook');
    expect(await reason(',')).toContain('should be the IDs of hooks');
    expect((await actions()).map(({ weight }) => weight)).toEqual([100, 100]);
  });
});

describe('registering a hook', () => {
  it('gives it the next weight of its event and stage', async () => {
    expect((await add('a')).weight).toBe(100);
    expect((await add('b', { ...create, weight: '555' })).weight).toBe(555);
    expect((await add('c')).weight).toBe(655);
    expect((await add('d', { ...create, stage: 'post' })).weight).toBe(100);
  });

  it.each([
    [{ event: 'Accounts::create' }, 'Did you mean Accounts::Create?'],
    [{ category: 'Whostmanager' }, 'The category “Whostmanager” does not exist.'],
    [{ stage: 'during' }, '“stage” should be pre or post, not “during”.'],
    [{ stage: '' }, '“stage” should be pre or post.'],
    [{ weight: '0' }, '“weight” should be a whole number from 1'],
    [{ blocking: 'yes' }, '“blocking” should be 1 or 0, not “yes”.'],
    [{ exectype: 'module' }, 'Perl modules'],
    [{ check: '/no/such/check' }, '“/no” does not exist.'],
    [{ hook: "/bin/true 'open" }, '“hook” has a quote that is never closed.'],
  ])('rejects %j', async (attributes, problem) => {
    expect(await refusal(add('one', { ...create, ...attributes }))).toContain(problem);
    expect(await actions()).toEqual([]);
    expect(here.audit().at(-2)).toMatchObject({ function: '--hook add', result: 0, error_code: 'bad_param' });
  });

  it('rejects a script that others can change', async () => {
    const path = scripts.write('one');
    chmodSync(path, 0o775 | 0o002);
    expect(await refusal(scripts.add(path, create))).toContain(
      'can be changed by other users. Run: chmod go-w',
    );
  });

  it('rejects what is registered already', async () => {
    await add('one');
    expect(await refusal(add('one'))).toContain('is registered already');
  });
});

describe('a script that describes its hooks', () => {
  const describing = (output: string) => {
    const path = join(scripts.directory, 'own');
    writeFileSync(path, `#!/bin/sh\n[ "$1" = --describe ] && cat <<'END'\n${output}\nEND\n`, { mode: 0o755 });
    return path;
  };
  const register = async (path: string) => {
    const desk = new HookDesk(here.environment);
    try {
      return await desk.add(path, await desk.describe(path));
    } finally {
      desk.close();
    }
  };

  it('has all of them registered', async () => {
    const hook = (stage: string, blocking: number | boolean) => ({
      ...{ category: 'Whostmgr', event: 'Accounts::Create', stage, blocking, weight: 50 },
      ...{ hook: `${join(scripts.directory, 'own')} --${stage}`, exectype: 'script' },
    });
    const { added } = await register(describing(JSON.stringify([hook('pre', 1), hook('post', false)])));
    expect(added).toMatchObject([
      { stage: 'pre', blocking: true, weight: 50, hook: expect.stringContaining('--pre') as string },
      { stage: 'post', blocking: false },
    ]);
  });

  it('has none of them registered if one is invalid', async () => {
    const hook = { category: 'Whostmgr', event: 'Accounts::Create', stage: 'pre', exectype: 'script' };
    const path = join(scripts.directory, 'own');
    describing(
      JSON.stringify([
        { ...hook, hook: path },
        { ...hook, hook: path, event: 'nosuch' },
      ]),
    );
    expect(await refusal(register(path))).toContain('has no event “nosuch”');
    expect(await actions()).toEqual([]);
  });

  it.each(['no JSON', '{}', '[]', '["x"]'])('is rejected for %s', async (output) => {
    expect(await refusal(register(describing(output)))).toContain('did not print a JSON array of hooks');
  });
});

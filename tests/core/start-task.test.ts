// A task and the call that starts it: both are stored, or neither.
import type { Context } from '../../src/core/context.ts';
import type { AnyFunction } from '../../src/core/define.ts';
import { notFound } from '../../src/core/errors.ts';
import type { Plan } from '../../src/core/plan.ts';
import { list } from '../../src/ground/rules/tasks/tasks.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

/** A function of the test, called `start`. */
function offer(effect: AnyFunction['effect'], handler: (context: Context) => unknown): void {
  const fn: AnyFunction = {
    ...{ name: 'start', since: null, summary: 'Start a task.', access: 'any', params: {}, returns: null },
    ...{ effect, examples: [{ args: {}, doc: 'An example.' }] },
    handler: (_args: never, context: Context) => handler(context),
  };
  here.overrides.find = async () => fn;
}

const start = async (context: Context) => {
  await context.startTask('measure-disk-usage', { deep: ['input'] });
};

const tasks = () =>
  here.engine.store.transaction('reads', async (db) => ({ value: await list(db), keep: false }));

test.each(['changes', 'calls', 'operates'] as const)(
  'a function that %s starts a task, and returns its ID',
  async (effect) => {
    offer(effect, start);
    const { metadata } = await here.call('start', {}, { as: reseller('ann') });
    expect(metadata).toEqual({ version: 1, reason: 'OK', result: 1, command: 'start', task: 1 });
    const [task, ...others] = await tasks();
    expect(others).toEqual([]);
    expect(task).toMatchObject({
      ...{ id: 1, kind: 'measure-disk-usage', input: { deep: ['input'] }, state: 'waiting', progress: 0 },
      ...{ caller: 'ann', xid: 'xid123', attempts: 0, createdAt: here.time, notBefore: here.time },
    });
  },
);

test('a call that fails after it started a task starts none', async () => {
  offer('changes', async (context) => {
    await start(context);
    throw notFound('It is not there.');
  });
  const { metadata } = await here.call('start');
  expect([metadata.result, metadata.task]).toEqual([0, undefined]);
  expect(await tasks()).toEqual([]);
});

test.each(['changes', 'calls'] as const)('a dry run of a function that %s starts no task', async (effect) => {
  offer(effect, start);
  const { metadata } = await here.call('start', {}, { dryRun: true });
  expect(metadata).toEqual({ version: 1, reason: 'OK', result: 1, command: 'start', dry_run: 1 });
  expect(await tasks()).toEqual([]);
});

test.each(['none', 'looks', 'reads'] as const)(
  'a function with the effect “%s” cannot start one',
  async (effect) => {
    offer(effect, start);
    expect((await here.call('start')).metadata).toMatchObject({ result: 0, error_code: 'internal' });
    offer('changes', () => undefined);
    expect(await tasks()).toEqual([]);
  },
);

/** Its transaction is rolled back, and the task would be lost. */
test('a function that plans changes on the machine cannot start a task', async () => {
  const plan: Plan = { change: 'none', input: {}, locks: [], steps: [] };
  const orders = [
    async (context: Context) => {
      context.plan(plan);
      await start(context);
    },
    async (context: Context) => {
      await start(context);
      context.plan(plan);
    },
  ];
  for (const order of orders) {
    offer('operates', order);
    expect((await here.call('start')).metadata).toMatchObject({ result: 0, error_code: 'internal' });
    expect(here.errors().at(-1)?.error).toMatch(/starts no task|plans nothing/);
  }
  expect(await tasks()).toEqual([]);
});

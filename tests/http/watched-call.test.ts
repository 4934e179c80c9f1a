// Which calls are recognised as depending only on the store.
import { root } from '../../src/app.ts';
import type { Context, FreeContext } from '../../src/core/context.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import type { AnyFunction } from '../../src/core/define.ts';
import { ApiError } from '../../src/core/errors.ts';
import { WatchedCall } from '../../src/http/watched-call.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

async function version(): Promise<AnyFunction> {
  const found = await here.engine.find('version');
  if (found === undefined) throw new Error('There is no function to begin with.');
  return found;
}

/** True if the response of a function with this effect and handler may be cached. */
async function isRepeatable(
  effect: AnyFunction['effect'],
  handler: AnyFunction['handler'],
  { dryRun = false, passes }: { readonly dryRun?: boolean; readonly passes?: string } = {},
): Promise<boolean> {
  const fn = { ...(await version()), effect, handler, ...(passes !== undefined && { passes }) };
  here.overrides.find = async () => fn;
  const call = new WatchedCall(here.engine);
  const { metadata } = await dispatch({ command: 'made_up', args: [], dryRun }, root, call.engine);
  expect(metadata.result).toBe(1);
  return call.repeatable !== undefined;
}

const takers: Record<keyof Context, (context: Context) => unknown> = {
  caller: ({ caller }) => caller,
  origin: ({ origin }) => origin,
  db: ({ db }) => db,
  sealer: ({ sealer }) => sealer,
  system: ({ system }) => system,
  isDryRun: ({ isDryRun }) => isDryRun,
  version: ({ version }) => version,
  now: ({ now }) => now,
  randomBytes: ({ randomBytes }) => randomBytes,
  isAbandoned: ({ isAbandoned }) => isAbandoned,
  passwordStrength: ({ passwordStrength }) => passwordStrength,
  sha256: ({ sha256 }) => sha256,
  warn: ({ warn }) => warn,
  inform: ({ inform }) => inform,
  raw: ({ raw }) => raw,
  reason: ({ reason }) => reason,
  addMetadata: ({ addMetadata }) => addMetadata,
  plan: ({ plan }) => plan,
  startTask: ({ startTask }) => startTask,
  listQuery: ({ listQuery }) => listQuery,
  reportLongList: ({ reportLongList }) => reportLongList,
  reportCounts: ({ reportCounts }) => reportCounts,
  securityAdvice: ({ securityAdvice }) => securityAdvice,
  functions: ({ functions }) => functions,
};

test.each([
  ['caller', true],
  ['db', true],
  ['isDryRun', true],
  ['version', true],
  ['warn', true],
  ['inform', true],
  ['reason', true],
  ['listQuery', true],
  ['reportCounts', true],
  ['reportLongList', true],
  ['origin', false],
  ['sealer', false],
  ['system', false],
  ['now', false],
  ['randomBytes', false],
  ['sha256', false],
  ['passwordStrength', false],
  ['isAbandoned', false],
  ['plan', false],
  ['functions', false],
] as const)('a handler that uses `%s` of its context: %s', async (name, expected) => {
  const handler = (_args: never, context: Context) => {
    takers[name](context);
    return { version: '' };
  };
  expect(await isRepeatable('reads', handler)).toBe(expected);
});

test.each([
  ['none', true],
  ['reads', true],
  ['changes', false],
  ['calls', false],
  ['operates', false],
] as const)('a handler with the effect “%s”: %s', async (effect, expected) => {
  for (const dryRun of [false, true]) {
    expect(await isRepeatable(effect, () => ({ version: '' }), { dryRun })).toBe(expected);
  }
});

test.each([
  ['callAsAccount', true],
  ['innerError', false],
  ['caller', true],
  ['call', false],
  ['machine', false],
  ['now', false],
] as const)('a function that passes its arguments on, and uses `%s`: %s', async (name, expected) => {
  const read: AnyFunction = { ...(await version()), effect: 'reads' };
  const { uapi } = here.engine.accountApis;
  here.overrides.accountApis = { ...here.engine.accountApis, uapi: { ...uapi, find: async () => read } };
  const handler = async (_args: never, context: FreeContext) => {
    expect(context[name]).toBeDefined();
    const { metadata } = await context.callAsAccount('bob', 'uapi', { command: 'A::b', args: [] });
    expect(metadata.result).toBe(1);
    return { version: '' };
  };
  expect(await isRepeatable('calls', handler, { passes: 'Everything.' })).toBe(expected);
});

test.each([
  ['reads', true],
  ['changes', false],
] as const)('one that also has a transaction that %s: %s', async (effect, expected) => {
  const { uapi } = here.engine.accountApis;
  const read: AnyFunction = { ...(await version()), effect: 'reads' };
  here.overrides.accountApis = { ...here.engine.accountApis, uapi: { ...uapi, find: async () => read } };
  const handler = async (_args: never, context: FreeContext) => {
    await context.transaction(effect, async () => undefined);
    await context.callAsAccount('bob', 'uapi', { command: 'A::b', args: [] });
    return { version: '' };
  };
  expect(await isRepeatable('calls', handler, { passes: 'Everything.' })).toBe(expected);
});

test.each(['A::b', 'made_up'])('a call whose audit line of `%s` cannot be written', async (name) => {
  const { audit, accountApis } = here.engine;
  const read: AnyFunction = { ...(await version()), name: 'A::b', effect: 'reads' };
  here.overrides.accountApis = { ...accountApis, uapi: { ...accountApis.uapi, find: async () => read } };
  const handler = async (_args: never, { callAsAccount }: FreeContext) => {
    await callAsAccount('bob', 'uapi', { command: 'A::b', args: [] });
    return { version: '' };
  };
  const fn: AnyFunction = { ...(await version()), name: 'made_up', effect: 'calls', handler, passes: 'All.' };
  here.overrides.find = async () => fn;
  const failing = new Set<string>();
  here.overrides.audit = async (record, ...others) => {
    if (failing.has(record.function)) throw new ApiError('store_unavailable', 'The disk is full.');
    return audit(record, ...others);
  };
  const repeatable = async () => {
    const call = new WatchedCall(here.engine);
    await dispatch({ command: 'made_up', args: [], dryRun: false }, root, call.engine);
    return call.repeatable !== undefined;
  };
  expect(await repeatable()).toBe(true);
  failing.add(name);
  expect(await repeatable()).toBe(false);
});

test('a handler that passes its context on is watched there too', async () => {
  const handler = (_args: never, context: Context) => takers.now({ ...context }) && { version: '' };
  expect(await isRepeatable('reads', handler)).toBe(false);
});

test.each([
  ['changes', 'twofactorauth_set_issuer', { issuer: 'New' }],
  ['operates', 'createacct', { username: 'alice', domain: 'alice.example' }],
  ['reads', 'listpkgs', {}],
  ['measures', 'accountsummary', { user: 'bob' }],
  ['makes calls', 'batch', { command: 'addpkg?name=gold' }],
  ['passes its arguments on', 'uapi_cpanel', { 'cpanel.user': 'bob', 'cpanel.module': 'Mime' }],
])('a call whose function %s: %s', async (what, command, args) => {
  const call = new WatchedCall(here.engine);
  const list = Object.entries(args).map(([name, value]) => ({ name, value }));
  await dispatch({ command, args: list, dryRun: false }, root, call.engine);
  expect(call.changes).toBe(what === 'changes' || what === 'operates');
});

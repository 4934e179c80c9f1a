// Remembered responses to the calls of the native commands, with the rules of remembered-answers.test.ts.
import { readRootLine } from '../../src/command-socket/served-account-call.ts';
import { readLine, type Remember } from '../../src/command-socket/served-call.ts';
import { ApiError } from '../../src/core/errors.ts';
import { RememberedCalls } from '../../src/http/remembered-calls.ts';
import { commandRequest } from '../support/command-request.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
let remember: Remember;
/** True if the response to the latest call was given from memory. */
let isGiven: boolean;

beforeEach(async () => {
  here = new Installation({ livesLong: true });
  await done('createacct', { username: 'bob', domain: 'bob.example' });
  let last = 0;
  here.overrides.newXid = () => `xid${++last}`;
  const remembered = new RememberedCalls(here.application);
  remember = (engine, key, make) => {
    isGiven = true;
    return remembered.run(engine, key, (one) => {
      isGiven = false;
      return make(one);
    });
  };
});
afterEach(() => here.remove());

async function done(command: string, args: Record<string, string>): Promise<void> {
  const { metadata } = await here.call(command, args);
  expect([command, metadata.result, metadata.result === 1 || metadata.reason]).toEqual([command, 1, true]);
}

/** What the server prints for the command, and the lines of the audit log. */
async function printed(...words: string[]) {
  const before = here.audit().length;
  const view = { isOnSameMounts: true, seesSameFiles: () => true, remember };
  const application = { ...here.application, engine: here.engine };
  const read = words[0] === '--uapi' || words[0] === '--cpapi2' ? readRootLine : readLine;
  const run = await read(commandRequest(words, here.environment), application, view);
  if (typeof run !== 'function') throw new TypeError('The server does not make the call.');
  isGiven = false;
  const print = await run(() => false);
  let text = '';
  const output = { write: (piece: string) => void (text += piece), isTerminal: () => false };
  const others = { environment: {}, readStdin: () => Buffer.of(), readFile: () => Buffer.of() };
  const status = await print({ stdout: output, stderr: output, ...others });
  const lines = here.audit().slice(before);
  return { status, text, isMade: !isGiven, lines };
}

/** Returns what is the same in the lines of a repeated call. */
const lasting = (lines: ReturnType<Installation['audit']>) =>
  lines.map((line) => ({ ...line, time: 0, xid: '', duration_ms: 0 }));

const uapi = ['--uapi', '--user=bob', '--output=json', 'DomainInfo', 'list_domains'];

test.each([
  ['a read', ['domainuserdata', 'domain=bob.example']],
  [
    'uapi_cpanel',
    ['uapi_cpanel', 'cpanel.user=bob', 'cpanel.module=DomainInfo', 'cpanel.function=list_domains'],
  ],
  ['uapi by root', uapi],
  ['cpapi2 by root', ['--cpapi2', '--user=bob', 'DomainLookup', 'getdocroot', 'domain=bob.example']],
])(
  '%s is made twice, and then given from memory, with the same lines in the audit log',
  async (_what, words) => {
    const [first, second, third, fourth] = [
      await printed(...words),
      await printed(...words),
      await printed(...words),
      await printed(...words),
    ];
    expect([first, second, third, fourth].map(({ isMade }) => isMade)).toEqual([true, true, false, false]);
    for (const one of [second, third, fourth]) {
      expect([one.status, one.text]).toEqual([first.status, first.text]);
      expect(lasting(one.lines)).toEqual(lasting(first.lines));
    }
    expect(first.lines.length).toBeGreaterThan(0);
    const xids = [first, second, third, fourth].flatMap(({ lines }) => lines.map(({ xid }) => xid));
    expect(new Set(xids).size).toBe(xids.length);
  },
);

async function remembered(...words: string[]): Promise<string> {
  await printed(...words);
  await printed(...words);
  const { text, isMade: isAgain } = await printed(...words);
  expect(isAgain).toBe(false);
  return text;
}

test.each([
  ['the account is renamed', () => done('modifyacct', { user: 'bob', newuser: 'rob' })],
  ['the account is removed', () => done('removeacct', { username: 'bob' })],
])('is made again once %s', async (_what, change) => {
  expect(await remembered(...uapi)).toContain('"status":1');
  await change();
  const { isMade: isAgain, text } = await printed(...uapi);
  expect(isAgain).toBe(true);
  expect(text).not.toContain('"status":1');
});

test('an argument, an option of lists, a user or a dry run makes another call of it', async () => {
  await done('createacct', { username: 'alice', domain: 'alice.example' });
  await remembered(...uapi);
  const others = [
    ['--uapi', '--user=alice', '--output=json', 'DomainInfo', 'list_domains'],
    [...uapi, 'api.columns=1'],
    ['--uapi', '--user=bob', '--dry-run', '--output=json', 'DomainInfo', 'list_domains'],
  ];
  for (const words of others) expect((await printed(...words)).isMade).toBe(true);
  expect((await printed(...(others[0] ?? []))).text).toContain('alice.example');
});

test('a failure, and what the clock or the machine say, is not remembered', async () => {
  const failing = ['domainuserdata', 'domain=nobody.example'];
  for (const words of [failing, ['--output=json', 'gethostname'], ['systemloadavg']]) {
    for (let round = 0; round < 4; round++)
      expect([words, (await printed(...words)).isMade]).toEqual([words, true]);
  }
});

test('a warning about the disk belongs to the call of its moment', async () => {
  const words = ['domainuserdata', 'domain=bob.example'];
  const before = await remembered(...words);
  here.overrides.spaceWarning = () => 'The disk is almost full.';
  expect((await printed(...words)).text).toContain('The disk is almost full.');
  delete here.overrides.spaceWarning;
  expect((await printed(...words)).text).toBe(before);
});

test('a call whose line cannot be written fails', async () => {
  await remembered(...uapi);
  here.overrides.audit = () => Promise.reject(new ApiError('store_unavailable', 'The audit log is full.'));
  const { text, status } = await printed(...uapi);
  expect([text, status]).toEqual([expect.stringContaining('The audit log is full.'), expect.any(Number)]);
  expect(text).not.toContain('"status":1');
});

test('a call that does not need the store works without it', async () => {
  const storeState = () => Promise.reject(new ApiError('store_unavailable', 'No store.'));
  const calls = new RememberedCalls({ storeState });
  const make = () =>
    Promise.resolve({ metadata: { version: 1, reason: 'OK', result: 1, command: 'x' } } as const);
  expect(await calls.run(here.engine, 'x', make)).toMatchObject({ metadata: { result: 1 } });
});

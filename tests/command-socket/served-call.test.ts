// Calls that the server makes for the command.
import { readRootLine } from '../../src/command-socket/served-account-call.ts';
import { readLine } from '../../src/command-socket/served-call.ts';
import { LONGEST_READING_MS } from '../../src/core/list-time-limit.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { commandRequest } from '../support/command-request.ts';
import { Installation } from '../support/installation.ts';
import { onSqlite } from '../support/test-database.ts';

const here = new Installation();
afterEach(() => jest.useRealTimers());
afterAll(() => here.remove());

onSqlite('a command that stops reading a long list gets an error after 30 minutes', async () => {
  await addAccounts(
    here,
    ...Array.from({ length: 1003 }, (_, at) =>
      anAccount({ username: `user${at}`, domain: `${at}.example`, uid: 2000 + at }),
    ),
  );
  const run = await readLine(
    commandRequest(['--output=json', 'listaccts'], here.environment),
    here.application,
    () => true,
  );
  if (typeof run !== 'function') throw new TypeError('The server does not make the call.');
  jest.useFakeTimers();
  const print = await run(() => false);
  const printed = { stdout: '', stderr: '' };
  const output = (name: keyof typeof printed) => ({
    write: (text: string) => {
      printed[name] += text;
    },
    isTerminal: () => false,
  });
  const status = await print({
    stdout: {
      ...output('stdout'),
      drained: () => {
        jest.advanceTimersByTime(LONGEST_READING_MS);
        return Promise.resolve();
      },
    },
    stderr: output('stderr'),
    environment: {},
    readStdin: () => Buffer.of(),
    readFile: () => Buffer.of(),
  });
  expect({ status, stderr: printed.stderr }).toEqual({
    status: 1,
    stderr: 'whmapi1: the response is incomplete: The list was not read to its end within 30 minutes.\n',
  });
  expect(printed.stdout).toContain('"user0"');
  expect(printed.stdout).not.toContain('"user999"');
});

test('a call that may be asked about is left to the command, which has the terminal', async () => {
  const decide = (...argv: string[]) =>
    readLine(commandRequest(argv, here.environment), here.application, () => true);
  expect(await decide('twofactorauth_disable_policy')).toBeInstanceOf(Function);
  expect(await decide('--confirm', 'twofactorauth_disable_policy')).toBeUndefined();
});

test.each([
  ['version', true],
  ['listaccts', true],
  ['twofactorauth_disable_policy', true],
  // They look at the machine, which can differ for the process of the command.
  ['getdiskusage', false],
  ['listips', false],
  // It changes the machine.
  ['removeacct user=bob', false],
])(
  'of functions, the server makes the calls of those that only use the store: %s',
  async (line, isServed) => {
    const run = await readLine(
      commandRequest(line.split(' '), here.environment),
      here.application,
      () => true,
    );
    expect(typeof run === 'function').toBe(isServed);
  },
);

test.each([
  'createacct username=bob domain=bob.example',
  // The server has measured it before.
  'accountsummary user=bob',
])('it makes %s only if it sees the files of the command', async (line) => {
  const request = commandRequest(line.split(' '), here.environment);
  for (const sees of [true, false]) {
    expect(typeof (await readLine(request, here.application, () => sees)) === 'function').toBe(sees);
  }
});

test('the function that a call runs as an account decides who makes the call', async () => {
  const decide = (...argv: string[]) =>
    readLine(commandRequest(argv, here.environment), here.application, () => true);
  const uapi = (name: string) => {
    const [module, func] = name.split('::');
    return decide('uapi_cpanel', 'cpanel.user=bob', `cpanel.module=${module}`, `cpanel.function=${func}`);
  };
  expect(await uapi('DomainInfo::list_domains')).toBeInstanceOf(Function);
  expect(await uapi('SubDomain::addsubdomain')).toBeUndefined();
  expect(await uapi('Nosuch::function')).toBeUndefined();
  const cpanel = (version: string) =>
    decide(
      ...['cpanel', 'cpanel_jsonapi_user=bob', `cpanel_jsonapi_apiversion=${version}`],
      ...['cpanel_jsonapi_module=DomainInfo', 'cpanel_jsonapi_func=list_domains'],
    );
  // UAPI has it, API 2 does not.
  expect(await cpanel('3')).toBeInstanceOf(Function);
  expect(await cpanel('2')).toBeUndefined();
});

test('the commands uapi and cpapi2 have calls of their own API made', async () => {
  const decide = (...argv: string[]) =>
    readRootLine(commandRequest(argv, here.environment), here.application, () => true);
  const line = ['--user=bob', 'DomainInfo', 'list_domains'];
  expect(await decide('--uapi', ...line)).toBeInstanceOf(Function);
  expect(await decide('--cpapi2', ...line)).toBeUndefined();
  expect(await decide('--cpapi2', '--user=bob', 'DomainLookup', 'getdocroot')).toBeInstanceOf(Function);
  expect(await decide('--cpapi2', 'DomainLookup', 'getdocroot')).toBeUndefined();
});

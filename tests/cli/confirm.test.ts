// --confirm and WHMAPI1_CONFIRM=1: a question before a call that destroys something.
import { Terminal, type Printed } from '../support/terminal.ts';

const LOST = 'This cannot be undone.';

let terminal: Terminal;
beforeEach(async () => {
  terminal = new Terminal();
  terminal.isInteractive = true;
  await terminal.run('createacct', 'username=bob', 'domain=bob.example');
});
afterEach(() => terminal.remove());

const isThere = async () =>
  (await terminal.run('--output=json', 'accountsummary', 'user=bob')).stdout.includes('"result":1');
async function expectNothingCalled({ status, stdout, stderr }: Printed): Promise<void> {
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toMatch(/\nNothing was called\.\n$/);
  expect(await isThere()).toBe(true);
}

test.each(['n', '', 'nope', 'yess'])('%j calls nothing', async (answer) => {
  terminal.answers = [answer];
  const printed = await terminal.run('--confirm', 'removeacct', 'username=bob');
  expect(printed.stderr.split('\n')[0]).toBe('whmapi1 removeacct username=bob');
  expect(printed.stderr).toContain(LOST);
  expect(terminal.questions).toEqual(['Continue? [y/N] ']);
  await expectNothingCalled(printed);
});

test.each(['y', ' YES '])('%j calls the function', async (answer) => {
  terminal.answers = [answer];
  expect((await terminal.run('removeacct', '--confirm', 'username=bob')).status).toBe(0);
  expect(await isThere()).toBe(false);
});

test('WHMAPI1_CONFIRM=1 asks too, and other values do not', async () => {
  terminal.environment.WHMAPI1_CONFIRM = '1';
  terminal.answers = ['n'];
  await expectNothingCalled(await terminal.run('removeacct', 'username=bob'));
  terminal.environment.WHMAPI1_CONFIRM = 'yes';
  const { status, stderr } = await terminal.run('removeacct', 'username=bob');
  expect(status).toBe(2);
  expect(stderr).toContain('WHMAPI1_CONFIRM is not valid: use 1 ');
  terminal.environment.WHMAPI1_CONFIRM = '0';
  expect((await terminal.run('removeacct', 'username=bob')).status).toBe(0);
  expect(terminal.questions).toHaveLength(1);
});

test('nothing is asked without them, of a dry run, and of a call that destroys nothing', async () => {
  for (const words of [
    ['--confirm', '--dry-run', 'removeacct', 'username=bob'],
    ['--confirm', 'listaccts'],
    ['--confirm', 'modifyacct', 'user=bob', 'contactemail=b@bob.example'],
    ['removeacct', 'username=bob'],
  ]) {
    expect([words, (await terminal.run(...words)).status]).toEqual([words, 0]);
  }
  expect(terminal.questions).toEqual([]);
});

test('without a terminal, --confirm rejects the call, and the variable does not', async () => {
  terminal.isInteractive = false;
  const { status, stdout, stderr } = await terminal.run('--confirm', 'removeacct', 'username=bob');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(
    'whmapi1: --confirm asks before “whmapi1 removeacct”, so it needs a terminal as standard input and standard error.',
  );
  expect(await isThere()).toBe(true);
  expect((await terminal.run('--confirm', 'listaccts')).status).toBe(0);
  terminal.environment.WHMAPI1_CONFIRM = '1';
  expect((await terminal.run('removeacct', 'username=bob')).status).toBe(0);
});

test('secrets and unknown arguments are masked, and control characters are visible', async () => {
  terminal.answers = ['n'];
  const { stderr } = await terminal.run('--confirm', 'removeacct', 'username=bob%1b[2J', 'xyzzy=secret');
  expect(stderr.split('\n')[0]).toBe('whmapi1 removeacct username=bob\\u{1b}[2J xyzzy=***');
});

test.each([
  [
    ['--uapi', '--confirm', '--user=bob', 'Tokens', 'revoke', 'name=one'],
    'uapi --user=bob Tokens revoke name=one',
  ],
  [
    ['--cpapi2', '--confirm', '--user=bob', 'SubDomain', 'delsubdomain', 'domain=a.bob.example'],
    'cpapi2 --user=bob SubDomain delsubdomain domain=a.bob.example',
  ],
  [['--confirm', 'batch', 'command=version'], 'whmapi1 batch command=***'],
  [['--confirm', '--wait', 'removeacct', 'username=bob'], 'whmapi1 removeacct username=bob'],
])('%j is asked about', async (argv, shown) => {
  terminal.answers = ['n'];
  const printed = await terminal.run(...argv);
  expect(printed.stderr.split('\n')[0]).toBe(shown);
  await expectNothingCalled(printed);
});

test('a call of other servers names them, and nothing is sent unless it is confirmed', async () => {
  terminal.environment.WHMAPI1_TOKEN = 'ABCDEF0123456789';
  terminal.answers = ['n', 'n'];
  const there = ['--confirm', '--host=127.0.0.1:1', '--host=127.0.0.1:2'];
  const printed = await terminal.run(...there, 'removeacct', 'username=bob');
  expect(printed.stderr).toContain('\nOn 127.0.0.1:1, 127.0.0.1:2.\n');
  await expectNothingCalled(printed);
  const unknown = await terminal.run(...there, 'some_new_function');
  expect(unknown.stderr).toContain('This program does not know the function');
  expect(unknown.status).toBe(2);
});

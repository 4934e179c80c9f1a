// Tab completion of values from the store: accounts, domains, packages and resellers.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAX_NAMES } from '../../src/life/rules/stored-names.ts';
import { Terminal } from '../support/terminal.ts';

let terminal = new Terminal();
afterAll(() => terminal.remove());

function startAnew(): void {
  terminal.remove();
  terminal = new Terminal();
}

const state = () => join(terminal.directory, 'state');

async function call(...words: string[]): Promise<void> {
  const { status, stdout } = await terminal.run('--output=json', ...words);
  if (status !== 0) throw new Error(stdout);
}

/** Calls the program as the shells do: the value that is being typed is in the environment. */
async function values(...words: string[]): Promise<string[]> {
  const typed = words.at(-1) ?? '';
  terminal.environment.WHMAPI1_COMPLETE_WORD = typed;
  const asked = typed.startsWith('-') ? typed : typed.replace(/=.*/, '=');
  const { status, stdout, stderr } = await terminal.run('--complete', ...words.slice(0, -1), asked);
  delete terminal.environment.WHMAPI1_COMPLETE_WORD;
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

describe('on a server with accounts', () => {
  beforeAll(async () => {
    startAnew();
    for (const name of ['ann', 'bob', 'bert']) {
      await call('createacct', `username=${name}`, `domain=${name}.example`);
    }
    await call('setupreseller', 'user=ann');
    await call('createacct', 'username=carl', 'domain=carl.example', 'owner=ann');
    await call('addpkg', 'name=gold');
  });

  test.each([
    [
      ['suspendacct', 'user='],
      ['ann\tann.example', 'bert\tbert.example', 'bob\tbob.example', 'carl\tcarl.example'],
    ],
    [
      ['suspendacct', 'user=b'],
      ['bert\tbert.example', 'bob\tbob.example'],
    ],
    [['removeacct', 'username=x'], []],
    [['get_users_features_settings', 'user-2=bo'], ['bob\tbob.example']],
    [['getdomainowner', 'domain=c'], ['carl.example\tcarl']],
    [['changepackage', 'user=', 'pkg=g'], ['gold\troot']],
    [['createacct', 'plan=go'], ['gold\troot']],
    [['setresellerlimits', 'user='], ['ann\t']],
    [
      ['create_user_session', 'user='],
      ['root\t', 'ann\tann.example', 'bert\tbert.example', 'bob\tbob.example', 'carl\tcarl.example'],
    ],
    [['twofactorauth_remove_user_config', 'user=bo'], ['bob\tbob.example']],
    // New names are not completed.
    [['createacct', 'username='], []],
    [['createacct', 'domain='], []],
    [['addpkg', 'name='], []],
    [['modifyacct', 'newuser='], []],
  ])('%j has the values %j', async (words, wanted) => {
    const start = (words.at(-1) ?? '').replace(/=.*/, '=');
    expect(await values(...words)).toEqual(wanted.map((one) => start + one));
  });

  test('--user completes resellers, and with it only what the reseller sees is offered', async () => {
    expect(await values('--user', 'a')).toEqual(['ann\t']);
    expect(await values('--user=')).toEqual(['--user=ann\t']);
    for (const user of [['--user=ann'], ['--user', 'ann']]) {
      expect(await values(...user, 'suspendacct', 'user=')).toEqual(['user=carl\tcarl.example']);
      expect(await values(...user, 'createacct', 'plan=')).toEqual([]);
      expect(await values(...user, 'setresellerlimits', 'user=')).toEqual(['user=ann\t']);
    }
    expect(await values('--user=bob', 'suspendacct', 'user=')).toEqual([]);
    expect(await values('--user=nobody', 'suspendacct', 'user=')).toEqual([]);
  });

  test('no names are offered for calls to other servers', async () => {
    expect(await values('--host', 'one.example', 'suspendacct', 'user=')).toEqual([]);
    expect(await values('--profile=prod', 'suspendacct', 'user=')).toEqual([]);
    terminal.environment.WHMAPI1_HOST = 'one.example';
    expect(await values('suspendacct', 'user=')).toEqual([]);
    delete terminal.environment.WHMAPI1_HOST;
  });

  test('the store is only read, and no other file is created', async () => {
    const before = readdirSync(state()).sort();
    const audit = readFileSync(join(state(), 'audit.log'), 'utf8');
    await values('suspendacct', 'user=');
    expect(readdirSync(state()).sort()).toEqual(before);
    expect(readFileSync(join(state(), 'audit.log'), 'utf8')).toBe(audit);
  });

  test('no name is offered from a store that is damaged or has another version', async () => {
    writeFileSync(join(state(), 'store.db'), 'This is not a database.');
    expect(await values('suspendacct', 'user=')).toEqual([]);
    expect(readFileSync(join(state(), 'store.db'), 'utf8')).toBe('This is not a database.');
  });
});

test('no store is created if there is none', async () => {
  startAnew();
  expect(await values('suspendacct', 'user=')).toEqual([]);
  expect(existsSync(state())).toBe(false);
  await call('version');
  const before = readdirSync(state());
  expect(await values('suspendacct', 'user=')).toEqual([]);
  expect(readdirSync(state())).toEqual(before);
});

test(`no more than ${MAX_NAMES} names are offered, filtered by the typed prefix`, async () => {
  startAnew();
  const packages = Array.from({ length: MAX_NAMES + 5 }, (_, at) => `p${1000 + at}`);
  const commands = packages.map((name) => `command=addpkg%3Fname%3D${name}`);
  await call('batch', ...commands);
  expect(await values('killpkg', 'pkgname=p')).toHaveLength(MAX_NAMES);
  expect(await values('killpkg', `pkgname=${packages.at(-1)}`)).toEqual([`pkgname=${packages.at(-1)}\troot`]);
});

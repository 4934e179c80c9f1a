import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { index } from '../../src/functions/index.generated.ts';
import { accountIndex } from '../../src/uapi/index.generated.ts';
import { Terminal } from '../support/terminal.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.remove());

describe('whmapi1 help, if man(1) exists', () => {
  beforeEach(() => {
    terminal.pages = [];
  });

  test.each([
    [[], 'whmapi1.1'],
    [['createacct'], 'whmapi1-createacct.7'],
    [['_getpkgextensionform'], 'whmapi1-_getpkgextensionform.7'],
    [['authentication'], 'whmapi1-authentication.7'],
    [['server', 'administration'], 'whmapi1-server-administration.7'],
    [['errors'], 'whmapi1-errors.7'],
    [['createacct', '--help'], 'whmapi1-createacct.7'],
  ])('%j opens the page %s of the installation', async (words, page) => {
    expect(await terminal.run('help', ...words)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(terminal.pages).toEqual([resolve('man', page)]);
  });

  test('opens the page of every function', () => {
    const missing = Object.keys(index).filter((name) => !existsSync(`man/whmapi1-${name}.7`));
    expect(missing).toEqual([]);
  });

  test.each([['nosuch'], ['../README'], ['x/../../etc/passwd'], ['']])(
    'shows the text of --help for %j, which has no page',
    async (name) => {
      expect(await terminal.run('help', name)).toEqual(await terminal.run('--help', name));
      expect(terminal.pages).toEqual([]);
    },
  );

  test('says so if a function is not provided', async () => {
    const { status, stdout } = await terminal.run('help', 'modsec_get_rules');
    expect(status).toBe(0);
    expect(stdout).toContain('not provided');
    expect(terminal.pages).toEqual([]);
  });
});

describe('uapi help', () => {
  test.each([
    [[], 'uapi.1'],
    [['SubDomain'], 'uapi-SubDomain.7'],
  ])('%j opens the page %s, if man(1) exists', async (words, page) => {
    terminal.pages = [];
    expect(await terminal.run('--uapi', 'help', ...words)).toEqual({ status: 0, stdout: '', stderr: '' });
    expect(terminal.pages).toEqual([resolve('man', page)]);
  });

  test('every module has a page', () => {
    const modules = new Set(Object.keys(accountIndex.uapi).map((name) => name.split('::')[0] ?? ''));
    expect([...modules].filter((name) => !existsSync(`man/uapi-${name}.7`))).toEqual([]);
  });

  test.each([[[]], [['SubDomain']], [['SubDomain', 'addsubdomain']]])(
    '%j shows the text of --help otherwise',
    async (words) => {
      const help = await terminal.run('--uapi', '--help', ...words);
      expect(help.status).toBe(0);
      expect(await terminal.run('--uapi', 'help', ...words)).toEqual(help);
    },
  );
});

describe('whmapi1 help, if man(1) does not exist', () => {
  test.each([[[]], [['version']], [['dns']]])('%j shows the text of --help', async (words) => {
    const help = await terminal.run('--help', ...words);
    expect(help.status).toBe(0);
    expect(await terminal.run('help', ...words)).toEqual(help);
  });
});

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { families } from '../../src/catalogue/families.generated.ts';
import { optionRows } from '../../src/cli/option-rows.ts';
import { readMetaArguments } from '../../src/core/meta-arguments.ts';
import { metaParams } from '../../src/core/meta-params.ts';
import { index } from '../../src/functions/index.generated.ts';
import { accountIndex } from '../../src/uapi/index.generated.ts';
import { Terminal } from '../support/terminal.ts';

let terminal: Terminal;
beforeEach(() => {
  terminal = new Terminal();
});
afterEach(() => terminal.remove());

async function lines(...words: string[]): Promise<string[]> {
  const { status, stdout, stderr } = await terminal.run('--complete', ...words);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout.split('\n').slice(0, -1);
}

/** The completions of the last word, without their descriptions. */
async function candidates(...words: string[]): Promise<string[]> {
  return (await lines(...words)).map((line) => line.split('\t')[0] ?? '');
}

const functions = Object.keys(index);
const longOptions = optionRows.map(({ flags }) => /--[a-z-]+/.exec(flags)?.[0]);

describe('the first word', () => {
  test('is a function with its summary, or help', async () => {
    expect(await lines('')).toEqual([
      ...Object.entries(index).map(([name, { summary }]) => `${name}\t${summary}`),
      'help\tOpen the manual page of the program, or of a function.',
    ]);
  });

  test('is a function if there are options before it', async () => {
    for (const before of [['--output', 'json'], ['--output='], ['--dry-run'], ['--file', 'a='], ['--']]) {
      expect(await candidates(...before, 'list')).toEqual([...functions, 'help']);
    }
  });

  test('is a function or a family after --help or help', async () => {
    for (const before of [['--help'], ['-h'], ['help']]) {
      const rows = await lines(...before, '');
      expect(rows.map((row) => row.split('\t')[0])).toEqual([
        ...functions,
        ...Object.keys(families),
        'options',
      ]);
      expect(rows).toContain('ip-addresses\tFamily: IP Addresses');
    }
    expect(await candidates('help', 'version', '')).toEqual([]);
  });
});

describe('after uapi', () => {
  const ofUapi = async (...words: string[]) => {
    const { status, stdout, stderr } = await terminal.run('--uapi', '--complete', ...words);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.split('\n').slice(0, -1);
  };
  const valuesOf = async (...words: string[]) =>
    (await ofUapi(...words)).map((line) => line.split('\t')[0] ?? '');
  const modules = [...new Set(Object.keys(accountIndex.uapi).map((name) => name.split('::')[0]))];

  test('come a module, a function of it, and its arguments', async () => {
    expect(await valuesOf('')).toEqual([...modules, 'help']);
    expect(await ofUapi('Quota', '')).toEqual([
      `get_local_quota_info\t${accountIndex.uapi['Quota::get_local_quota_info']?.summary ?? ''}`,
      `get_quota_info\t${accountIndex.uapi['Quota::get_quota_info']?.summary ?? ''}`,
    ]);
    expect((await valuesOf('--user=bob', 'SubDomain', 'addsubdomain', '')).slice(0, 2)).toEqual([
      'domain=',
      'rootdomain=',
    ]);
    expect(await valuesOf('SubDomain', 'addsubdomain', 'domain=', '')).not.toContain('domain=');
    expect(await valuesOf('SubDomain', 'addsubdomain', 'disallowdot=')).toEqual([
      'disallowdot=0',
      'disallowdot=1',
    ]);
  });

  test('come options, and modules after help', async () => {
    expect(await valuesOf('--out')).toContain('--output=');
    expect(await valuesOf('help', '')).toEqual(modules);
    expect(await valuesOf('--help', '')).toEqual(modules);
  });

  test.each([['NoSuchModule'], ['../functions'], ['__proto__'], ['Quota/..']])(
    '%s is no module',
    async (name) => {
      expect(await valuesOf(name, '')).toEqual([]);
      expect(await valuesOf(name, 'version', '')).toEqual([]);
    },
  );
});

describe('options', () => {
  test('are offered if a word begins with a dash; those with fixed values end with the equals sign', async () => {
    const offered = await candidates('-');
    expect(offered.map((one) => one.replace('=', ''))).toEqual(longOptions);
    expect(offered).toEqual(expect.arrayContaining(['--output=', '--color=', '--completion=', '--file']));
    expect(await lines('version', '--')).toContain(
      '--dry-run\tvalidate and run the call without saving any changes',
    );
  });

  test('are offered once, except those that can be repeated', async () => {
    const offered = await candidates('--output=', '--dry-run', '--file', 'a=', '-');
    expect(offered).not.toContain('--output=');
    expect(offered).not.toContain('--dry-run');
    expect(offered).toContain('--file');
    expect(await candidates('-h', '-')).not.toContain('--help');
  });

  test('are not offered after --', async () => {
    expect(await candidates('--', '-')).toEqual([...functions, 'help']);
  });

  test.each([
    [
      ['--output', ''],
      ['yaml', 'json', 'jsonpretty', 'xml', 'table', 'csv'],
    ],
    [
      ['--output='],
      ['yaml', 'json', 'jsonpretty', 'xml', 'table', 'csv'].map((format) => `--output=${format}`),
    ],
    [
      ['-o', ''],
      ['yaml', 'json', 'jsonpretty', 'xml', 'table', 'csv'],
    ],
    [
      ['version', '--color=a'],
      ['--color=auto', '--color=always', '--color=never'],
    ],
    [
      ['--completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['--input='], ['--input=json']],
    [['--user', ''], []],
    [['--nosuch='], longOptions.length],
  ])('%j has the values %j', async (words, values) => {
    const offered = await candidates(...words);
    expect(typeof values === 'number' ? offered.length : offered).toEqual(values);
  });

  test('--file takes the name of a parameter that is missing, then a path', async () => {
    expect(await candidates('twofactorauth_set_tfa_config', 'tfa_token=', '--file', '')).toEqual(['secret=']);
    expect(await candidates('--file', '')).toEqual([]);
    terminal.write('one file', '');
    terminal.write('.hidden', '');
    mkdirSync(join(terminal.directory, 'folder'));
    const at = `${terminal.directory}/`;
    expect(await candidates('--file', `secret=${at}`)).toEqual([
      `secret=${at}folder/`,
      `secret=${at}one file`,
    ]);
    expect(await candidates(`--file=secret=${at}.h`)).toContain(`--file=secret=${at}.hidden`);
    expect(await candidates('--file', 'secret=/no/such/folder/')).toEqual([]);
  });
});

describe('the arguments of a function', () => {
  test('are the missing parameters, required ones first', async () => {
    expect(await lines('twofactorauth_set_tfa_config', '')).toEqual([
      'secret=\t(required) The secret in Base32.',
      'tfa_token=\t(required) The six digits that the authenticator app shows now.',
    ]);
    expect(await candidates('twofactorauth_set_tfa_config', 'secret=', '')).toEqual(['tfa_token=']);
    expect(await candidates('createacct', 'plan=', '')).toEqual(
      expect.arrayContaining(['username=', 'domain=', 'password=']),
    );
  });

  test('are offered again if they are lists', async () => {
    expect(await candidates('batch', 'command=', 'command-2=', '')).toEqual([
      'command=',
      'abort_on_error=',
      'api.',
    ]);
  });

  test('do not include parameters without effect', async () => {
    expect(await candidates('createacct', '')).not.toContain('gid=');
  });

  test('begin with --input=json if the function accepts a body', async () => {
    const [row] = await lines('twofactorauth_set_tfa_config_for_user', '');
    expect(row).toMatch(/^--input=json\tUSER: for each user /);
  });

  test('are not offered for an unknown function, or after --help', async () => {
    for (const words of [
      ['nosuch', ''],
      ['__proto__', ''],
      ['version', '--help', ''],
      ['version', ''],
    ]) {
      expect(await candidates(...words)).toEqual([]);
    }
  });

  test.each([
    [
      ['batch', 'abort_on_error='],
      ['abort_on_error=0\tdefault', 'abort_on_error=1\t'],
    ],
    [['createacct', 'mailbox_format=md'], ['mailbox_format=maildir\tdefault']],
    [['createacct', 'username='], []],
    [['createacct', 'nosuch='], []],
    [['batch', 'command-2='], []],
  ])('%j has the values %j', async (words, values) => {
    expect(await lines(...words)).toEqual(values);
  });
});

describe('the api.* arguments', () => {
  test('are offered as one word first, and separately once that word is typed', async () => {
    const offered = await candidates('listaccts', '');
    expect(offered.filter((one) => one.startsWith('api'))).toEqual(['api.']);
    expect(await candidates('listaccts', 'api.')).toEqual(Object.keys(metaParams).map((name) => `${name}=`));
    expect(await candidates('createacct', 'api.')).not.toContain('api.filter.enable=');
  });

  test('use the next key if one is in use', async () => {
    const given = ['api.filter.enable=', 'api.filter.a.field=', 'api.columns.a=', 'api.columns.z='];
    const offered = await candidates('listaccts', ...given, 'api.');
    expect(offered).not.toContain('api.filter.enable=');
    expect(offered).not.toContain('api.filter.a.field=');
    expect(offered).toEqual(expect.arrayContaining(['api.filter.a.arg0=', 'api.filter.b.field=']));
    expect(offered).toEqual(expect.arrayContaining(['api.columns.za=']));
  });

  test.each([
    ['api.sort.enable=', ['api.sort.enable=0\tdefault', 'api.sort.enable=1\t']],
    ['api.filter.c.type=', 10],
    ['api.sort.zb.method=', 4],
    ['api.chunk.size=', 0],
  ])('%s has its values', async (word, values) => {
    const offered = await lines('listaccts', word);
    expect(typeof values === 'number' ? offered.length : offered).toEqual(values);
  });

  test('name the fields of the list', async () => {
    expect(await candidates('listaccts', 'api.sort.a.field=')).toContain('api.sort.a.field=domain');
    expect(await lines('applist', 'api.filter.a.field=')).toEqual([
      'api.filter.a.field=*\tany field',
      'api.filter.a.field=app\t',
    ]);
    expect(await candidates('applist', 'api.columns.b=')).toEqual(['api.columns.b=app']);
  });

  test('are those that the engine reads', () => {
    const args = Object.keys(metaParams).map((name) => ({ name, value: '1' }));
    const withoutEnable = args.filter(({ name }) => !name.endsWith('.enable'));
    const { warnings } = readMetaArguments(withoutEnable);
    expect(warnings.filter((one) => one.includes('unknown'))).toEqual([]);
    expect(args.length - withoutEnable.length).toBe(4);
  });
});

describe('--completion', () => {
  test.each([
    ['bash', 'share/bash-completion/completions/whmapi1'],
    ['zsh', 'share/zsh/site-functions/_whmapi1'],
    ['fish', 'share/fish/vendor_completions.d/whmapi1.fish'],
  ])('%s prints the script that is installed', async (shell, path) => {
    const script = readFileSync(path, 'utf8');
    expect(await terminal.run('--completion', shell)).toEqual({ status: 0, stdout: script, stderr: '' });
    expect(await terminal.run(`--completion=${shell}`)).toMatchObject({ stdout: script });
    expect(script).toContain('--complete ');
  });

  test('rejects other shells', async () => {
    const { status, stdout, stderr } = await terminal.run('--completion', 'csh');
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain("option '--completion <shell>': allowed choices are bash, zsh, fish.");
  });

  test('the package contains the scripts, and below share/ only the lines for PAM and the program for ssh besides', () => {
    const { files } = JSON.parse(readFileSync('package.json', 'utf8')) as { files: string[] };
    expect(files).toContain('share/');
    // What only the Debian package whmapi1-cpanel-paths has.
    expect(files).toContain('!share/cpanel-paths/');
    const found = readdirSync('share', { recursive: true, withFileTypes: true }).filter(
      (one) => one.isFile() && !one.parentPath.startsWith('share/cpanel-paths'),
    );
    expect(found).toHaveLength(3 + 1 + 1);
  });
});

test('the entry for shells is not in the help, and is recognised only as the first word', async () => {
  expect((await terminal.run('--help')).stdout).not.toContain('--complete ');
  expect(await terminal.run('version', '--complete')).toMatchObject({ status: 2 });
});

test('bash passes on no values of arguments, prints no errors, and offers what the program says', () => {
  const script = `
    set -u
    source share/bash-completion/completions/whmapi1
    whmapi1() { printf '<%s>' "$@" >&3; printf 'user=\\t\\nuserx\\t\\n'; }
    tab() {
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}
      _whmapi1 whmapi1 "\${COMP_WORDS[-1]}" "\${COMP_WORDS[-2]}" 3>&1
      printf ' %s\\n' "\${COMPREPLY[*]}"
    }
    tab whmapi1 us
    tab whmapi1 passwd password=secret us
    tab whmapi1 passwd --file password=plain.txt us`;
  const { stdout, stderr } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toEqual([
    '<--complete><us> user= userx',
    '<--complete><passwd><password=><us> user= userx',
    '<--complete><passwd><--file><password=><us> user= userx',
    '',
  ]);
});

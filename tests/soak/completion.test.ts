// Tab completion in the real shells, as users type.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { program } from '../support/command.ts';
import { InteractiveShell, type ShellName } from '../support/shell.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

/** How a user loads the script in the shell’s start file. */
const fromTheProgram: Readonly<Record<ShellName, string>> = {
  bash: 'source <(whmapi1 --completion bash)',
  zsh: 'source <(whmapi1 --completion zsh)',
  fish: 'whmapi1 --completion fish | source',
};

/** How a system finds the script of an installed package below `share`. */
const fromTheSystem: Readonly<Record<ShellName, string>> = {
  bash: 'source /usr/share/bash-completion/bash_completion',
  zsh: 'fpath=("$HOME/share/zsh/site-functions" $fpath); compinit -u -D',
  fish: '',
};

let folder: string;
let shell: InteractiveShell;

function start(name: ShellName, setUp: string): void {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-shell-'));
  if (setUp === fromTheSystem[name]) symlinkSync(resolve('share'), join(folder, 'share'));
  shell = new InteractiveShell(name, folder, setUp);
}

async function stop(): Promise<void> {
  await shell.stop();
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}

describe.each(shells)('%s', (name) => {
  beforeAll(() => {
    start(name, fromTheProgram[name]);
  });
  afterAll(stop);

  test.each([
    ['createa', 'createacct '],
    ['createacct usern', 'createacct username='],
    ['createacct username=bob dom', 'createacct username=bob domain='],
    ["createacct password='two words' usern", "createacct password='two words' username="],
    ['edit_hook stage=', 'edit_hook stage=p'],
    ['edit_hook stage=pr', 'edit_hook stage=pre '],
    ['no_such_function x', 'no_such_function x'],
    ['--outp', '--output='],
    ['--output=x', '--output=xml '],
    ['--output x', '--output xml '],
    ['listaccts ap', 'listaccts api.'],
    ['listaccts api.sort.a.m', 'listaccts api.sort.a.method='],
    ['listaccts api.sort.a.method=i', 'listaccts api.sort.a.method=ipv4 '],
    ['--help authenti', '--help authentication '],
    ['help modi', 'help modifyacct '],
    ['passwd --file passw', 'passwd --file password='],
    ['passwd --file password=./plain', 'passwd --file password=./plain.txt '],
    ['passwd --file=password=./plain', 'passwd --file=password=./plain.txt '],
    ['passwd --file password=fold', 'passwd --file password=folder:1/'],
    ['passwd --file password=folder:1/in', 'passwd --file password=folder:1/inner '],
  ])('whmapi1 %s and Tab', async (typed, line) => {
    spawnSync('sh', ['-c', 'mkdir -p folder:1; : > folder:1/inner; : > plain.txt'], { cwd: folder });
    expect(await shell.complete(`whmapi1 ${typed}`)).toBe(`whmapi1 ${line}`);
  });

  test.each([
    ['SubDom', 'SubDomain '],
    ['SubDomain addsub', 'SubDomain addsubdomain '],
    ['SubDomain addsubdomain roo', 'SubDomain addsubdomain rootdomain='],
  ])('uapi %s and Tab', async (typed, line) => {
    expect(await shell.complete(`uapi ${typed}`)).toBe(`uapi ${line}`);
  });

  test('cpapi2 and Tab', async () => {
    expect(await shell.complete('cpapi2 Cron add')).toBe('cpapi2 Cron add_line ');
  });

  test('lists the possible words, with descriptions if the shell shows them', async () => {
    const list = await shell.list('whmapi1 twofactorauth_s');
    expect(list).toContain('set_issuer');
    expect(list).toContain('set_tfa_config_for_user');
    if (name !== 'bash') expect(list).toContain('Set the issuer, the name under which');
  });

  test('shows no value in the process list, not even one that is being typed', async () => {
    const words = join(folder, 'words');
    const shim = `#!/bin/sh\nprintf '%s\\n' "$@" >> '${words}'\nexec '${program}' "$@"\n`;
    spawnSync('mv', ['bin/whmapi1', 'bin/elsewhere'], { cwd: folder });
    writeFileSync(join(folder, 'bin/whmapi1'), shim, { mode: 0o755 });
    try {
      await shell.complete('whmapi1 passwd user=bob password=hunter2', false);
    } finally {
      spawnSync('mv', ['bin/elsewhere', 'bin/whmapi1'], { cwd: folder });
    }
    expect(readFileSync(words, 'utf8')).toContain('--complete\npasswd\nuser=\npassword=\n');
    expect(readFileSync(words, 'utf8')).not.toContain('hunter2');
  });

  test('offers nothing if the program is not installed', async () => {
    spawnSync('mv', ['bin/whmapi1', 'bin/elsewhere'], { cwd: folder });
    try {
      expect(await shell.complete('whmapi1 createa', false)).toBe('whmapi1 createa');
    } finally {
      spawnSync('mv', ['bin/elsewhere', 'bin/whmapi1'], { cwd: folder });
    }
  });
});

test.each(shells)('%s finds the script in the system’s directory', async (name) => {
  start(name, fromTheSystem[name]);
  expect(await shell.complete('whmapi1 createacct usern')).toBe('whmapi1 createacct username=');
  await stop();
});

test('bash finds the script of a package that npm has installed, without configuration', async () => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-shell-'));
  // As npm links it: the script is in the package, next to the program’s real location.
  const link = `rm bin/whmapi1; ln -s '${resolve('bin/whmapi1')}' bin/whmapi1`;
  shell = new InteractiveShell('bash', folder, `${link}; ${fromTheSystem.bash}`);
  expect(await shell.complete('whmapi1 createacct usern', false)).toBe('whmapi1 createacct username=');
  await stop();
});

// A real interactive shell on its own terminal (script(1) creates it), into which a test types.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { program } from './command.ts';

export type ShellName = 'bash' | 'zsh' | 'fish';

const READY = 'READY>';
/** Limits for the shell itself, and for its calls of the program. */
const SHORT_MS = 100;
const LONG_MS = 1000;
const TAB = '\t';
const CONTROL_G = '\u0007';
const CONTROL_U = '\u0015';

/** The start file of each shell: a prompt to wait for, and a key that writes the current line to a file. */
const startFiles: Readonly<Record<ShellName, { readonly path: string; readonly text: string }>> = {
  bash: {
    path: 'rc.bash',
    text: `PS1='${READY} '
bind 'set show-all-if-ambiguous on'
bind -x '"\\C-g": printf "%s" "$READLINE_LINE" > "$LINE_FILE.new"; mv "$LINE_FILE.new" "$LINE_FILE"'
`,
  },
  zsh: {
    path: '.zshrc',
    text: `PS1='${READY} '
autoload -Uz compinit
compinit -u -d "$ZDOTDIR/dump"
write-line() { print -rn -- "$BUFFER" > "$LINE_FILE.new"; mv "$LINE_FILE.new" "$LINE_FILE" }
zle -N write-line
bindkey '^G' write-line
`,
  },
  fish: {
    path: 'fish/config.fish',
    text: `function fish_prompt; echo '${READY} '; end
function fish_greeting; end
set --global fish_autosuggestion_enabled 0
bind ctrl-g 'commandline > $LINE_FILE.new; mv $LINE_FILE.new $LINE_FILE'
`,
  },
};

const commands: Readonly<Record<ShellName, (folder: string) => string>> = {
  bash: (folder) => `exec bash --noprofile --rcfile '${folder}/rc.bash' -i`,
  zsh: () => 'exec zsh -i',
  fish: () => 'exec fish -i',
};

export class InteractiveShell {
  readonly #folder: string;
  readonly #child: ChildProcess;
  #shown = '';
  #isReady = false;

  /** The shell reads `setUp` after its own start file. `folder` is an empty folder for its files. */
  constructor(name: ShellName, folder: string, setUp: string) {
    this.#folder = folder;
    const { path, text } = startFiles[name];
    for (const inner of ['fish', 'bin']) mkdirSync(join(folder, inner));
    // Without this, fish reads all manual pages in the background, and continues after its end.
    mkdirSync(join(folder, '.cache/fish/generated_completions'), { recursive: true });
    writeFileSync(join(folder, path), `${text}${setUp}\n`);
    for (const command of ['whmapi1', 'uapi', 'cpapi2']) {
      const path = join(dirname(program), command);
      const text = `#!/bin/sh\n'${path}' "$@"\nstatus=$?\nprintf . >> '${folder}/answers'\nexit $status\n`;
      writeFileSync(join(folder, 'bin', command), text, { mode: 0o755 });
    }
    const { PATH = '' } = process.env;
    const environment = {
      ...{ PATH: `${join(folder, 'bin')}:${PATH}`, LANG: 'C.UTF-8', TERM: 'xterm', SHELL: '/bin/sh' },
      ...{ HOME: folder, ZDOTDIR: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
      XDG_DATA_DIRS: `${join(folder, 'share')}:/usr/local/share:/usr/share`,
      LINE_FILE: this.#lineFile,
    };
    const command = `stty cols 200 rows 60; ${commands[name](folder)}`;
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], { cwd: folder, env: environment });
    this.#child.stdout?.on('data', (bytes: Buffer) => (this.#shown += bytes.toString()));
  }

  /** Types a line, presses Tab, and returns the resulting line. `isAsked` is false if the program is not called. */
  async complete(line: string, isAsked = true): Promise<string> {
    const answers = await this.#type(line);
    await this.#type(TAB);
    if (isAsked) await this.#until(() => this.#countAnswers() > answers);
    else await pause(LONG_MS);
    await pause(SHORT_MS);
    return this.#take();
  }

  /** The screen after a second Tab: the list of matches, without colours and cursor movements. */
  async list(line: string): Promise<string> {
    await this.#type(line);
    this.#shown = '';
    for (const key of [TAB, TAB]) {
      await this.#type(key);
      await pause(LONG_MS);
    }
    const shown = this.#shown;
    await this.#take();
    return shown.replaceAll(
      /\u001b(?:\[[0-9;?=>]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[()].|.)/g,
      '',
    );
  }

  async stop(): Promise<void> {
    const gone = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await gone;
  }

  get #lineFile(): string {
    return join(this.#folder, 'line');
  }

  /** Keys that arrive while a shell is busy are treated as pasted text. @returns how many responses it had before. */
  async #type(keys: string): Promise<number> {
    if (!this.#isReady) await this.#until(() => this.#shown.includes(READY));
    this.#isReady = true;
    this.#child.stdin?.write(keys);
    await pause(SHORT_MS);
    return this.#countAnswers();
  }

  /** Returns the line, and clears it. */
  async #take(): Promise<string> {
    rmSync(this.#lineFile, { force: true });
    await this.#type(CONTROL_G);
    await this.#until(() => existsSync(this.#lineFile));
    await this.#type(CONTROL_U);
    return readFileSync(this.#lineFile, 'utf8').replace(/\n$/, '');
  }

  /** How many responses of the program a shell has had. */
  #countAnswers(): number {
    const path = join(this.#folder, 'answers');
    return existsSync(path) ? readFileSync(path, 'utf8').length : 0;
  }

  async #until(isSo: () => boolean): Promise<void> {
    const end = Date.now() + 60_000;
    while (!isSo()) {
      if (Date.now() > end) throw new Error(`The shell shows ${JSON.stringify(this.#shown)}`);
      await pause(10);
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}

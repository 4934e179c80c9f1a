// Tab completion in the real shells, as shown on the screen: no errors, no stray characters, and names from the store.
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { call, program } from '../support/command.ts';
import { describeOnScreen, Screen } from '../support/tmux.ts';

const shells = {
  bash: {
    start: 'exec bash --noprofile --rcfile "$HOME/rc.bash" -i',
    file: 'rc.bash',
    text: "PS1='READY> '\nbind 'set show-all-if-ambiguous on'\nsource <(whmapi1 --completion bash)\n",
  },
  zsh: {
    start: 'exec zsh -i',
    file: '.zshrc',
    text: 'PS1="READY> "\nautoload -Uz compinit\ncompinit -u -D\nsource <(whmapi1 --completion zsh)\n',
  },
  fish: {
    start: 'exec fish -i',
    file: 'fish/config.fish',
    text:
      "function fish_prompt; echo 'READY> '; end\nfunction fish_greeting; end\n" +
      'set --global fish_autosuggestion_enabled 0\nwhmapi1 --completion fish | source\n',
  },
} as const;

describeOnScreen('on a terminal', () => {
  describe.each(['bash', 'zsh', 'fish'] as const)('%s', (name) => {
    let home: string;
    let screen: Screen;

    beforeAll(async () => {
      home = mkdtempSync(join(tmpdir(), 'whmapi1-shell-'));
      const state = join(home, 'state');
      for (const user of ['bob', 'bobby', 'carol']) {
        await call(['createacct', `username=${user}`, `domain=${user}.example`], { state });
      }
      await call(['addpkg', 'name=gold'], { state });
      for (const folder of ['bin', 'fish', '.cache/fish/generated_completions']) {
        mkdirSync(join(home, folder), { recursive: true });
      }
      symlinkSync(program, join(home, 'bin/whmapi1'));
      const { start, file, text } = shells[name];
      writeFileSync(join(home, file), text);
      const path = `${join(home, 'bin')}:${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
      screen = new Screen(
        start,
        { columns: 100, rows: 30 },
        {
          ...{ HOME: home, ZDOTDIR: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home },
          ...{ PATH: path, WHMAPI1_STATE_DIR: state, SHELL: '/bin/sh' },
        },
      );
      await screen.until((shown) => shown.includes('READY>'));
    });
    afterAll(() => {
      screen.stop();
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
    });

    /** Empties the line and the screen, types, and presses Tab. */
    const tab = async (line: string) => {
      screen.press('C-u');
      await new Promise((done) => setTimeout(done, 100));
      screen.press('C-l');
      await screen.until((shown) => /^READY>\s*$/.test(shown));
      screen.type(line);
      await screen.until((shown) => shown.includes(line));
      screen.press('Tab');
    };

    test('completes a function’s name, and shows nothing else', async () => {
      await tab('whmapi1 suspenda');
      await screen.until((text) => text.trimEnd() === 'READY> whmapi1 suspendacct');
    });

    test('shows no error while a name is ambiguous', async () => {
      await tab('whmapi1 twofactorauth_s');
      await screen.until((text) => text.includes('auth_set_'));
      screen.press('Tab');
      const shown = await screen.until((text) => text.includes('set_tfa_config_for_user'));
      expect(shown).not.toMatch(/subscript|error|command not found|complete:/i);
    });

    test.each([
      ['suspendacct user=ca', 'suspendacct user=carol'],
      ['getdomainowner domain=ca', 'getdomainowner domain=carol.example'],
      ['changepackage user=carol pkg=go', 'changepackage user=carol pkg=gold'],
    ])('completes names of the store: %s', async (typed, line) => {
      await tab(`whmapi1 ${typed}`);
      await screen.until((text) => text.trimEnd() === `READY> whmapi1 ${line}`);
    });

    test('lists only the names that match', async () => {
      await tab('whmapi1 suspendacct user=b');
      await screen.until((text) => text.includes('user=bob'));
      screen.press('Tab');
      const shown = await screen.until((text) => text.includes('bobby'));
      expect(shown).not.toContain('carol');
    });

    test('lists values without a description without a stray --', async () => {
      await tab('whmapi1 --output=');
      screen.press('Tab');
      const shown = await screen.until((text) => text.includes('jsonpretty'));
      expect(shown).not.toMatch(/ --(\s|$)/m);
    });
  });
});

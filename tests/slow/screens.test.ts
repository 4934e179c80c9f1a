// Tables, help and search on real terminals of several sizes: what is visible, line by line.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { call, program } from '../support/command.ts';
import { describeOnScreen, Screen, type ScreenSize } from '../support/tmux.ts';

describeOnScreen('on a terminal', () => {
  let home: string;
  let screen: Screen | undefined;
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'whmapi1-screen-'));
    for (const user of ['bob', 'carol']) {
      await call(['createacct', `username=${user}`, `domain=${user}.example`], {
        state: join(home, 'state'),
      });
    }
  });
  afterEach(() => {
    screen?.stop();
    screen = undefined;
  });
  afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));

  /** Runs the program and keeps its screen; END follows its output. */
  const show = (words: string, size: ScreenSize, environment: Readonly<Record<string, string>> = {}) => {
    const path = `${dirname(process.execPath)}:${process.env.PATH ?? ''}`;
    screen = new Screen(`${program} ${words}; echo END; exec sleep 600`, size, {
      ...{ HOME: home, PATH: path, WHMAPI1_STATE_DIR: join(home, 'state'), TERM: 'xterm' },
      ...environment,
    });
    return screen;
  };

  test.each([40, 80, 200])('a table fits %d columns: no line is broken by the terminal', async (columns) => {
    const shown = await show('-o table listaccts 2>/dev/null', { columns, rows: 24 }).until((text) =>
      text.includes('END'),
    );
    const lines = shown.split('\n');
    expect(lines).toHaveLength(4);
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(['user', 'bob', 'carol', 'END']);
  });

  test.each([40, 80, 200])('a search of %d columns breaks lines between words', async (columns) => {
    const shown = await show('--search suspend', { columns, rows: 40 }).until((text) => text.includes('END'));
    expect(shown).toMatch(/^ {2}suspendacct\b/);
    expect(shown.replaceAll(/\s+/g, ' ')).toContain('Suspend an account: block its logins');
  });

  test('help that is longer than the screen has a pager, which ends with q', async () => {
    const paged = show('--help', { columns: 80, rows: 20 });
    const shown = await paged.until((text) => /^:\s*$/m.test(text));
    expect(shown).toMatch(/^Usage: whmapi1 /);
    paged.press('q');
    await paged.until((text) => text.includes('END'));
  });

  test('help that fits, or with PAGER=cat, has no pager', async () => {
    await show('--help version', { columns: 80, rows: 40 }).until((text) => text.includes('END'));
    screen?.stop();
    await show('--help', { columns: 80, rows: 20 }, { PAGER: 'cat' }).until((text) => text.includes('END'));
  });
});

// Our settings keep MariaDB from starting: edited ones are written again, and ones that MariaDB no longer knows are removed.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  REMOTE_FILE,
  setSettingsAside,
  settingsStep,
  SETTINGS_FILE,
} from '../../../../../src/capabilities/databases/driver/mysql/configuration.ts';
import type { DriverMachine } from '../../../../../src/ground/driver/step.ts';
import { sandboxMachine } from '../../../../../src/machine/choose.ts';

let state: string;
let path: string;
let machine: DriverMachine;
/** The settings that this MariaDB does not know. */
let unknown: string;

beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), 'whmapi1-settings-'));
  path = join(state, 'root', SETTINGS_FILE);
  unknown = 'nonsense';
  const sandbox = sandboxMachine(state, () => 0);
  const step = settingsStep({ isOpen: false });
  await step.apply(sandbox, await step.prepare(sandbox));
  const tools = {
    has: () => Promise.resolve(true),
    run: (_name: string, [{ path: read }]: [{ path: string }]) => {
      const isKnown = !readFileSync(join(state, 'root', read), 'utf8').includes(unknown);
      const stderr = isKnown ? '' : `[Warning] files\n[ERROR] mariadbd: unknown variable '${unknown}=1'\n`;
      return Promise.resolve({ status: isKnown ? 0 : 7, stdout: '', stderr });
    },
  };
  machine = { ...sandbox, tools: () => Promise.resolve(tools) } as unknown as DriverMachine;
});
afterEach(() => rmSync(state, { recursive: true }));

it('edited settings are written again only if MariaDB rejects them', async () => {
  const settings = readFileSync(path, 'utf8');
  writeFileSync(path, `${settings}max-connections = 9\n`);
  expect(await setSettingsAside(machine)).toEqual([]);
  expect(readFileSync(path, 'utf8')).toContain('max-connections');
  writeFileSync(path, `${settings}nonsense = 1\n`);
  expect(await setSettingsAside(machine)).toEqual([
    expect.stringMatching(
      /60-whmapi1\.cnf” was written again, so that MariaDB starts\. MariaDB rejects its settings: \[ERROR\] mariadbd: unknown variable 'nonsense=1'\. The copy is “.+” in the folder of backups\.$/,
    ),
  ]);
  expect(readFileSync(path, 'utf8')).toBe(settings);
});

it('settings that MariaDB no longer knows are removed, and a MariaDB without them is left alone', async () => {
  unknown = 'symbolic-links';
  expect(await setSettingsAside(machine)).toEqual([expect.stringContaining('was set aside')]);
  expect(existsSync(path)).toBe(false);
  expect(await setSettingsAside(machine)).toEqual([]);
});

it('the file of remote clients is written again, too, and closing removes it', async () => {
  const remote = join(state, 'root', REMOTE_FILE);
  const sandbox = sandboxMachine(state, () => 0);
  const write = async (isOpen: boolean) => {
    const step = settingsStep({ isOpen });
    await step.apply(sandbox, await step.prepare(sandbox));
  };
  await write(true);
  const settings = readFileSync(remote, 'utf8');
  writeFileSync(remote, `${settings}nonsense = 1\n`);
  expect(await setSettingsAside(machine)).toEqual([
    expect.stringContaining('61-whmapi1-remote.cnf” was written again, so that MariaDB starts.'),
  ]);
  expect(readFileSync(remote, 'utf8')).toBe(settings);
  await write(false);
  expect(existsSync(remote)).toBe(false);
});

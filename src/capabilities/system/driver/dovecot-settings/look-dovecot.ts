// What is configured of Dovecot.
import { createSecureContext } from 'node:tls';
import { badParam } from '../../../../core/errors.ts';
import type { DeclaredTool, MachineTools } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';
import { accept, catalogue, type Setting } from './catalogue.ts';
import { parseDoveconf, parseSettings, type DovecotSettings } from './render.ts';

export { getSetting } from './catalogue.ts';

export const CONFIGURATION = '/etc/dovecot/dovecot.conf';
/** Read after Debian’s own files, which are in the order of their names. */
export const SETTINGS_FILE = '/etc/dovecot/conf.d/99-whmapi1.conf';
export const tools: readonly DeclaredTool[] = [{ name: 'doveconf', worksInSandbox: true }];

export interface FoundSettings {
  /** All settings, in WHM’s form. */
  readonly values: ReadonlyMap<string, string>;
  readonly isInstalled: boolean;
}

/** Those that this program has set. */
export async function readOwn(machine: Machine): Promise<DovecotSettings> {
  const files = await machine.files(['/etc/dovecot']);
  return parseSettings((await files.readText(SETTINGS_FILE)) ?? '');
}

/**
 * What is in force, in all files of Dovecot. A sandbox, or a server without Dovecot, has what was set here, and Dovecot’s
 * own defaults. @throws MachineError `failed` if Dovecot cannot read its configuration.
 */
export async function readSettings(machine: Machine): Promise<FoundSettings> {
  const [found, services] = await Promise.all([machine.tools(tools), machine.services()]);
  const isInstalled = services.isSupported && (await found.has('doveconf'));
  if (isInstalled) return { values: await readEffective(found), isInstalled };
  const own = await readOwn(machine);
  const values = Object.entries(catalogue).map(([key, { initial }]) => [key, own[key] ?? initial] as const);
  return { values: new Map(values), isInstalled };
}

export async function readEffective(found: MachineTools): Promise<ReadonlyMap<string, string>> {
  const names = new Set(Object.values(catalogue).flatMap(({ sources }) => sources));
  const { stdout } = await found.run('doveconf', ['-c', { path: CONFIGURATION }, ...names]);
  const printed = parseDoveconf(stdout);
  return new Map(Object.entries(catalogue).map(([key, setting]) => [key, valueIn(printed, setting)]));
}

/** doveconf prints nothing for a setting of a service that has its default. */
function valueIn(printed: ReadonlyMap<string, string>, setting: Setting): string {
  const { sources, initial, read = setting.form.parse } = setting;
  const text = sources.map((source) => printed.get(source)).find((one) => one !== undefined);
  return text === undefined ? initial : read(text);
}

/** @returns the value as it is stored. @throws ApiError `bad_param`. */
export function assertValue(key: string, value: string): string {
  const accepted = accept(key, value);
  if (key === 'ssl_cipher_list') assertCiphers(accepted);
  return accepted;
}

/** doveconf does not check them, and Dovecot would refuse every connection. */
function assertCiphers(list: string): void {
  try {
    createSecureContext({ ciphers: list });
  } catch {
    throw badParam(`OpenSSL knows no cipher of the list “${list}”. “openssl ciphers -v” lists them.`);
  }
}

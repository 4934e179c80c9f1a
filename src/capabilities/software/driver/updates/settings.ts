// How this server is updated. The settings are in a file of apt.conf(5) that this program owns, next to the settings of
// apt that follow from them. apt ignores names that it does not know.
import type { Machine } from '../../../../core/machine.ts';
import type { DeclaredTool } from '../../../../core/machine-daemons.ts';

export const frequencies = ['daily', 'manual', 'never'] as const;
/** `manual`: only the package lists are updated automatically. `never`: nothing is. */
export type Frequency = (typeof frequencies)[number];

/** The names are those of WHM’s update configuration. A setting that was never set is absent. */
export interface UpdateSettings {
  /** The tier or the version of this program: `stable`, `1.4`. */
  readonly CPANEL?: string;
  /** When this program is updated. */
  readonly UPDATES?: Frequency;
  /** When all packages of Debian are updated. */
  readonly RPMUP?: Frequency;
  /** When the security updates of Debian are installed: `daily` or `never`. */
  readonly SECURITY_UPDATES?: Frequency;
  /** When the rules of SpamAssassin are updated. */
  readonly SARULESUP?: Frequency;
}

export const SETTINGS_FILE = '/etc/apt/apt.conf.d/90whmapi1';
/** The settings that this program owns there: `whmapi1::Updates::RPMUP "daily";`. */
const SCOPE = 'whmapi1::Updates';
const names = ['CPANEL', 'UPDATES', 'RPMUP', 'SECURITY_UPDATES', 'SARULESUP'] as const;

/** What apt does now, in all its configuration files. */
export interface AptSettings {
  /** True if unattended-upgrades runs every day. */
  readonly isUnattended: boolean;
  /** The patterns of the packages that it upgrades: `origin=Debian,label=Debian-Security`. */
  readonly patterns: readonly string[];
}

const tools: readonly DeclaredTool[] = [{ name: 'apt-config' }];

export async function readSettings(machine: Pick<Machine, 'files'>): Promise<UpdateSettings> {
  const text = (await (await machine.files(['/etc/apt'])).readText(SETTINGS_FILE)) ?? '';
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/^whmapi1::Updates::(\w+) "([^"\n]*)";$/gm)) {
    found[name] = value;
  }
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = found[name];
      if (value === undefined) return [];
      const isValid = name === 'CPANEL' || frequencies.some((one) => one === value);
      return isValid ? [[name, value]] : [];
    }),
  );
}

/** Nothing is on if this server has no apt. A sandbox has no settings but its own. */
export async function readAptSettings(machine: Pick<Machine, 'tools'>): Promise<AptSettings> {
  const port = await machine.tools(tools);
  if (!(await port.has('apt-config'))) return { isUnattended: false, patterns: [] };
  const { stdout } = await port.run('apt-config', ['dump', '--format', '%f=%v%n']);
  return parseAptSettings(stdout);
}

/** @param dump of apt-config: `NAME=VALUE`; members of a list have a name that ends with `::`. */
export function parseAptSettings(dump: string): AptSettings {
  const values = new Map<string, string>();
  const patterns: string[] = [];
  for (const line of dump.split('\n')) {
    const at = line.indexOf('=');
    const [name, value] = [line.slice(0, at), line.slice(at + 1)];
    if (name === 'Unattended-Upgrade::Origins-Pattern::') patterns.push(value);
    else values.set(name, value);
  }
  const isSet = (name: string, otherwise: string) => !/^(?:0|)$/.test(values.get(name) ?? otherwise);
  const isUnattended = isSet('APT::Periodic::Enable', '1') && isSet('APT::Periodic::Unattended-Upgrade', '0');
  return { isUnattended, patterns };
}

export function renderOwn(settings: UpdateSettings): string {
  return names
    .flatMap((name) => (settings[name] === undefined ? [] : [`${SCOPE}::${name} "${settings[name]}";\n`]))
    .join('');
}

// The packages of a Debian system. Programs that only read are given the directories of apt and dpkg, so that tests can
// use others.
import type { DeclaredTool, MachineTools, ToolWord } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import { apartTools, failureOf, runApart } from './apart.ts';
import { changeByApt, configurePending, updateLists } from './apt-get.ts';
import { holdersOfLocks, lockTools } from './locks.ts';
import type {
  ByName,
  InstalledPackage,
  PackageChange,
  PackageRequest,
} from '../../rules/debian-packages/packages.ts';
import type { ChangeWork, PackageSource, PackageVersions } from './packages.ts';
import { parseStanzas, type Stanza } from './stanzas.ts';

const aptTools: readonly DeclaredTool[] = [
  ...['dpkg-query', 'apt-cache', 'apt-get', ...lockTools].map((name) => ({ name })),
  ...apartTools,
];

const ADMIN: ToolWord = { prefix: '--admindir=', path: '/var/lib/dpkg' };
const PLACES: readonly ToolWord[] = [
  { prefix: '--option=Dir::State=', path: '/var/lib/apt' },
  { prefix: '--option=Dir::State::status=', path: '/var/lib/dpkg/status' },
  { prefix: '--option=Dir::Cache=', path: '/var/cache/apt' },
  { prefix: '--option=Dir::Etc=', path: '/etc/apt' },
];
const WITHOUT_PINS = [
  '--option=Dir::Etc::Preferences=/dev/null',
  '--option=Dir::Etc::PreferencesParts=/dev/null',
];
const DOCUMENTS = '/usr/share/doc';
/** So that a list of all packages does not become too long for a command. */
const NAMES_PER_RUN = 5000;
const UPGRADE = ['upgrade', '--with-new-pkgs'];

export class Apt implements PackageSource {
  readonly #machine: DriverMachine;
  readonly #tools: MachineTools;

  private constructor(machine: DriverMachine, tools: MachineTools) {
    this.#machine = machine;
    this.#tools = tools;
  }

  /** @throws MachineError `failed` if this machine has no apt. */
  static async on(machine: DriverMachine): Promise<Apt> {
    const tools = await machine.tools(aptTools);
    if (!(await tools.has('apt-get'))) {
      throw new MachineError('failed', 'This server has no apt. Use its own package manager.');
    }
    return new Apt(machine, tools);
  }

  async installed(): Promise<ByName<InstalledPackage>> {
    const packages = new Map<string, InstalledPackage>();
    for (const { name, version, wanted, state, essential } of await this.#statuses()) {
      if (state === 'not-installed' || state === 'config-files') continue;
      packages.set(name, { version, isEssential: essential.includes('yes'), isHeld: wanted === 'hold' });
    }
    return packages;
  }

  async broken(): Promise<ByName<string>> {
    const whole = ['not-installed', 'config-files', 'installed'];
    const broken = (await this.#statuses()).filter(({ state }) => !whole.includes(state));
    return new Map(broken.map(({ name, state }) => [name, state]));
  }

  async known(): Promise<ReadonlySet<string>> {
    const { stdout } = await this.#tools.run('apt-cache', [...PLACES, 'pkgnames']);
    return new Set(stdout.split('\n').filter((name) => name !== ''));
  }

  async versions(names: readonly string[], ignoresExcludes = false): Promise<ByName<PackageVersions>> {
    const versions = new Map<string, PackageVersions>();
    for (let at = 0; at < names.length; at += NAMES_PER_RUN) {
      const words = ['policy', '--', ...names.slice(at, at + NAMES_PER_RUN)];
      const options = [...PLACES, ...(ignoresExcludes ? WITHOUT_PINS : [])];
      const { stdout } = await this.#tools.run('apt-cache', [...options, ...words]);
      for (const [name, found] of readPolicy(stdout)) versions.set(name, found);
    }
    return versions;
  }

  async stanzas(names: readonly string[]): Promise<readonly Stanza[]> {
    if (names.length === 0) return [];
    // It exits with 100 if it does not know one of them.
    const words = [...PLACES, 'show', '--all-versions', '--', ...names];
    const { stdout } = await this.#tools.run('apt-cache', words, { accept: [0, 100] });
    return parseStanzas(stdout);
  }

  async license(name: string): Promise<string | undefined> {
    const files = await this.#machine.files([DOCUMENTS]);
    try {
      const text = await files.readText(`${DOCUMENTS}/${name}/copyright`, 1_048_576);
      return text === undefined ? undefined : licenseIn(text);
    } catch {
      // A link, or a text in another encoding.
      return undefined;
    }
  }

  async simulate(request: PackageRequest | undefined): Promise<readonly PackageChange[]> {
    // Only the simulation may: the caller refuses it, and names the packages.
    const options = ['--quiet', '--yes', '--simulate', '--allow-remove-essential'];
    const words = [...PLACES, ...options, ...wordsOf(request)];
    const { status, stdout, stderr } = await this.#tools.run('apt-get', words, { accept: [0, 100] });
    if (status !== 0) throw impossible(stdout, stderr);
    return readSimulation(stdout);
  }

  async change(
    request: PackageRequest | undefined,
    { mayRemove, ...work }: ChangeWork & { readonly mayRemove: boolean },
  ): Promise<void> {
    const apart = { ...work, machine: this.#machine };
    try {
      const words = [...(mayRemove ? [] : ['--no-remove']), ...wordsOf(request)];
      await changeByApt(this.#tools, words, apart);
    } catch (error) {
      const broken = await this.broken();
      if (broken.size === 0 || !(error instanceof MachineError)) throw error;
      for (const [name, state] of broken) work.log(`dpkg --audit: ${name} is ${state}.`);
      const space = error.code === 'full' ? 'Free disk space, and then run' : 'Run';
      throw new MachineError(
        error.code,
        `${error.message} dpkg has not completed ${[...broken.keys()].join(', ')}. ` +
          `${space} package_manager_fixcache, which completes them (dpkg --configure -a).`,
      );
    }
  }

  /** Fetches the lists of packages, and says who keeps apt waiting. */
  async update(work: ChangeWork): Promise<void> {
    for (const { command, pid } of await this.lockHolders()) {
      work.log(`Waiting for ${command} (process ${pid}), which has locked the packages of this system.`);
    }
    await updateLists(this.#tools, { ...work, machine: this.#machine });
  }

  async repair(work: ChangeWork): Promise<void> {
    const apart = { ...work, machine: this.#machine };
    if ((await this.broken()).size > 0) await configurePending(this.#tools, apart);
    await runApart(this.#tools, ['apt-get', 'clean'], apart);
    const options = ['--option', 'APT::Update::Error-Mode=any', '--option', 'DPkg::Lock::Timeout=60'];
    await runApart(this.#tools, ['apt-get', '--quiet', ...options, 'update'], apart);
    const { status, stdout, stderr } = await this.#tools.run('apt-get', [...PLACES, '--quiet', 'check'], {
      accept: [0, 100],
    });
    if (status !== 0) throw failureOf('apt-get check', status, `${stderr}\n${stdout}`);
  }

  hold(name: string, isHeld: boolean, work: ChangeWork): Promise<void> {
    const words = ['apt-mark', isHeld ? 'hold' : 'unhold', '--', name];
    return runApart(this.#tools, words, { ...work, machine: this.#machine });
  }

  lockHolders(): ReturnType<typeof holdersOfLocks> {
    return holdersOfLocks(this.#tools);
  }

  async #statuses() {
    const fields = ['Package', 'Version', 'db:Status-Want', 'db:Status-Status', 'Essential', 'Protected'];
    const format = `${fields.map((field) => `\${${field}}`).join(' ')}\\n`;
    const { stdout } = await this.#tools.run('dpkg-query', [ADMIN, '--show', `--showformat=${format}`]);
    return stdout.split('\n').flatMap((line) => {
      const [name = '', ...rest] = line.split(' ');
      // Without a version: a package that was only selected.
      const [version = '', wanted = '', state = '', ...essential] = rest;
      return name === '' ? [] : [{ name, version, wanted, state, essential }];
    });
  }
}

function wordsOf(request: PackageRequest | undefined): string[] {
  if (request === undefined) return UPGRADE;
  const { install, remove, upgrade } = request;
  return ['install', '--', ...install, ...upgrade, ...remove.map((name) => `${name}-`)];
}

/** Reads `apt-cache policy`: a paragraph for each package, with a table of versions and their sources. */
function readPolicy(text: string): Map<string, PackageVersions> {
  const found = new Map<string, PackageVersions>();
  for (const block of text.split(/^(?=\S)/m)) {
    const [, name] = /^(\S+):\n/.exec(block) ?? [];
    if (name === undefined) continue;
    const version = (field: string) => {
      const [, given = '(none)'] = new RegExp(`^  ${field}: (.+)$`, 'm').exec(block) ?? [];
      return given === '(none)' ? undefined : given;
    };
    const latest = version('Candidate');
    found.set(name, {
      installed: version('Installed'),
      latest,
      repository: latest === undefined ? '' : sourceOf(block, latest),
    });
  }
  return found;
}

function sourceOf(block: string, version: string): string {
  const lines = block.split('\n');
  const at = lines.findIndex((line) => /^ (?:\*{3}| {3}) (\S+) /.exec(line)?.[1] === version);
  for (const line of lines.slice(at + 1)) {
    const [, source] = /^ +-?\d+ (.+)$/.exec(line) ?? [];
    if (source === undefined || !line.startsWith('     ')) break;
    const [uri = '', suite = ''] = source.split(' ');
    if (uri.includes(':')) return `${uri} ${suite}`;
  }
  return '';
}

/** Reads `apt-get --simulate`: `Inst bind9 [1:9.18] (1:9.20 Debian:13/stable [amd64])`, `Remv bind9 [1:9.18]`. @returns them by name. */
function readSimulation(text: string): PackageChange[] {
  const lines = text.matchAll(/^(?:Inst|Remv) (\S+)(?: \[([^\]]+)\])?(?: \((\S+) )?/gm);
  return [...lines]
    .map(([, name = '', before, after]) => ({ name, before, after }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

function impossible(stdout: string, stderr: string): MachineError {
  const [, unmet = ''] = /unmet dependencies:\n([^]*)/.exec(stdout) ?? [];
  const dependencies = unmet
    .split('\n')
    .map((line) => line.trim().replace(' : ', ': '))
    .filter((line) => line !== '');
  if (dependencies.length === 0) return failureOf('apt-get', 100, stderr);
  return new MachineError(
    'failed',
    `apt finds no way to do that. ${dependencies.join('. ')}. Nothing was changed.`,
  );
}

// The licenses of a package, from its copyright file in the machine-readable format of Debian (DEP 5).

/** Undefined if the file is in no such format. */
function licenseIn(copyright: string): string | undefined {
  const [header, ...others] = parseStanzas(copyright);
  if (header?.get('Format') === undefined) return undefined;
  const names = [header, ...others].flatMap((stanza) => {
    if (stanza !== header && !stanza.has('Files')) return [];
    const [name = ''] = (stanza.get('License') ?? '').split('\n');
    return name === '' ? [] : [name];
  });
  return names.length === 0 ? undefined : [...new Set(names)].join(', ');
}

// Where this program’s updates come from: a repository of apt, or the npm registry. Both are asked as they are configured.
import type { DeclaredTool, MachineFiles, MachineTools } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';
import { aptPlaces } from './apt-places.ts';
import { PACKAGE } from './render.ts';

/** A version in a channel. */
export interface Offer {
  /** The suites of a repository, or the dist-tags of npm, that it is in. */
  readonly channels: readonly string[];
  readonly version: string;
  /** The origin of the repository, as in its Release file. Undefined for npm, and for a repository that names none. */
  readonly origin?: string | undefined;
}

export interface Source {
  readonly kind: 'apt' | 'npm';
  /** Undefined if the program runs without having been installed by it. */
  readonly installed: string | undefined;
  /** What an update would install, as apt decides by its preferences. Undefined for npm. */
  readonly candidate: string | undefined;
  /** The newest first. */
  readonly offers: readonly Offer[];
  /** When the package lists were last updated: milliseconds since 1970-01-01. Undefined if the answer is of now. */
  readonly asOf: number | undefined;
}

const aptTools: readonly DeclaredTool[] = [
  { name: 'apt-cache', worksInSandbox: true },
  { name: 'apt-get', worksInSandbox: true },
];
const npmTools: readonly DeclaredTool[] = [{ name: 'npm', worksInSandbox: true }];

/** npm’s global packages: its default on Debian, and that of the packages from nodejs.org. */
const NPM_ROOTS = ['/usr/local/lib/node_modules', '/usr/lib/node_modules'];
/** apt downloads new package lists there, so it changes with every update. */
const LISTS = '/var/lib/apt/lists';
const NPM_LIMIT_MS = 30_000;

/** Undefined if neither apt nor npm knows the program. @throws MachineError `failed` if the registry does not answer. */
export async function findSource(
  machine: Machine,
  { asksRegistry }: { readonly asksRegistry: boolean },
): Promise<Source | undefined> {
  const apt = await askApt(machine);
  if (apt?.installed !== undefined) return apt;
  const npm = await askNpm(machine, asksRegistry);
  return npm ?? apt;
}

async function askApt(machine: Machine): Promise<Source | undefined> {
  const tools = await machine.tools(aptTools);
  if (!(await tools.has('apt-cache'))) return undefined;
  const { stdout: policy } = await tools.run('apt-cache', [...aptPlaces, 'policy', PACKAGE]);
  const valueOf = (name: string) => {
    const value = new RegExp(`^  ${name}: (.+)$`, 'm').exec(policy)?.[1];
    return value === '(none)' ? undefined : value;
  };
  const [installed, candidate] = [valueOf('Installed'), valueOf('Candidate')];
  if (installed === undefined && candidate === undefined) return undefined;
  const lists = await (await machine.files(['/var/lib/apt'])).facts(`${LISTS}/partial`);
  return {
    kind: 'apt',
    installed,
    candidate,
    offers: await offersOfApt(tools),
    asOf: lists?.modifiedAt,
  };
}

/** The versions in all repositories, in the order of apt: the newest first. */
async function offersOfApt(tools: MachineTools): Promise<Offer[]> {
  const { stdout } = await tools.run('apt-cache', [...aptPlaces, 'madison', PACKAGE]);
  const rows = stdout
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([name, , place = '']) => name === PACKAGE && place.endsWith(' Packages'));
  if (rows.length === 0) return [];
  // A field that the Release file does not have stays as it is written here.
  const fields = ['REPO_URI', 'RELEASE', 'SUITE', 'CODENAME', 'ORIGIN'].map((name) => `$(${name})`);
  const words = ['indextargets', '--format', fields.join('\t'), 'Created-By: Packages'];
  const targets = (await tools.run('apt-get', [...aptPlaces, ...words])).stdout
    .split('\n')
    .map((line) => line.split('\t').map((cell) => (cell.startsWith('$(') ? undefined : cell)));
  return rows.map(([, version = '', place = '']) => {
    const [uri = '', release = ''] = place.split(' ');
    const suite = release.replace(/(?<=.)\/[^/]*$/, '');
    const target = targets.find(
      ([repository, name]) =>
        repository?.replace(/\/$/, '') === uri &&
        (name === suite || name === release || name === `${suite}/`),
    );
    const [, , ...names] = target ?? [];
    const channels = [...new Set([names[0], names[1], suite].filter((name) => name !== undefined))];
    return { version, channels, origin: names[2] };
  });
}

async function askNpm(machine: Machine, asksRegistry: boolean): Promise<Source | undefined> {
  const files = await machine.files([...NPM_ROOTS, '/root']);
  for (const root of NPM_ROOTS) {
    // `npm link` leaves a symbolic link to a tree that npm does not update.
    if ((await files.facts(`${root}/${PACKAGE}`))?.kind !== 'directory') continue;
    const text = await files.readText(`${root}/${PACKAGE}/package.json`);
    if (text === undefined) continue;
    const { version } = JSON.parse(text) as { version?: string };
    const offers = asksRegistry ? await offersOfNpm(machine, files) : [];
    return { kind: 'npm', installed: version, candidate: undefined, offers, asOf: undefined };
  }
  return undefined;
}

/** The dist-tags in the registry that is configured for root. @throws MachineError `failed`. */
async function offersOfNpm(machine: Machine, files: MachineFiles): Promise<Offer[]> {
  const tools = await machine.tools(npmTools);
  const configuration = { path: '/root/.npmrc', prefix: '--userconfig=' };
  const own = (await files.facts(configuration.path)) === undefined ? [] : [configuration];
  const words = [...own, 'view', PACKAGE, 'dist-tags', '--json', '--fetch-retries=0'];
  const { stdout } = await tools.run('npm', words, { limitMs: NPM_LIMIT_MS });
  const tags = Object.entries(JSON.parse(stdout) as Record<string, string>);
  return tags.map(([tag, version]) => ({ version, channels: [tag] }));
}

// The files of BIND's keys: `Kbob.example.+008+12345` with `.key`, `.private` and `.state`.
import type { FileBackup, MachineFiles, MachineTools } from '../../../../../core/machine-daemons.ts';
import type { SigningKey } from '../contract.ts';
import { assertZoneName, SIGNING_KEYS } from './places.ts';

const DIGEST_TYPES = { 'SHA-1': 1, 'SHA-256': 2, 'SHA-384': 4 } as const;

export interface KeysMemento {
  readonly files: readonly { readonly path: string; readonly backup: FileBackup }[];
}

/** All files of all keys of a zone, by their paths. */
async function keyFiles(files: MachineFiles, zone: string): Promise<string[]> {
  assertZoneName(zone);
  const start = `K${zone.replaceAll('/', '%2F')}.+`;
  const names = (await files.list(SIGNING_KEYS)).filter(
    (name) => name.startsWith(start) && /^\d{3}\+\d{5}\.(key|private|state)$/.test(name.slice(start.length)),
  );
  return names.map((name) => `${SIGNING_KEYS}/${name}`);
}

/** True if the zone is signed, or was. */
export async function hasKeys(files: MachineFiles, zone: string): Promise<boolean> {
  return (await keyFiles(files, zone)).length > 0;
}

export async function readKeys(
  { files, tools }: { readonly files: MachineFiles; readonly tools: MachineTools },
  zone: string,
  now: number,
): Promise<SigningKey[]> {
  const keys: SigningKey[] = [];
  for (const path of await keyFiles(files, zone)) {
    if (!path.endsWith('.state')) continue;
    const state = await files.readText(path);
    // Removed meanwhile. BIND removes old keys.
    if (state === undefined) continue;
    const key = readState(state, Number(path.slice(-'12345.state'.length, -'.state'.length)), now);
    const digests = key.flags === 257 ? await digestsOf(tools, path.replace(/\.state$/, '.key')) : [];
    keys.push({ ...key, digests });
  }
  return keys.sort((one, other) => one.tag - other.tag);
}

/** Reads the file that BIND keeps about each of its keys. */
function readState(text: string, tag: number, now: number): Omit<SigningKey, 'digests'> {
  const values = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(/^(\w+): (\S+)/gm)) values.set(name, value);
  const isKsk = values.get('KSK') === 'yes';
  const isZsk = values.get('ZSK') === 'yes';
  const [active, retired] = [timeOf(values.get('Active')), timeOf(values.get('Retired'))];
  return {
    tag,
    algorithm: Number(values.get('Algorithm') ?? 0),
    bits: Number(values.get('Length') ?? 0),
    flags: isKsk ? 257 : 256,
    role: isKsk && isZsk ? 'CSK' : isKsk ? 'KSK' : 'ZSK',
    createdAt: timeOf(values.get('Generated')) ?? 0,
    isActive: active !== undefined && active <= now && (retired === undefined || retired > now),
  };
}

/** `20261125212758`, in UTC. */
function timeOf(text: string | undefined): number | undefined {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text ?? '') ?? [];
  if (year === undefined) return undefined;
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
}

async function digestsOf(tools: MachineTools, path: string): Promise<SigningKey['digests']> {
  const algorithms = Object.keys(DIGEST_TYPES).flatMap((name) => ['-a', name]);
  const { stdout } = await tools.run('dnssec-dsfromkey', [...algorithms, { path }]);
  return [...stdout.matchAll(/ IN DS \d+ \d+ ([124]) ([0-9A-F]+)$/gm)].map(([, type, digest = '']) => ({
    type: Number(type) as 1 | 2 | 4,
    digest: digest.toLowerCase(),
  }));
}

export async function backUpKeys(files: MachineFiles, zone: string): Promise<KeysMemento> {
  const paths = await keyFiles(files, zone);
  return {
    files: await Promise.all(paths.map(async (path) => ({ path, backup: await files.backUp(path) }))),
  };
}

/** Also removes the keys that BIND has created since they were backed up. */
export async function removeKeys(files: MachineFiles, zone: string): Promise<void> {
  for (const path of await keyFiles(files, zone)) await files.remove(path);
}

export async function restoreKeys(files: MachineFiles, memento: KeysMemento): Promise<void> {
  for (const { path, backup } of memento.files) await files.restore(path, backup);
}

// Mends our files in BIND’s configuration that keep it from starting. A broken zone does not: BIND starts without it.
import { ApiError } from '../../../../../core/errors.ts';
import type { DriverPort } from '../../../../../ground/driver/file-driver.ts';
import { setAside, type BlamedFile } from '../../../../../ground/driver/set-aside.ts';
import type { ServerOptions } from '../contract.ts';
import { policyOfName } from '../signing-policy.ts';
import type { Control } from './control.ts';
import {
  zoneOfFileName,
  FIRST_STATEMENT,
  OPTIONS,
  OUR_OPTIONS,
  POLICIES,
  readable,
  STATEMENTS,
} from './places.ts';
import { includeOurOptions, readStatement, renderStatement } from './render.ts';
import { ownFiles } from './server-driver.ts';
import { hasKeys } from './signing-keys.ts';

/**
 * Writes the files of this program again that somebody has broken or removed, and removes the statements of zones that
 * BIND’s configuration has twice, until BIND accepts its configuration.
 * @param options what the store says of this server. Read only if needed.
 * @returns a sentence for each file. @throws MachineError if BIND rejects something else.
 */
export async function setFilesAside(
  port: DriverPort,
  control: Control,
  options: () => Promise<ServerOptions>,
): Promise<readonly string[]> {
  let own: OwnFiles | undefined;
  return setAside({
    files: port.files,
    purpose: 'so that BIND serves all other zones',
    async rejection() {
      const rejected = await control.rejection();
      if (rejected === undefined) return undefined;
      own ??= await ownFilesOf(port, options);
      const blamed = await fileToBlame(rejected.message, own, port);
      const problem = blamed === undefined ? own.problem : undefined;
      return { message: [rejected.message, ...(problem ?? [])].join('. '), blamed };
    },
  });
}

interface OwnFiles {
  readonly files: ReturnType<typeof ownFiles>;
  /** Why those are missing that need what the store says. */
  readonly problem?: readonly string[];
}

/** Those that BIND reads. */
async function ownFilesOf({ files }: DriverPort, options: () => Promise<ServerOptions>): Promise<OwnFiles> {
  const locate = (path: string) => files.locate(path);
  const block = (await files.readText(OPTIONS)) ?? '';
  const isRead = (path: string) => path !== OUR_OPTIONS || includeOurOptions(block, locate) === block;
  try {
    return { files: ownFiles(await options(), locate).filter(({ path }) => isRead(path)) };
  } catch (error) {
    // Keys of zone transfers cannot be decrypted. BIND may reject something else.
    if (!(error instanceof ApiError)) throw error;
    const isSame = (path: string) => path === FIRST_STATEMENT || path === POLICIES;
    const none = { keys: [], secondaries: [], catalog: null };
    return { files: ownFiles(none, locate).filter(({ path }) => isSame(path)), problem: [error.message] };
  }
}

/** BIND may mean one of our files, a block that one of them does not end, or one that is missing. */
const MAY_BE_OURS = /\/etc\/bind\/whmapi1|end of (?:file|input)|file not found/;

/**
 * A file that was edited by hand is to blame first, even if BIND names another one: for a block that does not end, it names
 * the next file, for a policy or a key that is gone the files that refer to it, and for a missing file the one that
 * includes it.
 */
async function fileToBlame(
  message: string,
  { files: own }: OwnFiles,
  { files }: DriverPort,
): Promise<BlamedFile | undefined> {
  const isNamed = (path: string) => message.includes(`${path}:`);
  const adviceFor = (path: string) =>
    `Mend the cause, put the copy back as “${path}”, and then run: rndc reconfig`;
  const isOwn = (path: string) => own.some((one) => one.path === path);
  const statements = (await files.list(STATEMENTS))
    .map((file) => `${STATEMENTS}/${file}`)
    .filter((path) => !isOwn(path));
  const twice = message.includes('already exists') ? statements.find(isNamed) : undefined;
  if (twice !== undefined) return { path: twice, advice: adviceFor(twice) };
  const changed: string[] = [];
  // They say what the store says, all of them: one defines what another refers to.
  for (const { path, content } of own) {
    // It may be anything, even no text.
    if ((await files.readText(path).catch(() => '')) !== content) changed.push(path);
  }
  for (const path of statements) if ((await files.origin(path)) === 'edited') changed.push(path);
  const path = changed.find(isNamed) ?? (MAY_BE_OURS.test(message) ? changed.at(0) : undefined);
  if (path === undefined) return undefined;
  const replacement = own.find((one) => one.path === path) ?? (await replacementOf(path, { files }));
  return { path, advice: adviceFor(path), replacement };
}

/** Undefined if the file no longer says what this program has to write: how a signed zone is signed. */
async function replacementOf(
  path: string,
  { files }: Pick<DriverPort, 'files'>,
): Promise<BlamedFile['replacement']> {
  // It may be anything, even no text.
  const text = (await files.readText(path).catch(() => '')) ?? '';
  const found = readStatement(text);
  const name = zoneOfFileName(path.slice(STATEMENTS.length + 1, -'.conf'.length)) ?? found.name;
  if (name === undefined) return undefined;
  const { dnssecPolicy } = found;
  const isKnown =
    dnssecPolicy === null ? !(await hasKeys(files, name)) : policyOfName(dnssecPolicy) !== undefined;
  if (!isKnown) return undefined;
  const content = renderStatement({ name, dnssecPolicy }, (one) => files.locate(one));
  return { content, attributes: readable };
}

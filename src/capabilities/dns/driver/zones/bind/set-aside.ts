// Mends our files in BIND’s configuration that keep it from starting. A broken zone does not: BIND starts without it.
import type { DriverPort } from '../../../../../ground/driver/file-driver.ts';
import { setAside, type BlamedFile } from '../../../../../ground/driver/set-aside.ts';
import { policyOfName } from '../signing-policy.ts';
import type { Control } from './control.ts';
import { zoneOfFileName } from './names.ts';
import { FIRST_STATEMENT, POLICIES, readable, STATEMENTS } from './places.ts';
import { renderPolicies } from './policies.ts';
import { FIRST, readStatement, renderStatement } from './render.ts';
import { hasKeys } from './signing-keys.ts';

/**
 * Writes statements of zones again that somebody has broken, and removes those of zones that BIND’s configuration has
 * twice, until BIND accepts its configuration.
 * @returns a sentence for each file. @throws MachineError if BIND rejects something else.
 */
export function setStatementsAside(port: DriverPort, control: Control): Promise<readonly string[]> {
  return setAside({
    files: port.files,
    purpose: 'so that BIND serves all other zones',
    async rejection() {
      const rejected = await control.rejection();
      return rejected && { message: rejected.message, blamed: await fileToBlame(rejected.message, port) };
    },
  });
}

/** BIND may mean one of our files, or a block that one of them does not end. */
const MAY_BE_OURS = /\/etc\/bind\/whmapi1|end of (?:file|input)/;

/**
 * A file that was edited by hand is to blame first, even if BIND names another one: for a block that does not end, it names
 * the next file, and for a policy that is gone the zones.
 */
async function fileToBlame(message: string, { files }: DriverPort): Promise<BlamedFile | undefined> {
  const statements = (await files.list(STATEMENTS)).map((file) => `${STATEMENTS}/${file}`);
  const isNamed = (path: string) => message.includes(`${path}:`);
  const edited: string[] = [];
  for (const path of [POLICIES, ...statements])
    if ((await files.origin(path)) === 'edited') edited.push(path);
  const toMend = edited.find(isNamed) ?? (MAY_BE_OURS.test(message) ? edited.at(0) : undefined);
  const isTwice = message.includes('already exists');
  const path = isTwice ? statements.find(isNamed) : toMend;
  if (path === undefined) return undefined;
  const advice = `Mend the cause, put the copy back as “${path}”, and then run: rndc reconfig`;
  return { path, advice, replacement: isTwice ? undefined : await replacementOf(path, { files }) };
}

/** Undefined if the file no longer says what this program has to write: how a signed zone is signed. */
async function replacementOf(
  path: string,
  { files }: Pick<DriverPort, 'files'>,
): Promise<BlamedFile['replacement']> {
  if (path === POLICIES) return { content: renderPolicies(), attributes: readable };
  if (path === FIRST_STATEMENT) return { content: FIRST, attributes: readable };
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

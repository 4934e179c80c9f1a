// A private folder in memory (/run), where the tools for keys read and write files. They never work in a home: its user
// could have put a link there.
import type { FreeContext } from '../../../../core/context.ts';
import type { DeclaredTool, MachineFiles, MachineTools } from '../../../../core/machine-daemons.ts';

export type Work = Pick<FreeContext, 'machine' | 'randomBytes' | 'now'>;

export interface Scratch {
  readonly files: MachineFiles;
  readonly tools: MachineTools;
  /** Returns the path of a new file; `suffix`: `.pub`. */
  readonly path: (suffix?: string) => string;
}

const FOLDER = '/run/whmapi1-ssh-keys';
/** What a process that was killed left: no tool runs so long. */
const LEFT_MS = 10 * 60_000;
const SUFFIXES = ['', '.pub', '.ppk', '.old'];

export const TOOLS: readonly DeclaredTool[] = [
  { name: 'ssh-keygen', worksInSandbox: true },
  { name: 'ssh-keyscan', worksInSandbox: true },
  { name: 'puttygen', worksInSandbox: true },
];

/** Whatever was written there is gone when this returns. */
export async function withScratch<T>(
  { machine, randomBytes, now }: Work,
  work: (scratch: Scratch) => Promise<T>,
): Promise<T> {
  const [files, tools] = await Promise.all([machine.files([FOLDER]), machine.tools(TOOLS)]);
  await files.makeDirectory(FOLDER, { mode: 0o700 });
  for (const name of await files.list(FOLDER)) {
    const facts = await files.facts(`${FOLDER}/${name}`);
    if (facts !== undefined && facts.modifiedAt < now() - LEFT_MS) await files.remove(`${FOLDER}/${name}`);
  }
  const base = `${FOLDER}/${Buffer.from(await randomBytes(12)).toString('hex')}`;
  try {
    return await work({ files, tools, path: (suffix = '') => `${base}${suffix}` });
  } finally {
    for (const suffix of SUFFIXES) await files.remove(`${base}${suffix}`);
  }
}

export const PRIVATE_FILE = { mode: 0o600 };

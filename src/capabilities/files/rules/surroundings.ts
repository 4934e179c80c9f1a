// A directory with those around it, in functions that show a property of directories.
import type { FreeContext } from '../../../core/context.ts';
import type { Fields } from '../../../core/define.ts';
import type { MachineUserFiles } from '../../../core/machine-user-files.ts';
import { absolute } from './names.ts';

const MAX_CHILDREN = 1000;

/** The fields of a response. `state` describes the property. */
export function surroundingFields<const State extends Fields>(state: State, doc: string) {
  const directory = {
    fields: {
      path: { type: 'string', doc: 'The absolute path.' },
      state: { fields: state, doc },
    },
  } as const;
  return {
    current: { ...directory, doc: 'The directory itself.' },
    home: { ...directory, doc: 'The home directory.' },
    parent: { ...directory, doc: 'The directory above it. Of the home directory: itself.' },
    children: { list: directory, doc: 'The directories in it, at most 1000.' },
  } as const;
}

/** @param stateOf the property of a directory, whose path is absolute. @throws MachineError as for other files. */
export async function surroundingsOf<State>(
  { machine, caller, warn }: FreeContext,
  dir: string,
  stateOf: (path: string, files: MachineUserFiles) => State | Promise<State>,
) {
  const files = await machine.userFiles(caller.user);
  const { home } = files;
  const list = await files.list(dir);
  const path = absolute(home, dir);
  const entry = async (one: string) => ({ path: one, state: await stateOf(one, files) });
  const folders = list.files.filter(({ kind, isUnnameable }) => kind === 'directory' && !isUnnameable);
  if (list.isCut || folders.length > MAX_CHILDREN)
    warn(`The directory has more than ${MAX_CHILDREN} directories. The others are left out.`);
  const children = [];
  for (const { name } of folders.slice(0, MAX_CHILDREN)) children.push(await entry(`${path}/${name}`));
  return {
    current: await entry(path),
    home: await entry(home),
    parent: await entry(path === home ? home : path.slice(0, path.lastIndexOf('/'))),
    children,
  };
}

// What --help and the Tab key tell of the functions. Making it takes the descriptions of all of them, so the build
// makes it once and puts a module that reads its files in this one's place (scripts/build/ready.ts).
import type { Param, Rest } from '../core/define.ts';
import { listFields } from '../core/list-fields.ts';
import { metaParams } from '../core/meta-params.ts';
import { index } from '../functions/index.generated.ts';
import { loadFunction } from '../functions/load.ts';
import type { Candidate } from './complete.ts';
import { generalHelp } from './help.ts';
import { plainLayout } from './help-layout.ts';

/** What completion needs of a function: plain data. */
export interface Completable {
  readonly params: Readonly<Record<string, Param>>;
  readonly rest?: Pick<Rest, 'key' | 'doc'>;
  readonly hasList: boolean;
  /** The fields of the list's records, where they are known. */
  readonly fields: readonly string[];
}

/** The help of the command, without colour. */
export async function readyHelp(): Promise<string> {
  return generalHelp(index, plainLayout);
}

export async function functionCandidates(): Promise<readonly Candidate[]> {
  return Object.entries(index).map(([value, { summary }]) => ({ value, about: summary }));
}

export async function metaParameters(): Promise<Readonly<Record<string, Param>>> {
  return metaParams;
}

/** Undefined where there is no such function. */
export async function completable(command: string): Promise<Completable | undefined> {
  const fn = await loadFunction(command);
  if (fn === undefined) return undefined;
  const { rest, list } = fn;
  return {
    params: fn.params,
    ...(rest === undefined ? {} : { rest: { key: rest.key, doc: rest.doc } }),
    hasList: list !== undefined,
    fields: listFields(fn) ?? [],
  };
}

// The texts and data about functions for --help and completion. Generating them requires the descriptions of all
// functions. Therefore, the build generates them once, and replaces this module by one that reads the generated files
// (scripts/build/ready.ts).
import type { Param, Rest } from '../core/define.ts';
import { listFields } from '../core/list-fields.ts';
import { metaParams } from '../core/meta-params.ts';
import { index } from '../functions/index.generated.ts';
import { loadFunction } from '../functions/load.ts';
import type { Candidate } from './complete.ts';
import { generalHelp } from './help.ts';
import { plainLayout } from './help-layout.ts';

/** The data about a function that completion needs. */
export interface Completable {
  readonly params: Readonly<Record<string, Param>>;
  readonly rest?: Pick<Rest, 'key' | 'doc'>;
  readonly hasList: boolean;
  /** The fields of the list's records, if known. */
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

/** Undefined if there is no such function. */
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

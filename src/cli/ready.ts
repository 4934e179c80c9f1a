// The texts and data about functions for --help and completion. Generating them requires the descriptions of all
// functions. Therefore, the build generates them once, and replaces this module by one that reads the generated files
// (scripts/build/ready.ts).
import type { Param, Rest } from '../core/define.ts';
import { listFields } from '../core/list-fields.ts';
import { metaParams } from '../core/meta-params.ts';
import { index } from '../functions/index.generated.ts';
import { loadFunction } from '../functions/load.ts';
import { uapiIndex } from '../uapi/index.generated.ts';
import { loadUapi } from '../uapi/load.ts';
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

/** The modules of UAPI. */
export async function moduleCandidates(): Promise<readonly Candidate[]> {
  const modules = new Map<string, string[]>();
  for (const name of Object.keys(uapiIndex)) {
    const [module = '', func = ''] = name.split('::');
    modules.set(module, [...(modules.get(module) ?? []), func]);
  }
  return [...modules].map(([value, functions]) => ({ value, about: functions.join(', ') }));
}

/** The functions of a module of UAPI. Empty if there is no such module. */
export async function accountFunctionCandidates(module: string): Promise<readonly Candidate[]> {
  return Object.entries(uapiIndex)
    .filter(([name]) => name.startsWith(`${module}::`))
    .map(([name, { summary }]) => ({ value: name.slice(module.length + 2), about: summary }));
}

/** @param name A function of WHM, or a function of UAPI with its module. Undefined if there is no such function. */
export async function completable(name: string): Promise<Completable | undefined> {
  const fn = await (name.includes('::') ? loadUapi(name) : loadFunction(name));
  if (fn === undefined) return undefined;
  const { rest, list } = fn;
  return {
    params: fn.params,
    ...(rest === undefined ? {} : { rest: { key: rest.key, doc: rest.doc } }),
    hasList: list !== undefined,
    fields: listFields(fn) ?? [],
  };
}

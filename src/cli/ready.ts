// The texts and data about functions for --help and completion. Generating them requires the descriptions of all
// functions. Therefore, the build generates them once, and replaces this module by one that reads the generated files
// (scripts/build/ready.ts).
import type { AnyFunction, Param, Rest } from '../core/define.ts';
import { listFields } from '../core/list-fields.ts';
import { metaParams } from '../core/meta-params.ts';
import { index } from '../functions/index.generated.ts';
import { loadFunction } from '../functions/load.ts';
import type { AccountApi } from '../core/context.ts';
import { accountIndex } from '../uapi/index.generated.ts';
import { loadAccountFunction } from '../uapi/load.ts';
import type { Candidate } from './complete.ts';
import { generalHelp } from './help.ts';
import { plainLayout } from './help-layout.ts';

/** The data about a function that completion needs. */
export interface Completable {
  readonly params: Readonly<Record<string, Param>>;
  readonly rest?: Pick<Rest, 'type' | 'key' | 'doc'>;
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

/** The modules of UAPI or API 2. */
export async function moduleCandidates(api: AccountApi): Promise<readonly Candidate[]> {
  const modules = new Map<string, string[]>();
  for (const name of Object.keys(accountIndex[api])) {
    const [module = '', func = ''] = name.split('::');
    modules.set(module, [...(modules.get(module) ?? []), func]);
  }
  return [...modules].map(([value, functions]) => ({ value, about: functions.join(', ') }));
}

/** The functions of a module. Empty if there is no such module. */
export async function accountFunctionCandidates(
  api: AccountApi,
  module: string,
): Promise<readonly Candidate[]> {
  return Object.entries(accountIndex[api])
    .filter(([name]) => name.startsWith(`${module}::`))
    .map(([name, { summary }]) => ({ value: name.slice(module.length + 2), about: summary }));
}

/** @returns undefined if WHM has no function of this name. */
export async function completable(name: string): Promise<Completable | undefined> {
  return completableOf(await loadFunction(name));
}

/** @param name `Module::function`. @returns undefined if there is no such function. */
export async function completableAccountFunction(
  api: AccountApi,
  name: string,
): Promise<Completable | undefined> {
  return completableOf(await loadAccountFunction(api, name));
}

function completableOf(fn: AnyFunction | undefined): Completable | undefined {
  if (fn === undefined) return undefined;
  const { rest, list } = fn;
  return {
    params: fn.params,
    ...(rest === undefined ? {} : { rest: { type: rest.type, key: rest.key, doc: rest.doc } }),
    hasList: list !== undefined,
    fields: listFields(fn) ?? [],
  };
}

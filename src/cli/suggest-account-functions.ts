// Suggests functions of UAPI or API 2 for an unknown name of a module or function.
import type { AccountProgram } from '../core/account-programs.ts';
import { nearest } from '../core/nearest.ts';
import { documentedFunctions } from '../catalogue/known-account-functions.ts';
import { accountIndex } from '../uapi/index.generated.ts';
import { writeStderr, type Io } from './io.ts';
import { namesLike } from './suggest.ts';

const MOST = 3;

/** Names the functions that may be meant, and which of them are not provided here. Prints nothing if none is similar. */
export function suggestAccountFunctions(program: AccountProgram, module: string, func: string, io: Io): void {
  const { api, name: called } = program;
  const isProvided = (name: string) => Object.hasOwn(accountIndex[api], name);
  const lines = functionsLike(program, module, func).map((name) => {
    const line = `${called} ${name.replace('::', ' ')}`;
    return isProvided(name) ? line : `${line} (not provided here)`;
  });
  if (lines.length > 0) writeStderr(io, `Did you mean ${lines.join(', or ')}?\n`);
}

/** Returns at most three names, `Module::function`. */
function functionsLike({ api }: AccountProgram, module: string, func: string): string[] {
  const provided = Object.keys(accountIndex[api]);
  const all = [...new Set([...provided, ...documentedFunctions(api)])].map((name) => {
    const [of = '', own = ''] = name.split('::');
    return { name, module: of, func: own };
  });
  const modules = [...new Set(all.map((one) => one.module))];
  const near = modules.includes(module) ? [module] : nearest(module, modules, MOST);
  const inModules = near.flatMap((of) => {
    const funcs = all.filter((one) => one.module === of).map((one) => one.func);
    return namesLike(func, funcs, (name) => provided.includes(`${of}::${name}`)).map(
      (name) => `${of}::${name}`,
    );
  });
  // A right name can be that of a function in another module.
  const elsewhere = all
    .filter((one) => one.func === func && provided.includes(one.name))
    .map(({ name }) => name);
  const isExact = (name: string) => name.endsWith(`::${func}`);
  const found = [...new Set([...inModules.filter(isExact), ...elsewhere, ...inModules])];
  return found.slice(0, MOST);
}

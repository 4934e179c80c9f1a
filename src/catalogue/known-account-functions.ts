// The names of all documented functions of UAPI and API 2, also of those that this program does not provide.
import names from './account-apis/names.json';
import reasons from './account-apis/reasons.json';

/** What a function is of, and why it is not provided, as a sentence. */
interface Documented {
  readonly of: string;
  readonly because?: string;
}

type Modules = Readonly<Record<string, readonly string[]>>;

/** Returns the API if its documentation has the function. `name` is `Module::function`. */
export function documentedFunction(api: 'uapi' | 'api2', name: string): Documented | undefined {
  const [module = '', func = ''] = name.split('::');
  const modules: Modules = names[api];
  const isKnown = Object.hasOwn(modules, module) && modules[module]?.includes(func) === true;
  if (!isKnown) return undefined;
  const because = whyAbsent(api, name);
  return { of: api === 'uapi' ? 'UAPI' : 'cPanel API 2', ...(because === undefined ? {} : { because }) };
}

/** Returns the names, `Module::function`, in the API’s documentation. */
export function documentedFunctions(api: 'uapi' | 'api2'): string[] {
  const modules: Modules = names[api];
  return Object.entries(modules).flatMap(([module, funcs]) => funcs.map((func) => `${module}::${func}`));
}

/** Why the function is not provided, as a sentence. Undefined if it is provided, or nothing is known. */
export function whyAbsent(api: 'uapi' | 'api2', name: string): string | undefined {
  const known: Readonly<Record<string, string>> = reasons[api];
  return Object.hasOwn(known, name) ? known[name] : undefined;
}

/** True if the documentation of the API has the module. */
export function isDocumentedModule(api: 'uapi' | 'api2', module: string): boolean {
  return Object.hasOwn(names[api], module);
}

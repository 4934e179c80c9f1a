// The names of all documented functions of UAPI and API 2, also of those that this program does not provide.
import names from './account-apis/names.json';

type Modules = Readonly<Record<string, readonly string[]>>;

/** Returns the API's name if the documentation has the function. `name` is `Module::function`. */
export function apiOfDocumented(api: 'uapi' | 'api2', name: string): string | undefined {
  const [module = '', func = ''] = name.split('::');
  const modules: Modules = names[api];
  const isKnown = Object.hasOwn(modules, module) && modules[module]?.includes(func) === true;
  if (!isKnown) return undefined;
  return api === 'uapi' ? 'UAPI' : 'cPanel API 2';
}

/** Whether the documentation of the API has the module. */
export function isDocumentedModule(api: 'uapi' | 'api2', module: string): boolean {
  return Object.hasOwn(names[api], module);
}

// Section-7 man pages: one for each family, which names its functions, one for each function, one for each module of
// UAPI and API 2, and one for the errors.
import { errorKinds } from '../../src/core/errors.ts';
import { accountPrograms } from '../../src/core/account-programs.ts';
import type { AnyFunction } from '../../src/core/define.ts';
import type { PlacedAccountFunction, PlacedFunction } from '../generate.ts';
import { familyOf } from './families.ts';
import { functionPage } from './function-page.ts';
import { modulePage, modulesPage } from './module-page.ts';
import { page, seeAlso, tagged } from './roff.ts';

const errorsPageName = 'whmapi1-errors';

/** Path and text of every page. */
export function manPages(
  functions: readonly PlacedFunction[],
  accountFunctions: readonly PlacedAccountFunction[],
): Map<string, string> {
  const pages = new Map([[`man/${errorsPageName}.7`, errorsManPage()]]);
  const add = (name: string, text: string) => {
    const path = `man/whmapi1-${name}.7`;
    if (pages.has(path)) throw new Error(`Two pages would be named ${path}.`);
    pages.set(path, text);
  };
  for (const folder of new Set(functions.map(({ family }) => family))) {
    const members = functions.filter(({ family }) => family === folder);
    add(
      folder,
      familyPage(
        folder,
        members.map(({ fn }) => fn),
      ),
    );
  }
  for (const { family, fn } of functions) add(fn.name, functionPage(fn, family));
  for (const program of Object.values(accountPrograms)) {
    const modules = modulesOf(accountFunctions.filter(({ api }) => api === program.api));
    pages.set(`man/${program.name}-modules.7`, modulesPage(program, modules));
    for (const [module, members] of modules) {
      pages.set(`man/${program.name}-${module}.7`, modulePage(program, module, members));
    }
  }
  return pages;
}

/** The functions by their module. */
function modulesOf(functions: readonly PlacedAccountFunction[]): Map<string, AnyFunction[]> {
  const modules = new Map<string, AnyFunction[]>();
  for (const { fn } of functions) {
    const [module = ''] = fn.name.split('::');
    modules.set(module, [...(modules.get(module) ?? []), fn]);
  }
  return modules;
}

function familyPage(folder: string, functions: readonly AnyFunction[]): string {
  return page(`whmapi1-${folder}`, `WHM API 1 functions: ${familyOf(folder).title}`, [
    '.Sh DESCRIPTION',
    'These functions of the family work here.',
    'Each has a page of its own.',
    'They are called as',
    '.Dl whmapi1 FUNCTION key=value ...',
    'Arguments, output and exit status are described in',
    '.Xr whmapi1 1 .',
    '.Sh FUNCTIONS',
    ...tagged(functions.map(({ name, summary }) => ({ term: `Xr whmapi1-${name} 7`, text: summary }))),
    ...seeAlso([
      ['whmapi1', 1],
      [errorsPageName, 7],
    ]),
  ]);
}

function errorsManPage(): string {
  return page(errorsPageName, 'how calls of WHM API 1 fail', [
    '.Sh DESCRIPTION',
    'A call that fails answers a',
    '.Ql reason ,',
    'a sentence for people, and an',
    '.Ql error_code ,',
    'a word that stays the same from version to version.',
    'The exit status is 1 unless another is named.',
    'These are all codes:',
    ...tagged(
      Object.entries(errorKinds).map(([code, { exit, when, remedy }]) => ({
        term: `Sy ${code}`,
        text: `${when} ${exit === 1 ? '' : `Exit status ${exit}. `}${remedy}`,
      })),
    ),
    ...seeAlso([['whmapi1', 1]]),
  ]);
}

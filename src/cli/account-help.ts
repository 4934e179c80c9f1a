// uapi --help, cpapi2 --help: the modules, the functions of a module, a function.
import type { AccountProgram } from '../core/account-programs.ts';
import { accountIndex } from '../uapi/index.generated.ts';
import { loadAccountFunction } from '../uapi/load.ts';
import { isDocumentedModule, whyAbsent } from '../catalogue/known-account-functions.ts';
import { functionHelp } from './function-help.ts';
import { layoutFor, row, wrap, type Layout } from './help-layout.ts';
import type { CommandLine } from './options.ts';
import { writeStderr, type Io } from './io.ts';
import { printPaged } from './pager.ts';
import { usageLineOf } from './account-usage.ts';

/** @param words A module, and a function. @returns the exit status. */
export async function printAccountHelp(
  program: AccountProgram,
  words: readonly string[],
  { color }: Pick<CommandLine, 'color'>,
  io: Io,
): Promise<number> {
  const layout = await layoutFor(io, color);
  const [module, func] = words;
  const { api, name: called } = program;
  if (module === undefined) {
    await printPaged(generalHelp(program, layout), io);
    return 0;
  }
  if (func !== undefined) {
    const fn = await loadAccountFunction(api, `${module}::${func}`);
    if (fn !== undefined) {
      await printPaged(functionHelp(fn, module, layout, program), io);
      return 0;
    }
  }
  const own = functionsOf(program, module);
  if (own.length > 0 && func === undefined) {
    const list = listOf(
      own.map(([name, { summary }]) => [name.slice(module.length + 2), summary]),
      layout,
    );
    await printPaged(
      `${layout.heading(`Module ${module}`)}\n${list}\n\nSee ${called} --help ${module} FUNCTION.\n`,
      io,
    );
    return 0;
  }
  const because = func === undefined ? undefined : whyAbsent(api, `${module}::${func}`);
  const what =
    because !== undefined
      ? `The function “${func}” of the module “${module}” is not provided on this server. ${because}`
      : own.length === 0 && isDocumentedModule(api, module)
        ? `No function of the module “${module}” is provided on this server.`
        : own.length === 0
          ? `No module is named “${module}”. Names are case-sensitive: see ${called} --help.`
          : `The module “${module}” has no function “${func ?? ''}”: see ${called} --help ${module}.`;
  writeStderr(io, `${called}: ${what}\n`);
  if (func !== undefined && because === undefined) {
    const { suggestAccountFunctions } = await import('./suggest-account-functions.ts');
    suggestAccountFunctions(program, module, func, io);
  }
  return 1;
}

function listOf(entries: readonly (readonly [name: string, text: string])[], layout: Layout): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  const shown = (name: string) => layout.name(name);
  return entries.map(([name, text]) => row(name, text, { width, shown }, layout)).join('\n');
}

function functionsOf({ api }: AccountProgram, module: string) {
  return Object.entries(accountIndex[api]).filter(([name]) => name.startsWith(`${module}::`));
}

function generalHelp(program: AccountProgram, layout: Layout): string {
  const { api, name: called, title, listPrefix } = program;
  const modules = [...new Set(Object.keys(accountIndex[api]).map((name) => name.split('::')[0] ?? ''))];
  const list = listOf(
    modules.map((name) => [
      name,
      functionsOf(program, name)
        .map(([one]) => one.slice(name.length + 2))
        .join(', '),
    ]),
    layout,
  );
  const parts = [
    layout.heading(usageLineOf(program)),
    wrap(
      `Calls a function of ${title}, which acts inside one account. Root names the account with --user. A user of this ` +
        'machine whose name is an account acts for that account, through whmapi1d, without --user.',
      layout,
    ),
    wrap(
      'The options are those of whmapi1: --output=yaml|json|jsonpretty|xml, --input=json, --file KEY=PATH, --dry-run, ' +
        `--quiet. Lists can be filtered and sorted: ${listPrefix}filter_column=COLUMN ${listPrefix}filter_term=TEXT, ` +
        `${listPrefix}sort_column=COLUMN, ${listPrefix}paginate_size=ROWS.`,
      layout,
    ),
    `${layout.heading('Modules')}\n${list}`,
    `See ${called} --help MODULE, and ${called} --help MODULE FUNCTION.`,
  ];
  return `${parts.join('\n\n')}\n`;
}

// uapi --help: the modules, the functions of a module, a function.
import { uapiIndex } from '../uapi/index.generated.ts';
import { loadUapi } from '../uapi/load.ts';
import { isDocumentedModule } from '../catalogue/known-account-functions.ts';
import { functionHelp } from './function-help.ts';
import { layoutFor, row, wrap, type Layout } from './help-layout.ts';
import type { CommandLine } from './options.ts';
import { writeStderr, type Io } from './io.ts';
import { printPaged } from './pager.ts';

/** @param words A module, and a function. @returns the exit status. */
export async function printUapiHelp(
  words: readonly string[],
  { color }: Pick<CommandLine, 'color'>,
  io: Io,
): Promise<number> {
  const layout = await layoutFor(io, color);
  const [module, func] = words;
  if (module === undefined) {
    await printPaged(generalHelp(layout), io);
    return 0;
  }
  if (func !== undefined) {
    const fn = await loadUapi(`${module}::${func}`);
    if (fn !== undefined) {
      await printPaged(functionHelp(fn, module, layout), io);
      return 0;
    }
  }
  const own = functionsOf(module);
  if (own.length > 0 && func === undefined) {
    const list = listOf(
      own.map(([name, { summary }]) => [name.slice(module.length + 2), summary]),
      layout,
    );
    await printPaged(
      `${layout.heading(`Module ${module}`)}\n${list}\n\nSee uapi --help ${module} FUNCTION.\n`,
      io,
    );
    return 0;
  }
  const what =
    own.length === 0 && isDocumentedModule('uapi', module)
      ? `No function of the module “${module}” is provided on this server.`
      : own.length === 0
        ? `No module is named “${module}”. Names are case-sensitive: see uapi --help.`
        : `The module “${module}” has no function “${func ?? ''}”: see uapi --help ${module}.`;
  writeStderr(io, `uapi: ${what}\n`);
  return 1;
}

function listOf(entries: readonly (readonly [name: string, text: string])[], layout: Layout): string {
  const width = Math.max(...entries.map(([name]) => name.length));
  const shown = (name: string) => layout.name(name);
  return entries.map(([name, text]) => row(name, text, { width, shown }, layout)).join('\n');
}

function functionsOf(module: string) {
  return Object.entries(uapiIndex).filter(([name]) => name.startsWith(`${module}::`));
}

function generalHelp(layout: Layout): string {
  const modules = [...new Set(Object.keys(uapiIndex).map((name) => name.split('::')[0] ?? ''))];
  const list = listOf(
    modules.map((name) => [
      name,
      functionsOf(name)
        .map(([one]) => one.slice(name.length + 2))
        .join(', '),
    ]),
    layout,
  );
  const parts = [
    layout.heading('Usage: uapi [--user=NAME] [options] Module function [key=value ...]'),
    wrap(
      'Calls a function of UAPI, which acts inside one account. Root names the account with --user. A user of this ' +
        'machine whose name is an account acts for that account, through whmapi1d, without --user.',
      layout,
    ),
    wrap(
      'The options are those of whmapi1: --output=yaml|json|jsonpretty|xml, --input=json, --file KEY=PATH, --dry-run, ' +
        '--quiet. Lists can be filtered and sorted: api.filter_column=COLUMN api.filter_term=TEXT, ' +
        'api.sort_column=COLUMN, api.paginate_size=ROWS.',
      layout,
    ),
    `${layout.heading('Modules')}\n${list}`,
    'See uapi --help MODULE, and uapi --help MODULE FUNCTION.',
  ];
  return `${parts.join('\n\n')}\n`;
}

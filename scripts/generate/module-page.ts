// The section-7 man pages of the modules of UAPI and API 2: one that lists them, and one for each, with all of its functions.
import {
  accountAccessInWords,
  choiceInWords,
  exampleCommand,
  paramSynopsis,
  returnedFields,
} from '../../src/core/describe.ts';
import type { AccountProgram } from '../../src/core/account-programs.ts';
import type { AnyFunction } from '../../src/core/define.ts';
import { explain } from './function-page.ts';
import { page, prose, roff, seeAlso, tagged } from './roff.ts';

export function modulesPage(
  { name: program, title }: AccountProgram,
  modules: ReadonlyMap<string, readonly AnyFunction[]>,
): string {
  return page(`${program}-modules`, `modules of ${title}`, [
    '.Sh DESCRIPTION',
    'These modules work here, with these functions.',
    'Each module has a page of its own.',
    '.Sh MODULES',
    ...tagged(
      [...modules].map(([module, functions]) => ({
        term: `Xr ${program}-${module} 7`,
        text: functions.map(({ name }) => name.slice(module.length + 2)).join(', '),
      })),
    ),
    ...seeAlso([[program, 1]]),
  ]);
}

export function modulePage(
  program: AccountProgram,
  module: string,
  functions: readonly AnyFunction[],
): string {
  const { api, name: called, title } = program;
  return page(`${called}-${module}`, `${title} functions of the module ${module}`, [
    '.Sh DESCRIPTION',
    'These functions act inside one account.',
    'They are called as',
    `.Dl ${called} \\-\\-user=ACCOUNT ${module} FUNCTION key=value ...`,
    'Arguments, output and exit status are described in',
    `.Xr ${called} 1 .`,
    'Over HTTPS, an account calls',
    `.Pa ${api === 'uapi' ? `/execute/${module}/FUNCTION` : '/json\\-api/cpanel'}`,
    'on port 2083.',
    '.Sh FUNCTIONS',
    ...functions.flatMap((fn) => functionSection(program, fn)),
    ...seeAlso([
      [called, 1],
      ['whmapi1', 1],
      ['whmapi1-errors', 7],
    ]),
  ]);
}

function functionSection(program: AccountProgram, fn: AnyFunction): string[] {
  const [module = '', func = ''] = fn.name.split('::');
  const choice = choiceInWords(fn);
  const params = Object.entries(fn.params);
  const fields = returnedFields(fn.returns);
  const words = params.map(([name, param]) => roff(paramSynopsis(name, param)));
  return [
    `.Ss ${roff(func)}`,
    '.Bd -ragged -offset indent',
    roff([program.name, module, func].join(' ')),
    ...words,
    '.Ed',
    '.Pp',
    prose([fn.summary, ...(fn.description === undefined ? [] : [fn.description])].join(' ')),
    '.Pp',
    prose([accountAccessInWords(fn, program), choice].filter((text) => text !== '').join(' ')),
    ...(params.length === 0
      ? []
      : [
          '.Pp',
          'Parameters:',
          ...tagged(params.map(([name, param]) => ({ term: `Cm ${roff(name)}`, text: explain(param) }))),
        ]),
    '.Pp',
    ...(fields.length === 0
      ? ['The response contains no data.']
      : [
          'Response:',
          ...tagged(
            fields.map(({ path, type, doc }) => ({ term: `Va ${roff(path)}`, text: `(${type}) ${doc}` })),
          ),
        ]),
    '.Pp',
    fn.examples.length === 1 ? 'Example:' : 'Examples:',
    ...fn.examples.flatMap((example) => [
      '.Pp',
      prose(example.doc),
      '.Bd -literal -offset indent',
      roff(exampleCommand(fn, example, program.name)),
      '.Ed',
    ]),
  ];
}

// The section-7 man pages of the modules of UAPI: one that lists them, and one for each, with all of its functions.
import {
  accountAccessInWords,
  choiceInWords,
  exampleCommand,
  paramSynopsis,
  returnedFields,
} from '../../src/core/describe.ts';
import type { AnyFunction } from '../../src/core/define.ts';
import { explain } from './function-page.ts';
import { page, prose, roff, seeAlso, tagged } from './roff.ts';

export function modulesPage(modules: ReadonlyMap<string, readonly AnyFunction[]>): string {
  return page('uapi-modules', 'modules of UAPI', [
    '.Sh DESCRIPTION',
    'These modules work here, with these functions.',
    'Each module has a page of its own.',
    '.Sh MODULES',
    ...tagged(
      [...modules].map(([module, functions]) => ({
        term: `Xr uapi-${module} 7`,
        text: functions.map(({ name }) => name.slice(module.length + 2)).join(', '),
      })),
    ),
    ...seeAlso([['uapi', 1]]),
  ]);
}

export function modulePage(module: string, functions: readonly AnyFunction[]): string {
  return page(`uapi-${module}`, `UAPI functions of the module ${module}`, [
    '.Sh DESCRIPTION',
    'These functions act inside one account.',
    'They are called as',
    `.Dl uapi \\-\\-user=ACCOUNT ${module} FUNCTION key=value ...`,
    'Arguments, output and exit status are described in',
    '.Xr uapi 1 .',
    'Over HTTPS, an account calls',
    `.Pa /execute/${module}/FUNCTION`,
    'on port 2083.',
    '.Sh FUNCTIONS',
    ...functions.flatMap(functionSection),
    ...seeAlso([
      ['uapi', 1],
      ['whmapi1', 1],
      ['whmapi1-errors', 7],
    ]),
  ]);
}

function functionSection(fn: AnyFunction): string[] {
  const [module = '', func = ''] = fn.name.split('::');
  const choice = choiceInWords(fn);
  const params = Object.entries(fn.params);
  const fields = returnedFields(fn.returns);
  const words = params.map(([name, param]) => roff(paramSynopsis(name, param)));
  return [
    `.Ss ${roff(func)}`,
    '.Bd -ragged -offset indent',
    roff(['uapi', module, func].join(' ')),
    ...words,
    '.Ed',
    '.Pp',
    prose([fn.summary, ...(fn.description === undefined ? [] : [fn.description])].join(' ')),
    '.Pp',
    prose([accountAccessInWords(fn), choice].filter((text) => text !== '').join(' ')),
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
      roff(exampleCommand(fn, example)),
      '.Ed',
    ]),
  ];
}

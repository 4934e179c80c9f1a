// Prints the help of a function, from its description.
import {
  accessInWords,
  accountAccessInWords,
  choiceInWords,
  exampleCommand,
  paramTraits,
  returnedFields,
  sinceInWords,
  usageOf,
} from '../core/describe.ts';
import type { AccountProgram } from '../core/account-programs.ts';
import type { AnyFunction } from '../core/define.ts';
import { capitalised, command, entry, section, titleOf, wrap, type Layout } from './help-layout.ts';

/** @param accountProgram The command that calls the function, if it acts inside an account. */
export function functionHelp(
  fn: AnyFunction,
  family: string,
  layout: Layout,
  accountProgram?: AccountProgram,
): string {
  const program = accountProgram?.name ?? 'whmapi1';
  const params = Object.entries(fn.params);
  const parts = [
    layout.heading(wrap(`Usage: ${program} [options] ${usageOf(fn)}`, layout, '', '  ')),
    wrap(fn.summary, layout),
    ...(fn.description === undefined ? [] : [wrap(fn.description, layout)]),
    wrap(choiceInWords(fn), layout),
    section('Parameters:', layout, [
      ...params.map(([name, param]) => entry(name, param.doc, paramTraits(param), layout)),
      ...(fn.passes === undefined ? [] : [entry('others', fn.passes, 'passed on', layout)]),
      ...(fn.rest === undefined
        ? []
        : [
            entry(
              fn.rest.key,
              capitalised(fn.rest.doc),
              `required; ${fn.rest.type === 'json' ? 'JSON (--input=json)' : 'text'}`,
              layout,
            ),
          ]),
    ]),
    section(
      'Response:',
      layout,
      returnedFields(fn.returns).map(({ path, type, doc }) => entry(path, doc, type, layout)),
    ),
    accountProgram === undefined ? '' : wrap(accountAccessInWords(fn, accountProgram), layout),
    accountProgram !== undefined
      ? ''
      : wrap(
          `${accessInWords(fn.access)} ${sinceInWords(fn)}${fn.list === undefined ? '' : ` It returns a list (“${fn.list}”), which you can filter, sort and page with api.filter, api.sort, api.columns and api.chunk.`}`,
          layout,
        ),
    section(
      fn.examples.length === 1 ? 'Example:' : 'Examples:',
      layout,
      fn.examples.map(
        (example) =>
          `${layout.faint(wrap(`# ${example.doc}`, layout, '  ', '  # '))}\n${command(exampleCommand(fn, example, program), layout)}`,
      ),
    ),
    accountProgram !== undefined ? '' : wrap(`Family: ${titleOf(family)} (man whmapi1-${family})`, layout),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

// Prints the help of a function, from its description.
import {
  accessInWords,
  accountAccessInWords,
  choiceInWords,
  exampleCommand,
  paramTraits,
  programOf,
  returnedFields,
  sinceInWords,
  usageOf,
} from '../core/describe.ts';
import type { AnyFunction } from '../core/define.ts';
import { capitalised, command, entry, section, titleOf, wrap, type Layout } from './help-layout.ts';

export function functionHelp(fn: AnyFunction, family: string, layout: Layout): string {
  const params = Object.entries(fn.params);
  const parts = [
    layout.heading(wrap(`Usage: ${programOf(fn)} [options] ${usageOf(fn)}`, layout, '', '  ')),
    wrap(fn.summary, layout),
    ...(fn.description === undefined ? [] : [wrap(fn.description, layout)]),
    wrap(choiceInWords(fn), layout),
    section('Parameters:', layout, [
      ...params.map(([name, param]) => entry(name, param.doc, paramTraits(param), layout)),
      ...(fn.passes === undefined ? [] : [entry('others', fn.passes, 'passed on', layout)]),
      ...(fn.rest === undefined
        ? []
        : [entry(fn.rest.key, capitalised(fn.rest.doc), 'required; JSON (--input=json)', layout)]),
    ]),
    section(
      'Response:',
      layout,
      returnedFields(fn.returns).map(({ path, type, doc }) => entry(path, doc, type, layout)),
    ),
    programOf(fn) === 'uapi' ? wrap(accountAccessInWords(fn), layout) : '',
    programOf(fn) === 'uapi'
      ? ''
      : wrap(
          `${accessInWords(fn.access)} ${sinceInWords(fn)}${fn.list === undefined ? '' : ` Its list is “${fn.list}”: api.filter, api.sort, api.columns and api.chunk work on it.`}`,
          layout,
        ),
    section(
      fn.examples.length === 1 ? 'Example:' : 'Examples:',
      layout,
      fn.examples.map(
        (example) =>
          `${layout.faint(wrap(`# ${example.doc}`, layout, '  ', '  # '))}\n${command(exampleCommand(fn, example), layout)}`,
      ),
    ),
    programOf(fn) === 'uapi' ? '' : wrap(`Family: ${titleOf(family)} (man whmapi1-${family})`, layout),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

// The help of a function, from its description.
import {
  accessInWords,
  exampleCommand,
  paramSynopsis,
  paramTraits,
  returnedFields,
  sinceInWords,
} from '../core/describe.ts';
import type { AnyFunction } from '../core/define.ts';
import { capitalised, entry, section, titleOf, wrap } from './help-layout.ts';
import type { Style } from './style.ts';

export function functionHelp(fn: AnyFunction, family: string, style: Style): string {
  const params = Object.entries(fn.params);
  const synopsis = params.map(([name, param]) => ` ${paramSynopsis(name, param)}`).join('');
  const parts = [
    style.heading(`Usage: whmapi1 [options] ${fn.name}${synopsis}`),
    wrap(fn.summary),
    ...(fn.description === undefined ? [] : [wrap(fn.description)]),
    section('Parameters:', style, [
      ...params.map(([name, param]) => entry(name, param.doc, paramTraits(param), style)),
      ...(fn.rest === undefined
        ? []
        : [entry(fn.rest.key, capitalised(fn.rest.doc), 'required; JSON (--input=json)', style)]),
    ]),
    section(
      'Answer:',
      style,
      returnedFields(fn.returns).map(({ path, type, doc }) => entry(path, doc, type, style)),
    ),
    wrap(
      `${accessInWords(fn.access)} ${sinceInWords(fn)}${fn.list === undefined ? '' : ` Its list is “${fn.list}”: api.filter, api.sort, api.columns and api.chunk work on it.`}`,
    ),
    section(
      fn.examples.length === 1 ? 'Example:' : 'Examples:',
      style,
      fn.examples.map((example) => `  ${style.faint(`# ${example.doc}`)}\n  ${exampleCommand(fn, example)}`),
    ),
    `Family: ${titleOf(family)} (${style.name(`man whmapi1-${family}`)})`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

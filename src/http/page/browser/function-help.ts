// The help of a function.
import type { FunctionDescription } from '../wire.ts';
import { copyButton } from './copy-button.ts';
import { element } from './element.ts';
import { familyTitle } from './function-finder.ts';
import { highlighted } from './highlight.ts';

export type Example = FunctionDescription['examples'][number];

const effects: Readonly<Record<FunctionDescription['effect'], string>> = {
  none: 'changes nothing',
  looks: 'changes nothing',
  reads: 'changes nothing',
  changes: 'changes stored data',
  operates: 'changes the server',
  calls: 'calls other functions',
};

export const changesNothing = (effect: FunctionDescription['effect']): boolean =>
  effects[effect] === effects.none;

/** @param fill fills the form with an example. */
export function functionHelp(fn: FunctionDescription, fill: (example: Example) => void): HTMLElement[] {
  const { family, effect, summary, description, access, list } = fn;
  return [
    element(
      'p',
      { class: 'chips' },
      element('span', { class: 'chip' }, familyTitle(family)),
      ' ',
      element('span', { class: changesNothing(effect) ? 'chip good' : 'chip caution' }, effects[effect]),
    ),
    element('p', { class: 'lead' }, summary),
    ...(description === undefined ? [] : [element('p', {}, description)]),
    element(
      'p',
      { class: 'hint' },
      access,
      ...(list === undefined
        ? []
        : [' It returns a list (', element('code', {}, list.key), '), which you can filter, sort and page.']),
    ),
    answerOf(fn),
    examplesOf(fn, fill),
  ];
}

function answerOf({ returns }: FunctionDescription): HTMLElement {
  if (returns.length === 0) return element('p', { class: 'hint' }, 'The response contains no data.');
  return element(
    'details',
    {},
    element('summary', {}, 'Response'),
    element(
      'dl',
      { class: 'fields' },
      ...returns.flatMap(({ path, type, doc }) => [
        element('dt', {}, element('code', {}, path), ' ', element('span', { class: 'traits' }, type)),
        element('dd', {}, doc),
      ]),
    ),
  );
}

function examplesOf({ examples }: FunctionDescription, fill: (example: Example) => void): HTMLElement {
  return element(
    'details',
    {},
    element('summary', {}, examples.length === 1 ? 'Example' : 'Examples'),
    ...examples.flatMap((example) => {
      const { doc, command } = example;
      return [
        element(
          'div',
          { class: 'text-head' },
          element('p', {}, doc),
          element(
            'button',
            {
              type: 'button',
              class: 'small',
              'aria-label': `Use this example: ${doc}`,
              click: () => fill(example),
            },
            'Use this example',
          ),
          copyButton('the example', () => command),
        ),
        element('pre', { class: 'wrapped' }, element('code', {}, ...highlighted('bash', command))),
      ];
    }),
  );
}

// The section-7 man page of one function of WHM.
import {
  accessInWords,
  choiceInWords,
  exampleCommand,
  paramTraits,
  returnedFields,
  sinceInWords,
} from '../../src/core/describe.ts';
import type { AnyFunction, Param } from '../../src/core/define.ts';
import { errorKinds } from '../../src/core/errors.ts';
import { expectedErrors } from '../../src/core/expected-errors.ts';
import { page, prose, roff, seeAlso, tagged } from './roff.ts';

export function functionPage(fn: AnyFunction, family: string): string {
  const { name, summary } = fn;
  const description = summary.charAt(0).toLowerCase() + summary.slice(1, -1);
  return page(`whmapi1-${name}`, description, [
    ...synopsis(fn),
    '.Sh DESCRIPTION',
    prose([summary, ...(fn.description === undefined ? [] : [fn.description])].join(' ')),
    '.Pp',
    prose(sinceInWords(fn)),
    ...parameters(fn),
    ...answer(fn),
    '.Sh PRIVILEGES',
    prose(accessInWords(fn.access)),
    '.Sh EXAMPLES',
    ...fn.examples.flatMap((example, at) => [
      ...(at === 0 ? [] : ['.Pp']),
      prose(example.doc),
      '.Bd -literal -offset indent',
      roff(exampleCommand(fn, example)),
      '.Ed',
    ]),
    ...errors(fn),
    ...seeAlso([
      ['whmapi1', 1],
      ...[`whmapi1-${family}`, 'whmapi1-errors'].sort().map((one) => [one, 7] as const),
    ]),
  ]);
}

function synopsis(fn: AnyFunction): string[] {
  const params = Object.entries(fn.params).filter(([, { noEffectReason }]) => noEffectReason === undefined);
  return [
    '.Sh SYNOPSIS',
    '.Nm whmapi1',
    '.Op Ar options',
    `.Cm ${roff(fn.name)}`,
    ...params.map(([name, { type, list, required }]) => {
      const value = type === 'flag' ? 'Ns = Ns 1|0' : 'Ns = Ns Ar VALUE';
      const given = `Cm ${roff(name)} ${value}${list === true ? ' ...' : ''}`;
      return required === true ? `.${given}` : `.Op ${given}`;
    }),
  ];
}

function parameters(fn: AnyFunction): string[] {
  const rows = [
    ...Object.entries(fn.params).map(([name, param]) => ({ term: `Cm ${roff(name)}`, text: explain(param) })),
    ...(fn.rest === undefined
      ? []
      : [
          {
            term: `Cm ${roff(fn.rest.key)}`,
            text: `(required; ${fn.rest.type === 'json' ? 'JSON, with --input=json' : 'text'}) ${fn.rest.doc}`,
          },
        ]),
  ];
  const choice = choiceInWords(fn);
  return rows.length === 0
    ? []
    : ['.Sh PARAMETERS', ...(choice === '' ? [] : [prose(choice)]), ...tagged(rows)];
}

/** What a parameter means, for a tagged list. */
export function explain(param: Param): string {
  const effect = param.noEffectReason === undefined ? '' : ` It has no effect here: ${param.noEffectReason}`;
  return `${param.doc}${effect} (${paramTraits(param)})`;
}

function answer(fn: AnyFunction): string[] {
  const fields = returnedFields(fn.returns);
  const list =
    fn.list === undefined
      ? []
      : [
          '.Pp',
          'The meta\\-arguments',
          '.Cm api.filter , api.sort , api.columns',
          'and',
          '.Cm api.chunk',
          'work on',
          `.Ql ${roff(fn.list)} .`,
        ];
  if (fields.length === 0) return ['.Sh RESPONSE', 'The response contains no data.'];
  const rows = fields.map(({ path, type, doc }) => ({ term: `Va ${roff(path)}`, text: `(${type}) ${doc}` }));
  return ['.Sh RESPONSE', ...tagged(rows), ...list];
}

function errors(fn: AnyFunction): string[] {
  const codes = expectedErrors(fn);
  const rows = codes.map((code) => ({ term: `Sy ${code}`, text: errorKinds[code].when }));
  return [
    '.Sh DIAGNOSTICS',
    'What the function refuses by rules of its own has one of the codes in',
    '.Xr whmapi1-errors 7 .',
    ...(rows.length === 0 ? [] : ['Besides, a call fails with', ...tagged(rows)]),
  ];
}

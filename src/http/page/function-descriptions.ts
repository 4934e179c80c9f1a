// Descriptions of functions for the pages' script.
import type { AnyFunction, Param } from '../../core/define.ts';
import { listFields } from '../../core/list-fields.ts';
import { isFamily } from '../../core/param-of.ts';
import {
  accessInWords,
  accountAccessInWords,
  choiceInWords,
  exampleCommand,
  paramTraits,
  programOf,
  returnedFields,
  sinceInWords,
} from '../../core/describe.ts';
import type { FunctionDescription, ParamDescription } from './wire.ts';

export function describeFunction(fn: AnyFunction, family: string): FunctionDescription {
  const { name, summary, effect, destructive, rest, list } = fn;
  const about = [fn.description ?? '', choiceInWords(fn)].filter((text) => text !== '').join(' ');
  return {
    name,
    family,
    summary,
    ...(about === '' ? {} : { description: about }),
    access:
      programOf(fn) === 'uapi' ? accountAccessInWords(fn) : `${accessInWords(fn.access)} ${sinceInWords(fn)}`,
    effect,
    ...(destructive === undefined ? {} : { destructive }),
    // A field has one name.
    params: Object.entries(fn.params)
      .filter(([key]) => !isFamily(key))
      .map(([key, param]) => describeParam(key, param)),
    ...(rest === undefined
      ? {}
      : { rest: { key: rest.key, doc: rest.doc, isSecret: rest.sensitive === true } }),
    ...(list === undefined ? {} : { list: { key: list, fields: listFields(fn) ?? [] } }),
    returns: returnedFields(fn.returns),
    examples: fn.examples.map((example) => ({
      doc: example.doc,
      command: exampleCommand(fn, example),
      args: example.args,
      ...(example.input === undefined ? {} : { input: JSON.stringify(example.input, undefined, 2) }),
    })),
  };
}

function describeParam(name: string, param: Param): ParamDescription {
  return {
    name,
    type: param.type,
    doc:
      param.noEffectReason === undefined
        ? param.doc
        : `${param.doc} It has no effect here: ${param.noEffectReason}`,
    traits: paramTraits(param).replace(/^(?:required|optional); /, ''),
    isRequired: param.required === true,
    isList: param.list === true,
    isSecret: param.sensitive === true,
    isMultiline: param.multiline === true,
    hasNoEffect: param.noEffectReason !== undefined,
    ...(param.default === undefined || param.default === '' ? {} : { default: String(param.default) }),
    ...(param.values === undefined ? {} : { values: param.values }),
  };
}

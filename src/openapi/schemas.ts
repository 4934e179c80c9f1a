// Converts parameters and responses of functions to JSON Schema (draft 2020-12), for `document-form.ts`.
import { DEFAULT_MAX_LENGTH } from '../core/arguments.ts';
import type { AnyFunction, Field, Fields, MapField, Param } from '../core/define.ts';
import { anyOf } from '../core/quote.ts';
import type { Json } from '../core/values.ts';

export type Schema = Record<string, Json>;

export const flag = (): Schema => ({ type: 'integer', enum: [0, 1] });

/** Returns the schema of the values that a parameter accepts. A list is an array. */
export function paramSchema(param: Param): Schema {
  const schema = param.list === true ? { type: 'array', items: itemSchema(param) } : itemSchema(param);
  return {
    description: paramDescription(param),
    ...schema,
    ...(param.default === undefined || param.list === true ? {} : { default: typed(param, param.default) }),
    ...(param.noEffectReason === undefined ? {} : { deprecated: true }),
  };
}

function paramDescription({ doc, alias, pattern, noEffectReason, extension }: Param): string {
  const expected = pattern === undefined ? '' : ` Expected: ${pattern.expects}.`;
  const effect = noEffectReason === undefined ? '' : ` It has no effect here: ${noEffectReason}`;
  const origin = extension === true ? ' It is not part of WHM.' : '';
  const names = alias === undefined ? '' : ` It is also accepted as ${anyOf(alias)}.`;
  return `${doc}${expected}${names}${effect}${origin}`;
}

function itemSchema(param: Param): Schema {
  if (param.values !== undefined) return { type: 'string', enum: [...param.values] };
  switch (param.type) {
    case 'flag':
      return flag();
    case 'json':
      return {};
    case 'integer':
      return {
        type: 'integer',
        ...(param.min === undefined ? {} : { minimum: param.min }),
        ...(param.max === undefined ? {} : { maximum: param.max }),
      };
    case 'string':
      return {
        type: 'string',
        maxLength: param.maxLength ?? DEFAULT_MAX_LENGTH,
        ...patternOf(param),
        ...(param.required === true && param.pattern === undefined ? { minLength: 1 } : {}),
        ...(param.sensitive === true ? { format: 'password' } : {}),
      };
  }
}

/** JSON Schema has no case-insensitive patterns, so these patterns are described only in words. */
function patternOf({ pattern }: Param): Schema {
  if (pattern === undefined || /[^u]/.test(pattern.matches.flags)) return {};
  return { pattern: pattern.matches.source };
}

/** Converts a command-line value to the type that the schema requires. */
export function typed(param: Param, value: string | number): Json {
  if (param.type === 'json') return JSON.parse(String(value)) as Json;
  return param.type === 'string' ? String(value) : Number(value);
}

/** Returns the schema of a response's data. */
export function dataSchema({ returns, list }: AnyFunction): Schema {
  if (returns === null) return {};
  return isMapField(returns) ? fieldSchema(returns) : hashSchema(returns, list);
}

function isMapField(returns: Fields | MapField): returns is MapField {
  return typeof returns.keys === 'string';
}

/** If `list` is one of the fields, its records may lack fields, because `api.columns` can omit them. */
function hashSchema(fields: Fields, list?: string): Schema {
  const entries = Object.entries(fields);
  const required = entries.filter(([, { optional }]) => optional !== true).map(([name]) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, field]) => [name, fieldSchema(field, name === list)])),
    ...(required.length === 0 ? {} : { required }),
  };
}

function fieldSchema(field: Field, isList = false): Schema {
  return { ...(field.doc === undefined ? {} : { description: field.doc }), ...shapeSchema(field, isList) };
}

function shapeSchema(field: Field, isList: boolean): Schema {
  if ('list' in field) {
    const items = fieldSchema(field.list);
    if (isList) delete items.required;
    return { type: 'array', items };
  }
  if ('map' in field) {
    return { type: 'object', additionalProperties: fieldSchema(field.map), 'x-keys': field.keys };
  }
  if ('fields' in field) return hashSchema(field.fields);
  switch (field.type) {
    case 'flag':
      return flag();
    case 'otpauth':
      return { type: 'string', format: 'uri' };
    case 'string|null':
      return { type: ['string', 'null'] };
    case 'any':
      return {};
    case 'string':
    case 'integer':
    case 'number':
      return { type: field.type };
  }
}

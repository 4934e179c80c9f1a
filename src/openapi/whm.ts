// The OpenAPI document of WHM API 1.
import type { AnyFunction } from '../core/define.ts';
import { accessInWords, sinceInWords } from '../core/describe.ts';
import { expectedErrors } from '../core/expected-errors.ts';
import { componentOf, documentOf, type Form, type PlacedFunction } from './document-form.ts';
import {
  failureExamples,
  otherResponses,
  parameters,
  queryParams,
  responses,
  schemas,
  securitySchemes,
} from './components.ts';
import type { Schema } from './schemas.ts';

export function openApiOfWhm(version: string, functions: readonly PlacedFunction[]): Schema {
  const info = {
    title: 'WHM API 1',
    summary: 'The functions of WHM API 1 that whmapi1 provides.',
    description: introduction,
    version,
  };
  return documentOf({ ...form, info }, functions);
}

const form: Omit<Form, 'info'> = {
  plainServer: 'With a token, an access hash or a password.',
  securitySchemes,
  parameters,
  queryParams,
  responses,
  schemas,
  examples: failureExamples,
  fixedArguments: { 'api.version': 1 },
  pathOf: ({ name }) => `/json-api/${name}`,
  otherResponses,
  accessInWords: access,
  envelopeOf,
  failuresOf: (fn) =>
    Object.fromEntries(expectedErrors(fn).map((code) => [code, { $ref: `#/components/examples/${code}` }])),
};

const introduction = [
  'Call a function by GET with its arguments in the query, or by POST with them in the query, a form or a JSON object.',
  'The status is 200 even if a call fails. In that case `metadata.result` is 0, `reason` is a sentence for people, and `error_code` is a stable code.',
  'If a parameter accepts several values, repeat it (`user=ann&user=bob`), number it (`user-1=ann&user-2=bob`), or use a JSON array. Flags are 1 or 0. Unknown arguments are ignored with a warning.',
  'Responses below `/xml-api/` are XML instead of JSON.',
].join('\n\n');

function access(fn: AnyFunction): string {
  const list = fn.list === undefined ? '' : `\n\nThe \`api.*\` parameters apply to the list \`${fn.list}\`.`;
  return `${accessInWords(fn.access)} ${sinceInWords(fn)}${list}`;
}

function envelopeOf(fn: AnyFunction): Schema {
  const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
  const data = ref(`${componentOf(fn)}_data`);
  const envelope: Schema = {
    type: 'object',
    required: ['metadata', ...(fn.returns === null ? [] : ['data'])],
    properties: { metadata: ref('success'), ...(fn.returns === null ? {} : { data }) },
  };
  return { anyOf: [fn.flat === true ? data : envelope, ref('failure')] };
}

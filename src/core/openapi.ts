// The OpenAPI 3.1 document of the provided functions, for HTTP clients. It depends only on the version of the program,
// not on the server.
import type { AnyFunction, Example } from './define.ts';
import { accessInWords, choiceInWords, exampleCommand, sinceInWords } from './describe.ts';
import { expectedErrors } from './expected-errors.ts';
import { metaParams } from './meta-params.ts';
import {
  failureExamples,
  parameters,
  queryParams,
  responses,
  schemas,
  securitySchemes,
} from './openapi-components.ts';
import { dataSchema, paramSchema, typed, type Schema } from './openapi-schemas.ts';
import type { Json } from './values.ts';

export interface PlacedFunction {
  readonly family: string;
  readonly fn: AnyFunction;
}

export function openApi(version: string, functions: readonly PlacedFunction[]): Schema {
  const families = [...new Set(functions.map(({ family }) => family))].sort();
  return {
    openapi: '3.1.1',
    info: {
      title: 'WHM API 1',
      summary: 'The functions of WHM API 1 that whmapi1 provides.',
      description: introduction,
      version,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [
      { url: '/', description: 'With a token, an access hash or a password.' },
      {
        url: '/{securityToken}',
        description: 'With the session of a login.',
        variables: {
          securityToken: {
            default: 'cpsess0123456789',
            description: 'The security token from the login’s response.',
          },
        },
      },
    ],
    security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })),
    tags: families.map((name) => ({ name })),
    paths: Object.fromEntries(functions.map((placed) => [`/json-api/${placed.fn.name}`, pathItem(placed)])),
    components: {
      securitySchemes,
      parameters,
      responses: { ...responses, ...Object.fromEntries(functions.map(({ fn }) => [fn.name, answer(fn)])) },
      examples: failureExamples,
      schemas: { ...schemas, ...Object.fromEntries(functions.flatMap(({ fn }) => ownSchemas(fn))) },
    },
  };
}

const introduction = [
  'Call a function by GET with its arguments in the query, or by POST with them in the query, a form or a JSON object.',
  'The status is 200 even if a call fails. In that case `metadata.result` is 0, `reason` is a sentence for people, and `error_code` is a stable code.',
  'If a parameter accepts several values, repeat it (`user=ann&user=bob`), number it (`user-1=ann&user-2=bob`), or use a JSON array. Flags are 1 or 0. Unknown arguments are ignored with a warning.',
  'Responses below `/xml-api/` are XML instead of JSON.',
].join('\n\n');

function pathItem({ family, fn }: PlacedFunction): Schema {
  const about = {
    tags: [family],
    summary: fn.summary,
    description: description(fn),
    responses: {
      200: { $ref: `#/components/responses/${fn.name}` },
      400: { $ref: '#/components/responses/unreadable' },
      403: { $ref: '#/components/responses/forbidden' },
      415: { $ref: '#/components/responses/unsupported' },
    },
    'x-codeSamples': fn.examples.map((example) => ({
      lang: 'Shell',
      label: example.doc,
      source: exampleCommand(fn, example),
    })),
  };
  return {
    // A function with its own request body cannot accept it in a query.
    ...(fn.rest === undefined
      ? { get: { operationId: fn.name, ...about, parameters: [...query(fn), ...sharedQuery(fn)] } }
      : {}),
    post: {
      operationId: fn.rest === undefined ? `post_${fn.name}` : fn.name,
      ...about,
      requestBody: requestBody(fn),
    },
  };
}

function description(fn: AnyFunction): string {
  const list = fn.list === undefined ? '' : `\n\nThe \`api.*\` parameters apply to the list \`${fn.list}\`.`;
  const own = [fn.description ?? '', choiceInWords(fn)]
    .filter((text) => text !== '')
    .map((text) => `${text}\n\n`)
    .join('');
  return `${own}${accessInWords(fn.access)} ${sinceInWords(fn)}${list}`;
}

function query(fn: AnyFunction): Schema[] {
  return Object.entries(fn.params).map(([name, param]) => {
    const { description: about = '', deprecated, ...schema } = paramSchema(param);
    const shown = fn.examples.flatMap(({ args }) => args[name] ?? []);
    return {
      name,
      in: 'query',
      description: about,
      ...(param.required === true ? { required: true } : {}),
      ...(deprecated === undefined ? {} : { deprecated }),
      ...(param.type === 'json' ? { content: { 'application/json': { schema } } } : { schema }),
      ...(shown.length === 0 || param.type === 'json' ? {} : { example: exampleValue(fn, name, shown) }),
    };
  });
}

function sharedQuery(fn: AnyFunction): Schema[] {
  const names = [...queryParams.common, ...(fn.list === undefined ? [] : queryParams.list)];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function requestBody(fn: AnyFunction): Schema {
  const schema = { $ref: `#/components/schemas/${fn.name}_arguments` };
  const json = Object.entries(fn.params).filter(([, { type }]) => type === 'json');
  return {
    required: true,
    content: {
      'application/json': {
        schema,
        examples: Object.fromEntries(
          fn.examples.map((example, at) => [
            `example${at + 1}`,
            { summary: example.doc, value: exampleBody(fn, example) },
          ]),
        ),
      },
      'application/x-www-form-urlencoded': {
        schema,
        ...(json.length === 0
          ? {}
          : {
              encoding: Object.fromEntries(json.map(([name]) => [name, { contentType: 'application/json' }])),
            }),
      },
    },
  };
}

function ownSchemas(fn: AnyFunction): [name: string, schema: Schema][] {
  const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });
  const params = Object.entries(fn.params);
  const required = params.filter(([, param]) => param.required === true).map(([name]) => name);
  const own: Schema = {
    type: 'object',
    allOf: [ref('common.arguments'), ...(fn.list === undefined ? [] : [ref('list.arguments')])],
    properties: Object.fromEntries(params.map(([name, param]) => [name, paramSchema(param)])),
    ...(required.length === 0 ? {} : { required }),
    ...choice(fn),
    ...(fn.rest === undefined
      ? {}
      : { description: `${fn.rest.key}: ${fn.rest.doc}`, additionalProperties: true }),
  };
  const answers: [string, Schema][] = fn.returns === null ? [] : [[`${fn.name}_data`, dataSchema(fn)]];
  return [[`${fn.name}_arguments`, own], ...answers];
}

function choice({ oneOf }: AnyFunction): Schema {
  if (oneOf === undefined) return {};
  const each = oneOf.of.map((name) => ({ required: [name] }));
  return oneOf.count === 'exactly' ? { oneOf: each } : { anyOf: each };
}

function answer(fn: AnyFunction): Schema {
  const ref = (kind: string, name: string): Schema => ({ $ref: `#/components/${kind}/${name}` });
  const data = ref('schemas', `${fn.name}_data`);
  const envelope: Schema = {
    type: 'object',
    required: ['metadata', ...(fn.returns === null ? [] : ['data'])],
    properties: { metadata: ref('schemas', 'success'), ...(fn.returns === null ? {} : { data }) },
  };
  return {
    description: 'The response, for success and failure.',
    content: {
      'application/json': {
        schema: { anyOf: [fn.flat === true ? data : envelope, ref('schemas', 'failure')] },
        examples: Object.fromEntries(expectedErrors(fn).map((code) => [code, ref('examples', code)])),
      },
    },
  };
}

function exampleBody(fn: AnyFunction, { args, input }: Example): Json {
  const given = Object.entries(args).map(([name, value]) => [name, exampleValue(fn, name, [value].flat())]);
  return {
    'api.version': 1,
    ...(Object.fromEntries(given) as Schema),
    ...(typeof input === 'object' && input !== null && !Array.isArray(input) ? input : {}),
  };
}

/** Returns a command-line value of an example as JSON. */
function exampleValue(fn: AnyFunction, name: string, values: readonly string[]): Json {
  const param = fn.params[name] ?? metaParams[name];
  if (param === undefined) return values.length === 1 ? (values[0] ?? '') : [...values];
  const read = values.map((value) => typed(param, value));
  return param.list === true ? read : (read[0] ?? '');
}

// OpenAPI 3.1 documents of the provided functions, for HTTP clients. They depend only on the version of the program, not
// on the server. whm.ts and uapi.ts say what the documents of the two APIs do not share.
import type { AnyFunction, Example } from '../core/define.ts';
import { choiceInWords, exampleCommand } from '../core/describe.ts';
import { metaParams } from '../core/meta-params.ts';
import { dataSchema, paramSchema, typed, type Schema } from './schemas.ts';
import type { Json } from '../core/values.ts';

export interface PlacedFunction {
  readonly family: string;
  readonly fn: AnyFunction;
}

/** What the documents of the APIs do not share. */
export interface Form {
  readonly info: Schema;
  /** The description of the server without a security token in the path. */
  readonly plainServer: string;
  readonly securitySchemes: Schema;
  readonly parameters: Schema;
  /** The names of the parameters that all calls of a kind have. */
  readonly queryParams: Readonly<Record<'common' | 'list', readonly string[]>>;
  readonly responses: Schema;
  readonly schemas: Schema;
  readonly examples: Schema;
  /** Arguments that every body has. */
  readonly fixedArguments: Schema;
  readonly pathOf: (fn: AnyFunction) => string;
  /** The responses that are not calls, by their status. */
  readonly otherResponses: Schema;
  /** Who may call the function, and since when it exists. */
  readonly accessInWords: (fn: AnyFunction) => string;
  /** The schema of the response, for success and failure. */
  readonly envelopeOf: (fn: AnyFunction) => Schema;
  /** The examples of failures. */
  readonly failuresOf: (fn: AnyFunction) => Schema;
}

export function documentOf(form: Form, functions: readonly PlacedFunction[]): Schema {
  const families = [...new Set(functions.map(({ family }) => family))].sort();
  return {
    openapi: '3.1.1',
    info: { ...form.info, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [
      { url: '/', description: form.plainServer },
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
    security: Object.keys(form.securitySchemes).map((name) => ({ [name]: [] })),
    tags: families.map((name) => ({ name })),
    paths: Object.fromEntries(functions.map((placed) => [form.pathOf(placed.fn), pathItem(form, placed)])),
    components: {
      securitySchemes: form.securitySchemes,
      parameters: form.parameters,
      responses: {
        ...form.responses,
        ...Object.fromEntries(functions.map(({ fn }) => [componentOf(fn), answer(form, fn)])),
      },
      examples: form.examples,
      schemas: { ...form.schemas, ...Object.fromEntries(functions.flatMap(({ fn }) => ownSchemas(fn))) },
    },
  };
}

/** The name of a function as part of the name of a component, which has no colons. */
export function componentOf({ name }: Pick<AnyFunction, 'name'>): string {
  return name.replace('::', '.');
}

function pathItem(form: Form, { family, fn }: PlacedFunction): Schema {
  const about = {
    tags: [family],
    summary: fn.summary,
    description: description(form, fn),
    responses: { 200: { $ref: `#/components/responses/${componentOf(fn)}` }, ...form.otherResponses },
    'x-codeSamples': fn.examples.map((example) => ({
      lang: 'Shell',
      label: example.doc,
      source: exampleCommand(fn, example),
    })),
  };
  return {
    // A function with its own request body cannot accept it in a query.
    ...(fn.rest === undefined
      ? {
          get: {
            operationId: componentOf(fn),
            ...about,
            parameters: [...query(fn), ...sharedQuery(form, fn)],
          },
        }
      : {}),
    post: {
      operationId: fn.rest === undefined ? `post_${componentOf(fn)}` : componentOf(fn),
      ...about,
      requestBody: requestBody(form, fn),
    },
  };
}

function description(form: Form, fn: AnyFunction): string {
  return [fn.description ?? '', choiceInWords(fn), form.accessInWords(fn)]
    .filter((text) => text !== '')
    .join('\n\n');
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

function sharedQuery({ queryParams }: Form, fn: AnyFunction): Schema[] {
  const names = [...queryParams.common, ...(fn.list === undefined ? [] : queryParams.list)];
  return names.map((name) => ({ $ref: `#/components/parameters/${name}` }));
}

function requestBody(form: Form, fn: AnyFunction): Schema {
  const schema = { $ref: `#/components/schemas/${componentOf(fn)}_arguments` };
  const json = Object.entries(fn.params).filter(([, { type }]) => type === 'json');
  return {
    required: true,
    content: {
      'application/json': {
        schema,
        examples: Object.fromEntries(
          fn.examples.map((example, at) => [
            `example${at + 1}`,
            { summary: example.doc, value: exampleBody(form, fn, example) },
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
  const name = componentOf(fn);
  const answers: [string, Schema][] = fn.returns === null ? [] : [[`${name}_data`, dataSchema(fn)]];
  return [[`${name}_arguments`, own], ...answers];
}

function choice({ oneOf }: AnyFunction): Schema {
  if (oneOf === undefined) return {};
  const each = oneOf.of.map((name) => ({ required: [name] }));
  return oneOf.count === 'exactly' ? { oneOf: each } : { anyOf: each };
}

function answer(form: Form, fn: AnyFunction): Schema {
  return {
    description: 'The response, for success and failure.',
    content: { 'application/json': { schema: form.envelopeOf(fn), examples: form.failuresOf(fn) } },
  };
}

function exampleBody({ fixedArguments }: Form, fn: AnyFunction, { args, input }: Example): Json {
  const given = Object.entries(args).map(([name, value]) => [name, exampleValue(fn, name, [value].flat())]);
  return {
    ...fixedArguments,
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

// The shared components of the OpenAPI document of WHM API 1: authentication, the parts of every response, and errors.
// Some are those of UAPI too.
import { errorKinds } from '../core/errors.ts';
import { metaParams } from '../core/meta-params.ts';
import { flag, paramSchema, type Schema } from './schemas.ts';

export const securitySchemes = {
  token: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: '`whm USER:TOKEN`, with an API token (api_token_create) or an access hash.',
  },
  password: {
    type: 'http',
    scheme: 'basic',
    description:
      'The password of root or of a reseller. Users with two-factor authentication send the current code in the ' +
      'header X-CPANEL-OTP.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'whostmgrsession',
    description:
      'The cookie of a login (POST /login with user and pass). The path then begins with the security token from the ' +
      'login’s response: /cpsess0123456789/json-api/version.',
  },
} satisfies Schema;

const apiVersion: Schema = {
  name: 'api.version',
  in: 'query',
  required: true,
  description: 'Without it, the response has the format of version 0, which this document does not describe.',
  schema: { type: 'integer', const: 1 },
};

export const dryRun: Schema = {
  ...flag(),
  default: 0,
  description: '1: validate and run the call without saving any changes. Not part of WHM.',
};

/** The parameters of every call. */
const commonParams: Record<string, Schema> = { 'api.dry_run': dryRun };

const listParams: Record<string, Schema> = Object.fromEntries(
  Object.entries(metaParams).map(([name, param]) => [name, paramSchema(param)]),
);

/** The query parameters that all calls of a kind share, by the name of their component. */
export const queryParams: Readonly<Record<'common' | 'list', readonly string[]>> = {
  common: ['api.version', ...Object.keys(commonParams)],
  list: Object.keys(listParams),
};

export const parameters: Schema = {
  'api.version': apiVersion,
  ...Object.fromEntries(
    Object.entries({ ...commonParams, ...listParams }).map(([name, { description = '', ...schema }]) => [
      name,
      { name, in: 'query', description, schema },
    ]),
  ),
};

/** The body of a response to a request that is not a call. */
export const problemSchema: Schema = {
  type: 'object',
  required: ['error'],
  properties: { error: { type: 'string', description: 'A sentence for people.' } },
};

/**
 * The shared parts of request bodies and responses. Names of functions cannot collide with these: these have no
 * underscore.
 */
export const schemas: Schema = {
  'common.arguments': {
    type: 'object',
    required: ['api.version'],
    properties: { 'api.version': { type: 'integer', const: 1 }, ...commonParams },
  },
  'list.arguments': {
    type: 'object',
    description:
      'How to filter, sort and page the list, and which columns to return. Further filters, sort keys and columns ' +
      'have b to z instead of a, then za and so on.',
    properties: listParams,
  },
  metadata: {
    type: 'object',
    required: ['version', 'reason', 'result', 'command'],
    properties: {
      version: { type: 'integer', const: 1 },
      command: { type: 'string', description: 'The name of the function.' },
      result: { ...flag(), description: '1 if the call succeeded, otherwise 0.' },
      reason: { type: 'string', description: 'A sentence for people.' },
      task: {
        type: 'integer',
        description: 'The ID of the task that the call started and that continues after it.',
      },
      dry_run: { type: 'integer', const: 1, description: '1 in a dry run: no changes were saved.' },
      output: {
        type: 'object',
        properties: {
          warnings: { type: 'array', items: { type: 'string' } },
          messages: { type: 'array', items: { type: 'string' } },
        },
      },
      filter: {
        type: 'object',
        description: 'With api.filter.verbose=1.',
        properties: { filtered: { type: 'integer', description: 'The number of matching records.' } },
      },
      chunk: {
        type: 'object',
        description: 'With api.chunk.verbose=1.',
        properties: Object.fromEntries(
          ['records', 'size', 'start', 'current', 'chunks'].map((name) => [name, { type: 'integer' }]),
        ),
      },
    },
  },
  success: {
    allOf: [{ $ref: '#/components/schemas/metadata' }, { properties: { result: { const: 1 } } }],
  },
  failure: {
    type: 'object',
    required: ['metadata'],
    properties: {
      metadata: {
        allOf: [{ $ref: '#/components/schemas/metadata' }],
        required: ['error_code'],
        properties: { result: { const: 0 }, error_code: { $ref: '#/components/schemas/errorCode' } },
      },
      data: { type: 'object' },
    },
  },
  errorCode: {
    description: Object.entries(errorKinds)
      .map(([code, { when, remedy }]) => `- \`${code}\`: ${when} ${remedy}`)
      .join('\n'),
    type: 'string',
    enum: Object.keys(errorKinds),
  },
  problem: problemSchema,
};

const problem = (description: string): Schema => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/problem' } } },
});

/** By their status. */
export const otherResponses: Schema = {
  400: { $ref: '#/components/responses/unreadable' },
  403: { $ref: '#/components/responses/forbidden' },
  415: { $ref: '#/components/responses/unsupported' },
};

/** The responses to requests that do not become calls. All calls have the status 200, even if they fail. */
export const responses: Schema = {
  unreadable: problem(
    'The request could not be read: escapes are not UTF-8, or the body is not a JSON object.',
  ),
  unsupported: problem('The body is neither a form nor JSON.'),
  forbidden: {
    description:
      'Authentication failed, or the two-factor authentication code is missing or wrong. The body is JSON.',
    content: {
      'text/plain': {
        schema: { type: 'string', contentMediaType: 'application/json' },
        example:
          '{"cpanelresult":{"apiversion":"2","error":"Access denied","data":{"reason":"Access denied","result":"0"},"type":"text"}}',
      },
    },
  },
};

/** An example response of a failed call for each error code. */
export const failureExamples: Schema = Object.fromEntries(
  Object.entries(errorKinds).map(([code, { when }]) => [
    code,
    {
      summary: when,
      value: { metadata: { version: 1, command: 'FUNCTION', result: 0, reason: when, error_code: code } },
    },
  ]),
);
